//! Typed fields of the forms of templates.

use uuid::Uuid;

use crate::kernel::{Language, Said, Text};

use super::super::changes::changes;
use super::super::model::{Basis, Content, EvidenceKind, Kind, Responsible, View};

/// An item as it will be; without an id it is new.
#[derive(Clone, Debug)]
pub struct ItemFields {
    pub id: Option<Uuid>,
    pub position: i16,
    pub view: View,
    pub name_ja: Text<120>,
    pub name_en: Text<200>,
    pub question_ja: Option<Text<600>>,
    pub question_en: Option<Text<900>>,
    pub weight: i16,
    pub scale_points: i16,
    pub is_overall: bool,
}

/// A required evidence as it will be; without an id it is new.
#[derive(Clone, Debug)]
pub struct EvidenceFields {
    pub id: Option<Uuid>,
    pub position: i16,
    pub kind: EvidenceKind,
    pub milestone_code: Option<Text<60>>,
    pub name_ja: Text<120>,
    pub name_en: Text<200>,
    pub mandatory: bool,
    pub responsible: Responsible,
}

/// What a point of a scale will mean.
#[derive(Clone, Debug)]
pub struct LabelFields {
    pub scale_points: i16,
    pub value: i16,
    pub label_ja: Text<80>,
    pub label_en: Text<120>,
}

/// A new template.
#[derive(Clone, Debug)]
pub struct TemplateFields {
    pub code: String,
    pub kind: Kind,
    pub gate_number: Option<i16>,
    pub name_ja: Text<80>,
    pub name_en: Text<120>,
    pub timing_ja: Text<80>,
    pub timing_en: Text<120>,
}

/// What keeps a draft from being put in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The rule takes the overall assessment, and no item is it.
    NoOverall,
    /// The rule weighs items, and none has a weight.
    NoWeight,
    /// The draft differs in nothing from the version in force.
    Nothing,
}

impl Gap {
    pub fn said(self) -> Said {
        match self {
            Self::NoOverall => Said::new(
                "評点が総合評価の平均なので、総合評価とする項目を一つ選んでください。",
                "The rule takes the mean of the overall assessment: mark one item as overall.",
            ),
            Self::NoWeight => Said::new(
                "評点が加重平均なので、重みのある項目を一つ以上置いてください。",
                "The rule takes the weighted mean: give at least one item a weight.",
            ),
            Self::Nothing => {
                Said::new("適用中の版との違いがありません。", "It does not differ from the version in force.")
            }
        }
    }
}

/// What keeps `draft` from replacing `in_force`.
pub fn gaps(in_force: Option<&Content>, draft: &Content) -> Vec<Gap> {
    let mut found = Vec::new();
    if draft.rule.basis == Basis::Overall && draft.overall().is_none() {
        found.push(Gap::NoOverall);
    }
    if draft.rule.basis == Basis::Weighted && !draft.items.iter().any(|i| !i.is_overall && i.weight > 0) {
        found.push(Gap::NoWeight);
    }
    if in_force.is_some_and(|old| changes(Language::Ja, old, draft).is_empty()) {
        found.push(Gap::Nothing);
    }
    found
}
