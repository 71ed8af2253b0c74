//! SQL of contracts that no other page of money has: what was carried into the next year, and the files behind a task.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::kernel::{FiscalYear, Yen};

/// What applied slips carried out of a program's year into the next one, less what was taken back.
#[derive(Clone, Debug)]
pub struct CarriedOver {
    pub program: Uuid,
    pub from: FiscalYear,
    pub amount: Yen,
}

/// Money of programs carried over, by the year it left.
pub async fn carried_over(pool: &PgPool, programs: &[Uuid]) -> sqlx::Result<Vec<CarriedOver>> {
    sqlx::query_as!(
        CarriedOver,
        r#"
        SELECT f.program_id AS program, least(f.fiscal_year, t.fiscal_year) AS "from!: FiscalYear",
               sum(CASE WHEN f.fiscal_year < t.fiscal_year THEN s.amount_yen ELSE -s.amount_yen END)::bigint AS "amount!: Yen"
        FROM budget_slips s
        JOIN budget_positions f ON f.id = s.from_id
        JOIN budget_positions t ON t.id = s.to_id
        WHERE s.state = 'applied' AND f.fiscal_year <> t.fiscal_year AND f.program_id = ANY ($1)
        GROUP BY f.program_id, least(f.fiscal_year, t.fiscal_year)
        ORDER BY 1, 2
        LIMIT 2000
        "#,
        programs
    )
    .fetch_all(pool)
    .await
}

/// How many tasks programs have in the years, also those that the viewer may not know.
pub async fn task_counts(
    pool: &PgPool,
    year: Option<FiscalYear>,
    program: Option<Uuid>,
) -> sqlx::Result<HashMap<(Uuid, FiscalYear), i64>> {
    let rows = sqlx::query!(
        r#"
        SELECT program_id, fiscal_year AS "year: FiscalYear", count(*) AS "tasks!"
        FROM task_years
        WHERE ($1::smallint IS NULL OR fiscal_year = $1) AND ($2::uuid IS NULL OR program_id = $2)
        GROUP BY program_id, fiscal_year
        LIMIT 5000
        "#,
        year as Option<FiscalYear>,
        program
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| ((r.program_id, r.year), r.tasks)).collect())
}

/// A file that wrote contracts of a task.
#[derive(Clone, Debug)]
pub struct TaskSource {
    pub batch: Uuid,
    pub file: String,
    pub by: Option<String>,
    pub at: Option<DateTime<Utc>>,
}

/// The files whose rows made or changed a task, the latest first.
pub async fn sources(pool: &PgPool, task: Uuid) -> sqlx::Result<Vec<TaskSource>> {
    sqlx::query_as!(
        TaskSource,
        r#"
        SELECT b.id AS batch, b.file_name AS file, u.email AS "by?", b.applied_at AS at
        FROM import_batches b
        LEFT JOIN users u ON u.id = b.created_by
        WHERE b.state = 'applied'
          AND (EXISTS (SELECT FROM import_changes c WHERE c.batch_id = b.id AND c.subject_id = $1)
               OR EXISTS (SELECT FROM task_payments p WHERE p.import_batch_id = b.id AND p.task_id = $1))
        ORDER BY b.applied_at DESC, b.id
        LIMIT 20
        "#,
        task
    )
    .fetch_all(pool)
    .await
}
