//! All SQL of the indicators; SELECT only. A link is seen by who sees all its tasks.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::FiscalYear;

use super::model::{Counts, Indicator};

/// Links and trials by fiscal year and indicator.
pub async fn counts(pool: &PgPool, rights: &Rights) -> sqlx::Result<Counts> {
    let rows = sqlx::query!(
        r#"
        WITH reached AS (
            SELECT m.task_id, min(m.met_on) AS met_on
            FROM milestones m
            JOIN milestone_types y ON y.id = m.type_id AND y.reaches_trial
            WHERE m.state = 'met'
            GROUP BY m.task_id
        ), counted AS (
            SELECT s.fiscal_year, (s.to_task_id IS NOT NULL)::int AS continued, (s.company_name IS NOT NULL)::int AS licensed,
                   coalesce(trial.id = ANY (n.phase_ids) AND NOT trial.id = ANY (t.phase_ids)
                            AND NOT EXISTS (SELECT FROM reached r WHERE r.task_id IN (s.from_task_id, s.to_task_id)),
                            false)::int AS trial
            FROM successor_links s
            JOIN tasks t ON t.id = s.from_task_id
            LEFT JOIN tasks n ON n.id = s.to_task_id
            LEFT JOIN vocabulary_values trial ON trial.vocabulary = 'phase' AND trial.code = 'registration_trial'
            WHERE task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
              AND (n.id IS NULL OR task_is_visible(n.restricted, n.id, n.program_id, n.disease_ids, $1, $2, $3, $4, $5))
            UNION ALL
            SELECT extract(year FROM r.met_on - interval '3 months')::smallint, 0, 0, 1
            FROM reached r
            JOIN tasks t ON t.id = r.task_id
            WHERE task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        )
        SELECT fiscal_year AS "fiscal_year!", sum(continued) AS "continued!", sum(licensed) AS "licensed!",
               sum(trial) AS "trial!"
        FROM counted
        GROUP BY fiscal_year ORDER BY fiscal_year
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
              ELSE trial.id = ANY (n.phase_ids) AND NOT trial.id = ANY (t.phase_ids) AND NOT EXISTS (
                  SELECT FROM milestones m JOIN milestone_types y ON y.id = m.type_id AND y.reaches_trial
                  WHERE m.state = 'met' AND m.task_id IN (s.from_task_id, s.to_task_id)) END
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

/// A task that reached a trial, by its first accepted milestone of a trial type.
#[derive(Clone, Debug)]
pub struct Reached {
    pub met_on: NaiveDate,
    pub milestone_id: Uuid,
    pub type_ja: String,
    pub type_en: String,
    pub task_id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program_id: Uuid,
}

/// The tasks that reached a trial in a year by a milestone, the latest first.
pub async fn reached(pool: &PgPool, rights: &Rights, year: FiscalYear) -> sqlx::Result<Vec<Reached>> {
    sqlx::query_as!(
        Reached,
        r#"
        SELECT r.met_on AS "met_on!", r.id AS "milestone_id!", r.name_ja AS "type_ja!", r.name_en AS "type_en!",
               t.id AS task_id, t.title_ja, t.title_en, t.program_id
        FROM (SELECT DISTINCT ON (m.task_id) m.task_id, m.id, m.met_on, y.name_ja, y.name_en
              FROM milestones m
              JOIN milestone_types y ON y.id = m.type_id AND y.reaches_trial
              WHERE m.state = 'met'
              ORDER BY m.task_id, m.met_on, m.id) r
        JOIN tasks t ON t.id = r.task_id
        WHERE r.met_on BETWEEN $6 AND $7
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        ORDER BY r.met_on DESC, r.id
        LIMIT $8
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        year.first_day(),
        year.last_day(),
        LINK_ROWS
    )
    .fetch_all(pool)
    .await
}
