//! Durable background work (table `jobs`): enqueued in the business transaction, run by any server process.
//!
//! A job is idempotent and calls an action; a worker takes it with `FOR UPDATE SKIP LOCKED`, so two processes never
//! run one job at the same moment.

mod queries;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use sqlx::PgPool;

use crate::db::Tx;
use crate::kernel::JobId;

pub use queries::Job;

/// After this many failures a job is given up and shown to administrators.
const MAX_ATTEMPTS: i32 = 8;

/// Adds a job to the queue; it becomes due with the transaction's commit.
pub async fn enqueue(tx: &mut Tx<'_>, kind: &str, payload: Value, now: DateTime<Utc>) -> sqlx::Result<JobId> {
    let id = JobId::new();
    queries::insert(tx, id, kind, &payload, now).await?;
    Ok(id)
}

/// Runs one due job with `work`. False if none was due. A failure is kept with its error and tried again later.
pub async fn run_one<F>(pool: &PgPool, now: DateTime<Utc>, work: F) -> anyhow::Result<bool>
where
    F: AsyncFnOnce(&Job) -> anyhow::Result<()>,
{
    let mut tx = pool.begin().await?;
    let Some(job) = queries::take_due(&mut tx, now).await? else { return Ok(false) };
    match work(&job).await {
        Ok(()) => queries::finish(&mut tx, job.id, now).await?,
        Err(error) => {
            tracing::warn!(job.id = %job.id, job.kind = job.kind, "A job failed: {error:#}");
            let retry = now + Duration::seconds(15 << job.attempts.clamp(0, 8));
            let give_up = job.attempts + 1 >= MAX_ATTEMPTS;
            queries::fail(&mut tx, job.id, &format!("{error:#}"), retry, give_up.then_some(now)).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}
