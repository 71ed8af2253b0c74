//! Text to typed values: a sheet of scores.

use uuid::Uuid;

use crate::gates::templates::Item;
use crate::kernel::text::nfkc;
use crate::kernel::{Language, Said, Text};
use crate::web::FieldErrors;

use super::queries::{Score, Sheet};

/// A sheet as typed: `score-<item>`, `comment-<item>`, the two comments, `version` and what to `do`.
#[derive(Clone, Debug, Default)]
pub struct SheetForm(Vec<(String, String)>);

impl SheetForm {
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The form of a saved sheet.
    pub fn of(sheet: Option<&Sheet>) -> Self {
        let Some(sheet) = sheet else { return Self(vec![("version".to_owned(), "0".to_owned())]) };
        let mut pairs = vec![
            ("version".to_owned(), sheet.version.to_string()),
            ("public_comment".to_owned(), sheet.public_comment.clone()),
            ("nonpublic_comment".to_owned(), sheet.nonpublic_comment.clone()),
        ];
        for score in &sheet.scores {
            pairs.push((
                format!("score-{}", score.item),
                score.value.map(|v| v.to_string()).unwrap_or_default(),
            ));
            pairs.push((format!("comment-{}", score.item), score.comment.clone()));
        }
        Self(pairs)
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default()
    }

    pub fn score(&self, item: &Uuid) -> &str {
        self.get(&format!("score-{item}"))
    }

    pub fn comment(&self, item: &Uuid) -> &str {
        self.get(&format!("comment-{item}"))
    }

    /// The version the form was made from.
    pub fn version(&self) -> i32 {
        self.get("version").parse().unwrap_or(0)
    }

    /// The sheet; `complete` asks for a score of every item.
    pub fn parse(&self, items: &[Item], complete: bool, l: Language) -> Result<Parsed, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut scores = Vec::with_capacity(items.len());
        for item in items {
            let name = item.name(l);
            let value = parse_score(self.score(&item.id), item.scale_points, complete);
            let value = errors.check(&format!("score-{}", item.id), name, value);
            let comment = Text::<2000>::optional(self.comment(&item.id));
            let comment = errors.check(&format!("comment-{}", item.id), name, comment);
            if let (Some(value), Some(comment)) = (value, comment) {
                let comment = comment.map(Text::into_string).unwrap_or_default();
                scores.push(Score { item: item.id, value, comment });
            }
        }
        let public = errors.check(
            "public_comment",
            l.t("総評（公開）", "Overall comment, public"),
            Text::<4000>::optional(self.get("public_comment")),
        );
        let nonpublic = errors.check(
            "nonpublic_comment",
            l.t("総評（非公開）", "Overall comment, not public"),
            Text::<4000>::optional(self.get("nonpublic_comment")),
        );
        let text = |t: Option<Text<4000>>| t.map(Text::into_string).unwrap_or_default();
        let parsed = public.zip(nonpublic).map(|(public, nonpublic)| Parsed {
            public_comment: text(public),
            nonpublic_comment: text(nonpublic),
            scores,
        });
        errors.finish(parsed)
    }
}

/// A sheet that can be written.
#[derive(Debug)]
pub struct Parsed {
    pub public_comment: String,
    pub nonpublic_comment: String,
    pub scores: Vec<Score>,
}

fn parse_score(raw: &str, points: i16, must: bool) -> Result<Option<i16>, Said> {
    let text = nfkc(raw.trim());
    if text.is_empty() && !must {
        return Ok(None);
    }
    match text.parse::<i16>() {
        Ok(value) if (1..=points).contains(&value) => Ok(Some(value)),
        _ if text.is_empty() => Err(Said::new("点数を付けてください。", "Give a score.")),
        _ => Err(Said::new(
            format!("「{text}」は尺度の範囲外です。1～{points}の整数を入力してください。"),
            format!("“{text}” is off the scale. Enter a whole number from 1 to {points}."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_a_whole_number_of_the_scale() {
        for (raw, must, expected) in
            [("７", true, Ok(Some(7))), ("", false, Ok(None)), ("10", true, Ok(Some(10)))]
        {
            assert_eq!(parse_score(raw, 10, must), expected, "{raw}");
        }
        for raw in ["0", "11", "5.5", "-1", "良", "99999999999"] {
            assert!(parse_score(raw, 10, false).is_err(), "{raw}");
        }
        assert!(parse_score("", 10, true).is_err());
        assert!(parse_score("5", 4, true).is_err());
    }
}
