//! The states of a session, and which step leads from one to the next. Pure: what is known is an argument.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::kernel::{FiscalYear, Language, MatchingSessionId, Said};

/// A session as its viewer may know it.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: MatchingSessionId,
    pub name: String,
    /// The fiscal year in which the receiving calls start their tasks.
    pub fiscal_year: FiscalYear,
    pub state: State,
    pub rules_version: i32,
    /// The thesaurus under which its pairs were scored.
    pub thesaurus_version: Option<i32>,
    pub upstream_query: String,
    pub interest_deadline: Option<DateTime<Utc>>,
    pub consent_until: Option<NaiveDate>,
    pub frozen_at: Option<DateTime<Utc>>,
    pub evaluated_at: Option<DateTime<Utc>>,
    pub version: i32,
    /// The latest version of its solutions, and how many lists of interest are in.
    pub solutions: i32,
    pub submitted: i64,
    /// Tasks that must not exist for the viewer: a conflict of interest, or not theirs to know. Every query of what stands
    /// in a session takes them.
    pub hidden: Vec<Uuid>,
}

/// How a task came into the upstream set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    Ending,
    GoEarly,
    NoGo,
    Hold,
    Redirect,
    Option,
    Manual,
}

impl Via {
    pub const ALL: [Self; 7] =
        [Self::Ending, Self::GoEarly, Self::NoGo, Self::Hold, Self::Redirect, Self::Option, Self::Manual];
    /// Those that a gate decision brings.
    pub const BY_GATE: [Self; 4] = [Self::GoEarly, Self::NoGo, Self::Hold, Self::Redirect];

    /// The word in the database; for gates, the outcome of the decision.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ending => "ending",
            Self::GoEarly => "go_early",
            Self::NoGo => "no_go",
            Self::Hold => "hold",
            Self::Redirect => "redirect",
            Self::Option => "option",
            Self::Manual => "manual",
        }
    }

    /// Reads [`Via::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Ending => l.t("終了予定", "Ending"),
            Self::GoEarly => l.t("GO（早期移行）", "GO, early move"),
            Self::NoGo => l.t("NO-GO（救済）", "NO-GO, salvage"),
            Self::Hold => l.t("保留（救済）", "HOLD, salvage"),
            Self::Redirect => l.t("方針変更", "Redirect"),
            Self::Option => l.t("ペアリング", "Pairing option"),
            Self::Manual => l.t("個別追加", "One by one"),
        }
    }

    /// The task can move before its contract ends.
    pub fn moves_early(self) -> bool {
        matches!(self, Self::GoEarly | Self::NoGo | Self::Redirect)
    }
}

/// Where a session stands (design, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Tasks and slots are being chosen.
    Draft,
    /// Every pair has been judged by the rules.
    Eligible,
    /// Every eligible pair has a score, every task a shortlist.
    Shortlist,
    /// Both sides are asked, blind; capacities are frozen.
    Interest,
    /// Answers are open; solutions are computed and compared.
    Solved,
    /// A solution is adopted; the people in charge consent or decline.
    Consent,
    /// Every pair is settled.
    Closed,
}

/// What can be done to a session as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Judge all pairs by the rules.
    Evaluate,
    /// Score the eligible pairs and make shortlists.
    Score,
    /// Change tasks, slots or rules again: judgements and scores are dropped.
    Reopen,
    /// Freeze the capacities and ask both sides.
    OpenInterest,
    /// Open the answers: all are in, or the deadline has passed.
    CloseInterest,
    /// Adopt a solution and ask for consent.
    AskConsent,
    /// Refusals ask for another solution.
    SolveAgain,
    /// Everything is settled.
    Close,
}

/// What is known of a session when a step is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub tasks: i64,
    pub slots: i64,
    pub eligible: i64,
    pub shortlisted: i64,
    /// Lists of interest asked for, and those that are in.
    pub lists: i64,
    pub submitted: i64,
    pub interest_deadline: Option<DateTime<Utc>>,
    /// Agreements that still wait for somebody's consent.
    pub waiting: i64,
    /// Agreements to which everybody has consented and whose task has not moved yet.
    pub to_transfer: i64,
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The session is in another state.
    NotNow(State),
    NoTasks,
    NoSlots,
    NothingEligible,
    NothingShortlisted,
    /// Interest needs a deadline in the future.
    NoDeadline,
    /// Answers are missing and the deadline has not passed.
    Unanswered(i64),
    /// Agreements wait for consent.
    Undecided(i64),
    /// Agreed tasks have not moved yet.
    NotTransferred(i64),
}

impl Session {
    /// May be prepared: tasks, slots and rules are still open.
    pub fn is_open(&self) -> bool {
        self.state == State::Draft
    }

    /// Answers of both sides may be read whatever their lists: the session went on, or the deadline passed.
    pub fn answers_open_at(&self, now: DateTime<Utc>) -> bool {
        self.state > State::Interest
            || (self.state == State::Interest && self.interest_deadline.is_some_and(|at| now >= at))
    }

    /// Differs when something in the session has changed that its pages show.
    pub fn stamp(&self) -> String {
        format!("{}.{}.{}", self.version, self.solutions, self.submitted)
    }

    /// The task exists for the viewer.
    pub fn shows(&self, task: Uuid) -> bool {
        !self.hidden.contains(&task)
    }
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::Draft,
        Self::Eligible,
        Self::Shortlist,
        Self::Interest,
        Self::Solved,
        Self::Consent,
        Self::Closed,
    ];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Eligible => "eligible",
            Self::Shortlist => "shortlist",
            Self::Interest => "interest",
            Self::Solved => "solved",
            Self::Consent => "consent",
            Self::Closed => "closed",
        }
    }

    /// Reads [`State::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Draft => l.t("準備", "Prepare"),
            Self::Eligible => l.t("適格判定", "Eligibility"),
            Self::Shortlist => l.t("候補", "Candidates"),
            Self::Interest => l.t("意向確認", "Interest"),
            Self::Solved => l.t("割当て", "Assignment"),
            Self::Consent => l.t("合意", "Consent"),
            Self::Closed => l.t("完了", "Closed"),
        }
    }

    /// From the opening of interest on, tasks, slots and ceilings stay as they are.
    pub fn is_frozen(self) -> bool {
        self >= Self::Interest
    }

    /// The state that a step leads to from this one, whatever the facts.
    pub fn after(self, step: Step) -> Option<Self> {
        use State::*;
        match (self, step) {
            (Draft, Step::Evaluate) => Some(Eligible),
            (Eligible, Step::Score) => Some(Shortlist),
            (Eligible | Shortlist, Step::Reopen) => Some(Draft),
            (Shortlist, Step::OpenInterest) => Some(Interest),
            (Interest, Step::CloseInterest) => Some(Solved),
            (Solved, Step::AskConsent) => Some(Consent),
            (Consent, Step::SolveAgain) => Some(Solved),
            (Solved | Consent, Step::Close) => Some(Closed),
            _ => None,
        }
    }

    /// The state after a step, or why it is not taken.
    pub fn take(self, step: Step, facts: &Facts, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let next = self.after(step).ok_or(Refusal::NotNow(self))?;
        match step {
            Step::Evaluate if facts.tasks == 0 => Err(Refusal::NoTasks),
            Step::Evaluate if facts.slots == 0 => Err(Refusal::NoSlots),
            Step::Score if facts.eligible == 0 => Err(Refusal::NothingEligible),
            Step::OpenInterest if facts.shortlisted == 0 => Err(Refusal::NothingShortlisted),
            Step::OpenInterest if facts.interest_deadline.is_none_or(|at| at <= now) => {
                Err(Refusal::NoDeadline)
            }
            Step::CloseInterest if !answers_are_open(facts, now) => {
                Err(Refusal::Unanswered(facts.lists - facts.submitted))
            }
            Step::SolveAgain | Step::Close if facts.waiting > 0 => Err(Refusal::Undecided(facts.waiting)),
            Step::Close if facts.to_transfer > 0 => Err(Refusal::NotTransferred(facts.to_transfer)),
            _ => Ok(next),
        }
    }
}

/// Both sides are in, or the deadline has passed.
pub fn answers_are_open(facts: &Facts, now: DateTime<Utc>) -> bool {
    facts.submitted >= facts.lists || facts.interest_deadline.is_some_and(|at| now >= at)
}

impl From<Refusal> for Said {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotNow(state) => Self::new(
                format!(
                    "セッションは「{}」の段階にあり、この操作はできません。画面を開き直してください。",
                    state.name(Language::Ja)
                ),
                format!("The session is at “{}”; reopen the page.", state.name(Language::En)),
            ),
            Refusal::NoTasks => Self::new("対象課題を選んでください。", "Choose the tasks first."),
            Refusal::NoSlots => Self::new("受入枠を選んでください。", "Choose the receiving slots first."),
            Refusal::NothingEligible => Self::new(
                "適格な組合せがありません。規則か、課題と受入枠の選び方を見直してください。",
                "No pair is eligible: look at the rules, the tasks and the slots again.",
            ),
            Refusal::NothingShortlisted => {
                Self::new("候補が1件もありません。", "Nothing is on any shortlist.")
            }
            Refusal::NoDeadline => Self::new(
                "意向確認の期限を、今より後の日時で設定してください。",
                "Set a deadline for interest that lies in the future.",
            ),
            Refusal::Unanswered(n) => Self::new(
                format!("まだ提出していない一覧が{n}件あります。期限まで回答は開きません。"),
                format!("{n} lists are not in yet; answers stay closed until the deadline."),
            ),
            Refusal::Undecided(n) => Self::new(
                format!("回答を待っている合意が{n}件あります。"),
                format!("{n} agreements still wait for an answer."),
            ),
            Refusal::NotTransferred(n) => Self::new(
                format!("合意したものの、まだ移行していない課題が{n}件あります。"),
                format!("{n} agreed tasks have not moved yet."),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};
    use proptest::prelude::*;

    use super::*;

    const STEPS: [Step; 8] = [
        Step::Evaluate,
        Step::Score,
        Step::Reopen,
        Step::OpenInterest,
        Step::CloseInterest,
        Step::AskConsent,
        Step::SolveAgain,
        Step::Close,
    ];

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 10, 7, 3, 0, 0).unwrap()
    }

    fn ready() -> Facts {
        Facts {
            tasks: 3,
            slots: 2,
            eligible: 4,
            shortlisted: 4,
            lists: 2,
            submitted: 2,
            interest_deadline: Some(noon() + Duration::days(7)),
            ..Facts::default()
        }
    }

    #[test]
    fn the_straight_way_leads_from_draft_to_closed() {
        let way = [
            Step::Evaluate,
            Step::Score,
            Step::OpenInterest,
            Step::CloseInterest,
            Step::AskConsent,
            Step::Close,
        ];
        let end = way.into_iter().try_fold(State::Draft, |s, step| s.take(step, &ready(), noon()));
        assert_eq!(end, Ok(State::Closed));
    }

    #[test]
    fn each_step_names_what_is_missing() {
        let cases = [
            (State::Draft, Step::Evaluate, Facts { tasks: 0, ..ready() }, Refusal::NoTasks),
            (State::Draft, Step::Evaluate, Facts { slots: 0, ..ready() }, Refusal::NoSlots),
            (State::Eligible, Step::Score, Facts { eligible: 0, ..ready() }, Refusal::NothingEligible),
            (
                State::Shortlist,
                Step::OpenInterest,
                Facts { shortlisted: 0, ..ready() },
                Refusal::NothingShortlisted,
            ),
            (
                State::Shortlist,
                Step::OpenInterest,
                Facts { interest_deadline: Some(noon()), ..ready() },
                Refusal::NoDeadline,
            ),
            (State::Interest, Step::CloseInterest, Facts { submitted: 1, ..ready() }, Refusal::Unanswered(1)),
            (State::Consent, Step::Close, Facts { waiting: 2, ..ready() }, Refusal::Undecided(2)),
            (State::Consent, Step::SolveAgain, Facts { waiting: 1, ..ready() }, Refusal::Undecided(1)),
            (State::Consent, Step::Close, Facts { to_transfer: 1, ..ready() }, Refusal::NotTransferred(1)),
            (State::Closed, Step::Close, ready(), Refusal::NotNow(State::Closed)),
        ];
        for (state, step, facts, refusal) in cases {
            assert_eq!(state.take(step, &facts, noon()), Err(refusal), "{state:?} {step:?}");
        }
    }

    #[test]
    fn answers_open_when_the_deadline_passes() {
        let facts = Facts { submitted: 0, interest_deadline: Some(noon()), ..ready() };
        assert_eq!(State::Interest.take(Step::CloseInterest, &facts, noon()), Ok(State::Solved));
        let early = noon() - Duration::seconds(1);
        assert_eq!(State::Interest.take(Step::CloseInterest, &facts, early), Err(Refusal::Unanswered(2)));
    }

    proptest! {
        /// Whatever is pressed in whatever order: capacities once frozen stay frozen, and a closed session stays closed.
        #[test]
        fn no_order_of_steps_thaws_a_session(
            presses in prop::collection::vec((0..STEPS.len(), 0_i64..3, 0_i64..3, -2_i64..3), 0..40)
        ) {
            let mut state = State::Draft;
            for (step, submitted, waiting, days) in presses {
                let facts = Facts {
                    submitted,
                    waiting,
                    interest_deadline: Some(noon() + Duration::days(days)),
                    ..ready()
                };
                if let Ok(next) = state.take(STEPS[step], &facts, noon()) {
                    prop_assert!(!state.is_frozen() || next.is_frozen());
                    prop_assert!(state != State::Closed);
                    prop_assert!(
                        state != State::Interest || answers_are_open(&facts, noon()),
                        "answers were opened early"
                    );
                    state = next;
                }
            }
        }

        /// The trigger in the database allows the steps of this model.
        #[test]
        fn codes_read_back(at in 0..State::ALL.len()) {
            prop_assert_eq!(State::from_code(State::ALL[at].code()), Some(State::ALL[at]));
        }
    }
}
