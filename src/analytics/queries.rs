//! All SQL of the read models; SELECT only.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::{FiscalYear, Yen};

use super::cube::Group;

/// Fiscal years that have task-years.
pub async fn years(pool: &PgPool) -> sqlx::Result<Vec<i16>> {
    // A skip scan over the index: one probe per year instead of one per row.
    sqlx::query_scalar!(
        r#"
        WITH RECURSIVE found AS (
            (SELECT min(fiscal_year) AS year FROM task_years)
            UNION ALL
            SELECT (SELECT min(fiscal_year) FROM task_years WHERE fiscal_year > found.year)
            FROM found WHERE found.year IS NOT NULL
        )
        SELECT year AS "year!" FROM found WHERE year IS NOT NULL ORDER BY year
        "#
    )
    .fetch_all(pool)
    .await
}

/// Groups of the tasks that are open to all staff.
pub async fn open_groups(pool: &PgPool, years: &[i16]) -> sqlx::Result<Vec<Group>> {
    sqlx::query_as!(
        Group,
        r#"
        SELECT y.fiscal_year, y.program_id AS program, y.project_id AS project,
               t.phase_ids AS phases, t.disease_ids AS diseases, y.is_new,
               count(*) AS "tasks!", sum(y.amount_yen)::bigint AS "yen!: Yen"
        FROM task_years y JOIN tasks t ON t.id = y.task_id
        WHERE y.fiscal_year = ANY ($1) AND NOT t.restricted
        GROUP BY y.fiscal_year, y.program_id, y.project_id, t.phase_ids, t.disease_ids, y.is_new
        "#,
        years
    )
    .fetch_all(pool)
    .await
}

/// Groups of the tasks that this viewer knows beyond those open to all staff.
pub async fn own_groups(pool: &PgPool, years: &[i16], rights: &Rights) -> sqlx::Result<Vec<Group>> {
    sqlx::query_as!(
        Group,
        r#"
        SELECT y.fiscal_year, y.program_id AS program, y.project_id AS project,
               t.phase_ids AS phases, t.disease_ids AS diseases, y.is_new,
               count(*) AS "tasks!", sum(y.amount_yen)::bigint AS "yen!: Yen"
        FROM task_years y JOIN tasks t ON t.id = y.task_id
        WHERE y.fiscal_year = ANY ($1)
          AND (t.restricted OR NOT $2)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $2, $4, $5, $6)
        GROUP BY y.fiscal_year, y.program_id, y.project_id, t.phase_ids, t.disease_ids, y.is_new
        "#,
        years,
        rights.sees_open,
        rights.sees_all,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}

/// A part of the portfolio; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Within {
    pub program: Option<Uuid>,
    pub project: Option<Uuid>,
    pub disease: Option<i16>,
    pub institution: Option<Uuid>,
    pub person: Option<Uuid>,
}

/// Groups of the tasks that an institution leads or a person leads, in all years.
pub async fn groups_of_lead(pool: &PgPool, within: &Within, rights: &Rights) -> sqlx::Result<Vec<Group>> {
    sqlx::query_as!(
        Group,
        r#"
        SELECT y.fiscal_year, y.program_id AS program, y.project_id AS project,
               t.phase_ids AS phases, t.disease_ids AS diseases, y.is_new,
               count(*) AS "tasks!", sum(y.amount_yen)::bigint AS "yen!: Yen"
        FROM tasks t JOIN task_years y ON y.task_id = t.id
        WHERE ($1::uuid IS NULL OR t.institution_id = $1)
          AND ($2::uuid IS NULL OR t.lead_person_id = $2)
          AND num_nonnulls($1, $2) > 0
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
        GROUP BY y.fiscal_year, y.program_id, y.project_id, t.phase_ids, t.disease_ids, y.is_new
        "#,
        within.institution,
        within.person,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}

/// A task that ends soon.
#[derive(Clone, Debug)]
pub struct EndingTask {
    pub id: Uuid,
    pub task_number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub institution_ja: String,
    pub institution_en: String,
    pub ends_on: NaiveDate,
    pub amount: Yen,
    pub has_successor: bool,
    /// Tasks found in all, on every row.
    pub total: i64,
}

/// Tasks with money in `year` that end between two days, both included.
pub async fn ending(
    pool: &PgPool,
    within: &Within,
    rights: &Rights,
    year: FiscalYear,
    (from, until): (NaiveDate, NaiveDate),
    limit: i64,
) -> sqlx::Result<Vec<EndingTask>> {
    sqlx::query_as!(
        EndingTask,
        r#"
        SELECT t.id, y.task_number, t.title_ja, t.title_en,
               coalesce(i.name_ja, '') AS "institution_ja!", coalesce(i.name_en, '') AS "institution_en!",
               t.ends_on, y.amount_yen AS "amount: Yen",
               EXISTS (SELECT 1 FROM successor_links s WHERE s.from_task_id = t.id) AS "has_successor!",
               count(*) OVER () AS "total!"
        FROM tasks t
        JOIN task_years y ON y.task_id = t.id AND y.fiscal_year = $1
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE t.ends_on BETWEEN $2 AND $3
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $4, $5, $6, $7, $8)
          AND ($9::uuid IS NULL OR y.program_id = $9)
          AND ($10::uuid IS NULL OR y.project_id = $10)
          AND ($11::smallint IS NULL OR $11 = ANY (t.disease_ids))
          AND ($12::uuid IS NULL OR t.institution_id = $12)
          AND ($13::uuid IS NULL OR t.lead_person_id = $13)
        ORDER BY t.ends_on, t.id
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
        within.program,
        within.project,
        within.disease,
        within.institution,
        within.person,
        limit
    )
    .fetch_all(pool)
    .await
}
