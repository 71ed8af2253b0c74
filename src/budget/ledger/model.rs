//! Rounds, proposals and grants of the adjustment fund, and the rules of their sums.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::kernel::words::coded;
use crate::kernel::yen::YenUnit;
use crate::kernel::{FiscalYear, Language, Said, Yen};

crate::typed_id!(
    /// 調整費の配分回: a round of the adjustment fund.
    AdjustmentRoundId,
    /// 調整費の提案.
    AdjustmentProposalId,
    /// 調整費の配分: what a program was granted.
    AdjustmentGrantId,
);

coded! {
    /// Who decides over a part of a round.
    FundKind {
        /// 理事長裁量型経費: proposed by the President, considering the views of PDs.
        President = "president", "理事長裁量型", "President's discretion";
        /// トップダウン型経費: handled by the Cabinet side.
        TopDown = "top_down", "トップダウン型", "Top-down";
        /// A publication gives the total only.
        Unstated = "unstated", "区分の公表なし", "Kind not published";
    }
}

coded! {
    /// Where a round stands.
    RoundState {
        Published = "published", "公表値のみ", "As published";
        Open = "open", "配分中", "Open";
        Closed = "closed", "締め済み", "Closed";
    }
}

coded! {
    /// Where a proposal stands.
    ProposalState {
        Proposed = "proposed", "審議中", "Proposed";
        Granted = "granted", "配分決定", "Granted";
        Declined = "declined", "見送り", "Declined";
        Withdrawn = "withdrawn", "取下げ", "Withdrawn";
    }
}

coded! {
    /// What a PD says of a proposal.
    Stance {
        Support = "support", "賛成", "In favour";
        Conditional = "conditional", "条件付き賛成", "With conditions";
        Oppose = "oppose", "反対", "Against";
    }
}

coded! {
    /// What a proposal rests on.
    Basis {
        Manual = "manual", "起案", "Drafted by a person";
        /// The value of one more slot or 10 M yen, from re-solving a matching session.
        Matching = "matching", "マッチングの限界価値", "Marginal value in matching";
    }
}

impl RoundState {
    pub fn tone(self) -> &'static str {
        match self {
            Self::Published => "quiet",
            Self::Open => "info",
            Self::Closed => "ok",
        }
    }
}

impl ProposalState {
    pub fn tone(self) -> &'static str {
        match self {
            Self::Proposed => "warn",
            Self::Granted => "ok",
            Self::Declined | Self::Withdrawn => "quiet",
        }
    }
}

impl Stance {
    pub fn tone(self) -> &'static str {
        match self {
            Self::Support => "ok",
            Self::Conditional => "warn",
            Self::Oppose => "bad",
        }
    }
}

/// What of a round is of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub kind: FundKind,
    pub amount: Yen,
    pub granted: Yen,
}

impl Part {
    pub fn remainder(&self) -> Yen {
        self.amount - self.granted
    }
}

/// A round of the adjustment fund with its parts.
#[derive(Clone, Debug)]
pub struct Round {
    pub id: AdjustmentRoundId,
    pub fiscal_year: FiscalYear,
    pub number: i16,
    pub decided_on: Option<NaiveDate>,
    /// False where only the month is known.
    pub day_is_known: bool,
    pub total: Yen,
    /// The unit in which the amounts were printed.
    pub unit: YenUnit,
    /// Yen of the last digit printed.
    pub step: i64,
    /// Sum of the parts less the total.
    pub rounding: Yen,
    pub rounding_note: Option<String>,
    pub state: RoundState,
    pub remark: Option<String>,
    pub source: Option<String>,
    pub closing_note: Option<String>,
    pub closed_by: Option<Person>,
    pub closed_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub parts: Vec<Part>,
}

/// A person of the ledger, by name.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
}

impl Person {
    /// From the columns of an outer join.
    pub fn of(id: Option<Uuid>, name_ja: Option<String>, name_en: Option<String>) -> Option<Self> {
        Some(Self { id: id?, name_ja: name_ja?, name_en })
    }

    pub fn name(&self, l: Language) -> &str {
        l.name(&self.name_ja, self.name_en.as_deref())
    }
}

impl Round {
    pub fn part(&self, kind: FundKind) -> Option<&Part> {
        self.parts.iter().find(|p| p.kind == kind)
    }

    pub fn granted(&self) -> Yen {
        self.parts.iter().map(|p| p.granted).sum()
    }

    /// What is neither granted nor returned, rounding of the printed figures included.
    pub fn remainder(&self) -> Yen {
        self.parts.iter().map(Part::remainder).sum()
    }

    /// What can still be granted: nothing once the round is closed.
    pub fn left(&self) -> Yen {
        if self.state == RoundState::Closed { Yen::ZERO } else { self.remainder() }
    }

    /// What a closed round left to the rounding of its printed figures.
    pub fn residue(&self) -> Yen {
        if self.state == RoundState::Closed { self.remainder() } else { Yen::ZERO }
    }

    /// 令和2年度 第3回, FY2020 round 3.
    pub fn name(&self, l: Language) -> String {
        match l {
            Language::Ja => format!("{} 第{}回", self.fiscal_year.japanese(), self.number),
            Language::En => format!("{} round {}", self.fiscal_year.english(), self.number),
        }
    }

    /// 2020-11-24; 2016-05 where only the month is known.
    pub fn decided(&self) -> String {
        let print =
            |day: NaiveDate| day.format(if self.day_is_known { "%Y-%m-%d" } else { "%Y-%m" }).to_string();
        self.decided_on.map(print).unwrap_or_default()
    }

    /// What keeps the round from closing; nothing when it is at 0 yen.
    pub fn closing(&self) -> Closing {
        match self.remainder() {
            Yen::ZERO => Closing::AtZero,
            left if within_rounding(left, self.step) => Closing::WithinRounding(left),
            left => Closing::Left(left),
        }
    }
}

/// How far a round is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    AtZero,
    /// The remainder may come from rounding of the printed figures: a note is needed.
    WithinRounding(Yen),
    /// Money is left: grant it or return it.
    Left(Yen),
}

/// A total and two parts, each printed to a step, are at most one and a half steps apart; exact yen leave no room.
pub fn within_rounding(difference: Yen, step: i64) -> bool {
    difference == Yen::ZERO || (step > 1 && difference.0.abs().saturating_mul(2) <= step.saturating_mul(3))
}

/// The difference between the parts and the printed total, if it may stand.
///
/// # Errors
/// When it is more than rounding, and when it has no note.
pub fn rounding_of(total: Yen, parts: &[Yen], step: i64, has_note: bool) -> Result<Yen, Said> {
    let difference = parts.iter().copied().sum::<Yen>() - total;
    if !within_rounding(difference, step) {
        return Err(Said::new(
            format!("内訳の合計が総額と{}円違います。金額と単位を確かめてください。", difference.exact()),
            format!("The parts differ from the total by {} yen; check amounts and unit.", difference.exact()),
        ));
    }
    if difference != Yen::ZERO && !has_note {
        return Err(Said::new(
            format!(
                "内訳の合計が総額と{}円違います。四捨五入によるものなら、端数の注記を書いてください。",
                difference.exact()
            ),
            format!(
                "The parts differ from the total by {} yen. If that is rounding, write the note on it.",
                difference.exact()
            ),
        ));
    }
    Ok(difference)
}

/// A proposal to give money of the fund to a program.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub id: AdjustmentProposalId,
    pub fiscal_year: FiscalYear,
    pub round: Option<RoundName>,
    pub kind: FundKind,
    pub program: Uuid,
    pub amount: Yen,
    pub purpose: String,
    pub reason: String,
    pub basis: Basis,
    pub basis_facts: serde_json::Value,
    pub state: ProposalState,
    pub proposed_by: Person,
    pub proposed_at: DateTime<Utc>,
    pub decided_by: Option<Person>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decision_note: Option<String>,
    pub version: i32,
    /// The latest word of each PD.
    pub stances: Vec<Stance>,
}

/// A round by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundName {
    pub id: AdjustmentRoundId,
    pub fiscal_year: FiscalYear,
    pub number: i16,
}

/// A word of a PD on a proposal.
#[derive(Clone, Debug)]
pub struct PdOpinion {
    pub author: Person,
    pub stance: Stance,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// What a program was granted in a round, or what went back.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: AdjustmentGrantId,
    pub round: RoundName,
    pub kind: FundKind,
    /// Nothing: money that goes back.
    pub program: Option<Uuid>,
    pub proposal: Option<Uuid>,
    pub amount: Yen,
    pub used: Yen,
    pub purpose: String,
    pub authority: String,
    pub decided_by: Person,
    pub decided_at: DateTime<Utc>,
    pub result: Option<String>,
    pub version: i32,
}

/// What part of a grant went into.
#[derive(Clone, Debug)]
pub struct Use {
    pub task: Option<Uuid>,
    pub what: String,
    pub amount: Yen,
    pub by: Person,
    pub at: DateTime<Utc>,
}

/// Why the ledger went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody saved or decided it meanwhile.
    Stale,
    /// The year has a round of this number.
    NumberTaken,
    /// More than what is left of the kind in the round.
    Exceeds,
    /// The round is not open.
    NotOpen,
    /// The round has no money of this kind.
    NoSuchPart,
    /// Nobody decides on their own proposal.
    OwnProposal,
    /// No PD was heard.
    NotHeard,
    /// Money at the President's discretion needs a proposal.
    NeedsProposal,
    /// Money is left, more than rounding explains.
    NotAtZero,
    /// The parts would be less than what was granted of them.
    BelowGrants,
    /// More than what is left of the grant.
    ExceedsGrant,
}

impl Refusal {
    /// What a constraint of the ledger means.
    pub fn of_constraint(name: &str) -> Option<Self> {
        Some(match name {
            "adjustment_rounds_number_unique" => Self::NumberTaken,
            "adjustment_parts_grants_within_amount" => Self::Exceeds,
            "adjustment_grants_only_in_open_round" => Self::NotOpen,
            "adjustment_grants_part_fkey" => Self::NoSuchPart,
            "adjustment_proposals_four_eyes" => Self::OwnProposal,
            "adjustment_grants_need_opinion" => Self::NotHeard,
            "adjustment_grants_need_proposal" => Self::NeedsProposal,
            "adjustment_rounds_close_to_zero" => Self::NotAtZero,
            "adjustment_rounds_closed_is_final" | "adjustment_grants_one_per_proposal" => Self::Stale,
            "adjustment_grants_uses_within_amount" => Self::ExceedsGrant,
            _ => return None,
        })
    }

    pub fn said(self) -> Said {
        let (ja, en) = match self {
            Self::Stale => (
                "ほかの人が先に更新しました。画面を開き直して確かめてください。",
                "Somebody else was faster. Reopen the page and look again.",
            ),
            Self::NumberTaken => {
                ("この年度の同じ回は登録済みです。", "The year already has a round of this number.")
            }
            Self::Exceeds => {
                ("配分できる残額を超えています。", "That is more than what is left in the round.")
            }
            Self::NotOpen => ("この回は配分中ではありません。", "The round is not open."),
            Self::NoSuchPart => (
                "この回には、その区分の金額がありません。その区分の金額がある回を選んでください。",
                "The round has no money of this kind; choose one that has.",
            ),
            Self::OwnProposal => (
                "自分の提案を自分で決めることはできません。別の人が決定してください。",
                "Nobody decides on their own proposal; another person must.",
            ),
            Self::NotHeard => (
                "理事長裁量型の配分には、PDの意見が1件以上必要です。",
                "Money at the President's discretion needs the opinion of at least one PD.",
            ),
            Self::NeedsProposal => (
                "理事長裁量型の配分は、提案を通して決定してください。",
                "Money at the President's discretion is granted on a proposal.",
            ),
            Self::NotAtZero => (
                "残額が0円になっていません。配分または返納を記録してから締めてください。四捨五入の範囲なら注記が必要です。",
                "The remainder is not 0 yen. Record grants or a return first; within rounding, write the note.",
            ),
            Self::BelowGrants => ("配分済みの額を下回ります。", "It would be less than what is granted."),
            Self::ExceedsGrant => {
                ("配分額の残りを超えています。", "That is more than what is left of the grant.")
            }
        };
        Said::new(ja, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OKU: i64 = 100_000_000;

    fn round(state: RoundState, granted: i64) -> Round {
        let part = |kind, amount, granted| Part { kind, amount: Yen(amount), granted: Yen(granted) };
        Round {
            id: AdjustmentRoundId::new(),
            fiscal_year: FiscalYear::new(2020).unwrap(),
            number: 3,
            decided_on: None,
            day_is_known: true,
            total: Yen(47 * OKU),
            unit: YenUnit::Oku,
            step: 10_000_000,
            rounding: Yen(10_000_000),
            rounding_note: Some("四捨五入".to_owned()),
            state,
            remark: None,
            source: None,
            closing_note: None,
            closed_by: None,
            closed_at: None,
            version: 1,
            parts: vec![
                part(FundKind::President, 2_550_000_000, granted),
                part(FundKind::TopDown, 2_160_000_000, 2_160_000_000),
            ],
        }
    }

    #[test]
    fn a_closed_round_has_nothing_left_but_its_rounding() {
        let open = round(RoundState::Open, 2_540_000_000);
        assert_eq!((open.left(), open.residue()), (Yen(10_000_000), Yen::ZERO));
        let closed = round(RoundState::Closed, 2_540_000_000);
        assert_eq!((closed.left(), closed.residue()), (Yen::ZERO, Yen(10_000_000)));
    }

    #[test]
    fn rounding_is_accepted_with_its_note_only() {
        // R2, third round: 47.0 = 25.5 + 21.6 as printed.
        let parts = [Yen(2_550_000_000), Yen(2_160_000_000)];
        assert_eq!(rounding_of(Yen(47 * OKU), &parts, 10_000_000, true), Ok(Yen(10_000_000)));
        assert!(rounding_of(Yen(47 * OKU), &parts, 10_000_000, false).is_err(), "a note is needed");
        assert!(rounding_of(Yen(47 * OKU), &parts, 1, true).is_err(), "exact yen have no rounding");
        assert!(rounding_of(Yen(46 * OKU), &parts, 10_000_000, true).is_err(), "1.1 is no rounding of 0.1");
        assert_eq!(rounding_of(Yen(10), &[Yen(10)], 1, false), Ok(Yen::ZERO));
    }

    #[test]
    fn the_limit_of_rounding_is_one_and_a_half_steps() {
        assert!(
            within_rounding(Yen(15_000_000), 10_000_000) && within_rounding(Yen(-15_000_000), 10_000_000)
        );
        assert!(!within_rounding(Yen(15_000_001), 10_000_000) && !within_rounding(Yen(1), 1));
    }
}
