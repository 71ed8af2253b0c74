//! All SQL of home; SELECT only.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::{FiscalYear, Yen};

use super::scope::Scope;

/// Tasks of one program that end soon and lead nowhere yet.
#[derive(Clone, Debug)]
pub struct EndingProgram {
    pub program: Uuid,
    pub tasks: i64,
    pub earliest: NaiveDate,
}

/// Programs of the scope with tasks that end between two days without a successor, the earliest end first.
pub async fn ending_by_program(
    pool: &PgPool,
    scope: &Scope,
    rights: &Rights,
    year: FiscalYear,
    (from, until): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<EndingProgram>> {
    sqlx::query_as!(
        EndingProgram,
        r#"
        SELECT y.program_id AS program, count(*) AS "tasks!", min(t.ends_on) AS "earliest!"
        FROM tasks t
        JOIN task_years y ON y.task_id = t.id AND y.fiscal_year = $1
        WHERE t.ends_on BETWEEN $2 AND $3
          AND NOT EXISTS (SELECT 1 FROM successor_links s WHERE s.from_task_id = t.id)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $4, $5, $6, $7, $8)
          AND ($9 OR y.program_id = ANY ($10) OR y.project_id = ANY ($11) OR t.disease_ids && $12)
        GROUP BY y.program_id
        ORDER BY min(t.ends_on), count(*) DESC, y.program_id
        LIMIT 200
        "#,
        year as FiscalYear,
        from,
        until,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        scope.whole,
        &scope.programs,
        &scope.projects,
        &scope.diseases
    )
    .fetch_all(pool)
    .await
}

/// A task that ends soon and leads nowhere yet.
#[derive(Clone, Debug)]
pub struct EndingTask {
    pub id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program: Uuid,
    pub ends_on: NaiveDate,
    pub yen: Yen,
}

/// Rows that the list of ending tasks shows at most; the narrower list of a program always fits.
pub const ENDING_ROWS: i64 = 1_000;

/// The tasks behind [`ending_by_program`], of one program or of all.
pub async fn ending_tasks(
    pool: &PgPool,
    scope: &Scope,
    rights: &Rights,
    year: FiscalYear,
    (from, until): (NaiveDate, NaiveDate),
    program: Option<Uuid>,
) -> sqlx::Result<Vec<EndingTask>> {
    sqlx::query_as!(
        EndingTask,
        r#"
        SELECT t.id, y.task_number AS number, t.title_ja, t.title_en, y.program_id AS program, t.ends_on,
               y.amount_yen AS "yen: Yen"
        FROM tasks t
        JOIN task_years y ON y.task_id = t.id AND y.fiscal_year = $1
        WHERE t.ends_on BETWEEN $2 AND $3
          AND NOT EXISTS (SELECT 1 FROM successor_links s WHERE s.from_task_id = t.id)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $4, $5, $6, $7, $8)
          AND ($9 OR y.program_id = ANY ($10) OR y.project_id = ANY ($11) OR t.disease_ids && $12)
          AND ($13::uuid IS NULL OR y.program_id = $13)
        ORDER BY t.ends_on, y.amount_yen DESC, t.id
        LIMIT $14
        "#,
        year as FiscalYear,
        from,
        until,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        scope.whole,
        &scope.programs,
        &scope.projects,
        &scope.diseases,
        program,
        ENDING_ROWS
    )
    .fetch_all(pool)
    .await
}

/// An import that waits for a person to confirm or drop it.
#[derive(Clone, Debug)]
pub struct WaitingImport {
    pub id: Uuid,
    pub file_name: String,
    pub created_at: DateTime<Utc>,
}

/// Imports that are not applied yet, the oldest first.
pub async fn waiting_imports(pool: &PgPool) -> sqlx::Result<Vec<WaitingImport>> {
    sqlx::query_as!(
        WaitingImport,
        r#"
        SELECT id, file_name, created_at
        FROM import_batches
        WHERE state = 'draft'
        ORDER BY created_at, id
        LIMIT 20
        "#
    )
    .fetch_all(pool)
    .await
}

/// A milestone that waits for a PS or PO of its program to accept it.
#[derive(Clone, Debug)]
pub struct WaitingMilestone {
    pub id: Uuid,
    pub type_ja: String,
    pub type_en: String,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub reported_on: NaiveDate,
}

/// Reports on tasks of `programs` that somebody else than `viewer` made, the oldest first.
pub async fn waiting_milestones(
    pool: &PgPool,
    programs: &[Uuid],
    viewer: Uuid,
) -> sqlx::Result<Vec<WaitingMilestone>> {
    sqlx::query_as!(
        WaitingMilestone,
        r#"
        SELECT m.id, y.name_ja AS type_ja, y.name_en AS type_en, t.title_ja, t.title_en, m.reported_on AS "reported_on!"
        FROM milestones m
        JOIN milestone_types y ON y.id = m.type_id
        JOIN tasks t ON t.id = m.task_id
        WHERE m.state = 'planned' AND m.reported_on IS NOT NULL AND m.reported_by IS DISTINCT FROM $2
          AND t.program_id = ANY ($1)
        ORDER BY m.reported_at, m.id
        LIMIT 200
        "#,
        programs,
        viewer
    )
    .fetch_all(pool)
    .await
}

/// Milestones of one program past their due date.
#[derive(Clone, Debug)]
pub struct LateMilestones {
    pub program: Uuid,
    pub milestones: i64,
    pub earliest: NaiveDate,
}

/// Programs of `programs` with milestones past their due date and not reported as met.
pub async fn late_milestones(
    pool: &PgPool,
    programs: &[Uuid],
    today: NaiveDate,
) -> sqlx::Result<Vec<LateMilestones>> {
    sqlx::query_as!(
        LateMilestones,
        r#"
        SELECT t.program_id AS program, count(*) AS "milestones!", min(m.due_on) AS "earliest!"
        FROM milestones m
        JOIN tasks t ON t.id = m.task_id
        WHERE m.state = 'planned' AND m.reported_on IS NULL AND m.due_on < $2 AND t.program_id = ANY ($1)
        GROUP BY t.program_id
        ORDER BY min(m.due_on), t.program_id
        LIMIT 20
        "#,
        programs,
        today
    )
    .fetch_all(pool)
    .await
}
