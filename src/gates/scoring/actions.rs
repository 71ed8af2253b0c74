//! Saving, submitting and taking back a sheet; giving advice.

use serde_json::json;

use crate::gates::actions::{Answer, Doing, about_review, answered, refused};
use crate::gates::model::{Event, Refusal};
use crate::gates::queries::{self as shared, Review};

use super::queries::{self, Content};

/// What saving found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The draft's new version.
    Version(i32),
    /// Another window of the same member was faster.
    Stale,
}

/// Saves a draft. No audit entry: a draft is not yet a step, and it is saved at every pause of typing.
pub async fn save(d: &Doing<'_>, review: &Review, version: i32, content: &Content<'_>) -> Answer<Saved> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if let Err(refusal) = check(d, &mut tx, review, |seat| Event::SaveDraft { seat }).await? {
            return Ok(Err(refusal));
        }
        let Some(version) = queries::save(&mut tx, review.id, d.user, version, content, d.now).await? else {
            return Ok(Ok(Saved::Stale));
        };
        tx.commit().await?;
        Ok(Ok(Saved::Version(version)))
    };
    answered(work.await)
}

/// Saves and submits in one step: afterwards the sheet is sealed.
pub async fn submit(d: &Doing<'_>, review: &Review, version: i32, content: &Content<'_>) -> Answer<Saved> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if let Err(refusal) = check(d, &mut tx, review, |seat| Event::SaveDraft { seat }).await? {
            return Ok(Err(refusal));
        }
        let Some(version) = queries::save(&mut tx, review.id, d.user, version, content, d.now).await? else {
            return Ok(Ok(Saved::Stale));
        };
        queries::set_submitted(&mut tx, review.id, d.user, true, d.now).await?;
        let event = about_review("gate.sheet.submit", review.id, json!({ "version": version + 1 }));
        d.finish(tx, review.meeting_id, "progress", event).await?;
        Ok(Ok(Saved::Version(version + 1)))
    };
    answered(work.await)
}

/// Opens one's own submitted sheet again, before the reveal.
pub async fn take_back(d: &Doing<'_>, review: &Review) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if let Err(refusal) = check(d, &mut tx, review, |seat| Event::TakeBack { seat }).await? {
            return Ok(Err(refusal));
        }
        queries::set_submitted(&mut tx, review.id, d.user, false, d.now).await?;
        let event = about_review("gate.sheet.take_back", review.id, json!({}));
        d.finish(tx, review.meeting_id, "progress", event).await.map(Ok)
    };
    answered(work.await)
}

/// Gives or replaces an adviser's text.
pub async fn advise(d: &Doing<'_>, review: &Review, body: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::advise(&mut tx, review.id, d.user, body, d.now).await? {
            return Err(sqlx::Error::RowNotFound);
        }
        let event = about_review("gate.advice.give", review.id, json!({}));
        d.finish(tx, review.meeting_id, "advice", event).await
    };
    match refused(work.await) {
        Err(sqlx::Error::RowNotFound) => Ok(Err(Refusal::NotNow)),
        other => other,
    }
}

async fn check(
    d: &Doing<'_>,
    tx: &mut crate::db::Tx<'_>,
    review: &Review,
    event: impl Fn(usize) -> Event,
) -> Answer<()> {
    let seated = shared::room(tx, review.id, false).await?;
    Ok(seated.room.apply(event(seated.seat_of(d.user)), &seated.rule).map(|_| ()))
}
