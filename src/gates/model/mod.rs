//! Rules of a review, pure: the words ([`words`]), the state machine ([`room`]) with its exhaustive check, who reads
//! what ([`reading`]), and leniency ([`leniency`]). The database keeps the same rules by triggers
//! (`migrations/20261122300002_guard_gate_reviews.sql`), for whoever does not come through here.

pub mod leniency;
pub mod reading;
pub mod refusal;
pub mod room;
pub mod words;

#[cfg(test)]
mod explored;

pub use refusal::Refusal;
pub use room::{Event, FollowUps, Room, Seat, Sheet};
pub use words::{Choice, Disposition, MeetingState, Outcome, ReviewState, SeatRole};
