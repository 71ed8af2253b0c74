//! All SQL of allocated slots.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::accounts::Viewer;
use crate::db::Tx;
use crate::kernel::{FiscalYear, MatchingSessionId, Yen};

/// An option exercised for the year of a session.
#[derive(Clone, Debug)]
pub struct Exercised {
    pub option_id: Uuid,
    pub task_id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
    pub task_program: Uuid,
    pub program_id: Uuid,
    /// The slot type that the option names, if any.
    pub slot_type_id: Option<Uuid>,
    pub reserved: Yen,
    pub exercised_at: DateTime<Utc>,
    /// The session that has it allocated, with the slot; this one or another.
    pub session_id: Option<MatchingSessionId>,
    pub session: Option<String>,
    pub slot_id: Option<Uuid>,
}

/// The options exercised for a year whose tasks the viewer may know and has no conflict of interest with.
pub async fn exercised(
    pool: &PgPool,
    viewer: &Viewer,
    year: FiscalYear,
    only: Option<Uuid>,
) -> sqlx::Result<Vec<Exercised>> {
    let rights = &viewer.rights;
    sqlx::query_as!(
        Exercised,
        r#"
        SELECT o.option_id AS "option_id!", o.task_id AS "task_id!", t.title_ja, t.title_en,
               coalesce(y.task_number, t.stable_number) AS number, t.program_id AS task_program,
               o.program_id AS "program_id!", o.slot_type_id, o.reserved_yen AS "reserved!: Yen",
               o.exercised_at AS "exercised_at!", a.session_id AS "session_id?: MatchingSessionId", s.name AS "session?",
               a.slot_id AS "slot_id?"
        FROM exercised_options o
        JOIN tasks t ON t.id = o.task_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN matching_session_options a ON a.option_id = o.option_id
        LEFT JOIN matching_sessions s ON s.id = a.session_id
        WHERE o.fiscal_year = $6 AND ($8::uuid IS NULL OR o.option_id = $8)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
          AND t.id NOT IN (SELECT c.task_id FROM tasks_kept_from($7) c)
        ORDER BY o.program_id, o.exercised_at, o.option_id
        LIMIT 500
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        year as FiscalYear,
        viewer.id.0,
        only
    )
    .fetch_all(pool)
    .await
}

/// Options of a year that no session has, of tasks that stand in this one, whoever asks; for the demo.
pub async fn unallocated(
    pool: &PgPool,
    id: MatchingSessionId,
    year: FiscalYear,
) -> sqlx::Result<Vec<Exercised>> {
    sqlx::query_as!(
        Exercised,
        r#"
        SELECT o.option_id AS "option_id!", o.task_id AS "task_id!", t.title_ja, t.title_en, t.stable_number AS number,
               t.program_id AS task_program, o.program_id AS "program_id!", o.slot_type_id,
               o.reserved_yen AS "reserved!: Yen", o.exercised_at AS "exercised_at!",
               NULL::uuid AS "session_id?: MatchingSessionId", NULL::text AS "session?", NULL::uuid AS "slot_id?"
        FROM exercised_options o
        JOIN tasks t ON t.id = o.task_id
        JOIN matching_session_tasks m ON m.session_id = $1 AND m.task_id = o.task_id
        WHERE o.fiscal_year = $2 AND NOT EXISTS (SELECT FROM matching_session_options a WHERE a.option_id = o.option_id)
        ORDER BY o.option_id
        LIMIT 20
        "#,
        id.0,
        year as FiscalYear
    )
    .fetch_all(pool)
    .await
}

/// A slot of a session that is allocated to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocated {
    pub option: Uuid,
    pub task: Uuid,
    pub slot: Uuid,
    pub reserved: Yen,
}

/// What is allocated in a session, without the tasks hidden from who asks.
pub async fn allocated(
    db: impl PgExecutor<'_>,
    id: MatchingSessionId,
    hidden: &[Uuid],
) -> sqlx::Result<Vec<Allocated>> {
    sqlx::query_as!(
        Allocated,
        r#"
        SELECT option_id AS option, task_id AS task, slot_id AS slot, reserved_yen AS "reserved: Yen"
        FROM matching_session_options
        WHERE session_id = $1 AND task_id <> ALL ($2)
        ORDER BY option_id
        "#,
        id.0,
        hidden
    )
    .fetch_all(db)
    .await
}

/// What is allocated in each slot of a session, whoever asks: capacities do not go below it.
pub struct Total {
    pub slot: Uuid,
    pub places: i64,
    pub yen: Yen,
}

pub async fn totals(pool: &PgPool, id: MatchingSessionId) -> sqlx::Result<Vec<Total>> {
    sqlx::query_as!(
        Total,
        r#"
        SELECT slot_id AS slot, count(*) AS "places!", sum(reserved_yen)::bigint AS "yen!: Yen"
        FROM matching_session_options
        WHERE session_id = $1
        GROUP BY slot_id
        ORDER BY slot_id
        "#,
        id.0
    )
    .fetch_all(pool)
    .await
}

/// Places and money that are allocated in a slot, and how much of either there is.
pub struct Room {
    pub places: i64,
    pub most: i16,
    pub yen: i64,
    pub budget: Option<i64>,
}

/// The room of a slot of a session, if the option fits it: its program, and its slot type where it names one.
pub async fn room(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    slot: Uuid,
    option: &Exercised,
) -> sqlx::Result<Option<Room>> {
    sqlx::query_as!(
        Room,
        r#"
        SELECT count(a.option_id) AS "places!", s.max_new AS most, coalesce(sum(a.reserved_yen), 0)::bigint AS "yen!",
               s.budget_yen AS budget
        FROM matching_session_slots s
        LEFT JOIN matching_session_options a ON a.session_id = s.session_id AND a.slot_id = s.id
        WHERE s.session_id = $1 AND s.id = $2 AND s.program_id = $3 AND ($4::uuid IS NULL OR s.slot_type_id = $4)
        GROUP BY s.id
        "#,
        id.0,
        slot,
        option.program_id,
        option.slot_type_id
    )
    .fetch_optional(&mut **tx)
    .await
}

/// False: the option is allocated already, here or in another session.
pub async fn insert(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    (option, slot): (&Exercised, Uuid),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO matching_session_options (session_id, option_id, task_id, slot_id, reserved_yen, added_by, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        id.0,
        option.option_id,
        option.task_id,
        slot,
        option.reserved.0,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes an option out of a session, and its task where nothing else brought it in. The task, if it was there.
pub async fn remove(tx: &mut Tx<'_>, id: MatchingSessionId, option: Uuid) -> sqlx::Result<Option<Uuid>> {
    let task = sqlx::query_scalar!(
        "DELETE FROM matching_session_options WHERE session_id = $1 AND option_id = $2 RETURNING task_id",
        id.0,
        option
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(task) = task {
        sqlx::query!(
            "DELETE FROM matching_session_tasks WHERE session_id = $1 AND task_id = $2 AND via = 'option'",
            id.0,
            task
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(task)
}

/// Locks the allocated pairs, by the person who exercised the option; a lock that was lifted once stays lifted.
pub async fn lock(tx: &mut Tx<'_>, id: MatchingSessionId, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        r#"
        INSERT INTO matching_locks (id, session_id, task_id, slot_id, kind, reason, created_by, created_at, option_id)
        SELECT gen_random_uuid(), a.session_id, a.task_id, a.slot_id, 'lock', 'ペアリング枠の行使', e.by_user, $2, a.option_id
        FROM matching_session_options a
        JOIN matching_pairs p ON p.session_id = a.session_id AND p.task_id = a.task_id AND p.slot_id = a.slot_id
        LEFT JOIN LATERAL (SELECT by_user FROM pairing_option_events
                           WHERE option_id = a.option_id AND state = 'exercised' ORDER BY id DESC LIMIT 1) e ON true
        WHERE a.session_id = $1
          AND NOT EXISTS (SELECT FROM matching_locks l WHERE l.session_id = a.session_id AND l.option_id = a.option_id)
        "#,
        id.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// The session in which an option is allocated.
pub struct InSession {
    pub id: MatchingSessionId,
    pub name: String,
}

pub async fn session_of(pool: &PgPool, option: Uuid) -> sqlx::Result<Option<InSession>> {
    sqlx::query_as!(
        InSession,
        r#"
        SELECT s.id AS "id: MatchingSessionId", s.name
        FROM matching_session_options a
        JOIN matching_sessions s ON s.id = a.session_id
        WHERE a.option_id = $1
        "#,
        option
    )
    .fetch_optional(pool)
    .await
}
