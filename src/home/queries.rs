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
