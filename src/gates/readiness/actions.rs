//! Noting evidence.

use serde_json::json;
use uuid::Uuid;

use crate::gates::actions::{Answer, Doing, about_review, answered};
use crate::gates::model::Refusal;
use crate::gates::queries::Review;

use super::queries;

/// Notes that a document or a consultation record is there.
pub async fn give(d: &Doing<'_>, review: &Review, key: Uuid, note: &str, url: Option<&str>) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::give(&mut tx, review.id, key, (note, url), d.user, d.now).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let event = about_review(
            "gate.evidence.give",
            review.id,
            json!({ "evidence": key, "note": note, "url": url }),
        );
        d.finish(tx, review.meeting_id, "evidence", event).await.map(Ok)
    };
    answered(work.await)
}
