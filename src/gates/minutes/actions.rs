//! Issuing minutes.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::gates::actions::Doing;
use crate::gates::model::MeetingState;
use crate::gates::{MeetingId, live};

use super::model::{Audience, hash_of};
use super::queries;

/// Why minutes were not issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The meeting is not closed.
    Open,
    /// The record is, to the letter, the one issued last.
    Same,
}

/// Keeps the record of a closed meeting, in full and for the public, with their hashes in the audit.
pub async fn issue(doing: &Doing<'_>, meeting: MeetingId, key: &str) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = doing.pool.begin().await?;
    if !doing.claims(&mut tx, key, meeting).await? {
        return Ok(Ok(()));
    }
    if let Err(refusal) = write(&mut tx, meeting, (&doing.actor, doing.user), doing.now).await? {
        return Ok(Err(refusal));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// The work of [`issue`] inside somebody's transaction; nothing else may be written in it afterwards.
pub async fn write(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    (actor, user): (&Actor, Uuid),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    if queries::lock_meeting(tx, meeting.0).await?.as_deref() != Some(MeetingState::Closed.code()) {
        return Ok(Err(Refusal::Open));
    }
    let Some(full) = queries::record(tx, meeting.0).await? else { return Ok(Err(Refusal::Open)) };
    let (full, public) = (full.text()?, full.public().text()?);
    let (full_hash, public_hash) = (hash_of(&full), hash_of(&public));
    if queries::last_hash(tx, meeting.0).await?.as_deref() == Some(&full_hash) {
        return Ok(Err(Refusal::Same));
    }
    queries::insert(tx, (meeting.0, Audience::Full), (&full, &full_hash), user, now).await?;
    queries::insert(tx, (meeting.0, Audience::Public), (&public, &public_hash), user, now).await?;
    live::changed(tx, meeting, "minutes").await?;
    let facts = json!({ "full": full_hash, "public": public_hash });
    audit::record(tx, actor, now, Event::new("gate_minutes.issue", "gate_meeting", meeting, facts)).await?;
    Ok(Ok(()))
}
