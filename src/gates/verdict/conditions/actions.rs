//! Giving evidence for a condition, and closing it.

use serde_json::json;

use crate::gates::actions::{Answer, Doing, about_review, answered};
use crate::gates::model::Refusal;
use crate::gates::readiness::Giving;

use super::queries::{self, ConditionRow};

/// Gives evidence, or other evidence, once per `form_key`.
pub async fn give(d: &Doing<'_>, condition: &ConditionRow, giving: &Giving, form_key: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let meeting = queries::meeting_of(&mut tx, condition.review_id).await?;
        if !d.claims(&mut tx, &format!("condition:{form_key}"), meeting.into()).await? {
            return Ok(Ok(()));
        }
        let given = giving.kept(d, &mut tx).await?;
        if !queries::give(&mut tx, condition.id, &given, d.user, d.now).await? {
            return Ok(Err(Refusal::ConditionClosed));
        }
        let details = json!({ "condition": condition.id, "given": giving.facts() });
        let event = about_review("gate.condition.evidence", condition.review_id.into(), details);
        d.finish(tx, meeting.into(), "decision", event).await.map(Ok)
    };
    answered(work.await)
}

/// Closes a condition; the database lets nobody but the named closer do it, and only on evidence.
pub async fn close(d: &Doing<'_>, condition: &ConditionRow, note: Option<&str>) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::close(&mut tx, condition.id, note, d.user, d.now).await? {
            return Ok(Err(Refusal::ConditionClosed));
        }
        let meeting = queries::meeting_of(&mut tx, condition.review_id).await?;
        let details = json!({ "condition": condition.id, "note": note });
        let event = about_review("gate.condition.close", condition.review_id.into(), details);
        d.finish(tx, meeting.into(), "decision", event).await.map(Ok)
    };
    answered(work.await)
}
