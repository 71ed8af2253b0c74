//! All SQL of the pages of money that positions and slips do not have: the lines behind a figure, and contracts.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::budget::model::Kind;
use crate::kernel::{FiscalYear, Yen};

use super::model::Slot;

/// Which lines are wanted; nothing asks for all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub program: Option<Uuid>,
    /// A name that no program has.
    pub program_name: Option<String>,
    pub project: Option<Uuid>,
    pub without_project: bool,
    pub ministry: Option<String>,
    pub kind: Option<String>,
}

/// A line of a version in force with its origin.
#[derive(Clone, Debug)]
pub struct OriginLine {
    pub id: i64,
    pub program: Option<Uuid>,
    pub program_name: Option<String>,
    pub project: Option<Uuid>,
    pub project_name: Option<String>,
    pub ministry: Option<String>,
    pub kind: Option<Kind>,
    /// Nothing for 内数, which is inside another line and never added.
    pub amount: Option<Yen>,
    pub within: Option<Yen>,
    pub note: String,
    pub file: Option<String>,
    pub sheet: Option<String>,
    pub cell: Option<String>,
    pub imported_by: Option<String>,
    pub imported_at: Option<DateTime<Utc>>,
}

/// The lines of one budget of a year in their order.
pub async fn lines(
    pool: &PgPool,
    (year, slot): (FiscalYear, Slot),
    wanted: &Wanted,
    limit: i64,
) -> sqlx::Result<Vec<OriginLine>> {
    let rows = sqlx::query!(
        r#"
        SELECT l.line_id AS "id!", l.program_id, l.program_name, l.project_id, l.project_name, l.ministry_code,
               l.kind AS "kind!", l.amount_yen AS "amount: Yen", l.within_yen AS "within: Yen", l.note AS "note!",
               f.name AS "file?", l.sheet, l.cell, u.email AS "by?", i.created_at AS "at?"
        FROM budget_in_force l
        LEFT JOIN budget_imports i ON i.id = l.import_id
        LEFT JOIN budget_files f ON f.id = i.file_id
        LEFT JOIN users u ON u.id = i.created_by
        WHERE l.fiscal_year = $1 AND l.stage = $2 AND l.round = $3 AND ($4::uuid IS NULL OR l.program_id = $4)
          AND ($5::text IS NULL OR (l.program_id IS NULL AND coalesce(l.program_name, '') = $5))
          AND ($6::uuid IS NULL OR l.project_id = $6) AND (NOT $7 OR l.project_id IS NULL)
          AND ($8::text IS NULL OR l.ministry_code = $8) AND ($9::text IS NULL OR l.kind = $9)
        ORDER BY l.position, l.line_id
        LIMIT $10
        "#,
        year as FiscalYear,
        slot.stage.code(),
        slot.round,
        wanted.program,
        wanted.program_name,
        wanted.project,
        wanted.without_project,
        wanted.ministry,
        wanted.kind,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|l| OriginLine {
            id: l.id,
            program: l.program_id,
            program_name: l.program_name,
            project: l.project_id,
            project_name: l.project_name,
            ministry: l.ministry_code,
            kind: Kind::from_code(&l.kind),
            amount: l.amount,
            within: l.within,
            note: l.note,
            file: l.file,
            sheet: l.sheet,
            cell: l.cell,
            imported_by: l.by,
            imported_at: l.at,
        })
        .collect())
}

/// Contracts of a program in a year, of the tasks that the viewer may know.
#[derive(Clone, Debug, Default)]
pub struct Contracts {
    pub program: Uuid,
    pub year: Option<FiscalYear>,
    pub tasks: i64,
    /// Sum of those whose parts are known.
    pub direct: Yen,
    pub indirect: Yen,
    pub total: Yen,
}

/// Contracts by program and year; of one year, of one program, or of all.
pub async fn contracts(
    pool: &PgPool,
    rights: &Rights,
    year: Option<FiscalYear>,
    program: Option<Uuid>,
) -> sqlx::Result<Vec<Contracts>> {
    sqlx::query_as!(
        Contracts,
        r#"
        SELECT y.program_id AS program, y.fiscal_year AS "year?: FiscalYear", count(*) AS "tasks!",
               coalesce(sum(y.direct_yen), 0)::bigint AS "direct!: Yen", coalesce(sum(y.indirect_yen), 0)::bigint AS "indirect!: Yen",
               sum(y.amount_yen)::bigint AS "total!: Yen"
        FROM task_years y
        JOIN tasks t ON t.id = y.task_id
        WHERE ($1::smallint IS NULL OR y.fiscal_year = $1) AND ($2::uuid IS NULL OR y.program_id = $2)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
        GROUP BY y.program_id, y.fiscal_year
        ORDER BY y.program_id, y.fiscal_year
        LIMIT 5000
        "#,
        year as Option<FiscalYear>,
        program,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}

/// What the adjustment fund granted to a program in a year, by round.
#[derive(Clone, Debug)]
pub struct GrantSum {
    pub program: Uuid,
    pub year: FiscalYear,
    pub round: i16,
    pub amount: Yen,
}

/// Grants of the ledger by program, year and round.
pub async fn grants(
    pool: &PgPool,
    year: Option<FiscalYear>,
    program: Option<Uuid>,
) -> sqlx::Result<Vec<GrantSum>> {
    sqlx::query_as!(
        GrantSum,
        r#"
        SELECT g.program_id AS "program!", r.fiscal_year AS "year: FiscalYear", r.number AS round,
               sum(g.amount_yen)::bigint AS "amount!: Yen"
        FROM adjustment_grants g
        JOIN adjustment_rounds r ON r.id = g.round_id
        WHERE g.program_id IS NOT NULL AND ($1::smallint IS NULL OR r.fiscal_year = $1)
          AND ($2::uuid IS NULL OR g.program_id = $2)
        GROUP BY g.program_id, r.fiscal_year, r.number
        ORDER BY r.fiscal_year, r.number, g.program_id
        LIMIT 5000
        "#,
        year as Option<FiscalYear>,
        program
    )
    .fetch_all(pool)
    .await
}
