//! What a salvage run can end with.

use crate::kernel::Language;

/// Where a task is to go after a gate did not let it go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    OtherProgram,
    OtherTask,
    Company,
    ResumeLater,
    Closed,
}

impl Verdict {
    pub const ALL: [Self; 5] =
        [Self::OtherProgram, Self::OtherTask, Self::Company, Self::ResumeLater, Self::Closed];

    /// The word in the database and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::OtherProgram => "other_program",
            Self::OtherTask => "other_task",
            Self::Company => "company",
            Self::ResumeLater => "resume_later",
            Self::Closed => "closed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::OtherProgram => l.t("別の事業へ", "To another program"),
            Self::OtherTask => l.t("別の課題に合流", "Joined to another task"),
            Self::Company => l.t("企業へ", "To a company"),
            Self::ResumeLater => l.t("条件が整えば再開", "Resume later"),
            Self::Closed => l.t("終了", "Closed"),
        }
    }
}

/// What a gate decided, in words with its tone.
pub fn outcome_name(outcome: &str, l: Language) -> (&'static str, &'static str) {
    match outcome {
        "no_go" => (l.t("NO-GO", "NO-GO"), "bad"),
        "hold" => (l.t("保留", "HOLD"), "warn"),
        _ => (l.t("方針転換", "Redirect"), "info"),
    }
}
