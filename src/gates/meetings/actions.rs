//! Composing a meeting, ordering its run list, and moving it on.

use serde_json::json;
use uuid::Uuid;

use crate::gates::actions::{Answer, Doing, about_meeting, about_review, answered, refused};
use crate::gates::model::{MeetingState, Refusal};
use crate::gates::queries::{Meeting, Review};
use crate::gates::{MeetingId, ReviewId};

use super::queries::{self, MeetingFields, NewItem};

/// Composes a meeting with its first items, once per `key`.
pub async fn compose(
    d: &Doing<'_>,
    id: MeetingId,
    fields: &MeetingFields,
    items: &[NewItem],
    key: &str,
) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !d.claims(&mut tx, key, id).await? {
            return Ok(());
        }
        queries::insert(&mut tx, id, fields, d.user, d.now).await?;
        queries::insert_items(&mut tx, id, items).await?;
        let details = json!({ "name": fields.name_ja, "held_at": fields.held_at, "items": items.len() });
        d.finish(tx, id, "agenda", about_meeting("gate.meeting.compose", id, details)).await
    };
    refused(work.await)
}

/// Changes name, time and place. False: somebody was faster.
pub async fn edit(
    d: &Doing<'_>,
    meeting: &Meeting,
    version: i32,
    fields: &MeetingFields,
) -> sqlx::Result<bool> {
    let mut tx = d.pool.begin().await?;
    if !queries::update(&mut tx, meeting.id, version, fields).await? {
        return Ok(false);
    }
    let details = json!({ "name": fields.name_ja, "held_at": fields.held_at, "place": fields.place });
    d.finish(tx, meeting.id, "agenda", about_meeting("gate.meeting.edit", meeting.id, details)).await?;
    Ok(true)
}

/// Adds items to the run list, once per `key`.
pub async fn add_items(d: &Doing<'_>, meeting: MeetingId, items: &[NewItem], key: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !d.claims(&mut tx, key, meeting).await? {
            return Ok(());
        }
        queries::insert_items(&mut tx, meeting, items).await?;
        let tasks: Vec<Uuid> = items.iter().map(|i| i.task).collect();
        let event = about_meeting("gate.meeting.add_items", meeting, json!({ "tasks": tasks }));
        d.finish(tx, meeting, "agenda", event).await
    };
    refused(work.await)
}

/// Moves an item to where another one stands.
pub async fn move_item(d: &Doing<'_>, review: &Review, to: ReviewId) -> sqlx::Result<()> {
    let mut tx = d.pool.begin().await?;
    queries::move_item(&mut tx, review.meeting_id, review.id, to).await?;
    let event = about_review("gate.review.move", review.id, json!({ "to_the_place_of": to }));
    d.finish(tx, review.meeting_id, "agenda", event).await
}

pub async fn set_minutes(d: &Doing<'_>, review: &Review, minutes: i16) -> sqlx::Result<()> {
    let mut tx = d.pool.begin().await?;
    queries::set_minutes(&mut tx, review.id, minutes).await?;
    let event = about_review("gate.review.minutes", review.id, json!({ "minutes": minutes }));
    d.finish(tx, review.meeting_id, "agenda", event).await
}

/// Takes an item off the run list; it stays in the record with its reason.
pub async fn withdraw_item(d: &Doing<'_>, review: &Review, reason: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::withdraw_item(&mut tx, review.id, reason).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let event = about_review("gate.review.withdraw", review.id, json!({ "reason": reason }));
        d.finish(tx, review.meeting_id, "agenda", event).await.map(Ok)
    };
    answered(work.await)
}

/// Moves a meeting on: opening the scoring, reveal, closing, cancelling.
pub async fn move_on(d: &Doing<'_>, meeting: &Meeting, to: MeetingState) -> Answer<()> {
    let (from, action): (&[MeetingState], _) = match to {
        MeetingState::Scoring => (&[MeetingState::Planned], "gate.meeting.open"),
        MeetingState::Revealed => (&[MeetingState::Scoring], "gate.meeting.reveal"),
        MeetingState::Closed => (&[MeetingState::Revealed], "gate.meeting.close"),
        MeetingState::Cancelled => (&[MeetingState::Planned, MeetingState::Scoring], "gate.meeting.cancel"),
        MeetingState::Planned => return Ok(Err(Refusal::NotNow)),
    };
    let from: Vec<String> = from.iter().map(|s| s.code().to_owned()).collect();
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::set_state(&mut tx, meeting.id, &from, to, d.user, d.now).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let event =
            about_meeting(action, meeting.id, json!({ "from": meeting.state.code(), "to": to.code() }));
        d.finish(tx, meeting.id, "state", event).await.map(Ok)
    };
    answered(work.await)
}
