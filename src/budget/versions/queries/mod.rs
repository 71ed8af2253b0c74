//! All SQL of versions and their lines.

mod lines;
mod writes;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::budget::model::Stage;
use crate::kernel::{BudgetImportId, BudgetVersionId, FiscalYear};

use super::model::{Cause, Slot, State, Version};

pub use lines::{LineFilter, ProgramSum, Sums, line, line_page, lines, program_sums, siblings, sums};
pub use writes::{NewVersion, bring_back, end, insert_lines, insert_version, put_in_force};

/// The columns of a version as they come from the database.
struct VersionRow {
    id: Uuid,
    fiscal_year: i16,
    stage: String,
    round: i16,
    number: i32,
    state: String,
    cause: String,
    reason: String,
    supersedes_id: Option<Uuid>,
    import_id: Option<Uuid>,
    total_yen: i64,
    line_count: i32,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    applied_at: Option<DateTime<Utc>>,
    ended_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    end_reason: Option<String>,
}

impl VersionRow {
    fn read(self) -> Option<Version> {
        Some(Version {
            id: BudgetVersionId(self.id),
            slot: slot(self.fiscal_year, &self.stage, self.round)?,
            number: self.number,
            state: State::from_code(&self.state),
            cause: Cause::from_code(&self.cause),
            reason: self.reason,
            supersedes: self.supersedes_id.map(BudgetVersionId),
            import: self.import_id.map(BudgetImportId),
            total_yen: self.total_yen,
            line_count: self.line_count,
            created_by: self.created_by,
            created_at: self.created_at,
            applied_at: self.applied_at,
            ended_by: self.ended_by,
            ended_at: self.ended_at,
            end_reason: self.end_reason,
        })
    }
}

/// A slot from its columns; none for what the constraints do not let in.
pub fn slot(year: i16, stage: &str, round: i16) -> Option<Slot> {
    Some(Slot::new(FiscalYear::try_from(year).ok()?, Stage::from_code(stage)?, u8::try_from(round).ok()?))
}

fn small(year: FiscalYear) -> i16 {
    i16::try_from(year.year()).unwrap_or(i16::MAX)
}

/// Versions, newest years first, at most `limit`; of one fiscal year where one is given.
pub async fn versions(pool: &PgPool, year: Option<FiscalYear>, limit: i64) -> sqlx::Result<Vec<Version>> {
    let rows = sqlx::query_as!(
        VersionRow,
        r#"
        SELECT v.id, v.fiscal_year, v.stage, v.round, v.number, v.state, v.cause, v.reason, v.supersedes_id, v.import_id,
               v.total_yen, v.line_count, u.email AS "created_by?", v.created_at, v.applied_at, e.email AS "ended_by?",
               v.ended_at, v.end_reason
        FROM budget_versions v
        LEFT JOIN users u ON u.id = v.created_by
        LEFT JOIN users e ON e.id = v.ended_by
        WHERE v.state <> 'draft' AND ($1::smallint IS NULL OR v.fiscal_year = $1)
        ORDER BY v.fiscal_year DESC, array_position(ARRAY['request', 'special_request', 'draft', 'initial', 'supplementary', 'adjustment', 'executed'], v.stage),
                 v.round, v.number DESC, v.id
        LIMIT $2
        "#,
        year.map(small),
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().filter_map(VersionRow::read).collect())
}

/// One version.
pub async fn version(pool: &PgPool, id: BudgetVersionId) -> sqlx::Result<Option<Version>> {
    let row = sqlx::query_as!(
        VersionRow,
        r#"
        SELECT v.id, v.fiscal_year, v.stage, v.round, v.number, v.state, v.cause, v.reason, v.supersedes_id, v.import_id,
               v.total_yen, v.line_count, u.email AS "created_by?", v.created_at, v.applied_at, e.email AS "ended_by?",
               v.ended_at, v.end_reason
        FROM budget_versions v
        LEFT JOIN users u ON u.id = v.created_by
        LEFT JOIN users e ON e.id = v.ended_by
        WHERE v.id = $1
        "#,
        id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(VersionRow::read))
}

/// The versions an import made.
pub async fn of_import(db: impl PgExecutor<'_>, import: BudgetImportId) -> sqlx::Result<Vec<Version>> {
    let rows = sqlx::query_as!(
        VersionRow,
        r#"
        SELECT v.id, v.fiscal_year, v.stage, v.round, v.number, v.state, v.cause, v.reason, v.supersedes_id, v.import_id,
               v.total_yen, v.line_count, u.email AS "created_by?", v.created_at, v.applied_at, e.email AS "ended_by?",
               v.ended_at, v.end_reason
        FROM budget_versions v
        LEFT JOIN users u ON u.id = v.created_by
        LEFT JOIN users e ON e.id = v.ended_by
        WHERE v.import_id = $1
        ORDER BY v.fiscal_year, v.stage, v.round, v.id
        LIMIT 200
        "#,
        import.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(VersionRow::read).collect())
}

/// A version in force: its id and running number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    pub id: BudgetVersionId,
    pub slot: Slot,
    pub number: i32,
}

/// The versions in force of some years.
pub async fn in_force(db: impl PgExecutor<'_>, years: &[FiscalYear]) -> sqlx::Result<Vec<InForce>> {
    let years: Vec<i16> = years.iter().map(|y| small(*y)).collect();
    let rows = sqlx::query!(
        "SELECT id, fiscal_year, stage, round, number FROM budget_versions WHERE state = 'applied' AND fiscal_year = ANY ($1) ORDER BY id",
        &years
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            let slot = slot(r.fiscal_year, &r.stage, r.round)?;
            Some(InForce { id: BudgetVersionId(r.id), slot, number: r.number })
        })
        .collect())
}

/// Fiscal years that have a version in force, newest first.
pub async fn years(pool: &PgPool) -> sqlx::Result<Vec<FiscalYear>> {
    let years = sqlx::query_scalar!(
        "SELECT DISTINCT fiscal_year FROM budget_versions WHERE state = 'applied' ORDER BY fiscal_year DESC LIMIT 60"
    )
    .fetch_all(pool)
    .await?;
    Ok(years.into_iter().filter_map(|y| FiscalYear::try_from(y).ok()).collect())
}
