//! Recording a disposition, and what became of it.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};

use super::queries::{self, NewDisposition};

/// Somebody else wrote first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

/// Records where the task is to go.
pub async fn dispose(
    pool: &PgPool,
    actor: &Actor,
    d: &NewDisposition<'_>,
    task: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), Stale>> {
    let mut tx = pool.begin().await?;
    if !queries::put(&mut tx, d, now).await? {
        return Ok(Err(Stale));
    }
    let details = json!({ "decision": d.decision, "verdict": d.verdict, "program": d.program, "other": d.other, "remark": d.remark });
    audit::record(&mut tx, actor, now, Event::new("salvage.dispose", "task", task, details)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Records whether the other side took it.
pub async fn conclude(
    pool: &PgPool,
    (actor, by): (&Actor, Uuid),
    (decision, version): (Uuid, i32),
    (outcome, note): (&str, Option<&str>),
    task: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), Stale>> {
    let mut tx = pool.begin().await?;
    if !queries::put_outcome(&mut tx, (decision, version), (outcome, note), by, now).await? {
        return Ok(Err(Stale));
    }
    let details = json!({ "decision": decision, "outcome": outcome, "note": note });
    audit::record(&mut tx, actor, now, Event::new("salvage.outcome", "task", task, details)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
