//! Lines of versions, and what they add up to.

use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::budget::model::Kind;
use crate::kernel::{BudgetVersionId, FiscalYear};

use super::super::model::{Line, Origin, Slot, State, Stored};
use super::{slot, small};

/// The columns of a line as they come from the database.
struct LineRow {
    id: i64,
    version_id: Uuid,
    program_id: Option<Uuid>,
    program_name: Option<String>,
    project_id: Option<Uuid>,
    project_name: Option<String>,
    ministry_code: Option<String>,
    ministry_name: Option<String>,
    kind: String,
    amount_yen: Option<i64>,
    within_yen: Option<i64>,
    note: String,
    import_id: Option<Uuid>,
    sheet: Option<String>,
    cell: Option<String>,
}

impl LineRow {
    fn read(self) -> (Uuid, Stored) {
        let origin = match (self.import_id, self.sheet, self.cell) {
            (Some(import), Some(sheet), Some(cell)) => Some(Origin { import, sheet, cell }),
            _ => None,
        };
        let line = Line {
            program_id: self.program_id,
            program_name: self.program_name,
            project_id: self.project_id,
            project_name: self.project_name,
            ministry_code: self.ministry_code,
            ministry_name: self.ministry_name,
            kind: Kind::from_code(&self.kind).unwrap_or(Kind::Initial),
            amount_yen: self.amount_yen,
            within_yen: self.within_yen,
            note: self.note,
            origin,
        };
        (self.version_id, Stored { id: self.id, line })
    }
}

/// All lines of some versions, in their order, with the version of each.
pub async fn lines(db: impl PgExecutor<'_>, versions: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Stored)>> {
    let rows = sqlx::query_as!(
        LineRow,
        r#"
        SELECT id, version_id, program_id, program_name, project_id, project_name, ministry_code, ministry_name, kind,
               amount_yen, within_yen, note, import_id, sheet, cell
        FROM budget_lines WHERE version_id = ANY ($1)
        ORDER BY version_id, position
        "#,
        versions
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(LineRow::read).collect())
}

/// What a version comes to: its control totals as they were proved when it was put into force, its amounts within
/// others, and the programs it names.
pub struct Sums {
    pub totals: Value,
    pub within: i64,
    pub programs: Vec<Uuid>,
}

/// The sums of a version.
pub async fn sums(pool: &PgPool, id: BudgetVersionId) -> sqlx::Result<Sums> {
    sqlx::query_as!(
        Sums,
        r#"
        SELECT v.totals,
               (SELECT count(*) FROM budget_lines l WHERE l.version_id = v.id AND l.amount_yen IS NULL) AS "within!",
               ARRAY(SELECT DISTINCT l.program_id FROM budget_lines l WHERE l.version_id = v.id AND l.program_id IS NOT NULL)
                   AS "programs!: Vec<Uuid>"
        FROM budget_versions v WHERE v.id = $1
        "#,
        id.0
    )
    .fetch_one(pool)
    .await
}

/// What a list of lines is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct LineFilter {
    pub program: Option<Uuid>,
    pub project: Option<Uuid>,
    pub ministry: Option<String>,
    pub kind: Option<String>,
}

/// A page of lines of a version, from a position on.
pub async fn line_page(
    pool: &PgPool,
    version: BudgetVersionId,
    filter: &LineFilter,
    from: i32,
    limit: i64,
) -> sqlx::Result<Vec<(i32, Stored)>> {
    let rows = sqlx::query!(
        r#"
        SELECT id, position, program_id, program_name, project_id, project_name, ministry_code, ministry_name, kind,
               amount_yen, within_yen, note, import_id, sheet, cell
        FROM budget_lines
        WHERE version_id = $1 AND position >= $2
          AND ($4::uuid IS NULL OR program_id = $4)
          AND ($5::uuid IS NULL OR project_id = $5)
          AND ($6::text IS NULL OR ministry_code = $6)
          AND ($7::text IS NULL OR kind = $7)
        ORDER BY position
        LIMIT $3
        "#,
        version.0,
        from,
        limit,
        filter.program,
        filter.project,
        filter.ministry,
        filter.kind
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let row = LineRow {
                id: r.id,
                version_id: version.0,
                program_id: r.program_id,
                program_name: r.program_name,
                project_id: r.project_id,
                project_name: r.project_name,
                ministry_code: r.ministry_code,
                ministry_name: r.ministry_name,
                kind: r.kind,
                amount_yen: r.amount_yen,
                within_yen: r.within_yen,
                note: r.note,
                import_id: r.import_id,
                sheet: r.sheet,
                cell: r.cell,
            };
            (r.position, row.read().1)
        })
        .collect())
}

/// One line with its version.
pub async fn line(pool: &PgPool, id: i64) -> sqlx::Result<Option<(BudgetVersionId, Stored)>> {
    let row = sqlx::query_as!(
        LineRow,
        r#"
        SELECT id, version_id, program_id, program_name, project_id, project_name, ministry_code, ministry_name, kind,
               amount_yen, within_yen, note, import_id, sheet, cell
        FROM budget_lines WHERE id = $1
        "#,
        id
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(LineRow::read).map(|(version, stored)| (BudgetVersionId(version), stored)))
}

/// The same line (program, project, ministry and kind) in the other versions of its slot: version number, state, line, yen.
pub async fn siblings(pool: &PgPool, id: i64) -> sqlx::Result<Vec<(i32, State, i64, Option<i64>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT w.number, w.state, m.id, m.amount_yen
        FROM budget_lines l
        JOIN budget_versions v ON v.id = l.version_id
        JOIN budget_versions w ON (w.fiscal_year, w.stage, w.round) = (v.fiscal_year, v.stage, v.round)
        JOIN budget_lines m ON m.version_id = w.id AND m.kind = l.kind
            AND m.program_name IS NOT DISTINCT FROM l.program_name AND m.project_name IS NOT DISTINCT FROM l.project_name
            AND m.ministry_name IS NOT DISTINCT FROM l.ministry_name
        WHERE l.id = $1 AND w.state <> 'draft'
        ORDER BY w.number DESC, m.id
        LIMIT 50
        "#,
        id
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.number, State::from_code(&r.state), r.id, r.amount_yen)).collect())
}

/// Yen by program in each version in force of some years: the side-by-side views.
pub struct ProgramSum {
    pub slot: Slot,
    pub version: BudgetVersionId,
    pub program_id: Option<Uuid>,
    pub program_name: Option<String>,
    pub yen: i64,
    /// Amounts that are inside others and add nothing.
    pub within: i64,
    /// The only line behind the sum, where it is one.
    pub line: Option<i64>,
}

/// Sums by program of the versions in force between two years.
pub async fn program_sums(
    pool: &PgPool,
    first: FiscalYear,
    last: FiscalYear,
) -> sqlx::Result<Vec<ProgramSum>> {
    let rows = sqlx::query!(
        r#"
        SELECT fiscal_year AS "fiscal_year!", stage AS "stage!", round AS "round!", version_id AS "version_id!",
               program_id, program_name,
               coalesce(sum(amount_yen), 0)::bigint AS "yen!", count(*) FILTER (WHERE amount_yen IS NULL) AS "within!",
               CASE WHEN count(*) = 1 THEN min(line_id) END AS line
        FROM budget_in_force
        WHERE fiscal_year BETWEEN $1 AND $2
        GROUP BY fiscal_year, stage, round, version_id, program_id, program_name
        ORDER BY program_name, program_id, fiscal_year, stage, round
        LIMIT 100000
        "#,
        small(first),
        small(last)
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some(ProgramSum {
                slot: slot(r.fiscal_year, &r.stage, r.round)?,
                version: BudgetVersionId(r.version_id),
                program_id: r.program_id,
                program_name: r.program_name,
                yen: r.yen,
                within: r.within,
                line: r.line,
            })
        })
        .collect())
}
