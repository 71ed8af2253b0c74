//! Votes, and where the meeting stands.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::UserId;

/// Votes on a pair, or on every pair of a session.
#[derive(Clone, Debug)]
pub struct Voice {
    pub task: Uuid,
    pub slot: Uuid,
    pub user: Uuid,
    pub vote: String,
}

pub async fn votes(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<Voice>> {
    sqlx::query_as!(
        Voice,
        "SELECT task_id AS task, slot_id AS slot, user_id AS user, vote FROM matching_votes
         WHERE session_id = $1 ORDER BY task_id, slot_id, user_id LIMIT 20000",
        session
    )
    .fetch_all(pool)
    .await
}

/// Where the meeting stands.
#[derive(Clone, Debug)]
pub struct Meeting {
    pub task: Option<Uuid>,
    pub slot: Option<Uuid>,
    pub version: i32,
}

pub async fn meeting(pool: &PgPool, session: Uuid) -> sqlx::Result<Option<Meeting>> {
    sqlx::query_as!(
        Meeting,
        "SELECT task_id AS task, slot_id AS slot, version FROM matching_meetings WHERE session_id = $1",
        session
    )
    .fetch_optional(pool)
    .await
}

pub async fn put_vote(
    tx: &mut Tx<'_>,
    session: Uuid,
    (task, slot): (Uuid, Uuid),
    user: UserId,
    vote: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO matching_votes (session_id, task_id, slot_id, user_id, vote, voted_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (session_id, task_id, slot_id, user_id) DO UPDATE SET vote = $5, voted_at = $6",
        session,
        task,
        slot,
        user.0,
        vote,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a pair on the table, or clears it; returns the new version.
pub async fn put_meeting(
    tx: &mut Tx<'_>,
    session: Uuid,
    pair: Option<(Uuid, Uuid)>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "INSERT INTO matching_meetings AS m (session_id, task_id, slot_id, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (session_id) DO UPDATE
         SET task_id = $2, slot_id = $3, updated_by = $4, updated_at = $5, version = m.version + 1
         RETURNING version",
        session,
        pair.map(|p| p.0),
        pair.map(|p| p.1),
        by,
        now
    )
    .fetch_one(&mut **tx)
    .await
}
