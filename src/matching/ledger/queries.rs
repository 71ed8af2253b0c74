//! All SQL of the continuity ledger.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::FiscalYear;

use super::model::{Outcome, Place};

/// A support: the link of a task to the one that it went on as.
#[derive(Clone, Debug)]
pub struct Support {
    pub from_id: Uuid,
    pub from_ja: String,
    pub from_en: Option<String>,
    pub to_id: Uuid,
    pub to_ja: String,
    pub to_en: Option<String>,
    pub linked_on: NaiveDate,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub disease: Option<i16>,
}

impl Support {
    /// Where it counts: at the task it came from.
    pub fn place(&self) -> Place {
        Place { program: self.program_id, project: self.project_id, disease: self.disease }
    }
}

/// Supports continued by links of a year.
pub async fn supports(pool: &PgPool, rights: &Rights, year: FiscalYear) -> sqlx::Result<Vec<Support>> {
    sqlx::query_as!(
        Support,
        r#"
        SELECT t.id AS from_id, t.title_ja AS from_ja, t.title_en AS from_en, n.id AS to_id, n.title_ja AS to_ja,
               n.title_en AS to_en, s.linked_on, t.program_id, y.project_id AS "project_id?", t.disease_ids[1] AS disease
        FROM successor_links s
        JOIN tasks t ON t.id = s.from_task_id
        JOIN tasks n ON n.id = s.to_task_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        WHERE s.fiscal_year = $6
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
          AND task_is_visible(n.restricted, n.id, n.program_id, n.disease_ids, $1, $2, $3, $4, $5)
        ORDER BY s.linked_on, s.id
        LIMIT 20000
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        year as FiscalYear
    )
    .fetch_all(pool)
    .await
}

/// A task that ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub disease: Option<i16>,
    pub ended_on: NaiveDate,
    pub continued: bool,
    pub company: bool,
    pub reason: Option<String>,
    pub remark: Option<String>,
    /// 0 where no reason is recorded.
    pub version: i32,
}

impl Ended {
    pub fn outcome(&self) -> Outcome {
        match (self.continued, self.company, &self.reason) {
            (true, _, _) => Outcome::Continued,
            (_, true, _) => Outcome::Company,
            (_, _, Some(_)) => Outcome::Explained,
            _ => Outcome::Open,
        }
    }

    pub fn place(&self) -> Place {
        Place { program: self.program_id, project: self.project_id, disease: self.disease }
    }
}

/// Tasks that ended or were stopped between two days.
pub async fn ended(
    pool: &PgPool,
    rights: &Rights,
    (from, until): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<Ended>> {
    sqlx::query_as!(
        Ended,
        r#"
        SELECT t.id, coalesce(y.task_number, t.stable_number) AS number, t.title_ja, t.title_en, t.program_id,
               y.project_id AS "project_id?", t.disease_ids[1] AS disease, coalesce(t.stopped_on, t.ends_on) AS "ended_on!",
               EXISTS (SELECT FROM successor_links s WHERE s.from_task_id = t.id AND s.to_task_id IS NOT NULL) AS "continued!",
               EXISTS (SELECT FROM successor_links s WHERE s.from_task_id = t.id AND s.to_task_id IS NULL) AS "company!",
               r.reason AS "reason?", r.remark AS "remark?", coalesce(r.version, 0) AS "version!"
        FROM tasks t
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN ending_reasons r ON r.task_id = t.id
        WHERE ((t.ends_on BETWEEN $6 AND $7 AND t.stopped_on IS NULL) OR t.stopped_on BETWEEN $6 AND $7)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        ORDER BY coalesce(t.stopped_on, t.ends_on), t.id
        LIMIT 20000
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        from,
        until
    )
    .fetch_all(pool)
    .await
}

/// A task whose reason is to be recorded.
#[derive(Clone, Debug)]
pub struct EndedTask {
    pub id: Uuid,
    pub program_id: Uuid,
    pub ended_on: NaiveDate,
}

pub async fn ended_task(pool: &PgPool, rights: &Rights, id: Uuid) -> sqlx::Result<Option<EndedTask>> {
    sqlx::query_as!(
        EndedTask,
        r#"
        SELECT t.id, t.program_id, coalesce(t.stopped_on, t.ends_on) AS "ended_on!"
        FROM tasks t
        WHERE t.id = $6 AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        id
    )
    .fetch_optional(pool)
    .await
}

/// Writes a reason over the version that was read (0: none yet). False: somebody was faster.
pub async fn put_reason(
    tx: &mut Tx<'_>,
    (task, version): (Uuid, i32),
    (reason, remark): (&str, Option<&str>),
    by: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO ending_reasons AS r (task_id, reason, remark, recorded_by, recorded_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (task_id) DO UPDATE
        SET reason = EXCLUDED.reason, remark = EXCLUDED.remark, recorded_by = EXCLUDED.recorded_by,
            recorded_at = EXCLUDED.recorded_at, version = r.version + 1
        WHERE r.version = $6
        "#,
        task,
        reason,
        remark,
        by,
        now,
        version
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
