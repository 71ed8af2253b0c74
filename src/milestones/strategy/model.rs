//! What an exit strategy says.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::kernel::Text;
use crate::kernel::words::coded;

coded!(
    /// Who is meant to take the results over.
    TakerKind {
        Company = "company", "企業", "Company";
        Program = "program", "次の事業", "Next program";
        Clinical = "clinical", "診療（医療現場での利用）", "Clinical practice";
        Other = "other", "その他", "Other";
    }
);

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
    /// Takes out what is only for people in charge of the task.
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
