//! States of a milestone, how it moves between them, and why.

use chrono::NaiveDate;

use crate::kernel::Said;
use crate::kernel::words::coded;

coded!(
    /// Which tasks a type is offered to: those of an approval class, or all.
    TypeSet {
        Drug = "drug", "医薬品", "Drugs";
        Device = "device", "医療機器", "Devices";
        Regenerative = "regenerative", "再生医療等製品", "Regenerative products";
        General = "general", "共通", "General";
    }
);

impl TypeSet {
    /// The set of an approval class by its code; in-vitro diagnostics go the way of devices.
    pub fn of_approval_class(code: &str) -> Option<Self> {
        match code {
            "drug" => Some(Self::Drug),
            "device" | "ivd" => Some(Self::Device),
            "regenerative" => Some(Self::Regenerative),
            _ => None,
        }
    }
}

coded!(
    /// State of a milestone.
    State {
        Planned = "planned", "予定", "Planned";
        /// Accepted by a PS or PO.
        Met = "met", "達成", "Met";
        Missed = "missed", "未達", "Missed";
        Dropped = "dropped", "取りやめ", "Dropped";
    }
);

coded!(
    /// Why a due date or a state changed. The list is part of the program: some reasons are given by its own rules
    /// (achieved, returned), and the ledger compares years and programs by the same words. What fits none is `other`,
    /// with its text.
    Reason {
        Enrolment = "enrolment", "症例登録の遅れ", "Enrolment";
        Result = "result", "試験結果による見直し", "Results called for a change";
        Manufacturing = "manufacturing", "製造・CMCの遅れ", "Manufacturing, CMC";
        Supply = "supply", "資材・委託先の遅れ", "Supply, contractors";
        Regulatory = "regulatory", "規制当局との調整", "Regulatory advice";
        Ethics = "ethics", "倫理審査・施設契約", "Ethics review, site contracts";
        Ip = "ip", "知財の整理", "Intellectual property";
        Staff = "staff", "研究体制・人員", "Team";
        Funding = "funding", "予算・契約", "Funding, contract";
        Partner = "partner", "企業側の事情", "Company partner";
        Predecessor = "predecessor", "先行マイルストーンの遅れ", "An earlier milestone slipped";
        Replanned = "replanned", "計画の変更", "Plan revised";
        Earlier = "earlier", "前倒し", "Brought forward";
        Achieved = "achieved", "達成の確認", "Met and accepted";
        Returned = "returned", "達成報告の差戻し", "Report returned";
        NotAchieved = "not_achieved", "目標未達", "Not achieved";
        Stopped = "stopped", "中止・方針転換", "Stopped or redirected";
        Correction = "correction", "誤りの訂正", "Correction";
        Other = "other", "その他", "Other";
    }
);

impl Reason {
    /// Reasons for another due date.
    pub const OF_DATES: [Self; 15] = [
        Self::Enrolment,
        Self::Result,
        Self::Manufacturing,
        Self::Supply,
        Self::Regulatory,
        Self::Ethics,
        Self::Ip,
        Self::Staff,
        Self::Funding,
        Self::Partner,
        Self::Predecessor,
        Self::Replanned,
        Self::Earlier,
        Self::Correction,
        Self::Other,
    ];

    /// Reasons to give a milestone up, or to call it missed.
    pub const OF_CLOSING: [Self; 11] = [
        Self::NotAchieved,
        Self::Stopped,
        Self::Result,
        Self::Enrolment,
        Self::Manufacturing,
        Self::Regulatory,
        Self::Funding,
        Self::Partner,
        Self::Predecessor,
        Self::Replanned,
        Self::Other,
    ];

    /// Reasons to plan a closed milestone again.
    pub const OF_REOPENING: [Self; 3] = [Self::Correction, Self::Replanned, Self::Other];
}

/// What the rules of moving need to know of a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub due_on: NaiveDate,
    /// Reported as met on that day, by that person, and not accepted yet.
    pub reported: Option<(NaiveDate, Option<uuid::Uuid>)>,
}

/// A wish to move a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Due(NaiveDate),
    /// Met on that day, says somebody.
    Report(NaiveDate),
    Accept {
        by: uuid::Uuid,
        evidence: bool,
    },
    Return,
    Close(State),
    Reopen,
}

/// Why a milestone stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Only a planned milestone does that.
    NotPlanned,
    /// Only a closed milestone is planned again.
    NotClosed,
    SameDate,
    InFuture,
    NothingReported,
    /// A report waits for acceptance: accept or return it first.
    ReportWaits,
    OwnReport,
    NoEvidence,
    /// Missed before its due date.
    NotDueYet,
}

impl Refusal {
    pub fn said(self) -> Said {
        match self {
            Self::NotPlanned => Said::new(
                "このマイルストーンは既に閉じています。画面を開き直してください。",
                "This milestone is closed already; reopen the page.",
            ),
            Self::NotClosed => Said::new(
                "未達または取りやめのものだけを予定に戻せます。",
                "Only a missed or dropped milestone can be planned again.",
            ),
            Self::SameDate => Said::new(
                "今の期日と同じです。別の日を入力してください。",
                "It is the present due date; enter another day.",
            ),
            Self::InFuture => Said::new(
                "今日より後の日は達成日にできません。",
                "A day after today cannot be the day it was met.",
            ),
            Self::NothingReported => {
                Said::new("確認を待つ達成報告がありません。", "There is no report that waits for acceptance.")
            }
            Self::ReportWaits => Said::new(
                "達成報告が確認を待っています。先に確認または差戻しをしてください。",
                "A report waits for acceptance; accept or return it first.",
            ),
            Self::OwnReport => Said::new(
                "報告した本人は確認できません。ほかのPSまたはPOが確認してください。",
                "The person who reported it cannot accept it; another PS or PO does.",
            ),
            Self::NoEvidence => Said::new(
                "根拠がありません。先に根拠を一つ以上登録してください。",
                "There is no evidence; add at least one piece first.",
            ),
            Self::NotDueYet => Said::new(
                "期日前のマイルストーンは未達にできません。取りやめるか、期日を変更してください。",
                "A milestone is not missed before its due date; drop it or move the date.",
            ),
        }
    }
}

impl Standing {
    /// The state and due date after a move on the day `today`.
    pub fn after(self, wish: Move, today: NaiveDate) -> Result<(State, NaiveDate), Refusal> {
        let planned = self.state == State::Planned;
        match wish {
            Move::Reopen if matches!(self.state, State::Missed | State::Dropped) => {
                Ok((State::Planned, self.due_on))
            }
            Move::Reopen => Err(Refusal::NotClosed),
            _ if !planned => Err(Refusal::NotPlanned),
            Move::Accept { by, evidence } => match self.reported {
                None => Err(Refusal::NothingReported),
                Some((_, Some(reporter))) if reporter == by => Err(Refusal::OwnReport),
                Some(_) if !evidence => Err(Refusal::NoEvidence),
                Some(_) => Ok((State::Met, self.due_on)),
            },
            Move::Return if self.reported.is_none() => Err(Refusal::NothingReported),
            Move::Return => Ok((State::Planned, self.due_on)),
            _ if self.reported.is_some() => Err(Refusal::ReportWaits),
            Move::Due(day) if day == self.due_on => Err(Refusal::SameDate),
            Move::Due(day) => Ok((State::Planned, day)),
            Move::Report(day) if day > today => Err(Refusal::InFuture),
            Move::Report(_) => Ok((State::Planned, self.due_on)),
            Move::Close(State::Missed) if self.due_on >= today => Err(Refusal::NotDueYet),
            Move::Close(state) => Ok((state, self.due_on)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, n).expect("a day of October")
    }

    fn planned(reported: Option<u32>) -> Standing {
        let reported = reported.map(|n| (day(n), Some(Uuid::from_u128(1))));
        Standing { state: State::Planned, due_on: day(10), reported }
    }

    #[test]
    fn moves_of_a_planned_milestone() {
        let accept = |by| Move::Accept { by: Uuid::from_u128(by), evidence: true };
        let bare = Move::Accept { by: Uuid::from_u128(2), evidence: false };
        for (standing, wish, expected) in [
            (planned(None), Move::Due(day(20)), Ok((State::Planned, day(20)))),
            (planned(None), Move::Due(day(10)), Err(Refusal::SameDate)),
            (planned(Some(5)), Move::Due(day(20)), Err(Refusal::ReportWaits)),
            (planned(None), Move::Report(day(12)), Ok((State::Planned, day(10)))),
            (planned(None), Move::Report(day(13)), Err(Refusal::InFuture)),
            (planned(Some(5)), Move::Report(day(5)), Err(Refusal::ReportWaits)),
            (planned(None), accept(2), Err(Refusal::NothingReported)),
            (planned(Some(5)), accept(1), Err(Refusal::OwnReport)),
            (planned(Some(5)), bare, Err(Refusal::NoEvidence)),
            (planned(Some(5)), accept(2), Ok((State::Met, day(10)))),
            (planned(Some(5)), Move::Return, Ok((State::Planned, day(10)))),
            (planned(None), Move::Return, Err(Refusal::NothingReported)),
            (planned(None), Move::Close(State::Missed), Ok((State::Missed, day(10)))),
            (planned(None), Move::Close(State::Dropped), Ok((State::Dropped, day(10)))),
            (planned(None), Move::Reopen, Err(Refusal::NotClosed)),
        ] {
            assert_eq!(standing.after(wish, day(12)), expected, "{standing:?} {wish:?}");
        }
        assert_eq!(planned(None).after(Move::Close(State::Missed), day(10)), Err(Refusal::NotDueYet));
    }

    #[test]
    fn a_met_milestone_never_moves_and_a_closed_one_only_back() {
        for state in [State::Met, State::Missed, State::Dropped] {
            let standing = Standing { state, ..planned(None) };
            for wish in [
                Move::Due(day(20)),
                Move::Report(day(1)),
                Move::Accept { by: Uuid::from_u128(2), evidence: true },
                Move::Return,
                Move::Close(State::Dropped),
            ] {
                assert_eq!(standing.after(wish, day(12)), Err(Refusal::NotPlanned));
            }
            let reopened = standing.after(Move::Reopen, day(12));
            assert_eq!(reopened.is_ok(), state != State::Met);
        }
    }
}
