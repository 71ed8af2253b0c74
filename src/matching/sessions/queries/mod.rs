//! All SQL of matching sessions.

mod slots;
mod tasks;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::{FiscalYear, MatchingSessionId, UserId};
use crate::matching::sessions::model::{Facts, Session, State};

pub use slots::{
    Capacity, Ceiling, Slot, SlotChoice, ceilings, choose_slots, slot_choices, slots, write_capacities,
};
pub use tasks::{
    Offered, UpstreamTask, add_tasks, gate_tasks, remove_tasks, set_upstream_query, tasks_of_filter, upstream,
};

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
pub async fn facts(db: impl PgExecutor<'_>, id: MatchingSessionId) -> sqlx::Result<Facts> {
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
    .fetch_one(db)
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

/// The date for consent as it stands.
pub async fn consent_until(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Option<NaiveDate>> {
    sqlx::query_scalar!("SELECT consent_until FROM matching_sessions WHERE id = $1", id.0)
        .fetch_one(&mut **tx)
        .await
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
