//! All SQL of grants, of what they were used for, and of their results.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::{FiscalYear, Yen};

use super::super::model::{
    AdjustmentGrantId, AdjustmentProposalId, AdjustmentRoundId, FundKind, Grant, Person, RoundName, Use,
};

/// Which grants are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub id: Option<AdjustmentGrantId>,
    pub round: Option<AdjustmentRoundId>,
    pub program: Option<Uuid>,
    pub year: Option<FiscalYear>,
}

/// Grants in the order of their decision.
pub async fn grants(pool: &PgPool, wanted: Wanted, limit: i64) -> sqlx::Result<Vec<Grant>> {
    let rows = sqlx::query!(
        r#"
        SELECT g.id, g.round_id, r.fiscal_year AS "fiscal_year: FiscalYear", r.number, g.kind AS "kind: FundKind",
               g.program_id, g.proposal_id, g.amount_yen AS "amount: Yen", g.used_yen AS "used: Yen", g.purpose,
               g.authority, u.id AS by_id, u.name_ja AS by_ja, u.name_en AS by_en, g.decided_at, g.result, g.version
        FROM adjustment_grants g
        JOIN adjustment_rounds r ON r.id = g.round_id
        JOIN users u ON u.id = g.decided_by
        WHERE ($1::uuid IS NULL OR g.id = $1) AND ($2::uuid IS NULL OR g.round_id = $2)
          AND ($3::uuid IS NULL OR g.program_id = $3) AND ($4::smallint IS NULL OR r.fiscal_year = $4)
        ORDER BY g.decided_at, g.id
        LIMIT $5
        "#,
        wanted.id.map(|id| id.0),
        wanted.round.map(|id| id.0),
        wanted.program,
        wanted.year as Option<FiscalYear>,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|g| Grant {
            id: g.id.into(),
            round: RoundName { id: g.round_id.into(), fiscal_year: g.fiscal_year, number: g.number },
            kind: g.kind,
            program: g.program_id,
            proposal: g.proposal_id,
            amount: g.amount,
            used: g.used,
            purpose: g.purpose,
            authority: g.authority,
            decided_by: Person { id: g.by_id, name_ja: g.by_ja, name_en: g.by_en },
            decided_at: g.decided_at,
            result: g.result,
            version: g.version,
        })
        .collect())
}

/// The grant that a proposal led to.
pub async fn of_proposal(pool: &PgPool, id: AdjustmentProposalId) -> sqlx::Result<Option<AdjustmentGrantId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: AdjustmentGrantId" FROM adjustment_grants WHERE proposal_id = $1 LIMIT 1"#,
        id.0
    )
    .fetch_optional(pool)
    .await
}

/// A grant to be written.
pub struct NewGrant<'a> {
    pub id: AdjustmentGrantId,
    pub round: AdjustmentRoundId,
    pub kind: FundKind,
    pub program: Option<Uuid>,
    pub proposal: Option<AdjustmentProposalId>,
    pub amount: Yen,
    pub purpose: &'a str,
    pub authority: &'a str,
}

pub async fn insert(
    tx: &mut Tx<'_>,
    g: &NewGrant<'_>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO adjustment_grants (id, round_id, kind, program_id, proposal_id, amount_yen, purpose, authority, decided_by,
                                       decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        "#,
        g.id.0,
        g.round.0,
        g.kind.code(),
        g.program,
        g.proposal.map(|id| id.0),
        g.amount.0,
        g.purpose,
        g.authority,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a grant went into, in the order of recording.
pub async fn uses(pool: &PgPool, grant: AdjustmentGrantId) -> sqlx::Result<Vec<Use>> {
    let rows = sqlx::query!(
        r#"
        SELECT s.task_id, s.what, s.amount_yen AS "amount: Yen", u.id, u.name_ja, u.name_en, s.recorded_at
        FROM adjustment_uses s
        JOIN users u ON u.id = s.recorded_by
        WHERE s.grant_id = $1
        ORDER BY s.recorded_at, s.id
        LIMIT 1000
        "#,
        grant.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|s| Use {
            task: s.task_id,
            what: s.what,
            amount: s.amount,
            by: Person { id: s.id, name_ja: s.name_ja, name_en: s.name_en },
            at: s.recorded_at,
        })
        .collect())
}

/// A use to be written.
pub struct NewUse<'a> {
    pub task: Option<Uuid>,
    pub what: &'a str,
    pub amount: Yen,
}

pub async fn insert_use(
    tx: &mut Tx<'_>,
    (id, grant): (Uuid, AdjustmentGrantId),
    used: &NewUse<'_>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO adjustment_uses (id, grant_id, task_id, what, amount_yen, recorded_by, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        "#,
        id,
        grant.0,
        used.task,
        used.what,
        used.amount.0,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes what came of a grant over the version that was read.
pub async fn put_result(
    tx: &mut Tx<'_>,
    (id, version): (AdjustmentGrantId, i32),
    result: &str,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE adjustment_grants SET result = $3, result_by = $4, result_at = $5, version = version + 1
        WHERE id = $1 AND version = $2
        "#,
        id.0,
        version,
        result,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A task by its number in the grant's program and year, or by its id; only one the viewer may know.
pub async fn task_of(
    pool: &PgPool,
    text: &str,
    program: Option<Uuid>,
    rights: &crate::accounts::Rights,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        r#"
        SELECT t.id
        FROM tasks t
        WHERE (t.id::text = $1 OR t.id IN (SELECT y.task_id FROM task_years y WHERE y.task_number = $1))
          AND ($2::uuid IS NULL OR t.program_id = $2)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
        ORDER BY t.id
        LIMIT 1
        "#,
        text,
        program,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await
}

/// Titles of tasks that the viewer may know.
pub async fn task_titles(
    pool: &PgPool,
    ids: &[Uuid],
    rights: &crate::accounts::Rights,
) -> sqlx::Result<Vec<(Uuid, String, Option<String>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT t.id, t.title_ja, t.title_en
        FROM tasks t
        WHERE t.id = ANY ($1) AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        ORDER BY t.id
        LIMIT 1000
        "#,
        ids,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|t| (t.id, t.title_ja, t.title_en)).collect())
}
