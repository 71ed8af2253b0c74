//! Which vocabularies there are, and the typed fields of a value.

use crate::kernel::{Language, Text};

/// A vocabulary of the agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    Phase,
    Modality,
    ApprovalClass,
    Nature,
    DiseaseArea,
}

impl Vocabulary {
    pub const ALL: [Self; 5] =
        [Self::Phase, Self::Modality, Self::ApprovalClass, Self::Nature, Self::DiseaseArea];

    /// The word in the database and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Modality => "modality",
            Self::ApprovalClass => "approval_class",
            Self::Nature => "nature",
            Self::DiseaseArea => "disease_area",
        }
    }

    /// Reads [`Vocabulary::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.code() == code)
    }

    /// What the vocabulary is called.
    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Phase => l.t("開発フェーズ", "Development phase"),
            Self::Modality => l.t("モダリティ", "Modality"),
            Self::ApprovalClass => l.t("承認上の分類", "Approval class"),
            Self::Nature => l.t("研究の性格", "Nature of research"),
            Self::DiseaseArea => l.t("疾患領域", "Disease area"),
        }
    }
}

/// The fields of a value.
#[derive(Clone, Debug)]
pub struct ValueFields {
    pub code: String,
    pub name_ja: Text<80>,
    pub name_en: Text<80>,
    pub position: i16,
    pub first_fy: i16,
    pub last_fy: Option<i16>,
    pub remark: Option<Text<500>>,
}
