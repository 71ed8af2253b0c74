//! What was ticked on the page of suggestions.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use uuid::Uuid;

use crate::portfolio::catalogue::Vocabulary;

/// The form as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    pub key: String,
    /// `accept` or `decline` what is ticked; `sure` accepts every suggestion of high confidence that was shown.
    pub act: String,
    /// Ticked: `task.vocabulary`.
    pub take: Vec<String>,
    /// Shown: `task.version`.
    pub shown: Vec<String>,
    /// Shown with high confidence: `task.vocabulary`.
    pub sure: Vec<String>,
    pub rules: String,
    pub program: String,
    pub vocabulary: String,
    pub confidence: String,
}

impl DecisionForm {
    /// Task and vocabulary of what was chosen.
    pub fn chosen(&self) -> BTreeSet<(Uuid, Vocabulary)> {
        let from = if self.act == "sure" { &self.sure } else { &self.take };
        let pair = |text: &String| {
            let (task, vocabulary) = text.split_once('.')?;
            Some((task.parse().ok()?, Vocabulary::from_code(vocabulary)?))
        };
        from.iter().filter_map(pair).collect()
    }

    /// The version of each task as it was shown.
    pub fn versions(&self) -> BTreeMap<Uuid, i32> {
        let pair = |text: &String| {
            let (task, version) = text.split_once('.')?;
            Some((task.parse().ok()?, version.parse().ok()?))
        };
        self.shown.iter().filter_map(pair).collect()
    }
}
