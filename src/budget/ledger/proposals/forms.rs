//! Text to typed values: a proposal, an opinion, a decision.

use serde::Deserialize;
use uuid::Uuid;

use crate::budget::ledger::rounds::forms::unit;
use crate::budget::typed::read_amount;
use crate::kernel::{FiscalYear, Language, Said, Text, Yen};
use crate::portfolio::catalogue::Catalogue;
use crate::web::FieldErrors;

use super::super::model::{AdjustmentRoundId, FundKind, Refusal, Round, RoundState, Stance};

/// The form of a proposal as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProposalForm {
    pub key: String,
    /// Id of an open round; empty: it waits for its round.
    pub round: String,
    pub fiscal_year: String,
    pub kind: String,
    pub program: String,
    pub amount: String,
    pub unit: String,
    pub purpose: String,
    pub reason: String,
}

/// A proposal as it will be written.
pub struct ProposalFields {
    pub round: Option<AdjustmentRoundId>,
    pub fiscal_year: FiscalYear,
    pub kind: FundKind,
    pub program: Uuid,
    pub amount: Yen,
    pub purpose: Text<2000>,
    pub reason: Text<4000>,
}

impl ProposalForm {
    /// `may` says for which programs the viewer proposes.
    pub fn parse(
        &self,
        l: Language,
        catalogue: &Catalogue,
        rounds: &[Round],
        may: impl Fn(Uuid) -> bool,
    ) -> Result<ProposalFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let round = errors.check("round", l.t("回", "Round"), open_round(&self.round, rounds));
        let year = match round {
            Some(Some(round)) => Some(round.fiscal_year),
            _ => errors.check(
                "fiscal_year",
                l.t("年度", "Fiscal year"),
                self.fiscal_year.parse::<FiscalYear>(),
            ),
        };
        let kind = FundKind::from_code(&self.kind)
            .filter(|k| *k != FundKind::Unstated || self.round_has_unstated(rounds));
        let kind = errors.check(
            "kind",
            l.t("区分", "Kind"),
            kind.ok_or_else(|| Said::new("区分を選んでください。", "Choose a kind.")),
        );
        if let (Some(Some(round)), Some(kind)) = (round, kind)
            && round.part(kind).is_none()
        {
            errors.add("round", l.t("回", "Round"), Refusal::NoSuchPart.said());
        }
        let found = catalogue.programs.iter().find(|p| p.code == self.program && may(p.id));
        let unknown = || {
            Said::new("一覧から担当の事業を選んでください。", "Choose one of your programs from the list.")
        };
        let program =
            errors.check("program", l.t("事業", "Program"), found.map(|p| p.id).ok_or_else(unknown));
        let unit = errors.check("unit", l.t("単位", "Unit"), unit(&self.unit)).unwrap_or_default();
        let amount = errors.check("amount", l.t("金額", "Amount"), read_amount(&self.amount, unit));
        let purpose = errors.check("purpose", l.t("使途", "Purpose"), Text::parse(&self.purpose));
        let reason = errors.check("reason", l.t("理由", "Reason"), Text::parse(&self.reason));
        let fields = (|| {
            Some(ProposalFields {
                round: round?.map(|r| r.id),
                fiscal_year: year?,
                kind: kind?,
                program: program?,
                amount: amount?.yen,
                purpose: purpose?,
                reason: reason?,
            })
        })();
        errors.finish(fields)
    }

    fn round_has_unstated(&self, rounds: &[Round]) -> bool {
        rounds.iter().any(|r| r.id.to_string() == self.round && r.part(FundKind::Unstated).is_some())
    }
}

fn open_round<'a>(id: &str, rounds: &'a [Round]) -> Result<Option<&'a Round>, Said> {
    if id.is_empty() {
        return Ok(None);
    }
    match rounds.iter().find(|r| r.id.to_string() == id && r.state == RoundState::Open) {
        Some(round) => Ok(Some(round)),
        None => Err(Said::new("配分中の回を選んでください。", "Choose a round that is open.")),
    }
}

/// The form of an opinion as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OpinionForm {
    pub key: String,
    pub stance: String,
    pub body: String,
}

impl OpinionForm {
    pub fn parse(&self, l: Language) -> Result<(Stance, Text<4000>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let stance = Stance::from_code(&self.stance)
            .ok_or_else(|| Said::new("賛否を選んでください。", "Choose for or against."));
        let stance = errors.check("stance", l.t("賛否", "View"), stance);
        let body = errors.check("body", l.t("意見", "Opinion"), Text::parse(&self.body));
        errors.finish(stance.zip(body))
    }
}

/// The form of a decision as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    pub version: String,
    /// `grant` or `decline`.
    pub outcome: String,
    pub round: String,
    pub amount: String,
    pub unit: String,
    pub authority: String,
    pub note: String,
}

/// A decision as it will be written.
pub enum DecisionFields {
    Grant { round: AdjustmentRoundId, amount: Yen, authority: Text<500>, note: Option<Text<2000>> },
    Decline { note: Text<2000> },
}

impl DecisionForm {
    pub fn parse(&self, l: Language, rounds: &[Round]) -> Result<DecisionFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let fields = match self.outcome.as_str() {
            "grant" => {
                let missing =
                    || Said::new("配分する回を選んでください。", "Choose the round it is granted in.");
                let round = open_round(&self.round, rounds).and_then(|r| r.ok_or_else(missing));
                let round = errors.check("round", l.t("回", "Round"), round);
                let unit = errors.check("unit", l.t("単位", "Unit"), unit(&self.unit)).unwrap_or_default();
                let amount =
                    errors.check("amount", l.t("配分額", "Amount granted"), read_amount(&self.amount, unit));
                let authority =
                    errors.check("authority", l.t("決定の根拠", "Authority"), Text::parse(&self.authority));
                let note = errors.check(
                    "note",
                    l.t("理由・条件", "Reason or conditions"),
                    Text::optional(&self.note),
                );
                (|| {
                    Some(DecisionFields::Grant {
                        round: round?.id,
                        amount: amount?.yen,
                        authority: authority?,
                        note: note?,
                    })
                })()
            }
            "decline" => errors
                .check("note", l.t("理由・条件", "Reason or conditions"), Text::parse(&self.note))
                .map(|note| DecisionFields::Decline { note }),
            _ => {
                let said = Said::new("配分か見送りかを選んでください。", "Choose to grant or to decline.");
                errors.add("outcome", l.t("決定", "Decision"), said);
                None
            }
        };
        errors.finish(fields)
    }
}

/// The form that withdraws a proposal.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WithdrawalForm {
    pub version: String,
}
