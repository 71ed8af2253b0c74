//! States of an option and the steps between them.

use crate::kernel::{Language, Said};

/// Where an option stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The upstream program asks for it.
    Offered,
    /// The receiving program keeps slot and money for it.
    Held,
    /// The gate at the end of the stage was passed.
    Confirmed,
    /// The slot is taken; it enters the session of its year as allocated.
    Exercised,
    /// Given back, with a reason.
    Released,
    /// The day passed.
    Expired,
}

/// What somebody does to an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Hold,
    Confirm,
    Exercise,
    Release,
    Expire,
}

/// Who may take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Whoever keeps the task.
    Upstream,
    /// Whoever keeps the receiving program.
    Receiving,
    Either,
}

impl State {
    pub const ALL: [Self; 6] =
        [Self::Offered, Self::Held, Self::Confirmed, Self::Exercised, Self::Released, Self::Expired];
    /// States in which a slot is still reserved or asked for.
    pub const ALIVE: [Self; 3] = [Self::Offered, Self::Held, Self::Confirmed];

    pub fn code(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Exercised => "exercised",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Offered => l.t("提示", "Offered"),
            Self::Held => l.t("確保", "Held"),
            Self::Confirmed => l.t("確定", "Confirmed"),
            Self::Exercised => l.t("行使", "Exercised"),
            Self::Released => l.t("解放", "Released"),
            Self::Expired => l.t("失効", "Expired"),
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Offered => "warn",
            Self::Held | Self::Confirmed => "info",
            Self::Exercised => "ok",
            Self::Released | Self::Expired => "quiet",
        }
    }

    pub fn is_alive(self) -> bool {
        Self::ALIVE.contains(&self)
    }

    /// The steps that are possible from here.
    pub fn steps(self) -> Vec<Step> {
        [Step::Hold, Step::Confirm, Step::Exercise, Step::Release, Step::Expire]
            .into_iter()
            .filter(|step| self.after(*step).is_some())
            .collect()
    }

    /// The state after a step, or nothing where it is not possible.
    pub fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Offered, Step::Hold) => Some(Self::Held),
            (Self::Held, Step::Confirm) => Some(Self::Confirmed),
            (Self::Confirmed, Step::Exercise) => Some(Self::Exercised),
            (state, Step::Release) if state.is_alive() => Some(Self::Released),
            (state, Step::Expire) if state.is_alive() => Some(Self::Expired),
            _ => None,
        }
    }
}

impl Step {
    pub fn code(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Confirm => "confirm",
            Self::Exercise => "exercise",
            Self::Release => "release",
            Self::Expire => "expire",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Hold, Self::Confirm, Self::Exercise, Self::Release, Self::Expire]
            .into_iter()
            .find(|s| s.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Hold => l.t("枠と金額を確保する", "Hold slot and money"),
            Self::Confirm => l.t("ゲート通過により確定する", "Confirm after the gate"),
            Self::Exercise => l.t("行使する", "Exercise"),
            Self::Release => l.t("解放する", "Release"),
            Self::Expire => l.t("失効とする", "Let it expire"),
        }
    }

    /// Whose step it is.
    pub fn side(self) -> Side {
        match self {
            Self::Hold | Self::Exercise => Side::Receiving,
            Self::Confirm => Side::Upstream,
            Self::Release | Self::Expire => Side::Either,
        }
    }
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody was faster.
    Stale,
    /// Not from this state.
    NotFromHere,
    /// Releasing needs a reason.
    NoReason,
    /// Confirming needs a GO of the gate.
    NoGate,
    /// The day to decide by has not passed.
    NotYet,
    /// The task has an option alive with this program and year.
    OneIsAlive,
}

impl Refusal {
    pub fn said(self) -> Said {
        match self {
            Self::Stale => Said::new(
                "ほかの人が先にこの枠を更新しました。今の状態を確認してください。",
                "Somebody changed this option first. Look at where it stands now.",
            ),
            Self::NotFromHere => {
                Said::new("今の状態からはできません。", "This is not possible from where the option stands.")
            }
            Self::NoReason => Said::new("解放する理由を入力してください。", "Enter why it is released."),
            Self::NoGate => Said::new(
                "段階の終わりのゲートでGOの決定がまだないため、確定できません。",
                "The gate at the end of the stage has not decided GO, so it cannot be confirmed.",
            ),
            Self::NotYet => {
                Said::new("決定期限の前は失効にできません。", "It cannot expire before the day to decide by.")
            }
            Self::OneIsAlive => Said::new(
                "この課題には、同じ事業・年度の枠がすでにあります。",
                "The task has an option on this program and year already.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_forward_and_what_is_final_stays() {
        for (from, step, to) in [
            (State::Offered, Step::Hold, Some(State::Held)),
            (State::Offered, Step::Confirm, None),
            (State::Held, Step::Confirm, Some(State::Confirmed)),
            (State::Held, Step::Exercise, None),
            (State::Confirmed, Step::Exercise, Some(State::Exercised)),
            (State::Confirmed, Step::Release, Some(State::Released)),
            (State::Exercised, Step::Release, None),
            (State::Released, Step::Hold, None),
            (State::Expired, Step::Expire, None),
        ] {
            assert_eq!(from.after(step), to, "{from:?} {step:?}");
        }
        for state in [State::Exercised, State::Released, State::Expired] {
            assert!(state.steps().is_empty());
        }
    }
}
