//! Suggestions with how far they can be trusted.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::kernel::Language;
use crate::matching::affinity::Record;
use crate::matching::affinity::tags::{Rules, SHIPPED, Suggestion};
use crate::matching::thesaurus::Edition;
use crate::portfolio::catalogue::{Catalogue, Vocabulary};

use super::queries::Untagged;

/// How far a suggestion can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// By a catch-all: words that stand in every other title, or a value such as "not applicable".
    Low,
    /// By words of the summary.
    Medium,
    /// By words of the title.
    High,
}

impl Confidence {
    pub fn code(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Low => l.t("低", "Low"),
            Self::Medium => l.t("中", "Medium"),
            Self::High => l.t("高", "High"),
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Low => "quiet",
            Self::Medium => "info",
            Self::High => "ok",
        }
    }
}

/// Words that say the form of the work and hardly its phase or modality.
const COMMON: &[&str] = &[
    "の開発",
    "の創出",
    "の確立",
    "の作製",
    "の展開",
    "研究開発",
    "治療研究",
    "技術開発",
    "技術の開発",
    "開発研究",
    "支援",
    "基盤",
    "事業",
    "調査",
    "整備",
    "装置",
    "計測",
    "データ",
    "応用研究",
    "モデルの開発",
    "治療法",
    "医療用",
];

/// What is offered for one vocabulary of one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub vocabulary: Vocabulary,
    /// Values of the vocabulary, the main one first.
    pub ids: Vec<i16>,
    /// The words that led to it, as they stand in the text after folding.
    pub words: Vec<String>,
    pub confidence: Confidence,
}

/// The vocabularies that are suggested.
pub const VOCABULARIES: [Vocabulary; 4] =
    [Vocabulary::Phase, Vocabulary::Modality, Vocabulary::DiseaseArea, Vocabulary::ApprovalClass];

/// Rules, and the thesaurus they read with.
pub struct Suggester {
    rules: Rules,
    edition: Arc<Edition>,
}

impl Suggester {
    pub fn new(edition: Arc<Edition>) -> Self {
        Self { rules: Rules::shipped(&edition.thesaurus), edition }
    }

    /// Names the rules and the thesaurus that made a suggestion.
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(SHIPPED.as_bytes());
        digest.update(self.edition.hash.as_bytes());
        digest.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
    }

    /// What is offered for the vocabularies that a task lacks.
    pub fn offers(&self, task: &Untagged, catalogue: &Catalogue) -> Vec<Offer> {
        let title: Vec<&str> =
            [Some(task.title_ja.as_str()), task.title_en.as_deref()].into_iter().flatten().collect();
        let mut record = Record::titled("t", title.join("。"));
        let by_title = self.rules.suggest(&record, &self.edition.thesaurus);
        record.summary = task.summary_ja.clone();
        let all = self.rules.suggest(&record, &self.edition.thesaurus);
        VOCABULARIES
            .into_iter()
            .filter(|v| task.tags(*v).is_empty())
            .filter_map(|v| offer(v, &by_title, &all, catalogue))
            .collect()
    }
}

fn offer(v: Vocabulary, by_title: &[Suggestion], all: &[Suggestion], c: &Catalogue) -> Option<Offer> {
    let of = |from: &[Suggestion]| {
        let mut found: Vec<Suggestion> = from.iter().filter(|s| s.vocabulary == v.code()).cloned().collect();
        found.sort_by_key(|s| !s.main);
        found
    };
    let titled = of(by_title);
    let found = if titled.is_empty() { of(all) } else { titled.clone() };
    let id = |s: &Suggestion| {
        c.values_of(v).find(|value| value.code == s.code && value.last_fy.is_none()).map(|v| v.id)
    };
    let ids: Vec<i16> = found.iter().filter_map(id).collect();
    let main = found.first()?;
    if ids.is_empty() {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    for word in found.iter().flat_map(|s| &s.words) {
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    let vague = matches!(main.code.as_str(), "not_applicable" | "other")
        || main.words.iter().all(|w| COMMON.contains(&w.as_str()));
    let confidence = match (vague, titled.is_empty()) {
        (true, _) => Confidence::Low,
        (false, true) => Confidence::Medium,
        (false, false) => Confidence::High,
    };
    Some(Offer { vocabulary: v, ids, words, confidence })
}
