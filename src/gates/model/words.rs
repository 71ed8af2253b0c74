//! The words of the machine: states, seats, outcomes.

use crate::kernel::words::coded;

coded!(
    /// A meeting goes through these in order and never back.
    MeetingState {
        /// Committee and agenda are being put together.
        Planned = "planned", "準備中", "Being prepared";
        /// Members score; nobody sees another's scores.
        Scoring = "scoring", "採点中", "Scoring";
        /// The chair has revealed the scores; the committee discusses and votes.
        Revealed = "revealed", "開示済", "Revealed";
        Closed = "closed", "終了", "Closed";
        Cancelled = "cancelled", "中止", "Cancelled";
    }
);

coded!(
    /// An item of a run list.
    ReviewState {
        Listed = "listed", "審議前", "To be judged";
        /// The committee left it to the chair until outside evidence comes.
        Waiting = "waiting", "外部資料待ち", "Waiting for evidence";
        Decided = "decided", "決定済", "Decided";
        Withdrawn = "withdrawn", "取下げ", "Withdrawn";
    }
);

coded!(
    /// What somebody is in a committee.
    SeatRole {
        Chair = "chair", "委員長", "Chair";
        Member = "member", "委員", "Member";
        /// Advises and never votes (DC).
        Adviser = "adviser", "助言者", "Adviser";
    }
);

coded!(
    /// What a committee can decide (domain.md, 5.4).
    Outcome {
        Go = "go", "GO", "GO";
        /// The task moves to another program before its support ends.
        GoEarly = "go_early", "GO（他事業へ早期移行）", "GO, early move to another program";
        ConditionalGo = "conditional_go", "条件付きGO", "Conditional GO";
        Redirect = "redirect", "方針変更", "Change of direction";
        Hold = "hold", "HOLD（保留）", "HOLD";
        NoGo = "no_go", "NO-GO", "NO-GO";
    }
);

coded!(
    /// What a member votes for.
    Choice {
        Go = "go", "GO", "GO";
        GoEarly = "go_early", "GO（他事業へ早期移行）", "GO, early move to another program";
        ConditionalGo = "conditional_go", "条件付きGO", "Conditional GO";
        Redirect = "redirect", "方針変更", "Change of direction";
        Hold = "hold", "HOLD（保留）", "HOLD";
        NoGo = "no_go", "NO-GO", "NO-GO";
        /// Wait for outside evidence; the chair closes alone.
        Delegate = "delegate", "外部資料を待ち委員長一任", "Wait for evidence, the chair decides";
        Abstain = "abstain", "棄権", "Abstain";
    }
);

coded!(
    /// What becomes of results that do not simply go on: a fact that matching reads.
    Disposition {
        OtherProgram = "other_program", "他事業での活用を検討", "Look for another program";
        OtherTask = "other_task", "他課題で活用", "Use in another task";
        Company = "company", "企業への導出を検討", "Offer to companies";
        NewPlan = "new_plan", "計画を見直して継続", "Continue with a new plan";
        ResumeLater = "resume_later", "条件が整い次第再開", "Resume when conditions allow";
        Publish = "publish", "公表・データ公開", "Publish, open the data";
        Archive = "archive", "記録として保存", "Keep as a record";
    }
);

impl Outcome {
    /// Tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Go | Self::GoEarly => "ok",
            Self::ConditionalGo | Self::Redirect => "warn",
            Self::Hold => "info",
            Self::NoGo => "bad",
        }
    }

    /// What must be recorded with it.
    pub fn needs(self) -> Need {
        match self {
            Self::Go => Need::Nothing,
            Self::GoEarly => Need::ReceivingProgram,
            Self::ConditionalGo => Need::Conditions,
            Self::Redirect | Self::Hold | Self::NoGo => Need::Disposition,
        }
    }

    /// The vote that carries it.
    pub fn choice(self) -> Choice {
        match self {
            Self::Go => Choice::Go,
            Self::GoEarly => Choice::GoEarly,
            Self::ConditionalGo => Choice::ConditionalGo,
            Self::Redirect => Choice::Redirect,
            Self::Hold => Choice::Hold,
            Self::NoGo => Choice::NoGo,
        }
    }
}

/// The mandatory follow-up of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Nothing,
    ReceivingProgram,
    /// At least one, each with due date, needed evidence and a named closer.
    Conditions,
    /// What becomes of the results.
    Disposition,
}

impl SeatRole {
    /// Scores and votes.
    pub fn judges(self) -> bool {
        self != Self::Adviser
    }
}

impl MeetingState {
    pub fn tone(self) -> &'static str {
        match self {
            Self::Planned => "quiet",
            Self::Scoring => "info",
            Self::Revealed => "warn",
            Self::Closed => "ok",
            Self::Cancelled => "quiet",
        }
    }
}

impl ReviewState {
    pub fn tone(self) -> &'static str {
        match self {
            Self::Listed => "info",
            Self::Waiting => "warn",
            Self::Decided => "ok",
            Self::Withdrawn => "quiet",
        }
    }
}
