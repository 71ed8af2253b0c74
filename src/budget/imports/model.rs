//! A stored workbook and one reading of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::budget::corrections::Corrections;
use crate::kernel::{BudgetImportId, Language};

/// Where a reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Applied,
    Dropped,
}

impl State {
    pub fn from_code(code: &str) -> Self {
        match code {
            "applied" => Self::Applied,
            "dropped" => Self::Dropped,
            _ => Self::Draft,
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Draft => l.t("確認待ち", "To be checked"),
            Self::Applied => l.t("反映済み", "Applied"),
            Self::Dropped => l.t("中止", "Dropped"),
        }
    }

    /// The tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Draft => "warn",
            Self::Applied => "ok",
            Self::Dropped => "quiet",
        }
    }
}

/// A reading without the bytes of its file.
#[derive(Clone, Debug)]
pub struct Import {
    pub id: BudgetImportId,
    pub file_id: Uuid,
    pub file_name: String,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub format: String,
    pub state: State,
    pub corrections: Corrections,
    /// A person confirmed the meaning of the tables, now or for the same layout before.
    pub confirmed: bool,
    pub summary: Summary,
    pub created_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub ended_by: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// What a list says about a reading.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Summary {
    pub tables: usize,
    pub lines: usize,
    pub errors: usize,
    pub warnings: usize,
    /// Codes of the slots, `2025/initial/0`.
    pub slots: Vec<String>,
    /// Where the meaning of the tables came from: the file for which it was confirmed.
    pub known_from: Option<String>,
}
