//! All SQL of sessions: their row, what stands in them, and who may not see which of it.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::{FiscalYear, MatchingSessionId, UserId, Yen};
use crate::matching::eligibility::{SlotFacts, TaskFacts};
use crate::portfolio::tasks::filter::Filter;
use crate::portfolio::tasks::sql::{Sql, push_clauses, push_source, push_visible};

use super::model::{Facts, Session, State, Via};

/// A session by its id.
pub async fn session(pool: &PgPool, id: MatchingSessionId) -> sqlx::Result<Option<Session>> {
    let row = sqlx::query!(
        r#"
        SELECT id, name, fiscal_year AS "fiscal_year: FiscalYear", state, rules_version, thesaurus_version, upstream_query,
               interest_deadline, consent_until, frozen_at, evaluated_at, version,
               (SELECT coalesce(max(o.version), 0) FROM matching_solutions o WHERE o.session_id = $1) AS "solutions!",
               (SELECT count(*) FROM matching_interest_lists l
                WHERE l.session_id = $1 AND l.submitted_at IS NOT NULL) AS "submitted!"
        FROM matching_sessions
        WHERE id = $1
        "#,
        id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|r| {
        Some(Session {
            id: r.id.into(),
            name: r.name,
            fiscal_year: r.fiscal_year,
            state: State::from_code(&r.state)?,
            rules_version: r.rules_version,
            thesaurus_version: r.thesaurus_version,
            upstream_query: r.upstream_query,
            interest_deadline: r.interest_deadline,
            consent_until: r.consent_until,
            frozen_at: r.frozen_at,
            evaluated_at: r.evaluated_at,
            version: r.version,
            solutions: r.solutions,
            submitted: r.submitted,
            hidden: Vec::new(),
        })
    }))
}

/// The tasks of a session that must not exist for a viewer: those with which they have a conflict of interest, and
/// those they may not know.
pub async fn hidden_tasks(
    pool: &PgPool,
    id: MatchingSessionId,
    viewer: UserId,
    rights: &Rights,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"
        SELECT st.task_id AS "task_id!"
        FROM matching_session_tasks st
        JOIN tasks t ON t.id = st.task_id
        WHERE st.session_id = $1
          AND (NOT task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
               OR st.task_id IN (SELECT c.task_id FROM tasks_kept_from($2) c))
        "#,
        id.0,
        viewer.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}

/// A line of the list of sessions.
pub struct Line {
    pub id: Uuid,
    pub name: String,
    pub fiscal_year: FiscalYear,
    pub state: String,
    pub interest_deadline: Option<DateTime<Utc>>,
    pub consent_until: Option<NaiveDate>,
    pub tasks: i64,
    pub slots: i64,
    pub lists: i64,
    pub submitted: i64,
    pub agreements: i64,
    pub transferred: i64,
}

/// The newest 100 sessions. Tasks with which the viewer has a conflict are not counted.
pub async fn sessions(pool: &PgPool, viewer: UserId) -> sqlx::Result<Vec<Line>> {
    sqlx::query_as!(
        Line,
        r#"
        WITH barred AS (SELECT DISTINCT c.task_id FROM tasks_kept_from($1) c)
        SELECT s.id AS "id!", s.name AS "name!", s.fiscal_year AS "fiscal_year!: FiscalYear", s.state AS "state!",
               s.interest_deadline, s.consent_until,
               (SELECT count(*) FROM matching_session_tasks t
                WHERE t.session_id = s.id AND t.task_id NOT IN (SELECT task_id FROM barred)) AS "tasks!",
               (SELECT count(*) FROM matching_session_slots r WHERE r.session_id = s.id) AS "slots!",
               (SELECT count(*) FROM matching_interest_lists l WHERE l.session_id = s.id) AS "lists!",
               (SELECT count(*) FROM matching_interest_lists l
                WHERE l.session_id = s.id AND l.submitted_at IS NOT NULL) AS "submitted!",
               (SELECT count(*) FROM matching_agreements a
                WHERE a.session_id = s.id AND a.task_id NOT IN (SELECT task_id FROM barred)) AS "agreements!",
               (SELECT count(*) FROM matching_agreements a WHERE a.session_id = s.id AND a.state = 'transferred'
                  AND a.task_id NOT IN (SELECT task_id FROM barred)) AS "transferred!"
        FROM matching_sessions s
        ORDER BY s.created_at DESC, s.id
        LIMIT 100
        "#,
        viewer.0
    )
    .fetch_all(pool)
    .await
}

/// What is known of a session when a step is asked for.
pub async fn facts(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Facts> {
    sqlx::query_as!(
        Facts,
        r#"
        SELECT (SELECT count(*) FROM matching_session_tasks WHERE session_id = s.id) AS "tasks!",
               (SELECT count(*) FROM matching_session_slots WHERE session_id = s.id AND max_new > 0) AS "slots!",
               (SELECT count(*) FROM matching_pairs WHERE session_id = s.id AND eligible) AS "eligible!",
               (SELECT count(*) FROM matching_pairs WHERE session_id = s.id AND shortlisted) AS "shortlisted!",
               (SELECT count(*) FROM matching_interest_lists WHERE session_id = s.id) AS "lists!",
               (SELECT count(*) FROM matching_interest_lists
                WHERE session_id = s.id AND submitted_at IS NOT NULL) AS "submitted!",
               s.interest_deadline,
               (SELECT count(*) FROM matching_agreements WHERE session_id = s.id AND state = 'proposed') AS "waiting!",
               (SELECT count(*) FROM matching_agreements WHERE session_id = s.id AND state = 'agreed') AS "to_transfer!"
        FROM matching_sessions s
        WHERE s.id = $1
        "#,
        id.0
    )
    .fetch_one(&mut **tx)
    .await
}

/// A new session.
pub struct NewSession<'a> {
    pub id: MatchingSessionId,
    pub name: &'a str,
    pub fiscal_year: FiscalYear,
    pub interest_deadline: Option<DateTime<Utc>>,
    pub consent_until: Option<NaiveDate>,
    pub rules_version: i32,
}

pub async fn insert(
    tx: &mut Tx<'_>,
    s: &NewSession<'_>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO matching_sessions (id, name, fiscal_year, interest_deadline, consent_until, rules_version, created_by,
                                        created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        s.id.0,
        s.name,
        s.fiscal_year as FiscalYear,
        s.interest_deadline,
        s.consent_until,
        s.rules_version,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the plan of a session over the version that was read. False: somebody was faster.
pub async fn update_plan(
    tx: &mut Tx<'_>,
    (id, version): (MatchingSessionId, i32),
    name: &str,
    interest_deadline: Option<DateTime<Utc>>,
    consent_until: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE matching_sessions
         SET name = $3, interest_deadline = $4, consent_until = $5, version = version + 1, updated_at = $6
         WHERE id = $1 AND version = $2",
        id.0,
        version,
        name,
        interest_deadline,
        consent_until,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Locks a session for the rest of the transaction: its state and version now.
pub async fn lock(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Option<(State, i32)>> {
    let row = sqlx::query!("SELECT state, version FROM matching_sessions WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.and_then(|r| Some((State::from_code(&r.state)?, r.version))))
}

/// Marks a change of what stands in a session.
pub async fn touch(tx: &mut Tx<'_>, id: MatchingSessionId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_sessions SET version = version + 1, updated_at = $2 WHERE id = $1",
        id.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the state that a step led to. `frozen_at` is set with the first state that is frozen.
pub async fn set_state(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    state: State,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_sessions
         SET state = $2, frozen_at = CASE WHEN $3 THEN coalesce(frozen_at, $4) END,
             thesaurus_version = CASE WHEN $2 NOT IN ('draft', 'eligible') THEN thesaurus_version END,
             evaluated_at = CASE WHEN $2 = 'draft' THEN NULL WHEN $2 = 'eligible' THEN $4 ELSE evaluated_at END,
             version = version + 1, updated_at = $4
         WHERE id = $1",
        id.0,
        state.code(),
        state.is_frozen(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn set_rules(tx: &mut Tx<'_>, id: MatchingSessionId, version: i32) -> sqlx::Result<()> {
    sqlx::query!("UPDATE matching_sessions SET rules_version = $2 WHERE id = $1", id.0, version)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

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
               t.title_en, t.ends_on, st.facts AS "facts: Json<TaskFacts>"
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

/// A slot type of a call of the session's year, and whether the session has it.
pub struct SlotChoice {
    pub slot_type_id: Uuid,
    pub program_id: Uuid,
    pub call_ja: String,
    pub call_en: Option<String>,
    pub step: Option<String>,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub min_new: i16,
    pub max_new: i16,
    pub yearly_ceiling: Option<Yen>,
    pub chosen: bool,
}

/// Every slot type that the year's calls offer, by program.
pub async fn slot_choices(
    pool: &PgPool,
    id: MatchingSessionId,
    year: FiscalYear,
) -> sqlx::Result<Vec<SlotChoice>> {
    sqlx::query_as!(
        SlotChoice,
        r#"
        SELECT st.id AS "slot_type_id!", c.program_id AS "program_id!", c.name_ja AS "call_ja!", c.name_en AS call_en,
               st.step, st.name_ja AS "name_ja!", st.name_en, st.min_new AS "min_new!", st.max_new AS "max_new!",
               st.yearly_ceiling_yen AS "yearly_ceiling: Yen",
               EXISTS (SELECT FROM matching_session_slots s WHERE s.session_id = $1 AND s.slot_type_id = st.id) AS "chosen!"
        FROM calls c
        JOIN programs p ON p.id = c.program_id
        JOIN slot_types st ON st.call_id = c.id
        WHERE c.fiscal_year = $2
        ORDER BY p.code, c.round, c.id, st.position
        LIMIT 600
        "#,
        id.0,
        year as FiscalYear
    )
    .fetch_all(pool)
    .await
}

/// Takes the chosen slot types into the session with the capacity that their call states, and the others out of it.
pub async fn choose_slots(tx: &mut Tx<'_>, id: MatchingSessionId, chosen: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM matching_session_slots WHERE session_id = $1 AND slot_type_id <> ALL ($2)",
        id.0,
        chosen
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO matching_session_slots (id, session_id, slot_type_id, call_id, program_id, project_id, min_new, max_new,
                                            yearly_ceiling_yen)
        SELECT gen_random_uuid(), $1, st.id, c.id, c.program_id,
               (SELECT pp.project_id FROM program_projects pp
                WHERE pp.program_id = c.program_id AND pp.fiscal_year <= c.fiscal_year
                ORDER BY pp.fiscal_year DESC, pp.amount_yen DESC NULLS LAST, pp.project_id LIMIT 1),
               st.min_new, st.max_new, st.yearly_ceiling_yen
        FROM slot_types st
        JOIN calls c ON c.id = st.call_id
        JOIN matching_sessions s ON s.id = $1 AND s.fiscal_year = c.fiscal_year
        WHERE st.id = ANY ($2)
        ON CONFLICT DO NOTHING
        "#,
        id.0,
        chosen
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A receiving slot of a session.
#[derive(Clone, Debug)]
pub struct Slot {
    pub id: Uuid,
    pub slot_type_id: Uuid,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub call_ja: String,
    pub call_en: Option<String>,
    pub step: Option<String>,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub min_new: i16,
    pub max_new: i16,
    pub yearly_ceiling: Option<Yen>,
    pub budget: Option<Yen>,
    pub max_years: Option<i16>,
    pub starts_on: Option<NaiveDate>,
    pub closes_on: Option<NaiveDate>,
    pub facts: Json<SlotFacts>,
}

/// The receiving slots of a session, by program.
pub async fn slots(pool: &PgPool, id: MatchingSessionId) -> sqlx::Result<Vec<Slot>> {
    sqlx::query_as!(
        Slot,
        r#"
        SELECT s.id AS "id!", s.slot_type_id AS "slot_type_id!", s.program_id AS "program_id!", s.project_id, c.name_ja AS "call_ja!", c.name_en AS call_en,
               st.step, st.name_ja AS "name_ja!", st.name_en, s.min_new AS "min_new!", s.max_new AS "max_new!",
               s.yearly_ceiling_yen AS "yearly_ceiling: Yen", s.budget_yen AS "budget: Yen", st.max_years, c.starts_on,
               c.closes_on, s.facts AS "facts!: Json<SlotFacts>"
        FROM matching_session_slots s
        JOIN slot_types st ON st.id = s.slot_type_id
        JOIN calls c ON c.id = s.call_id
        JOIN programs p ON p.id = s.program_id
        WHERE s.session_id = $1
        ORDER BY p.code, c.round, c.id, st.position
        LIMIT 600
        "#,
        id.0
    )
    .fetch_all(pool)
    .await
}

/// A ceiling over several slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    pub kind: String,
    pub program_id: Option<Uuid>,
    pub project_id: Option<Uuid>,
    pub max_new: Option<i16>,
    pub budget: Option<Yen>,
}

pub async fn ceilings(pool: &PgPool, id: MatchingSessionId) -> sqlx::Result<Vec<Ceiling>> {
    sqlx::query_as!(
        Ceiling,
        r#"
        SELECT kind, program_id, project_id, max_new, budget_yen AS "budget: Yen"
        FROM matching_session_ceilings
        WHERE session_id = $1
        ORDER BY kind, coalesce(program_id, project_id)
        "#,
        id.0
    )
    .fetch_all(pool)
    .await
}

/// A slot's capacity as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub slot: Uuid,
    pub min_new: i16,
    pub max_new: i16,
    pub yearly_ceiling: Option<Yen>,
    pub budget: Option<Yen>,
}

/// Writes the capacities of slots and replaces the ceilings above them.
pub async fn write_capacities(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    capacities: &[Capacity],
    ceilings: &[Ceiling],
) -> sqlx::Result<()> {
    let of = |f: fn(&Capacity) -> Option<Yen>| -> Vec<Option<i64>> {
        capacities.iter().map(|c| f(c).map(|y| y.0)).collect()
    };
    sqlx::query!(
        r#"
        UPDATE matching_session_slots s
        SET min_new = n.least, max_new = n.most, yearly_ceiling_yen = n.ceiling, budget_yen = n.budget
        FROM unnest($2::uuid[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[]) AS n (id, least, most, ceiling,
                                                                                               budget)
        WHERE s.session_id = $1 AND s.id = n.id
        "#,
        id.0,
        &capacities.iter().map(|c| c.slot).collect::<Vec<_>>(),
        &capacities.iter().map(|c| c.min_new).collect::<Vec<_>>(),
        &capacities.iter().map(|c| c.max_new).collect::<Vec<_>>(),
        &of(|c| c.yearly_ceiling) as &[Option<i64>],
        &of(|c| c.budget) as &[Option<i64>]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM matching_session_ceilings WHERE session_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    for c in ceilings {
        sqlx::query!(
            "INSERT INTO matching_session_ceilings (session_id, kind, program_id, project_id, max_new, budget_yen)
             VALUES ($1, $2, $3, $4, $5, $6)",
            id.0,
            c.kind,
            c.program_id,
            c.project_id,
            c.max_new,
            c.budget.map(|b| b.0)
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Counts for the head of a session's pages, without what the viewer may not know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub tasks: i64,
    pub pairs: i64,
    pub eligible: i64,
    pub shortlisted: i64,
    pub slots: i64,
    pub places: i64,
    pub lists: i64,
    pub submitted: i64,
    /// Slots that exercised options have allocated.
    pub allocated: i64,
    pub agreements: i64,
    pub agreed: i64,
    pub transferred: i64,
}

pub async fn counts(pool: &PgPool, id: MatchingSessionId, hidden: &[Uuid]) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"
        SELECT (SELECT count(*) FROM matching_session_tasks WHERE session_id = $1 AND task_id <> ALL ($2)) AS "tasks!",
               p.pairs AS "pairs!", p.eligible AS "eligible!", p.shortlisted AS "shortlisted!",
               (SELECT count(*) FROM matching_session_slots WHERE session_id = $1) AS "slots!",
               (SELECT coalesce(sum(max_new), 0)::bigint FROM matching_session_slots WHERE session_id = $1) AS "places!",
               (SELECT count(*) FROM matching_interest_lists WHERE session_id = $1) AS "lists!",
               (SELECT count(*) FROM matching_interest_lists
                WHERE session_id = $1 AND submitted_at IS NOT NULL) AS "submitted!",
               (SELECT count(*) FROM matching_session_options
                WHERE session_id = $1 AND task_id <> ALL ($2)) AS "allocated!",
               a.agreements AS "agreements!", a.agreed AS "agreed!", a.transferred AS "transferred!"
        FROM (SELECT count(*) AS pairs, count(*) FILTER (WHERE eligible) AS eligible,
                     count(*) FILTER (WHERE shortlisted) AS shortlisted
              FROM matching_pairs WHERE session_id = $1 AND task_id <> ALL ($2)) p
        CROSS JOIN (SELECT count(*) AS agreements, count(*) FILTER (WHERE state IN ('agreed', 'transferred')) AS agreed,
                           count(*) FILTER (WHERE state = 'transferred') AS transferred
                    FROM matching_agreements WHERE session_id = $1 AND task_id <> ALL ($2)) a
        "#,
        id.0,
        hidden
    )
    .fetch_one(pool)
    .await
}

pub async fn delete(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM matching_sessions WHERE id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
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

/// A session that waits for the unit's next step.
pub struct Ready {
    pub session_id: MatchingSessionId,
    pub session: String,
    pub state: String,
}

/// Sessions whose answers can be opened, whose solution is to be adopted, or whose agreed tasks are to be moved.
pub async fn ready(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<Vec<Ready>> {
    sqlx::query_as!(
        Ready,
        r#"
        SELECT s.id AS "session_id: MatchingSessionId", s.name AS session, s.state
        FROM matching_sessions s
        WHERE s.state = 'solved'
           OR (s.state = 'interest' AND (s.interest_deadline <= $1
               OR NOT EXISTS (SELECT FROM matching_interest_lists l WHERE l.session_id = s.id AND l.submitted_at IS NULL)))
           OR (s.state = 'consent'
               AND EXISTS (SELECT FROM matching_agreements a WHERE a.session_id = s.id AND a.state = 'agreed'))
        ORDER BY s.created_at DESC, s.id
        LIMIT 10
        "#,
        now
    )
    .fetch_all(pool)
    .await
}
