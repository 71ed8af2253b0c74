//! What a slip is, who may take its next step, and why not.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::accounts::{Role, Viewer};
use crate::budget::ledger::model::Person;
use crate::budget::positions::Place;
use crate::kernel::words::coded;
use crate::kernel::{FiscalYear, Said, Yen};

crate::typed_id!(
    /// 移替の伝票: a movement between lines of the budget.
    SlipId,
);

coded! {
    /// What a slip does.
    SlipKind {
        /// Between lines of one year.
        Movement = "movement", "移替", "Movement";
        /// Into the next year, the same program.
        CarryOver = "carry_over", "繰越", "Carry-over";
        /// Takes an applied slip back.
        Counter = "counter", "取消の伝票", "Counter-slip";
    }
}

coded! {
    /// Where a slip stands.
    SlipState {
        Proposed = "proposed", "承認待ち", "Waits for approval";
        Approved = "approved", "承認済み・未反映", "Approved, not applied";
        Applied = "applied", "反映済み", "Applied";
        Rejected = "rejected", "却下", "Rejected";
        Withdrawn = "withdrawn", "取下げ", "Withdrawn";
    }
}

impl SlipState {
    pub fn tone(self) -> &'static str {
        match self {
            Self::Proposed => "warn",
            Self::Approved => "info",
            Self::Applied => "ok",
            Self::Rejected => "bad",
            Self::Withdrawn => "quiet",
        }
    }
}

/// A person at a moment.
#[derive(Clone, Debug)]
pub struct Signed {
    pub by: Person,
    pub at: DateTime<Utc>,
}

/// A slip with its signatures.
#[derive(Clone, Debug)]
pub struct Slip {
    pub id: SlipId,
    pub fiscal_year: FiscalYear,
    pub number: i32,
    pub kind: SlipKind,
    pub from: Place,
    pub to: Place,
    pub amount: Yen,
    pub reason: String,
    pub authority: String,
    pub overdraft_authority: Option<String>,
    pub counter_of: Option<SlipId>,
    pub scenario: Option<Uuid>,
    pub state: SlipState,
    pub proposed: Signed,
    pub approved: Option<Signed>,
    pub applied: Option<Signed>,
    pub ended: Option<Signed>,
    pub end_note: Option<String>,
    pub version: i32,
}

impl Slip {
    /// R8-12.
    pub fn name(&self) -> String {
        format!("{}-{}", self.fiscal_year.short(), self.number)
    }

    /// A slip that was proposed on a stage that is no money in law is not applied. Counter-slips are: what was applied can
    /// always be taken back.
    pub fn application_refusal(&self) -> Option<Refusal> {
        let in_law = self.from.stage.is_in_law() && self.to.stage.is_in_law();
        (self.kind != SlipKind::Counter && !in_law).then_some(Refusal::NotInLaw)
    }

    /// Four eyes: the unit and administrators approve; within one project its PD does too. Never the proposer.
    pub fn approval_refusal(&self, viewer: &Viewer) -> Option<Said> {
        if self.proposed.by.id == viewer.id.0 {
            return Some(Refusal::OwnSlip.said());
        }
        (!entitled(viewer, &self.from, &self.to)).then(|| {
            Said::new(
                "承認できるのは戦略策定・実施ユニットと管理者、同じプロジェクト内の移替ではそのPDです。",
                "The strategy unit and administrators approve, and within one project its PD.",
            )
        })
    }
}

fn entitled(viewer: &Viewer, from: &Place, to: &Place) -> bool {
    let holds = |role: Role| viewer.rights.roles.iter().filter(move |r| r.role == role);
    let within = from.project.filter(|p| Some(*p) == to.project);
    viewer.holds(&[Role::Administrator, Role::StrategyUnit])
        || within.is_some_and(|p| holds(Role::ProgramDirector).any(|r| r.project_id == Some(p)))
}

/// What both ends are after a slip, for any amounts: the sum is what it was.
pub fn after(from: Yen, to: Yen, amount: Yen) -> (Yen, Yen) {
    (from - amount, to + amount)
}

/// Why a slip went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody took a step meanwhile, or the step does not follow from its state.
    Stale,
    /// Nobody approves their own slip.
    OwnSlip,
    /// The source would go below zero.
    BelowZero,
    /// The ends do not fit the kind.
    EndsDoNotFit,
    /// An end is a line of a stage that is no money in law.
    NotInLaw,
    /// A counter-slip is under way already, or the slip was not applied.
    CounterExists,
}

impl Refusal {
    /// What a constraint means.
    pub fn of_constraint(name: &str) -> Option<Self> {
        Some(match name {
            "budget_slips_four_eyes" => Self::OwnSlip,
            "budget_slips_no_line_below_zero" => Self::BelowZero,
            "budget_slips_ends_fit_kind" | "budget_slips_two_ends" | "budget_scenario_moves_two_ends" => {
                Self::EndsDoNotFit
            }
            "budget_slips_one_counter" | "budget_slips_counter_mirrors" => Self::CounterExists,
            "budget_slips_keep_their_order" => Self::Stale,
            "budget_slips_in_law" => Self::NotInLaw,
            _ => return None,
        })
    }

    pub fn said(self) -> Said {
        let (ja, en) = match self {
            Self::Stale => (
                "ほかの人が先に手続を進めました。画面を開き直して確かめてください。",
                "Somebody else was faster. Reopen the page and look again.",
            ),
            Self::OwnSlip => (
                "自分の提案は承認できません。別の人が承認してください。",
                "Nobody approves their own slip; another person must.",
            ),
            Self::BelowZero => (
                "移替元が0円を下回ります。金額を見直すか、0円を下回ることを認める根拠を記入してください。",
                "The source would go below zero. Change the amount, or name the authority that allows it.",
            ),
            Self::EndsDoNotFit => (
                "移替元と移替先の組合せが正しくありません。移替は同じ年度の別の行へ、繰越は同じ事業の翌年度へ行います。",
                "These ends do not fit: a movement stays within a year, a carry-over goes to the same program in the next.",
            ),
            Self::NotInLaw => (
                "移替・繰越ができるのは成立した予算（当初・補正・調整費）の行だけです。要求・政府案などの行は使えません。",
                "Only lines of budgets in law (initial, supplementary, adjustment fund) give or take money; a request or draft does not.",
            ),
            Self::CounterExists => (
                "この伝票の取消はすでに手続中か、まだ反映されていません。",
                "It is being taken back already, or was never applied.",
            ),
        };
        Said::new(ja, en)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_run_of_slips_keeps_every_yen(
            start in prop::collection::vec(0_i64..1_000_000_000, 2..12),
            slips in prop::collection::vec((0_usize..12, 0_usize..12, 1_i64..1_000_000_000), 0..200)
        ) {
            let mut lines: Vec<Yen> = start.iter().map(|n| Yen(*n)).collect();
            let total: Yen = lines.iter().copied().sum();
            for (from, to, amount) in slips {
                let (from, to) = (from % lines.len(), to % lines.len());
                if from == to || lines[from].0 < amount {
                    continue;
                }
                (lines[from], lines[to]) = after(lines[from], lines[to], Yen(amount));
                prop_assert_eq!(lines.iter().copied().sum::<Yen>(), total);
                prop_assert!(lines.iter().all(|yen| yen.0 >= 0));
            }
        }

        #[test]
        fn a_counter_slip_takes_back_exactly(from in -1_000_000_i64..1_000_000, to in -1_000_000_i64..1_000_000, amount in 1_i64..1_000_000) {
            let (a, b) = after(Yen(from), Yen(to), Yen(amount));
            let (b, a) = after(b, a, Yen(amount));
            prop_assert_eq!((a, b), (Yen(from), Yen(to)));
        }
    }
}
