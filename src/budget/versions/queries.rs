//! All SQL of versions and their lines.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::budget::model::{Kind, Stage};
use crate::db::Tx;
use crate::kernel::{BudgetImportId, BudgetVersionId, FiscalYear};

use super::model::{Cause, Line, Origin, Slot, State, Stored, Version};

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

/// Fiscal years that have a version in force, newest first.
pub async fn years(pool: &PgPool) -> sqlx::Result<Vec<FiscalYear>> {
    let years = sqlx::query_scalar!(
        "SELECT DISTINCT fiscal_year FROM budget_versions WHERE state = 'applied' ORDER BY fiscal_year DESC LIMIT 60"
    )
    .fetch_all(pool)
    .await?;
    Ok(years.into_iter().filter_map(|y| FiscalYear::try_from(y).ok()).collect())
}

/// A version to be written.
pub struct NewVersion<'a> {
    pub slot: Slot,
    pub cause: Cause,
    pub reason: &'a str,
    pub supersedes: Option<BudgetVersionId>,
    pub import: Option<BudgetImportId>,
    pub total_yen: i64,
    pub line_count: i32,
    pub totals: Value,
    pub by: Option<Uuid>,
    pub now: DateTime<Utc>,
}

/// Inserts a version in preparation, with the next number of its slot.
pub async fn insert_version(tx: &mut Tx<'_>, v: &NewVersion<'_>) -> sqlx::Result<BudgetVersionId> {
    let id = BudgetVersionId::new();
    sqlx::query!(
        r#"
        INSERT INTO budget_versions (id, fiscal_year, stage, round, number, state, cause, reason, supersedes_id, import_id,
                                     total_yen, line_count, totals, created_by, created_at)
        SELECT $1, $2, $3, $4, coalesce(max(number), 0) + 1, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13
        FROM budget_versions WHERE (fiscal_year, stage, round) = ($2, $3, $4)
        "#,
        id.0,
        small(v.slot.year),
        v.slot.stage.code(),
        i16::from(v.slot.round),
        v.cause.code(),
        v.reason,
        v.supersedes.map(|id| id.0),
        v.import.map(|id| id.0),
        v.total_yen,
        v.line_count,
        v.totals,
        v.by,
        v.now
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Inserts the lines of a version in one statement.
pub async fn insert_lines(tx: &mut Tx<'_>, version: BudgetVersionId, lines: &[Line]) -> sqlx::Result<()> {
    let text = |of: fn(&Line) -> Option<&String>| -> Vec<Option<String>> {
        lines.iter().map(|l| of(l).cloned()).collect()
    };
    let program_ids: Vec<Option<Uuid>> = lines.iter().map(|l| l.program_id).collect();
    let project_ids: Vec<Option<Uuid>> = lines.iter().map(|l| l.project_id).collect();
    let programs = text(|l| l.program_name.as_ref());
    let projects = text(|l| l.project_name.as_ref());
    let codes = text(|l| l.ministry_code.as_ref());
    let ministries = text(|l| l.ministry_name.as_ref());
    let sheets = text(|l| l.origin.as_ref().map(|o| &o.sheet));
    let cells = text(|l| l.origin.as_ref().map(|o| &o.cell));
    let imports: Vec<Option<Uuid>> = lines.iter().map(|l| l.origin.as_ref().map(|o| o.import)).collect();
    let kinds: Vec<String> = lines.iter().map(|l| l.kind.code().to_owned()).collect();
    let amounts: Vec<Option<i64>> = lines.iter().map(|l| l.amount_yen).collect();
    let within: Vec<Option<i64>> = lines.iter().map(|l| l.within_yen).collect();
    let notes: Vec<String> = lines.iter().map(|l| l.note.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO budget_lines (version_id, position, program_id, program_name, project_id, project_name, ministry_code,
                                  ministry_name, kind, amount_yen, within_yen, note, import_id, sheet, cell)
        SELECT $1, l.position, l.program_id, l.program_name, l.project_id, l.project_name, l.ministry_code,
               l.ministry_name, l.kind, l.amount_yen, l.within_yen, l.note, l.import_id, l.sheet, l.cell
        FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
                    $10::bigint[], $11::text[], $12::uuid[], $13::text[], $14::text[])
            WITH ORDINALITY AS l (program_id, program_name, project_id, project_name, ministry_code, ministry_name, kind,
                                  amount_yen, within_yen, note, import_id, sheet, cell, position)
        "#,
        version.0,
        &program_ids as &[Option<Uuid>],
        &programs as &[Option<String>],
        &project_ids as &[Option<Uuid>],
        &projects as &[Option<String>],
        &codes as &[Option<String>],
        &ministries as &[Option<String>],
        &kinds,
        &amounts as &[Option<i64>],
        &within as &[Option<i64>],
        &notes,
        &imports as &[Option<Uuid>],
        &sheets as &[Option<String>],
        &cells as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a version into force; its lines must add up to its totals.
pub async fn put_in_force(tx: &mut Tx<'_>, id: BudgetVersionId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE budget_versions SET state = 'applied', applied_at = $2 WHERE id = $1", id.0, now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends a version in force; false if it is not in force any more.
pub async fn end(
    tx: &mut Tx<'_>,
    id: BudgetVersionId,
    (state, reason): (&str, &str),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_versions SET state = $2, end_reason = $3, ended_by = $4, ended_at = $5
        WHERE id = $1 AND state = 'applied'
        "#,
        id.0,
        state,
        reason,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Brings a superseded version back into force.
pub async fn bring_back(tx: &mut Tx<'_>, id: BudgetVersionId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_versions SET state = 'applied', end_reason = NULL, ended_by = NULL, ended_at = NULL
        WHERE id = $1 AND state = 'superseded'
        "#,
        id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
