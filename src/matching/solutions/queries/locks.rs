//! Locks and forbids with author and price.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;

/// A lock or forbid, with its price in one version.
#[derive(Clone, Debug)]
pub struct LockRow {
    pub id: Uuid,
    pub task: Uuid,
    pub slot: Uuid,
    pub kind: String,
    pub reason: String,
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
    pub created_at: DateTime<Utc>,
    pub cost: Option<i64>,
    /// The exercised option whose slot it allocates.
    pub option: Option<Uuid>,
}

/// Locks in force, with what they cost in `version` (by number) if it knows them.
pub async fn locks(pool: &PgPool, session: Uuid, version: Option<Uuid>) -> sqlx::Result<Vec<LockRow>> {
    sqlx::query_as!(
        LockRow,
        r#"
        SELECT l.id, l.task_id AS task, l.slot_id AS slot, l.kind, l.reason, u.name_ja AS "by_ja?", u.name_en AS "by_en?",
               l.created_at, c.cost_millionths AS "cost?", l.option_id AS option
        FROM matching_locks l
        LEFT JOIN users u ON u.id = l.created_by
        LEFT JOIN matching_solution_locks c ON c.lock_id = l.id AND c.solution_id = $2
        WHERE l.session_id = $1 AND l.lifted_at IS NULL
        ORDER BY l.created_at, l.id
        LIMIT 500
        "#,
        session,
        version
    )
    .fetch_all(pool)
    .await
}

/// The locks that a version was solved under, lifted since or not.
pub async fn locks_of_version(pool: &PgPool, solution: Uuid) -> sqlx::Result<Vec<LockRow>> {
    sqlx::query_as!(
        LockRow,
        r#"
        SELECT l.id, l.task_id AS task, l.slot_id AS slot, l.kind, l.reason, u.name_ja AS "by_ja?", u.name_en AS "by_en?",
               l.created_at, c.cost_millionths AS "cost?", l.option_id AS option
        FROM matching_solution_locks c
        JOIN matching_locks l ON l.id = c.lock_id
        LEFT JOIN users u ON u.id = l.created_by
        WHERE c.solution_id = $1
        ORDER BY l.created_at, l.id
        LIMIT 500
        "#,
        solution
    )
    .fetch_all(pool)
    .await
}

/// A lock to be lifted.
pub struct LockHead {
    pub id: Uuid,
    pub session: Uuid,
    pub task: Uuid,
    pub slot: Uuid,
    pub kind: String,
}

pub async fn lock_in_force(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<LockHead>> {
    sqlx::query_as!(
        LockHead,
        "SELECT id, session_id AS session, task_id AS task, slot_id AS slot, kind FROM matching_locks
         WHERE id = $1 AND lifted_at IS NULL",
        id
    )
    .fetch_optional(pool)
    .await
}

/// A lock about to be set.
pub struct NewLock<'a> {
    pub id: Uuid,
    pub session: Uuid,
    pub task: Uuid,
    pub slot: Uuid,
    pub kind: &'a str,
    pub reason: &'a str,
    pub by: Option<Uuid>,
}

pub async fn insert_lock(tx: &mut Tx<'_>, lock: &NewLock<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO matching_locks (id, session_id, task_id, slot_id, kind, reason, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        lock.id,
        lock.session,
        lock.task,
        lock.slot,
        lock.kind,
        lock.reason,
        lock.by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn lift_lock(
    tx: &mut Tx<'_>,
    id: Uuid,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE matching_locks SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL",
        id,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
