//! All SQL of the upstream tasks of a session.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::{MatchingSessionId, UserId};
use crate::matching::eligibility::TaskFacts;
use crate::matching::sessions::model::Via;
use crate::portfolio::tasks::filter::Filter;
use crate::portfolio::tasks::sql::{Sql, push_clauses, push_source, push_visible};

/// A task that a query or a gate decision offers.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Offered {
    pub id: Uuid,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub task_number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub ends_on: NaiveDate,
}

/// The tasks that a filter finds and the viewer may know, without those in conflict with them; at most `limit`.
pub async fn tasks_of_filter(
    pool: &PgPool,
    filter: &Filter,
    viewer: UserId,
    rights: &Rights,
    limit: i64,
) -> sqlx::Result<Vec<Offered>> {
    let mut sql =
        Sql::new("SELECT t.id, t.program_id, y.project_id, y.task_number, t.title_ja, t.title_en, t.ends_on");
    push_source(&mut sql, filter, rights);
    push_clauses(&mut sql, filter, &[]);
    sql.push(" AND t.stopped_on IS NULL AND t.id NOT IN (SELECT c.task_id FROM tasks_kept_from(")
        .push_bind(viewer.0)
        .push(") c) ORDER BY t.ends_on, t.id LIMIT ")
        .push_bind(limit);
    sql.build_query_as().fetch_all(pool).await
}

/// Adds tasks to the upstream set with how they came; those in it stay as they are. Returns how many were new.
pub async fn add_tasks(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    tasks: &[(Uuid, Via, Option<Uuid>)],
    reason: Option<&str>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let ids: Vec<Uuid> = tasks.iter().map(|t| t.0).collect();
    let vias: Vec<String> = tasks.iter().map(|t| t.1.code().to_owned()).collect();
    let decisions: Vec<Option<Uuid>> = tasks.iter().map(|t| t.2).collect();
    let done = sqlx::query!(
        r#"
        INSERT INTO matching_session_tasks (session_id, task_id, via, decision_id, reason, program_id, project_id, added_by,
                                            added_at)
        SELECT $1, t.id, n.via, n.decision, $5, t.program_id,
               (SELECT y.project_id FROM task_years y WHERE y.task_id = t.id AND y.project_id IS NOT NULL
                ORDER BY y.fiscal_year DESC LIMIT 1), $6, $7
        FROM unnest($2::uuid[], $3::text[], $4::uuid[]) AS n (task, via, decision)
        JOIN tasks t ON t.id = n.task
        ON CONFLICT DO NOTHING
        "#,
        id.0,
        &ids,
        &vias,
        &decisions as &[Option<Uuid>],
        reason,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

pub async fn remove_tasks(tx: &mut Tx<'_>, id: MatchingSessionId, tasks: &[Uuid]) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM matching_session_tasks WHERE session_id = $1 AND task_id = ANY ($2)",
        id.0,
        tasks
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

pub async fn set_upstream_query(tx: &mut Tx<'_>, id: MatchingSessionId, query: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE matching_sessions SET upstream_query = $2 WHERE id = $1", id.0, query)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A task of the upstream set.
pub struct UpstreamTask {
    pub task_id: Uuid,
    pub via: String,
    pub reason: Option<String>,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub ends_on: NaiveDate,
    /// The main phase of the task as it is now.
    pub phase_id: Option<i16>,
    /// The facts as they were when eligibility was last judged; empty before.
    pub facts: Json<TaskFacts>,
}

/// The upstream set as its viewer may know it.
pub async fn upstream(
    pool: &PgPool,
    id: MatchingSessionId,
    hidden: &[Uuid],
) -> sqlx::Result<Vec<UpstreamTask>> {
    sqlx::query_as!(
        UpstreamTask,
        r#"
        SELECT st.task_id, st.via, st.reason, st.program_id, st.project_id, t.stable_number AS number, t.title_ja,
               t.title_en, t.ends_on, t.phase_ids[1] AS phase_id, st.facts AS "facts: Json<TaskFacts>"
        FROM matching_session_tasks st
        JOIN tasks t ON t.id = st.task_id
        WHERE st.session_id = $1 AND st.task_id <> ALL ($2)
        ORDER BY t.ends_on, st.task_id
        LIMIT 1000
        "#,
        id.0,
        hidden
    )
    .fetch_all(pool)
    .await
}

/// Tasks that gate decisions in force let go early, or ask a new way for: outcome, task, decision. Without tasks in
/// conflict with the viewer, or unknown to them; the newest 1,000 of the last year.
pub async fn gate_tasks(
    pool: &PgPool,
    viewer: UserId,
    rights: &Rights,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<(Via, Uuid, Uuid)>> {
    // Gate decisions are facts of another slice of the same row: read where that slice is there.
    let there = sqlx::query_scalar!(r#"SELECT to_regclass('gate_decisions') IS NOT NULL AS "there!""#)
        .fetch_one(pool)
        .await?;
    if !there {
        return Ok(Vec::new());
    }
    let mut sql =
        Sql::new("SELECT d.outcome, d.task_id, d.id FROM gate_decisions d JOIN tasks t ON t.id = d.task_id ");
    sql.push("WHERE d.superseded_by IS NULL AND d.outcome IN ('go_early', 'no_go', 'hold', 'redirect') AND d.decided_at >= ")
        .push_bind(since)
        .push(" AND ");
    push_visible(&mut sql, rights);
    sql.push(" AND t.id NOT IN (SELECT c.task_id FROM tasks_kept_from(").push_bind(viewer.0);
    sql.push(") c) ORDER BY d.decided_at DESC, d.id LIMIT 1000");
    let rows: Vec<(String, Uuid, Uuid)> = sql.build_query_as().fetch_all(pool).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(outcome, task, id)| Some((Via::from_code(&outcome)?, task, id)))
        .collect())
}
