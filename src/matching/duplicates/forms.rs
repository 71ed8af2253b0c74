//! What was chosen for a merge.

use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::Said;
use crate::portfolio::tasks::merge::{Field, Merge};

/// The form of a merge: per group of fields `left` or `right`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MergeForm {
    pub key: String,
    pub left_version: String,
    pub right_version: String,
    /// `left` or `right`: which row stays.
    pub keep: String,
    pub title: String,
    pub summary: String,
    pub people: String,
    pub program: String,
    pub tags: String,
    /// `add` or `keep`.
    pub years: String,
    pub remark: String,
}

impl MergeForm {
    fn side(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.title,
            Field::Summary => &self.summary,
            Field::People => &self.people,
            Field::Program => &self.program,
            Field::Tags => &self.tags,
        }
    }

    /// The merge of the pair, or what is missing.
    pub fn parse(&self, left: Uuid, right: Uuid) -> Result<Merge, Said> {
        let missing = || Said::new("残す側を選んでください。", "Choose which row stays.");
        let version = |text: &str| text.parse().map_err(|_| missing());
        let (left_version, right_version): (i32, i32) =
            (version(&self.left_version)?, version(&self.right_version)?);
        let keeps_left = match self.keep.as_str() {
            "left" => true,
            "right" => false,
            _ => return Err(missing()),
        };
        let gone = if keeps_left { "right" } else { "left" };
        let (kept_id, gone_id, kept_version, gone_version) = if keeps_left {
            (left, right, left_version, right_version)
        } else {
            (right, left, right_version, left_version)
        };
        Ok(Merge {
            kept: kept_id,
            gone: gone_id,
            kept_version,
            gone_version,
            from_gone: Field::ALL.into_iter().filter(|f| self.side(*f) == gone).collect(),
            add_years: self.years == "add",
        })
    }
}

/// Why two are two.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DistinctionForm {
    pub remark: String,
}

/// What is searched.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SearchForm {
    pub program: String,
}
