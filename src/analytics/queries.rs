//! All SQL of the read models; SELECT only.

use sqlx::PgPool;

use crate::accounts::Rights;
use crate::kernel::Yen;

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
