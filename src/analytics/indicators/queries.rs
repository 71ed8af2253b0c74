//! All SQL of the indicators; SELECT only. A link is seen by who sees all its tasks.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::FiscalYear;

use super::model::{Counts, Indicator};

/// Links by fiscal year and indicator.
pub async fn counts(pool: &PgPool, rights: &Rights) -> sqlx::Result<Counts> {
    let rows = sqlx::query!(
        r#"
        SELECT s.fiscal_year,
               count(*) FILTER (WHERE s.to_task_id IS NOT NULL) AS "continued!",
               count(*) FILTER (WHERE s.company_name IS NOT NULL) AS "licensed!",
               count(*) FILTER (WHERE trial.id = ANY (n.phase_ids) AND NOT trial.id = ANY (t.phase_ids)) AS "trial!"
        FROM successor_links s
        JOIN tasks t ON t.id = s.from_task_id
        LEFT JOIN tasks n ON n.id = s.to_task_id
        LEFT JOIN vocabulary_values trial ON trial.vocabulary = 'phase' AND trial.code = 'registration_trial'
        WHERE task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
          AND (n.id IS NULL OR task_is_visible(n.restricted, n.id, n.program_id, n.disease_ids, $1, $2, $3, $4, $5))
        GROUP BY s.fiscal_year ORDER BY s.fiscal_year
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await?;
    Ok(Counts(rows.into_iter().map(|r| (r.fiscal_year, [r.continued, r.licensed, r.trial])).collect()))
}

/// A link behind a count.
#[derive(Clone, Debug)]
pub struct Link {
    pub linked_on: NaiveDate,
    pub kind: String,
    pub from_id: Uuid,
    pub from_ja: String,
    pub from_en: Option<String>,
    pub from_program: Uuid,
    pub to_id: Option<Uuid>,
    pub to_ja: Option<String>,
    pub to_en: Option<String>,
    pub to_program: Option<Uuid>,
    pub company: Option<String>,
}

/// Rows a list of links shows at most; a year's target is 130.
pub const LINK_ROWS: i64 = 1_000;

/// The links of one indicator and year, the latest first.
pub async fn links(
    pool: &PgPool,
    rights: &Rights,
    indicator: Indicator,
    year: FiscalYear,
) -> sqlx::Result<Vec<Link>> {
    sqlx::query_as!(
        Link,
        r#"
        SELECT s.linked_on, s.kind, t.id AS from_id, t.title_ja AS from_ja, t.title_en AS from_en,
               t.program_id AS from_program,
               n.id AS "to_id?", n.title_ja AS "to_ja?", n.title_en AS "to_en?", n.program_id AS "to_program?",
               s.company_name AS company
        FROM successor_links s
        JOIN tasks t ON t.id = s.from_task_id
        LEFT JOIN tasks n ON n.id = s.to_task_id
        LEFT JOIN vocabulary_values trial ON trial.vocabulary = 'phase' AND trial.code = 'registration_trial'
        WHERE s.fiscal_year = $6
          AND CASE $7
              WHEN 'continued' THEN s.to_task_id IS NOT NULL
              WHEN 'licensed' THEN s.company_name IS NOT NULL
              ELSE trial.id = ANY (n.phase_ids) AND NOT trial.id = ANY (t.phase_ids) END
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
          AND (n.id IS NULL OR task_is_visible(n.restricted, n.id, n.program_id, n.disease_ids, $1, $2, $3, $4, $5))
        ORDER BY s.linked_on DESC, s.id
        LIMIT $8
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        year as FiscalYear,
        indicator.code(),
        LINK_ROWS
    )
    .fetch_all(pool)
    .await
}
