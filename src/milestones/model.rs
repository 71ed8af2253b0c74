//! States of a milestone, how it moves between them, and why.

use chrono::NaiveDate;

use crate::kernel::{Language, Said};

/// Which tasks a type is offered to: those of an approval class, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeSet {
    Drug,
    Device,
    Regenerative,
    General,
}

impl TypeSet {
    pub const ALL: [Self; 4] = [Self::Drug, Self::Device, Self::Regenerative, Self::General];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Drug => "drug",
            Self::Device => "device",
            Self::Regenerative => "regenerative",
            Self::General => "general",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Drug => l.t("医薬品", "Drugs"),
            Self::Device => l.t("医療機器", "Devices"),
            Self::Regenerative => l.t("再生医療等製品", "Regenerative products"),
            Self::General => l.t("共通", "General"),
        }
    }

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

/// State of a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    Planned,
    /// Accepted by a PS or PO.
    Met,
    Missed,
    Dropped,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Planned, Self::Met, Self::Missed, Self::Dropped];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Dropped => "dropped",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Planned => l.t("予定", "Planned"),
            Self::Met => l.t("達成", "Met"),
            Self::Missed => l.t("未達", "Missed"),
            Self::Dropped => l.t("取りやめ", "Dropped"),
        }
    }
}

/// Why a due date or a state changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    Enrolment,
    Result,
    Manufacturing,
    Supply,
    Regulatory,
    Ethics,
    Ip,
    Staff,
    Funding,
    Partner,
    Predecessor,
    Replanned,
    Earlier,
    Achieved,
    Returned,
    NotAchieved,
    Stopped,
    Correction,
    Other,
}

impl Reason {
    pub const ALL: [Self; 19] = [
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
        Self::Achieved,
        Self::Returned,
        Self::NotAchieved,
        Self::Stopped,
        Self::Correction,
        Self::Other,
    ];

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

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Result => "result",
            Self::Manufacturing => "manufacturing",
            Self::Supply => "supply",
            Self::Regulatory => "regulatory",
            Self::Ethics => "ethics",
            Self::Ip => "ip",
            Self::Staff => "staff",
            Self::Funding => "funding",
            Self::Partner => "partner",
            Self::Predecessor => "predecessor",
            Self::Replanned => "replanned",
            Self::Earlier => "earlier",
            Self::Achieved => "achieved",
            Self::Returned => "returned",
            Self::NotAchieved => "not_achieved",
            Self::Stopped => "stopped",
            Self::Correction => "correction",
            Self::Other => "other",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Enrolment => l.t("症例登録の遅れ", "Enrolment"),
            Self::Result => l.t("試験結果による見直し", "Results called for a change"),
            Self::Manufacturing => l.t("製造・CMCの遅れ", "Manufacturing, CMC"),
            Self::Supply => l.t("資材・委託先の遅れ", "Supply, contractors"),
            Self::Regulatory => l.t("規制当局との調整", "Regulatory advice"),
            Self::Ethics => l.t("倫理審査・施設契約", "Ethics review, site contracts"),
            Self::Ip => l.t("知財の整理", "Intellectual property"),
            Self::Staff => l.t("研究体制・人員", "Team"),
            Self::Funding => l.t("予算・契約", "Funding, contract"),
            Self::Partner => l.t("企業側の事情", "Company partner"),
            Self::Predecessor => l.t("先行マイルストーンの遅れ", "An earlier milestone slipped"),
            Self::Replanned => l.t("計画の変更", "Plan revised"),
            Self::Earlier => l.t("前倒し", "Brought forward"),
            Self::Achieved => l.t("達成の確認", "Met and accepted"),
            Self::Returned => l.t("達成報告の差戻し", "Report returned"),
            Self::NotAchieved => l.t("目標未達", "Not achieved"),
            Self::Stopped => l.t("中止・方針転換", "Stopped or redirected"),
            Self::Correction => l.t("誤りの訂正", "Correction"),
            Self::Other => l.t("その他", "Other"),
        }
    }
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

    #[test]
    fn codes_are_read_back() {
        assert!(State::ALL.into_iter().all(|s| State::from_code(s.code()) == Some(s)));
        assert!(Reason::ALL.into_iter().all(|r| Reason::from_code(r.code()) == Some(r)));
        assert!(TypeSet::ALL.into_iter().all(|s| TypeSet::from_code(s.code()) == Some(s)));
    }
}
