//! Text to typed values: a slip and the steps it takes.

use serde::Deserialize;

use crate::budget::ledger::rounds::forms::unit;
use crate::budget::positions::Place;
use crate::budget::typed::read_amount;
use crate::kernel::{Language, Said, Text, Yen};
use crate::web::FieldErrors;

use super::model::{Refusal, SlipKind};

/// The form of a slip as typed; ends are codes of places.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlipForm {
    pub key: String,
    pub year: String,
    pub kind: String,
    pub from: String,
    /// Not read for a carry-over: its target follows from its source.
    pub to: String,
    pub amount: String,
    pub unit: String,
    pub reason: String,
    pub authority: String,
}

/// A slip as it will be written.
pub struct SlipFields {
    pub kind: SlipKind,
    pub from: Place,
    pub to: Place,
    pub amount: Yen,
    pub reason: Text<2000>,
    pub authority: Text<500>,
}

impl SlipForm {
    /// `known` says which places may be named; those of a stage that is no money in law never are.
    pub fn parse(&self, l: Language, known: impl Fn(&Place) -> bool) -> Result<SlipFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let kind = SlipKind::from_code(&self.kind).filter(|k| *k != SlipKind::Counter);
        let kind = errors.check(
            "kind",
            l.t("種類", "Kind"),
            kind.ok_or_else(|| Said::new("移替か繰越かを選んでください。", "Choose movement or carry-over.")),
        );
        let named = |code: &str| match Place::from_code(code) {
            Some(place) if !place.stage.is_in_law() => Err(Refusal::NotInLaw.said()),
            Some(place) if known(&place) => Ok(place),
            _ => Err(Said::new("一覧から予算の行を選んでください。", "Choose a line of the list.")),
        };
        let from = errors.check("from", l.t("移替元", "From"), named(&self.from));
        let to = match (kind, &from) {
            (Some(SlipKind::CarryOver), Some(from)) => Some(from.carried_over()),
            (Some(SlipKind::CarryOver), None) => None,
            _ => errors.check("to", l.t("移替先", "To"), named(&self.to)),
        };
        if from.is_some() && from == to {
            let said =
                Said::new("移替元と異なる行を選んでください。", "Choose another line than the source.");
            errors.add("to", l.t("移替先", "To"), said);
        }
        let unit = errors.check("unit", l.t("単位", "Unit"), unit(&self.unit)).unwrap_or_default();
        let amount = errors.check("amount", l.t("金額", "Amount"), read_amount(&self.amount, unit));
        let reason = errors.check("reason", l.t("理由", "Reason"), Text::parse(&self.reason));
        let authority = errors.check("authority", l.t("根拠", "Authority"), Text::parse(&self.authority));
        let fields = (|| {
            Some(SlipFields {
                kind: kind?,
                from: from?,
                to: to?,
                amount: amount?.yen,
                reason: reason?,
                authority: authority?,
            })
        })();
        errors.finish(fields)
    }
}

/// The form of a step: approval, application, rejection, withdrawal, counter-slip.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    pub key: String,
    pub version: String,
    pub note: String,
    pub authority: String,
    pub overdraft_authority: String,
}

impl StepForm {
    pub fn version(&self) -> i32 {
        self.version.parse().unwrap_or(0)
    }
}
