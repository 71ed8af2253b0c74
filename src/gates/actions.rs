//! What all actions of gates share: a step refused by a constraint is a [`Refusal`], a step done is told and recorded.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Tx, constraint, submissions};

use super::model::Refusal;
use super::{MeetingId, ReviewId, meeting_path};

/// What an action answers: done, or refused in words.
pub type Answer<T> = sqlx::Result<Result<T, Refusal>>;

/// Who does something, when, and where it is written.
pub struct Doing<'a> {
    pub pool: &'a PgPool,
    pub user: Uuid,
    pub actor: Actor,
    pub now: DateTime<Utc>,
}

impl Doing<'_> {
    /// Claims the key of a form; false where it was sent before.
    pub async fn claims(&self, tx: &mut Tx<'_>, key: &str, meeting: MeetingId) -> sqlx::Result<bool> {
        submissions::claim(tx, key, self.actor.id, &meeting_path(meeting), self.now).await
    }

    /// Tells open pages of the meeting, writes the audit entry and commits: the end of every action.
    pub async fn finish(
        &self,
        mut tx: Tx<'_>,
        meeting: MeetingId,
        part: &str,
        event: Event<'_>,
    ) -> sqlx::Result<()> {
        super::live::changed(&mut tx, meeting, part).await?;
        audit::record(&mut tx, &self.actor, self.now, event).await?;
        tx.commit().await
    }
}

/// Turns a refusal by the database into one by the model's name.
pub fn refused<T>(result: sqlx::Result<T>) -> Answer<T> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => match constraint(&error).and_then(Refusal::of_constraint) {
            Some(refusal) => Ok(Err(refusal)),
            None => Err(error),
        },
    }
}

/// As [`refused`], for work that may itself refuse.
pub fn answered<T>(result: Answer<T>) -> Answer<T> {
    refused(result).map(|answer| answer.and_then(|inner| inner))
}

/// An audit entry about an item. It never holds a score, a comment or a vote: auditors read it before the reveal.
pub fn about_review(action: &'static str, review: ReviewId, details: Value) -> Event<'static> {
    Event::new(action, "gate_review", review, details)
}

/// An audit entry about a meeting.
pub fn about_meeting(action: &'static str, meeting: MeetingId, details: Value) -> Event<'static> {
    Event::new(action, "gate_meeting", meeting, details)
}
