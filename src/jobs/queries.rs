//! All SQL of jobs.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::db::Tx;
use crate::kernel::JobId;

/// A job that a worker holds.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub payload: Value,
    pub attempts: i32,
}

pub async fn insert(
    tx: &mut Tx<'_>,
    id: JobId,
    kind: &str,
    payload: &Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO jobs (id, kind, payload, run_after, created_at) VALUES ($1, $2, $3, $4, $4)",
        id.0,
        kind,
        payload,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn take_due(tx: &mut Tx<'_>, now: DateTime<Utc>) -> sqlx::Result<Option<Job>> {
    sqlx::query_as!(
        Job,
        r#"
        SELECT id AS "id: JobId", kind, payload, attempts
        FROM jobs
        WHERE finished_at IS NULL AND given_up_at IS NULL AND run_after <= $1
        ORDER BY run_after, id
        LIMIT 1
        FOR UPDATE SKIP LOCKED
        "#,
        now
    )
    .fetch_optional(&mut **tx)
    .await
}

pub async fn finish(tx: &mut Tx<'_>, id: JobId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE jobs SET finished_at = $2, attempts = attempts + 1 WHERE id = $1", id.0, now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn fail(
    tx: &mut Tx<'_>,
    id: JobId,
    error: &str,
    retry: DateTime<Utc>,
    given_up: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET attempts = attempts + 1, last_error = $2, run_after = $3, given_up_at = $4 WHERE id = $1",
        id.0,
        error,
        retry,
        given_up
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
