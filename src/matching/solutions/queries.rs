//! All SQL of solutions, locks, votes and the meeting.
//!
//! What a viewer may know of a session's tasks is decided once, in [`tasks`]: tasks they may not see, and tasks on which
//! they have a conflict of interest, are not in it, and every page drops whatever names a task that is not in it.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::UserId;

use super::question::{Candidate, Ceiling, Fixed, Material, Slot};

/// The head of a session.
#[derive(Clone, Debug)]
pub struct Head {
    pub id: Uuid,
    pub name: String,
    pub fiscal_year: i16,
    pub state: String,
    pub rules_version: i32,
    pub version: i32,
    pub consent_until: Option<NaiveDate>,
}

/// A session. Everybody inside the agency may know that it exists; its tasks are found through [`tasks`].
pub async fn head(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Head>> {
    sqlx::query_as!(
        Head,
        "SELECT id, name, fiscal_year, state, rules_version, version, consent_until FROM matching_sessions WHERE id = $1",
        id
    )
    .fetch_optional(pool)
    .await
}

/// Sessions at the assignment, whoever asks; for the demo.
pub async fn at_assignment(pool: &PgPool) -> sqlx::Result<Vec<Head>> {
    sqlx::query_as!(
        Head,
        "SELECT id, name, fiscal_year, state, rules_version, version, consent_until FROM matching_sessions
         WHERE state = 'solved' ORDER BY created_at, id LIMIT 20"
    )
    .fetch_all(pool)
    .await
}

/// A task of a session with what pages print of it.
#[derive(Clone, Debug)]
pub struct TaskName {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program_id: Uuid,
    pub program_ja: String,
    pub program_en: Option<String>,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
    pub ends_on: Option<NaiveDate>,
}

/// The session's tasks that the viewer may know and has no conflict on; by title.
pub async fn tasks(pool: &PgPool, session: Uuid, viewer: UserId, r: &Rights) -> sqlx::Result<Vec<TaskName>> {
    sqlx::query_as!(
        TaskName,
        r#"
        SELECT t.id, t.title_ja, t.title_en, p.id AS program_id, p.name_ja AS program_ja, p.name_en AS program_en,
               i.name_ja AS "institution_ja?", i.name_en AS "institution_en?", t.ends_on
        FROM matching_session_tasks m
        JOIN tasks t ON t.id = m.task_id
        JOIN programs p ON p.id = m.program_id
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE m.session_id = $1
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
          AND t.id NOT IN (SELECT c.task_id FROM conflicting_tasks_of($2) c)
        ORDER BY t.title_ja, t.id
        LIMIT 5000
        "#,
        session,
        viewer.0,
        r.sees_all,
        r.sees_open,
        &r.programs,
        &r.diseases,
        &r.granted
    )
    .fetch_all(pool)
    .await
}

/// How many tasks the session has, known to the viewer or not.
pub async fn task_count(pool: &PgPool, session: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM matching_session_tasks WHERE session_id = $1"#,
        session
    )
    .fetch_one(pool)
    .await
}

/// A slot of a session with what pages print of it.
#[derive(Clone, Debug)]
pub struct SlotName {
    pub id: Uuid,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub program_ja: String,
    pub program_en: Option<String>,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub min_new: i16,
    pub max_new: i16,
    pub budget_yen: Option<i64>,
}

pub async fn slots(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<SlotName>> {
    sqlx::query_as!(
        SlotName,
        r#"
        SELECT m.id, m.program_id, m.project_id, p.name_ja AS program_ja, p.name_en AS program_en, st.name_ja, st.name_en,
               m.min_new, m.max_new, m.budget_yen
        FROM matching_session_slots m
        JOIN programs p ON p.id = m.program_id
        JOIN slot_types st ON st.id = m.slot_type_id
        WHERE m.session_id = $1
        ORDER BY p.name_ja, st.position, m.id
        LIMIT 2000
        "#,
        session
    )
    .fetch_all(pool)
    .await
}

/// The rows of the question: shortlisted or wished-for eligible pairs, capacities, locks in force, an earlier version.
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

/// Eligible pairs that are on a shortlist, wished for by a side, or locked; with what both sides openly said.
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
                                                         AND l.slot_id = p.slot_id AND l.lifted_at IS NULL))
        ORDER BY p.task_id, p.slot_id
        "#,
        session,
        now
    )
    .fetch_all(pool)
    .await
}

async fn fixed(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<Fixed>> {
    sqlx::query_as!(
        Fixed,
        r#"SELECT task_id AS task, slot_id AS slot, kind = 'forbid' AS "forbid!" FROM matching_locks
           WHERE session_id = $1 AND lifted_at IS NULL ORDER BY task_id, slot_id"#,
        session
    )
    .fetch_all(pool)
    .await
}

/// The locks in force, read inside a transaction that holds the session.
pub async fn fixed_now(tx: &mut Tx<'_>, session: Uuid) -> sqlx::Result<Vec<Fixed>> {
    sqlx::query_as!(
        Fixed,
        r#"SELECT task_id AS task, slot_id AS slot, kind = 'forbid' AS "forbid!" FROM matching_locks
           WHERE session_id = $1 AND lifted_at IS NULL ORDER BY task_id, slot_id"#,
        session
    )
    .fetch_all(&mut **tx)
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

/// One pair as the rules and the shortlist left it.
#[derive(Clone, Debug)]
pub struct PairFacts {
    pub eligible: bool,
    pub truth: Value,
    pub score: Option<i32>,
    pub parts: Option<Value>,
    pub cost_yen: i64,
    pub shortlist_place: Option<i16>,
}

pub async fn pair(pool: &PgPool, session: Uuid, task: Uuid, slot: Uuid) -> sqlx::Result<Option<PairFacts>> {
    sqlx::query_as!(
        PairFacts,
        "SELECT eligible, truth, score, parts, cost_yen, shortlist_place FROM matching_pairs
         WHERE session_id = $1 AND task_id = $2 AND slot_id = $3",
        session,
        task,
        slot
    )
    .fetch_optional(pool)
    .await
}

/// The rules of a session and the facts they judged of a pair, as JSON of `eligibility`.
pub struct RuleFacts {
    pub rules: Value,
    pub task: Value,
    pub slot: Value,
}

pub async fn rule_facts(
    pool: &PgPool,
    session: Uuid,
    task: Uuid,
    slot: Uuid,
) -> sqlx::Result<Option<RuleFacts>> {
    sqlx::query_as!(
        RuleFacts,
        "SELECT r.rules, t.facts AS task, s.facts AS slot
         FROM matching_sessions m
         JOIN matching_rules r ON r.version = m.rules_version
         JOIN matching_session_tasks t ON t.session_id = m.id AND t.task_id = $2
         JOIN matching_session_slots s ON s.session_id = m.id AND s.id = $3
         WHERE m.id = $1",
        session,
        task,
        slot
    )
    .fetch_optional(pool)
    .await
}

/// What a side openly said of a pair.
#[derive(Clone, Debug)]
pub struct SaidOfPair {
    pub side: String,
    pub level: i16,
    pub reason_code: Option<String>,
    pub note: Option<String>,
}

pub async fn said_of_pair(
    pool: &PgPool,
    session: Uuid,
    task: Uuid,
    slot: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<SaidOfPair>> {
    sqlx::query_as!(
        SaidOfPair,
        r#"SELECT side AS "side!", level AS "level!", reason_code, note FROM matching_interests_open($1, $4)
           WHERE task_id = $2 AND slot_id = $3 ORDER BY side DESC"#,
        session,
        task,
        slot,
        now
    )
    .fetch_all(pool)
    .await
}

/// A version in a list.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: Uuid,
    pub session_id: Uuid,
    pub version: i32,
    pub objective: String,
    pub status: String,
    pub weights: Value,
    pub value: Option<i64>,
    pub bound: Option<i64>,
    pub placed: i32,
    pub conflict: Value,
    pub blocking: Value,
    pub inputs_hash: String,
    pub file_hash: String,
    pub solver_version: i32,
    pub verdict: String,
    pub verdict_words: Value,
    pub milliseconds: i32,
    pub note: String,
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
    pub created_at: DateTime<Utc>,
    pub adopted: bool,
}

/// Versions of a session, the latest first.
pub async fn versions(pool: &PgPool, session: Uuid, limit: i64) -> sqlx::Result<Vec<Version>> {
    sqlx::query_as!(
        Version,
        r#"
        SELECT v.id, v.session_id, v.version, v.objective, v.status, v.weights, v.value_millionths AS value,
               v.bound_millionths AS bound, v.placed, v.conflict, v.blocking, v.inputs_hash, v.file_hash, v.solver_version,
               v.verdict, v.verdict_words, v.milliseconds, v.note, u.name_ja AS "by_ja?", u.name_en AS "by_en?", v.created_at,
               EXISTS (SELECT FROM matching_agreements a WHERE a.solution_id = v.id) AS "adopted!"
        FROM matching_solutions v
        LEFT JOIN users u ON u.id = v.created_by
        WHERE v.session_id = $1
        ORDER BY v.version DESC, v.id
        LIMIT $2
        "#,
        session,
        limit
    )
    .fetch_all(pool)
    .await
}

pub async fn version(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Version>> {
    sqlx::query_as!(
        Version,
        r#"
        SELECT v.id, v.session_id, v.version, v.objective, v.status, v.weights, v.value_millionths AS value,
               v.bound_millionths AS bound, v.placed, v.conflict, v.blocking, v.inputs_hash, v.file_hash, v.solver_version,
               v.verdict, v.verdict_words, v.milliseconds, v.note, u.name_ja AS "by_ja?", u.name_en AS "by_en?", v.created_at,
               EXISTS (SELECT FROM matching_agreements a WHERE a.solution_id = v.id) AS "adopted!"
        FROM matching_solutions v
        LEFT JOIN users u ON u.id = v.created_by
        WHERE v.id = $1
        "#,
        id
    )
    .fetch_optional(pool)
    .await
}

pub async fn file(pool: &PgPool, solution: Uuid) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT file FROM matching_solution_files WHERE solution_id = $1", solution)
        .fetch_one(pool)
        .await
}

/// A chosen pair.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    pub task: Uuid,
    pub slot: Uuid,
    pub value: i64,
    pub cost: i64,
    pub locked: bool,
}

pub async fn chosen(pool: &PgPool, solution: Uuid) -> sqlx::Result<Vec<Chosen>> {
    sqlx::query_as!(
        Chosen,
        "SELECT task_id AS task, slot_id AS slot, value_millionths AS value, cost_yen AS cost, locked
         FROM matching_solution_pairs WHERE solution_id = $1 ORDER BY task_id, slot_id",
        solution
    )
    .fetch_all(pool)
    .await
}

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
}

/// Locks in force, with what they cost in `version` (by number) if it knows them.
pub async fn locks(pool: &PgPool, session: Uuid, version: Option<Uuid>) -> sqlx::Result<Vec<LockRow>> {
    sqlx::query_as!(
        LockRow,
        r#"
        SELECT l.id, l.task_id AS task, l.slot_id AS slot, l.kind, l.reason, u.name_ja AS "by_ja?", u.name_en AS "by_en?",
               l.created_at, c.cost_millionths AS "cost?"
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
               l.created_at, c.cost_millionths AS "cost?"
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

/// A proposal for the adjustment fund.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub slot_id: Uuid,
    pub kind: String,
    pub slots: i16,
    pub amount_yen: i64,
    pub gain: i64,
    pub reason: String,
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
    pub created_at: DateTime<Utc>,
}

pub async fn proposals(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<Proposal>> {
    sqlx::query_as!(
        Proposal,
        r#"
        SELECT p.slot_id, p.kind, p.slots, p.amount_yen, p.gain_millionths AS gain, p.reason, u.name_ja AS "by_ja?",
               u.name_en AS "by_en?", p.created_at
        FROM matching_adjustment_proposals p
        LEFT JOIN users u ON u.id = p.created_by
        WHERE p.session_id = $1
        ORDER BY p.created_at DESC, p.id
        LIMIT 200
        "#,
        session
    )
    .fetch_all(pool)
    .await
}

// Writing, each inside an action's transaction.

/// Takes the session's row for this transaction: versions are numbered, and states change, one at a time.
pub async fn hold(tx: &mut Tx<'_>, session: Uuid) -> sqlx::Result<(String, i32)> {
    let row = sqlx::query!("SELECT state, version FROM matching_sessions WHERE id = $1 FOR UPDATE", session)
        .fetch_one(&mut **tx)
        .await?;
    Ok((row.state, row.version))
}

pub async fn next_version(tx: &mut Tx<'_>, session: Uuid) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(max(version), 0) + 1 AS "next!" FROM matching_solutions WHERE session_id = $1"#,
        session
    )
    .fetch_one(&mut **tx)
    .await
}

/// A version about to be stored.
pub struct NewVersion<'a> {
    pub id: Uuid,
    pub session: Uuid,
    pub version: i32,
    pub objective: &'a str,
    pub status: &'a str,
    pub weights: &'a Value,
    pub value: Option<i64>,
    pub bound: Option<i64>,
    pub conflict: &'a Value,
    pub blocking: &'a Value,
    pub inputs_hash: &'a str,
    pub file_hash: &'a str,
    pub solver_version: i32,
    pub verdict: &'a str,
    pub verdict_words: &'a Value,
    pub milliseconds: i32,
    pub note: &'a str,
    pub by: Option<Uuid>,
    pub file: &'a str,
    pub pairs: &'a [Chosen],
    pub lock_costs: &'a [(Uuid, Option<i64>)],
}

pub async fn insert_version(tx: &mut Tx<'_>, v: &NewVersion<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO matching_solutions (id, session_id, version, objective, status, weights, value_millionths,
             bound_millionths, placed, conflict, blocking, inputs_hash, file_hash, solver_version, verdict, verdict_words,
             milliseconds, note, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        v.id,
        v.session,
        v.version,
        v.objective,
        v.status,
        v.weights,
        v.value,
        v.bound,
        i32::try_from(v.pairs.len()).unwrap_or(i32::MAX),
        v.conflict,
        v.blocking,
        v.inputs_hash,
        v.file_hash,
        v.solver_version,
        v.verdict,
        v.verdict_words,
        v.milliseconds,
        v.note,
        v.by,
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("INSERT INTO matching_solution_files (solution_id, file) VALUES ($1, $2)", v.id, v.file)
        .execute(&mut **tx)
        .await?;
    let tasks: Vec<Uuid> = v.pairs.iter().map(|p| p.task).collect();
    let slots: Vec<Uuid> = v.pairs.iter().map(|p| p.slot).collect();
    let values: Vec<i64> = v.pairs.iter().map(|p| p.value).collect();
    let costs: Vec<i64> = v.pairs.iter().map(|p| p.cost).collect();
    let locked: Vec<bool> = v.pairs.iter().map(|p| p.locked).collect();
    sqlx::query!(
        "INSERT INTO matching_solution_pairs (solution_id, task_id, slot_id, value_millionths, cost_yen, locked)
         SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::boolean[])",
        v.id,
        &tasks,
        &slots,
        &values,
        &costs,
        &locked
    )
    .execute(&mut **tx)
    .await?;
    let locks: Vec<Uuid> = v.lock_costs.iter().map(|(id, _)| *id).collect();
    let costs: Vec<Option<i64>> = v.lock_costs.iter().map(|(_, cost)| *cost).collect();
    sqlx::query!(
        "INSERT INTO matching_solution_locks (solution_id, lock_id, cost_millionths)
         SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])",
        v.id,
        &locks,
        &costs as &[Option<i64>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
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

/// A proposal about to be saved.
pub struct NewProposal<'a> {
    pub id: Uuid,
    pub session: Uuid,
    pub solution: Uuid,
    pub slot: Uuid,
    pub program: Uuid,
    pub kind: &'a str,
    pub slots: i16,
    pub amount_yen: i64,
    pub gain: i64,
    pub reason: &'a str,
    pub by: Option<Uuid>,
}

/// False: this version's proposal for this slot was saved before.
pub async fn insert_proposal(tx: &mut Tx<'_>, p: &NewProposal<'_>, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO matching_adjustment_proposals (id, session_id, solution_id, slot_id, program_id, kind, slots, amount_yen,
             gain_millionths, reason, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (solution_id, slot_id, kind) DO NOTHING",
        p.id,
        p.session,
        p.solution,
        p.slot,
        p.program,
        p.kind,
        p.slots,
        p.amount_yen,
        p.gain,
        p.reason,
        p.by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
