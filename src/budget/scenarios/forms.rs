//! Text to typed values: a scenario, a movement, the step that makes slips of it.

use serde::Deserialize;
use uuid::Uuid;

use crate::budget::ledger::rounds::forms::unit;
use crate::budget::positions::Place;
use crate::budget::positions::queries::InForce;
use crate::budget::typed::read_amount;
use crate::kernel::{Language, Said, Text, Yen};
use crate::web::FieldErrors;

/// The form of a scenario as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ScenarioForm {
    pub key: String,
    /// Id of a version in force.
    pub version: String,
    pub name: String,
    pub note: String,
}

impl ScenarioForm {
    pub fn parse(&self, l: Language, versions: &[InForce]) -> Result<(Uuid, Text<200>, String), FieldErrors> {
        let mut errors = FieldErrors::new();
        let found = versions.iter().find(|v| v.id.to_string() == self.version);
        let missing = || Said::new("有効な予算版を選んでください。", "Choose a version in force.");
        let version =
            errors.check("version", l.t("予算版", "Version"), found.map(|v| v.id).ok_or_else(missing));
        let name = errors.check("name", l.t("名前", "Name"), Text::parse(&self.name));
        let note = errors.check("note", l.t("説明", "Note"), Text::<2000>::optional(&self.note));
        let fields = (|| Some((version?, name?, note?.map(Text::into_string).unwrap_or_default())))();
        errors.finish(fields)
    }
}

/// The form of a movement as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    pub key: String,
    pub from: String,
    pub to: String,
    pub amount: String,
    pub unit: String,
    pub reason: String,
}

/// A movement as it will be written.
pub struct MoveFields {
    pub from: Place,
    pub to: Place,
    pub amount: Yen,
    pub reason: Text<2000>,
}

impl MoveForm {
    pub fn parse(&self, l: Language, known: impl Fn(&Place) -> bool) -> Result<MoveFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let named = |code: &str| {
            let missing = || Said::new("一覧から予算の行を選んでください。", "Choose a line of the list.");
            Place::from_code(code).filter(&known).ok_or_else(missing)
        };
        let from = errors.check("from", l.t("移替元", "From"), named(&self.from));
        let to = errors.check("to", l.t("移替先", "To"), named(&self.to));
        if from.is_some() && from == to {
            let said =
                Said::new("移替元と異なる行を選んでください。", "Choose another line than the source.");
            errors.add("to", l.t("移替先", "To"), said);
        }
        let unit = errors.check("unit", l.t("単位", "Unit"), unit(&self.unit)).unwrap_or_default();
        let amount = errors.check("amount", l.t("金額", "Amount"), read_amount(&self.amount, unit));
        let reason = errors.check("reason", l.t("理由", "Reason"), Text::parse(&self.reason));
        let fields = (|| Some(MoveFields { from: from?, to: to?, amount: amount?.yen, reason: reason? }))();
        errors.finish(fields)
    }
}

/// The form of a step: taking a movement out, copying, submitting, discarding.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    pub key: String,
    pub version: String,
    #[serde(rename = "move")]
    pub row: String,
    pub authority: String,
    pub name: String,
}
