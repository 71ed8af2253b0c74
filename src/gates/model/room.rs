//! The state machine of one item in its meeting. [`Room::apply`] is the only way from state to state; actions load a
//! room, apply an event, and write what it says.

use crate::gates::templates::Rule;

use super::Refusal;
use super::words::{Choice, MeetingState, Need, Outcome, ReviewState, SeatRole};

/// A member's scores for the item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sheet {
    #[default]
    None,
    Draft,
    Submitted,
}

/// A seat as far as one item is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    pub role: SeatRole,
    pub recused: bool,
    /// Recused by a conflict that no chair can waive.
    pub barred: bool,
    pub sheet: Sheet,
    pub vote: Option<Choice>,
}

impl Seat {
    pub fn new(role: SeatRole) -> Self {
        Self { role, recused: false, barred: false, sheet: Sheet::None, vote: None }
    }

    /// Scores and votes on the item.
    pub fn judges(&self) -> bool {
        self.role.judges() && !self.recused
    }
}

/// One item in its meeting: everything that decides what may happen next. Seats stand in the committee's order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Room {
    pub meeting: MeetingState,
    pub review: ReviewState,
    pub seats: Vec<Seat>,
    /// Conditions of an earlier decision on the task are open.
    pub blocked: bool,
}

/// What a decision carries with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FollowUps {
    pub conditions: usize,
    pub dispositions: usize,
    pub receiving_program: bool,
    pub outside_evidence: bool,
}

/// A step. Seats are named by their place in [`Room::seats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    OpenScoring,
    /// A conflict is declared or found; `bar`: one that cannot be waived.
    FindConflict {
        seat: usize,
        bar: bool,
    },
    Recuse {
        by: usize,
        seat: usize,
    },
    Waive {
        by: usize,
        seat: usize,
    },
    SaveDraft {
        seat: usize,
    },
    Submit {
        seat: usize,
    },
    TakeBack {
        seat: usize,
    },
    Reveal {
        by: usize,
    },
    Vote {
        seat: usize,
        choice: Choice,
    },
    /// The chair notes that the committee delegated the item.
    Wait {
        by: usize,
    },
    Decide {
        by: usize,
        outcome: Outcome,
        with: FollowUps,
    },
    /// The chair closes a waiting item alone.
    DecideAlone {
        by: usize,
        outcome: Outcome,
        with: FollowUps,
    },
    CloseConditions,
    CloseMeeting,
}

impl Room {
    /// The chair of the item: the chair, or the first judging member where the chair is recused.
    pub fn chair(&self) -> Option<usize> {
        let judges = |role| self.seats.iter().position(|s| s.judges() && s.role == role);
        judges(SeatRole::Chair).or_else(|| judges(SeatRole::Member))
    }

    /// Members who may judge the item.
    pub fn eligible(&self) -> u32 {
        count(self.seats.iter().filter(|s| s.judges()))
    }

    /// Votes by members who may judge, abstentions included.
    pub fn present(&self) -> u32 {
        count(self.counting_votes())
    }

    /// Votes for something.
    pub fn cast(&self) -> u32 {
        count(self.counting_votes().filter(|c| *c != Choice::Abstain))
    }

    /// Votes for `choice` by members who may judge.
    pub fn votes_for(&self, choice: Choice) -> u32 {
        count(self.counting_votes().filter(|c| *c == choice))
    }

    /// True if a quorum of unconflicted members is there and enough of its votes are for `choice`.
    pub fn carries(&self, choice: Choice, rule: &Rule) -> bool {
        self.present() >= rule.quorum(self.eligible()) && rule.carries(self.votes_for(choice), self.cast())
    }

    /// What `choice` the votes carry, if any.
    pub fn carried(&self, rule: &Rule) -> Option<Choice> {
        Choice::ALL.iter().copied().find(|c| *c != Choice::Abstain && self.carries(*c, rule))
    }

    /// The state after `event`, or why it is refused. `rule` is the template's.
    pub fn apply(&self, event: Event, rule: &Rule) -> Result<Self, Refusal> {
        let mut next = self.clone();
        match event {
            Event::OpenScoring => {
                self.in_state(MeetingState::Planned)?;
                if !self.seats.iter().any(|s| s.role == SeatRole::Chair) {
                    return Err(Refusal::NeedsChair);
                }
                next.meeting = MeetingState::Scoring;
            }
            Event::FindConflict { seat, bar } => {
                self.still_open()?;
                next.seats[seat].recused = true;
                next.seats[seat].barred |= bar;
            }
            Event::Recuse { by, seat } | Event::Waive { by, seat } => {
                self.still_open()?;
                if by == seat {
                    return Err(Refusal::OwnConflict);
                }
                self.by_chair(by)?;
                let waives = matches!(event, Event::Waive { .. });
                if waives && self.seats[seat].barred {
                    return Err(Refusal::BarStands);
                }
                next.seats[seat].recused = !waives;
            }
            Event::SaveDraft { seat } => {
                self.may_score(seat)?;
                if self.seats[seat].sheet == Sheet::Submitted {
                    return Err(Refusal::AlreadySubmitted);
                }
                next.seats[seat].sheet = Sheet::Draft;
            }
            Event::Submit { seat } => {
                self.may_score(seat)?;
                match self.seats[seat].sheet {
                    Sheet::None => return Err(Refusal::Incomplete),
                    Sheet::Submitted => return Err(Refusal::AlreadySubmitted),
                    Sheet::Draft => next.seats[seat].sheet = Sheet::Submitted,
                }
            }
            Event::TakeBack { seat } => {
                self.may_score(seat)?;
                if self.seats[seat].sheet != Sheet::Submitted {
                    return Err(Refusal::NotNow);
                }
                next.seats[seat].sheet = Sheet::Draft;
            }
            Event::Reveal { by } => {
                self.in_state(MeetingState::Scoring)?;
                if self.seats[by].role != SeatRole::Chair {
                    return Err(Refusal::NotTheChair);
                }
                next.meeting = MeetingState::Revealed;
            }
            Event::Vote { seat, choice } => {
                self.in_state(MeetingState::Revealed)?;
                self.listed()?;
                self.judging(seat)?;
                next.seats[seat].vote = Some(choice);
            }
            Event::Wait { by } => {
                self.in_state(MeetingState::Revealed)?;
                self.listed()?;
                self.by_chair(by)?;
                if !self.carries(Choice::Delegate, rule) {
                    return Err(Refusal::NoQuorum);
                }
                next.review = ReviewState::Waiting;
            }
            Event::Decide { by, outcome, with } => {
                self.undecided()?;
                self.in_state(MeetingState::Revealed)?;
                self.decidable(by, ReviewState::Listed, outcome.choice(), rule)?;
                with.suffice(outcome)?;
                next.review = ReviewState::Decided;
            }
            Event::DecideAlone { by, outcome, with } => {
                self.undecided()?;
                self.decidable(by, ReviewState::Waiting, Choice::Delegate, rule)?;
                if !with.outside_evidence {
                    return Err(Refusal::MissingEvidence);
                }
                with.suffice(outcome)?;
                next.review = ReviewState::Decided;
            }
            Event::CloseConditions => next.blocked = false,
            Event::CloseMeeting => {
                self.in_state(MeetingState::Revealed)?;
                if self.review == ReviewState::Listed {
                    return Err(Refusal::ItemsOpen);
                }
                next.meeting = MeetingState::Closed;
            }
        }
        Ok(next)
    }

    fn counting_votes(&self) -> impl Iterator<Item = Choice> + '_ {
        self.seats.iter().filter(|s| s.judges()).filter_map(|s| s.vote)
    }

    fn in_state(&self, wanted: MeetingState) -> Result<(), Refusal> {
        if self.meeting == wanted { Ok(()) } else { Err(Refusal::NotNow) }
    }

    fn listed(&self) -> Result<(), Refusal> {
        if self.review == ReviewState::Listed { Ok(()) } else { Err(Refusal::NotNow) }
    }

    fn undecided(&self) -> Result<(), Refusal> {
        if self.review == ReviewState::Decided { Err(Refusal::AlreadyDecided) } else { Ok(()) }
    }

    /// Conflicts are found and resolved until the item is decided.
    fn still_open(&self) -> Result<(), Refusal> {
        match self.review {
            ReviewState::Listed | ReviewState::Waiting => Ok(()),
            ReviewState::Decided | ReviewState::Withdrawn => Err(Refusal::NotNow),
        }
    }

    fn by_chair(&self, by: usize) -> Result<(), Refusal> {
        if self.chair() == Some(by) { Ok(()) } else { Err(Refusal::NotTheChair) }
    }

    fn judging(&self, seat: usize) -> Result<(), Refusal> {
        if !self.seats.get(seat).is_some_and(Seat::judges) {
            return Err(Refusal::MayNotJudge);
        }
        if self.blocked { Err(Refusal::ConditionsOpen) } else { Ok(()) }
    }

    fn may_score(&self, seat: usize) -> Result<(), Refusal> {
        self.in_state(MeetingState::Scoring)?;
        self.listed()?;
        self.judging(seat)
    }

    fn decidable(&self, by: usize, state: ReviewState, choice: Choice, rule: &Rule) -> Result<(), Refusal> {
        if self.review != state {
            return Err(Refusal::NotNow);
        }
        self.by_chair(by)?;
        if self.blocked {
            return Err(Refusal::ConditionsOpen);
        }
        if self.carries(choice, rule) { Ok(()) } else { Err(Refusal::NoQuorum) }
    }
}

impl FollowUps {
    /// Refuses an outcome whose mandatory follow-up is missing.
    pub fn suffice(&self, outcome: Outcome) -> Result<(), Refusal> {
        match outcome.needs() {
            Need::ReceivingProgram if !self.receiving_program => Err(Refusal::MissingProgram),
            Need::Conditions if self.conditions == 0 => Err(Refusal::MissingConditions),
            Need::Disposition if self.dispositions == 0 => Err(Refusal::MissingDisposition),
            _ => Ok(()),
        }
    }
}

fn count<T>(of: impl Iterator<Item = T>) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}
