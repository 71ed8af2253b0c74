//! The rows of the question that a run asks.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::matching::solutions::question::{Candidate, Ceiling, Fixed, Material, Slot};

/// The rows of the question: shortlisted or wished-for eligible pairs, capacities, what stands fixed, an earlier
/// version.
pub async fn material(
    pool: &PgPool,
    session: Uuid,
    earlier: Option<i32>,
    now: DateTime<Utc>,
) -> sqlx::Result<Material> {
    let tasks = sqlx::query_scalar!(
        "SELECT task_id FROM matching_session_tasks WHERE session_id = $1 ORDER BY task_id",
        session
    )
    .fetch_all(pool)
    .await?;
    let previous = match earlier {
        Some(version) => pairs_of_version(pool, session, version).await?,
        None => Vec::new(),
    };
    Ok(Material {
        tasks,
        slots: slots_of_question(pool, session).await?,
        ceilings: ceilings(pool, session).await?,
        candidates: candidates(pool, session, now).await?,
        fixed: fixed(pool, session).await?,
        previous,
    })
}

async fn slots_of_question(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<Slot>> {
    let rows = sqlx::query!(
        "SELECT id, program_id, project_id, min_new, max_new, budget_yen FROM matching_session_slots WHERE session_id = $1",
        session
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Slot {
            id: r.id,
            program: r.program_id,
            project: r.project_id,
            min: r.min_new.unsigned_abs().into(),
            max: r.max_new.unsigned_abs().into(),
            budget: r.budget_yen,
        })
        .collect())
}

pub async fn ceilings(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<Ceiling>> {
    let rows = sqlx::query!(
        "SELECT kind, coalesce(program_id, project_id) AS of, max_new, budget_yen
         FROM matching_session_ceilings WHERE session_id = $1",
        session
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Ceiling {
            kind: r.kind,
            of: r.of,
            max: r.max_new.map(|max| max.unsigned_abs().into()),
            budget: r.budget_yen,
        })
        .collect())
}

/// Eligible pairs that are on a shortlist, wished for by a side, locked or agreed; with what both sides said openly.
pub async fn candidates(pool: &PgPool, session: Uuid, now: DateTime<Utc>) -> sqlx::Result<Vec<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"
        WITH said AS (
            SELECT task_id, slot_id, max(level) FILTER (WHERE side = 'upstream') AS upstream,
                   max(level) FILTER (WHERE side = 'receiving') AS receiving
            FROM matching_interests_open($1, $2)
            GROUP BY task_id, slot_id
        )
        SELECT p.task_id AS task, p.slot_id AS slot, p.score, p.cost_yen AS cost, said.upstream AS "upstream?",
               said.receiving AS "receiving?"
        FROM matching_pairs p
        LEFT JOIN said ON said.task_id = p.task_id AND said.slot_id = p.slot_id
        WHERE p.session_id = $1 AND p.eligible
          AND (p.shortlisted OR said.task_id IS NOT NULL
               OR EXISTS (SELECT FROM matching_locks l WHERE l.session_id = p.session_id AND l.task_id = p.task_id
                                                         AND l.slot_id = p.slot_id AND l.lifted_at IS NULL)
               OR EXISTS (SELECT FROM matching_agreements a
                          WHERE a.session_id = p.session_id AND a.task_id = p.task_id AND a.slot_id = p.slot_id
                            AND a.state IN ('agreed', 'transferred')))
        ORDER BY p.task_id, p.slot_id
        "#,
        session,
        now
    )
    .fetch_all(pool)
    .await
}

/// What a run may not change: pairs that were agreed, transferred or declined after an earlier adoption, and the
/// locks in force on other pairs. Read in a transaction that holds the session where it must not change meanwhile.
pub async fn fixed(db: impl PgExecutor<'_>, session: Uuid) -> sqlx::Result<Vec<Fixed>> {
    sqlx::query_as!(
        Fixed,
        r#"
        WITH settled AS (
            SELECT task_id, slot_id, bool_and(state = 'declined') AS declined
            FROM matching_agreements
            WHERE session_id = $1 AND state IN ('agreed', 'transferred', 'declined')
            GROUP BY task_id, slot_id
        )
        SELECT s.task_id AS "task!", s.slot_id AS "slot!", s.declined AS "forbid!", true AS "settled!"
        FROM settled s
        UNION ALL
        SELECT l.task_id, l.slot_id, l.kind = 'forbid', false
        FROM matching_locks l
        WHERE l.session_id = $1 AND l.lifted_at IS NULL
          AND NOT EXISTS (SELECT FROM settled s WHERE s.task_id = l.task_id AND s.slot_id = l.slot_id)
        ORDER BY 1, 2
        "#,
        session
    )
    .fetch_all(db)
    .await
}

async fn pairs_of_version(pool: &PgPool, session: Uuid, version: i32) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT p.task_id, p.slot_id FROM matching_solution_pairs p
         JOIN matching_solutions v ON v.id = p.solution_id
         WHERE v.session_id = $1 AND v.version = $2",
        session,
        version
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.task_id, r.slot_id)).collect())
}
