//! Stating a conflict per item, and resolving one.

use serde_json::json;
use uuid::Uuid;

use crate::gates::ReviewId;
use crate::gates::actions::{Answer, Doing, about_meeting, about_review, answered};
use crate::gates::model::{Event, Refusal};
use crate::gates::queries::{self as shared, Meeting, Review};
use crate::portfolio::conflicts::{NewDeclaration, declare_within};

use super::queries;

/// What a member states about one item.
pub struct Statement {
    pub review: ReviewId,
    pub task: Uuid,
    /// The declared relation, if there is one.
    pub conflict: Option<NewDeclaration>,
}

/// Notes a member's statements on items of a meeting. A conflict is also declared for the task itself, so that it holds
/// wherever the person meets it again (matching, other committees).
pub async fn state(d: &Doing<'_>, meeting: &Meeting, statements: &[Statement], key: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !d.claims(&mut tx, key, meeting.id).await? {
            return Ok(Ok(()));
        }
        for statement in statements {
            if !queries::state(&mut tx, statement.review, d.user, statement.conflict.is_some(), d.now).await?
            {
                return Ok(Err(Refusal::NotNow));
            }
            if let Some(declaration) = &statement.conflict {
                declare_within(&mut tx, d.user.into(), declaration, d.now).await?;
            }
        }
        let conflicts = statements.iter().filter(|s| s.conflict.is_some()).count();
        let details = json!({ "items": statements.len(), "conflicts": conflicts });
        d.finish(tx, meeting.id, "conflicts", about_meeting("gate.conflict.state", meeting.id, details))
            .await
            .map(Ok)
    };
    answered(work.await)
}

/// The chair recuses a member from an item, or waives the conflict with a reason.
pub async fn resolve(d: &Doing<'_>, review: &Review, user: Uuid, waive: bool, reason: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let seated = shared::room(&mut tx, review.id, true).await?;
        let (by, seat) = (seated.seat_of(d.user), seated.seat_of(user));
        if seat >= seated.users.len() {
            return Ok(Err(Refusal::NotNow));
        }
        let event = if waive { Event::Waive { by, seat } } else { Event::Recuse { by, seat } };
        if let Err(refusal) = seated.room.apply(event, &seated.rule) {
            return Ok(Err(refusal));
        }
        let resolution = if waive { "waive" } else { "recuse" };
        queries::resolve(&mut tx, review.id, user, (resolution, reason), d.user, d.now).await?;
        let details = json!({ "user": user, "resolution": resolution, "reason": reason });
        d.finish(
            tx,
            review.meeting_id,
            "conflicts",
            about_review("gate.conflict.resolve", review.id, details),
        )
        .await
        .map(Ok)
    };
    answered(work.await)
}
