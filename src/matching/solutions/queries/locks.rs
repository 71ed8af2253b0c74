//! Locks and forbids with author and price; and what agreements fix, beside them.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;

/// A lock or forbid with its price in one version, or an agreement that fixes its pair.
#[derive(Clone, Debug)]
pub struct LockRow {
    pub id: Uuid,
    pub task: Uuid,
    pub slot: Uuid,
    /// `lock` or `forbid`; of an agreement its state: `agreed`, `transferred` or `declined`.
    pub kind: String,
    /// The words of its author; of a declined agreement the code of the reason.
    pub reason: String,
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
    pub created_at: DateTime<Utc>,
    pub cost: Option<i64>,
    /// The exercised option whose slot it allocates.
    pub option: Option<Uuid>,
}

impl LockRow {
    /// Set by hand or by an option, not by an agreement.
    pub fn is_lock(&self) -> bool {
        matches!(self.kind.as_str(), "lock" | "forbid")
    }

    /// An agreement says the opposite of this lock, which is without effect then.
    pub fn is_overruled_by(&self, other: &Self) -> bool {
        let against = if self.kind == "lock" { other.kind == "declined" } else { other.kind != "declined" };
        self.is_lock() && !other.is_lock() && against && (self.task, self.slot) == (other.task, other.slot)
    }
}

/// Locks in force, with what they cost in `version` if it knows them, and what is agreed, transferred or declined.
pub async fn locks(pool: &PgPool, session: Uuid, version: Option<Uuid>) -> sqlx::Result<Vec<LockRow>> {
    sqlx::query_as!(
        LockRow,
        r#"
        SELECT l.id AS "id!", l.task_id AS "task!", l.slot_id AS "slot!", l.kind AS "kind!", l.reason AS "reason!",
               u.name_ja AS "by_ja?", u.name_en AS "by_en?", l.created_at AS "created_at!", c.cost_millionths AS "cost?",
               l.option_id AS "option?"
        FROM matching_locks l
        LEFT JOIN users u ON u.id = l.created_by
        LEFT JOIN matching_solution_locks c ON c.lock_id = l.id AND c.solution_id = $2
        WHERE l.session_id = $1 AND l.lifted_at IS NULL
        UNION ALL
        SELECT a.id, a.task_id, a.slot_id, a.state, coalesce(d.reason_code, ''), u.name_ja, u.name_en, a.settled_at,
               NULL::bigint, NULL::uuid
        FROM matching_agreements a
        LEFT JOIN LATERAL (SELECT c.reason_code, c.answered_by FROM matching_consents c
                           WHERE c.agreement_id = a.id AND c.answer = 'declined'
                           ORDER BY c.answered_at, c.party
                           LIMIT 1) d ON true
        LEFT JOIN users u ON u.id = d.answered_by
        WHERE a.session_id = $1 AND a.state IN ('agreed', 'transferred', 'declined')
        ORDER BY 8, 1
        LIMIT 1000
        "#,
        session,
        version
    )
    .fetch_all(pool)
    .await
}

/// What a version was solved under: locks, lifted since or not, and agreements that were settled before it.
pub async fn locks_of_version(pool: &PgPool, solution: Uuid) -> sqlx::Result<Vec<LockRow>> {
    sqlx::query_as!(
        LockRow,
        r#"
        SELECT l.id AS "id!", l.task_id AS "task!", l.slot_id AS "slot!", l.kind AS "kind!", l.reason AS "reason!",
               u.name_ja AS "by_ja?", u.name_en AS "by_en?", l.created_at AS "created_at!", c.cost_millionths AS "cost?",
               l.option_id AS "option?"
        FROM matching_solution_locks c
        JOIN matching_locks l ON l.id = c.lock_id
        LEFT JOIN users u ON u.id = l.created_by
        WHERE c.solution_id = $1
        UNION ALL
        -- While a session is solved no agreement of it waits: those proposed before the version were settled by then.
        SELECT a.id, a.task_id, a.slot_id, a.state, coalesce(d.reason_code, ''), u.name_ja, u.name_en, a.settled_at,
               NULL::bigint, NULL::uuid
        FROM matching_solutions v
        JOIN matching_agreements a ON a.session_id = v.session_id AND a.proposed_at <= v.created_at
                                  AND a.solution_id IS DISTINCT FROM v.id
        LEFT JOIN LATERAL (SELECT c.reason_code, c.answered_by FROM matching_consents c
                           WHERE c.agreement_id = a.id AND c.answer = 'declined'
                           ORDER BY c.answered_at, c.party
                           LIMIT 1) d ON true
        LEFT JOIN users u ON u.id = d.answered_by
        WHERE v.id = $1 AND a.state IN ('agreed', 'transferred', 'declined')
        ORDER BY 8, 1
        LIMIT 1000
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
