//! All SQL of positions and of what stands there.

use sqlx::PgPool;
use uuid::Uuid;

use crate::budget::model::{Kind, Stage};
use crate::db::Tx;
use crate::kernel::{FiscalYear, Yen};

use super::model::{Balance, Place};

/// Which balances are wanted; nothing asks for all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub year: Option<FiscalYear>,
    pub programs: Option<Vec<Uuid>>,
    pub project: Option<Uuid>,
    pub ministry: Option<String>,
}

/// Balances read at most; a year has a few hundred.
const MOST: i64 = 20_000;

/// Lines in force with their movements, by year, stage, program.
pub async fn balances(pool: &PgPool, wanted: &Wanted) -> sqlx::Result<Vec<Balance>> {
    let rows = sqlx::query!(
        r#"
        SELECT fiscal_year AS "fiscal_year!: FiscalYear", stage AS "stage!", round AS "round!", program_id, program_name,
               project_id, ministry_code, kind AS "kind!", printed_yen AS "printed!: Yen", moved_yen AS "moved!: Yen"
        FROM budget_after_movements
        WHERE ($1::smallint IS NULL OR fiscal_year = $1) AND ($2::uuid[] IS NULL OR program_id = ANY ($2))
          AND ($3::uuid IS NULL OR project_id = $3) AND ($4::text IS NULL OR ministry_code = $4)
        ORDER BY fiscal_year, stage, round, program_id, program_name, project_id, ministry_code, kind
        LIMIT $5
        "#,
        wanted.year as Option<FiscalYear>,
        wanted.programs.as_deref(),
        wanted.project,
        wanted.ministry.as_deref(),
        MOST
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|b| {
            Some(Balance {
                year: b.fiscal_year,
                stage: Stage::from_code(&b.stage)?,
                round: b.round,
                program: b.program_id,
                program_name: b.program_name,
                project: b.project_id,
                ministry: b.ministry_code,
                kind: Kind::from_code(&b.kind)?,
                printed: b.printed,
                moved: b.moved,
            })
        })
        .collect())
}

/// The id of a place; it is made where it is not there yet.
pub async fn ensure(tx: &mut Tx<'_>, place: &Place) -> sqlx::Result<i64> {
    sqlx::query!(
        r#"
        INSERT INTO budget_positions (fiscal_year, stage, round, program_id, project_id, ministry_code, kind)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT ON CONSTRAINT budget_positions_once DO NOTHING
        "#,
        place.year as FiscalYear,
        place.stage.code(),
        place.round,
        place.program,
        place.project,
        place.ministry,
        place.kind.code()
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query_scalar!(
        r#"
        SELECT id FROM budget_positions
        WHERE fiscal_year = $1 AND stage = $2 AND round = $3 AND program_id = $4 AND project_id IS NOT DISTINCT FROM $5
          AND ministry_code IS NOT DISTINCT FROM $6 AND kind = $7
        "#,
        place.year as FiscalYear,
        place.stage.code(),
        place.round,
        place.program,
        place.project,
        place.ministry,
        place.kind.code()
    )
    .fetch_one(&mut **tx)
    .await
}

/// A place from the columns of a join.
pub struct PlaceRow {
    pub fiscal_year: FiscalYear,
    pub stage: String,
    pub round: i16,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub ministry_code: Option<String>,
    pub kind: String,
}

impl PlaceRow {
    /// None for what the constraints do not let in.
    pub fn read(self) -> Option<Place> {
        Some(Place {
            year: self.fiscal_year,
            stage: Stage::from_code(&self.stage)?,
            round: self.round,
            program: self.program_id,
            project: self.project_id,
            ministry: self.ministry_code,
            kind: Kind::from_code(&self.kind)?,
        })
    }
}

/// Fiscal years that have a budget in force or a movement, newest first.
pub async fn years(pool: &PgPool) -> sqlx::Result<Vec<FiscalYear>> {
    sqlx::query_scalar!(
        r#"
        SELECT fiscal_year AS "year!: FiscalYear" FROM budget_versions WHERE state = 'applied'
        UNION SELECT fiscal_year FROM budget_positions WHERE moved_yen <> 0
        ORDER BY 1 DESC LIMIT 200
        "#
    )
    .fetch_all(pool)
    .await
}

/// A version in force by name: the control total that pages must meet.
#[derive(Clone, Debug)]
pub struct InForce {
    pub id: Uuid,
    pub year: FiscalYear,
    pub stage: Stage,
    pub round: i16,
    pub number: i32,
    pub total: Yen,
}

/// Versions in force, of one year or of all.
pub async fn in_force(pool: &PgPool, year: Option<FiscalYear>) -> sqlx::Result<Vec<InForce>> {
    let rows = sqlx::query!(
        r#"
        SELECT id, fiscal_year AS "year: FiscalYear", stage, round, number, total_yen AS "total: Yen"
        FROM budget_versions
        WHERE state = 'applied' AND ($1::smallint IS NULL OR fiscal_year = $1)
        ORDER BY fiscal_year, stage, round
        LIMIT 2000
        "#,
        year as Option<FiscalYear>
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|v| {
            Some(InForce {
                id: v.id,
                year: v.year,
                stage: Stage::from_code(&v.stage)?,
                round: v.round,
                number: v.number,
                total: v.total,
            })
        })
        .collect())
}
