//! Recording why nothing came after a task.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};

use super::model::Reason;
use super::queries;

/// Somebody else recorded a reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

/// Records the reason over the version that was read.
pub async fn record(
    pool: &PgPool,
    (actor, by): (&Actor, Uuid),
    (task, version): (Uuid, i32),
    (reason, remark): (Reason, Option<&str>),
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), Stale>> {
    let mut tx = pool.begin().await?;
    if !queries::put_reason(&mut tx, (task, version), (reason.code(), remark), by, now).await? {
        return Ok(Err(Stale));
    }
    let details = json!({ "reason": reason.code(), "remark": remark });
    audit::record(&mut tx, actor, now, Event::new("task.ending", "task", task, details)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
