//! Text to typed values: what a grant went into, and what came of it.

use serde::Deserialize;

use crate::budget::ledger::rounds::forms::unit;
use crate::budget::typed::read_amount;
use crate::kernel::{Language, Text, Yen};
use crate::web::FieldErrors;

/// The form of a use as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UseForm {
    pub key: String,
    /// Number or id of a task; empty where no task is meant.
    pub task: String,
    pub what: String,
    pub amount: String,
    pub unit: String,
}

impl UseForm {
    pub fn parse(&self, l: Language) -> Result<(Text<2000>, Yen), FieldErrors> {
        let mut errors = FieldErrors::new();
        let what = errors.check("what", l.t("使った内容", "What for"), Text::parse(&self.what));
        let unit = errors.check("unit", l.t("単位", "Unit"), unit(&self.unit)).unwrap_or_default();
        let amount = errors.check("amount", l.t("金額", "Amount"), read_amount(&self.amount, unit));
        errors.finish(what.zip(amount.map(|a| a.yen)))
    }
}

/// The form of a result as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResultForm {
    pub version: String,
    pub result: String,
}
