//! What an exit strategy says.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::kernel::{Language, Text};

/// Who is meant to take the results over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakerKind {
    Company,
    Program,
    Clinical,
    Other,
}

impl TakerKind {
    pub const ALL: [Self; 4] = [Self::Company, Self::Program, Self::Clinical, Self::Other];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Program => "program",
            Self::Clinical => "clinical",
            Self::Other => "other",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Company => l.t("企業", "Company"),
            Self::Program => l.t("次の事業", "Next program"),
            Self::Clinical => l.t("診療（医療現場での利用）", "Clinical practice"),
            Self::Other => l.t("その他", "Other"),
        }
    }
}

/// The exit strategy of a task. What the viewer may not know of it is not in here.
#[derive(Clone, Debug)]
pub struct Strategy {
    pub product: String,
    pub approval_class_id: Option<i16>,
    pub taker_kind: TakerKind,
    pub taker: Option<String>,
    pub taker_program_id: Option<Uuid>,
    pub data_set: Option<String>,
    pub ip: Option<String>,
    pub competitors: Option<String>,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

impl Strategy {
    /// Takes out what is only for people in whose scope the task lies.
    pub fn for_everybody(self) -> Self {
        Self { taker: None, taker_program_id: None, data_set: None, ip: None, competitors: None, ..self }
    }
}

/// What of an exit strategy is written.
#[derive(Clone, Debug)]
pub struct StrategyFields {
    pub product: Text<1000>,
    pub approval_class_id: Option<i16>,
    pub taker_kind: TakerKind,
    pub taker: Option<Text<300>>,
    pub taker_program_id: Option<Uuid>,
    pub data_set: Option<Text<4000>>,
    pub ip: Option<Text<4000>>,
    pub competitors: Option<Text<4000>>,
}
