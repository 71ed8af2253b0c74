//! All SQL of pairing options.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Viewer;
use crate::db::Tx;
use crate::kernel::{FiscalYear, Yen};

use super::model::State;
use super::odds::Counts;

/// An option with the task it is for.
#[derive(Clone, Debug)]
pub struct OptionRow {
    pub id: Uuid,
    pub task_id: Uuid,
    pub task_ja: String,
    pub task_en: Option<String>,
    pub task_number: Option<String>,
    pub task_program: Uuid,
    pub task_visible: bool,
    pub program_id: Uuid,
    pub fiscal_year: FiscalYear,
    pub slot_type_id: Option<Uuid>,
    pub slot_ja: Option<String>,
    pub slot_en: Option<String>,
    pub reserved_yen: Yen,
    pub state: String,
    pub stage_ends_on: NaiveDate,
    pub decide_by: NaiveDate,
    pub reason: Option<String>,
    pub offered_at: DateTime<Utc>,
    pub version: i32,
}

impl OptionRow {
    pub fn state(&self) -> State {
        State::from_code(&self.state).unwrap_or(State::Expired)
    }
}

/// Which options are asked for; empty means all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub id: Option<Uuid>,
    pub task: Option<Uuid>,
    pub program: Option<Uuid>,
    pub year: Option<FiscalYear>,
    pub states: Vec<String>,
}

/// Options whose task or receiving program is known to the viewer, who has no conflict of interest with the task. A
/// hidden task is marked as such.
pub async fn options(pool: &PgPool, viewer: &Viewer, w: &Wanted) -> sqlx::Result<Vec<OptionRow>> {
    let rights = &viewer.rights;
    sqlx::query_as!(
        OptionRow,
        r#"
        SELECT o.id, o.task_id, t.title_ja AS task_ja, t.title_en AS task_en,
               coalesce(y.task_number, t.stable_number) AS task_number, t.program_id AS task_program,
               task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5) AS "task_visible!",
               o.program_id, o.fiscal_year AS "fiscal_year: FiscalYear", o.slot_type_id, s.full_name_ja AS "slot_ja?",
               s.full_name_en AS "slot_en?", o.reserved_yen AS "reserved_yen: Yen", o.state, o.stage_ends_on, o.decide_by,
               o.reason, o.offered_at, o.version
        FROM pairing_options o
        JOIN tasks t ON t.id = o.task_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN slot_types s ON s.id = o.slot_type_id
        WHERE (task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
               OR o.program_id = ANY ($3))
          AND ($6::uuid IS NULL OR o.id = $6)
          AND ($7::uuid IS NULL OR o.task_id = $7)
          AND ($8::uuid IS NULL OR o.program_id = $8)
          AND ($9::smallint IS NULL OR o.fiscal_year = $9)
          AND (cardinality($10::text[]) = 0 OR o.state = ANY ($10))
          AND o.task_id NOT IN (SELECT c.task_id FROM tasks_kept_from($11) c)
        ORDER BY array_position(ARRAY['offered', 'held', 'confirmed', 'exercised', 'released', 'expired'], o.state),
                 o.decide_by, o.id
        LIMIT 500
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        w.id,
        w.task,
        w.program,
        w.year as Option<FiscalYear>,
        &w.states,
        viewer.id.0
    )
    .fetch_all(pool)
    .await
}

/// An option of a book, whoever may see its task: the book counts all.
#[derive(Clone, Debug)]
pub struct Booked {
    pub id: Uuid,
    pub program_id: Uuid,
    pub fiscal_year: FiscalYear,
    pub state: String,
    pub reserved_yen: Yen,
    pub decide_by: NaiveDate,
}

/// Options that are alive or exercised, by book, in the order in which they were offered.
pub async fn booked(
    pool: &PgPool,
    program: Option<Uuid>,
    year: Option<FiscalYear>,
) -> sqlx::Result<Vec<Booked>> {
    sqlx::query_as!(
        Booked,
        r#"
        SELECT id, program_id, fiscal_year AS "fiscal_year: FiscalYear", state, reserved_yen AS "reserved_yen: Yen", decide_by
        FROM pairing_options
        WHERE state IN ('offered', 'held', 'confirmed', 'exercised')
          AND ($1::uuid IS NULL OR program_id = $1)
          AND ($2::smallint IS NULL OR fiscal_year = $2)
        ORDER BY fiscal_year, program_id, offered_at, id
        LIMIT 5000
        "#,
        program,
        year as Option<FiscalYear>
    )
    .fetch_all(pool)
    .await
}

/// What became of options that reached a state, with one receiving program and with all.
#[derive(Clone, Debug)]
pub struct HistoryRow {
    pub program_id: Uuid,
    pub state: String,
    pub counts: Counts,
}

/// History by receiving program and state reached.
pub async fn history(pool: &PgPool) -> sqlx::Result<Vec<HistoryRow>> {
    let rows = sqlx::query!(
        r#"
        SELECT o.program_id, e.state, count(DISTINCT o.id) AS "ended!",
               count(DISTINCT o.id) FILTER (WHERE o.state = 'exercised') AS "exercised!"
        FROM pairing_options o
        JOIN pairing_option_events e ON e.option_id = o.id
        WHERE o.state IN ('exercised', 'released', 'expired') AND e.state IN ('offered', 'held', 'confirmed')
        GROUP BY o.program_id, e.state
        ORDER BY o.program_id, e.state
        "#
    )
    .fetch_all(pool)
    .await?;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(rows
        .into_iter()
        .map(|r| HistoryRow {
            program_id: r.program_id,
            state: r.state,
            counts: Counts { ended: count(r.ended), exercised: count(r.exercised) },
        })
        .collect())
}

/// What a program sets aside for a year, and what its calls would allow.
#[derive(Clone, Debug)]
pub struct BookRow {
    pub program_id: Uuid,
    pub fiscal_year: FiscalYear,
    pub slots: Option<i16>,
    pub budget: Option<Yen>,
    pub version: i32,
    pub call_slots: i64,
    pub call_yen: Yen,
}

/// Books that have options, a capacity, or are asked for by program and year.
pub async fn books(
    pool: &PgPool,
    program: Option<Uuid>,
    year: Option<FiscalYear>,
) -> sqlx::Result<Vec<BookRow>> {
    sqlx::query_as!(
        BookRow,
        r#"
        WITH wanted AS (
            SELECT program_id, fiscal_year FROM pairing_options
            UNION SELECT program_id, fiscal_year FROM option_books
            UNION SELECT $1::uuid, $2::smallint WHERE $1 IS NOT NULL AND $2 IS NOT NULL
        )
        SELECT w.program_id AS "program_id!", w.fiscal_year AS "fiscal_year!: FiscalYear", b.slots AS "slots?",
               b.budget_yen AS "budget?: Yen", coalesce(b.version, 0) AS "version!",
               coalesce(c.slots, 0) AS "call_slots!", coalesce(c.yen, 0)::bigint AS "call_yen!: Yen"
        FROM wanted w
        LEFT JOIN option_books b ON b.program_id = w.program_id AND b.fiscal_year = w.fiscal_year
        LEFT JOIN LATERAL (
            SELECT sum(s.max_new) AS slots, sum(s.max_new * coalesce(s.yearly_ceiling_yen, 0)) AS yen
            FROM calls k JOIN slot_types s ON s.call_id = k.id
            WHERE k.program_id = w.program_id AND k.fiscal_year = w.fiscal_year
        ) c ON true
        WHERE ($1::uuid IS NULL OR w.program_id = $1)
          AND ($2::smallint IS NULL OR w.fiscal_year = $2)
        ORDER BY w.fiscal_year DESC, w.program_id
        LIMIT 500
        "#,
        program,
        year as Option<FiscalYear>
    )
    .fetch_all(pool)
    .await
}

/// Writes what is set aside over the version that was read (0: nothing yet). False: somebody was faster.
pub async fn put_book(
    tx: &mut Tx<'_>,
    (program, year, version): (Uuid, FiscalYear, i32),
    slots: i16,
    budget: Yen,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO option_books AS b (program_id, fiscal_year, slots, budget_yen)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (program_id, fiscal_year) DO UPDATE
        SET slots = EXCLUDED.slots, budget_yen = EXCLUDED.budget_yen, version = b.version + 1
        WHERE b.version = $5
        "#,
        program,
        year as FiscalYear,
        slots,
        budget as Yen,
        version
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A slot type that an option can name.
#[derive(Clone, Debug)]
pub struct SlotChoice {
    pub id: Uuid,
    pub program_id: Uuid,
    pub fiscal_year: FiscalYear,
    pub name_ja: String,
    pub name_en: Option<String>,
}

/// Slot types of coming calls.
pub async fn slot_choices(pool: &PgPool, from: FiscalYear) -> sqlx::Result<Vec<SlotChoice>> {
    sqlx::query_as!(
        SlotChoice,
        r#"
        SELECT s.id, c.program_id, c.fiscal_year AS "fiscal_year: FiscalYear",
               s.full_name_ja AS "name_ja!", s.full_name_en AS name_en
        FROM slot_types s
        JOIN calls c ON c.id = s.call_id
        WHERE c.fiscal_year >= $1
        ORDER BY c.program_id, c.fiscal_year, s.position, s.id
        LIMIT 2000
        "#,
        from as FiscalYear
    )
    .fetch_all(pool)
    .await
}

/// A new option.
pub struct NewOption {
    pub id: Uuid,
    pub task: Uuid,
    pub program: Uuid,
    pub year: FiscalYear,
    pub slot_type: Option<Uuid>,
    pub yen: Yen,
    pub stage_ends_on: NaiveDate,
    pub decide_by: NaiveDate,
    pub by: Uuid,
}

pub async fn insert(tx: &mut Tx<'_>, o: &NewOption, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO pairing_options (id, task_id, program_id, fiscal_year, slot_type_id, reserved_yen, stage_ends_on,
                                      decide_by, offered_by, offered_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        o.id,
        o.task,
        o.program,
        o.year as FiscalYear,
        o.slot_type,
        o.yen as Yen,
        o.stage_ends_on,
        o.decide_by,
        o.by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes a state over the version that was read. False: somebody was faster.
pub async fn set_state(
    tx: &mut Tx<'_>,
    (id, version): (Uuid, i32),
    state: State,
    (reason, decision): (Option<&str>, Option<Uuid>),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE pairing_options SET state = $3, reason = coalesce($4, reason), decision_id = coalesce($6, decision_id), changed_at = $5,
                version = version + 1
         WHERE id = $1 AND version = $2",
        id,
        version,
        state.code(),
        reason,
        now,
        decision
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The latest decision of a gate that lets a task go on, where it is the latest at all.
pub async fn go_decision(pool: &PgPool, task: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        r#"
        SELECT d.id
        FROM (SELECT id, outcome FROM gate_decisions WHERE task_id = $1 AND superseded_by IS NULL
              ORDER BY decided_at DESC, id LIMIT 1) d
        WHERE d.outcome IN ('go', 'go_early', 'conditional_go')
        "#,
        task
    )
    .fetch_optional(pool)
    .await
}

pub async fn insert_event(
    tx: &mut Tx<'_>,
    option: Uuid,
    state: State,
    (by, reason): (Uuid, Option<&str>),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO pairing_option_events (option_id, state, reason, by_user, at) VALUES ($1, $2, $3, $4, $5)",
        option,
        state.code(),
        reason,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What happened to an option.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub state: String,
    pub reason: Option<String>,
    pub by_ja: String,
    pub by_en: Option<String>,
    pub at: DateTime<Utc>,
}

pub async fn events(pool: &PgPool, option: Uuid) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"
        SELECT e.state, e.reason, u.name_ja AS by_ja, u.name_en AS by_en, e.at
        FROM pairing_option_events e
        JOIN users u ON u.id = e.by_user
        WHERE e.option_id = $1
        ORDER BY e.id
        LIMIT 100
        "#,
        option
    )
    .fetch_all(pool)
    .await
}
