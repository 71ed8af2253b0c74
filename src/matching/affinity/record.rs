//! What is compared: a task, a call, a company's need, a paper, a reviewer's profile; all as the same plain record.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The fiscal years of a record, first and last: `2019` or `"2017-2019"` in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    pub first: i32,
    pub last: i32,
}

impl Years {
    /// One year.
    #[must_use]
    pub fn one(year: i32) -> Self {
        Self { first: year, last: year }
    }

    /// From `2019`, `2017-2019`, `2017;2018;2019`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let years: Option<Vec<i32>> = text
            .split(['-', '~', ';', ',', '/'])
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .map(|p| p.parse().ok().filter(|y| (1900..=2200).contains(y)))
            .collect();
        let years = years?;
        Some(Self { first: *years.iter().min()?, last: *years.iter().max()? })
    }
}

impl Serialize for Years {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.first == self.last {
            serializer.serialize_i32(self.first)
        } else {
            serializer.serialize_str(&format!("{}-{}", self.first, self.last))
        }
    }
}

/// One record. Only `id` and `title` are needed; every further field makes one part of the score possible.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Unique among its side; a query is never offered itself.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// Title, in Japanese or English or both.
    pub title: String,
    /// Summary, abstract, keywords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// `ja` or `en`; found from the text when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Lead institution first; one text (`;` separates several) or a list.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub institution: Vec<String>,
    /// Fiscal years. A continuation is measured from the query's last to the candidate's first.
    #[serde(default, deserialize_with = "years", skip_serializing_if = "Option::is_none")]
    pub year: Option<Years>,
    /// Tags of any vocabulary, compared by their folded text.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// People of the task, by name or id.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// The programme, for passages seen before between two programmes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<String>,
    /// Fields of the file that have no meaning here; named to the reader, never used.
    #[serde(flatten, skip_serializing)]
    pub unused: BTreeMap<String, serde_json::Value>,
}

impl Record {
    /// A record of a title alone.
    #[must_use]
    pub fn titled(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(i64),
    }
    match Id::deserialize(deserializer)
        .map_err(|_| D::Error::custom("id must be a text or a whole number"))?
    {
        Id::Text(t) if t.trim().is_empty() => Err(D::Error::custom("id is empty")),
        Id::Text(t) => Ok(t),
        Id::Number(n) => Ok(n.to_string()),
    }
}

fn years<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Years>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Raw {
        None,
        Number(f64),
        Text(String),
    }
    let wrong = || D::Error::custom("year must be a year such as 2019, or \"2017-2019\"");
    match Raw::deserialize(deserializer).map_err(|_| wrong())? {
        Raw::None => Ok(None),
        Raw::Number(n) if n.fract() == 0.0 && (1900.0..=2200.0).contains(&n) => {
            Ok(Some(Years::one(n as i32)))
        }
        Raw::Number(_) => Err(wrong()),
        Raw::Text(t) if t.trim().is_empty() => Ok(None),
        Raw::Text(t) => Years::parse(&t).map(Some).ok_or_else(wrong),
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        None,
        One(String),
        Many(Vec<String>),
    }
    let found = OneOrMany::deserialize(deserializer)
        .map_err(|_| D::Error::custom("institution, tags and people must be a text or a list of texts"))?;
    Ok(match found {
        OneOrMany::None => Vec::new(),
        OneOrMany::One(one) if one.trim().is_empty() => Vec::new(),
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many.into_iter().filter(|m| !m.trim().is_empty()).collect(),
    })
}
