//! All SQL of rounds and their parts.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::yen::YenUnit;
use crate::kernel::{FiscalYear, Yen};

use super::super::model::{AdjustmentRoundId, FundKind, Part, Person, Round, RoundState};

/// Rounds shown at most: twenty years of twenty rounds.
const MOST: i64 = 400;

/// All rounds with their parts, newest first; one of them where `id` is given.
async fn read(pool: &PgPool, id: Option<Uuid>) -> sqlx::Result<Vec<Round>> {
    let rows = sqlx::query!(
        r#"
        SELECT r.id, r.fiscal_year AS "fiscal_year: FiscalYear", r.number, r.decided_on, r.day_is_known,
               r.total_yen AS "total: Yen", r.unit, r.printed_step_yen, r.rounding_yen AS "rounding: Yen",
               r.rounding_note, r.state AS "state: RoundState", r.remark, r.source, r.closing_note, r.closed_at, r.version,
               u.id AS "closer?", u.name_ja AS "closer_ja?", u.name_en AS closer_en
        FROM adjustment_rounds r
        LEFT JOIN users u ON u.id = r.closed_by
        WHERE $1::uuid IS NULL OR r.id = $1
        ORDER BY r.fiscal_year DESC, r.number DESC, r.id
        LIMIT $2
        "#,
        id,
        MOST
    )
    .fetch_all(pool)
    .await?;
    let parts = sqlx::query!(
        r#"
        SELECT round_id, kind AS "kind: FundKind", amount_yen AS "amount: Yen", granted_yen AS "granted: Yen"
        FROM adjustment_parts
        WHERE $1::uuid IS NULL OR round_id = $1
        ORDER BY round_id, kind
        LIMIT 3 * $2::bigint
        "#,
        id,
        MOST
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Round {
            parts: parts
                .iter()
                .filter(|p| p.round_id == r.id)
                .map(|p| Part { kind: p.kind, amount: p.amount, granted: p.granted })
                .collect(),
            id: r.id.into(),
            fiscal_year: r.fiscal_year,
            number: r.number,
            decided_on: r.decided_on,
            day_is_known: r.day_is_known,
            total: r.total,
            unit: YenUnit::from_code(&r.unit).unwrap_or_default(),
            step: r.printed_step_yen,
            rounding: r.rounding,
            rounding_note: r.rounding_note,
            state: r.state,
            remark: r.remark,
            source: r.source,
            closing_note: r.closing_note,
            closed_by: Person::of(r.closer, r.closer_ja, r.closer_en),
            closed_at: r.closed_at,
            version: r.version,
        })
        .collect())
}

/// All rounds, newest first.
pub async fn rounds(pool: &PgPool) -> sqlx::Result<Vec<Round>> {
    read(pool, None).await
}

pub async fn round(pool: &PgPool, id: AdjustmentRoundId) -> sqlx::Result<Option<Round>> {
    Ok(read(pool, Some(id.0)).await?.pop())
}

/// What is written of a round.
pub struct RoundRow<'a> {
    pub fiscal_year: FiscalYear,
    pub number: i16,
    pub decided_on: Option<NaiveDate>,
    pub total: Yen,
    pub unit: YenUnit,
    pub step: i64,
    pub rounding: Yen,
    pub rounding_note: Option<&'a str>,
    pub remark: Option<&'a str>,
    pub source: Option<&'a str>,
    pub parts: &'a [(FundKind, Yen)],
}

pub async fn insert(
    tx: &mut Tx<'_>,
    id: AdjustmentRoundId,
    r: &RoundRow<'_>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO adjustment_rounds (id, fiscal_year, number, decided_on, total_yen, unit, printed_step_yen, rounding_yen,
                                       rounding_note, remark, source, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        "#,
        id.0,
        r.fiscal_year as FiscalYear,
        r.number,
        r.decided_on,
        r.total.0,
        r.unit.code(),
        r.step,
        r.rounding.0,
        r.rounding_note,
        r.remark,
        r.source,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    put_parts(tx, id, r.parts).await
}

/// Writes the parts: a kind that is no longer named goes away.
async fn put_parts(tx: &mut Tx<'_>, id: AdjustmentRoundId, parts: &[(FundKind, Yen)]) -> sqlx::Result<()> {
    let kinds: Vec<String> = parts.iter().map(|(kind, _)| kind.code().to_owned()).collect();
    let amounts: Vec<i64> = parts.iter().map(|(_, yen)| yen.0).collect();
    sqlx::query!("DELETE FROM adjustment_parts WHERE round_id = $1 AND kind <> ALL ($2)", id.0, &kinds)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        r#"
        INSERT INTO adjustment_parts (round_id, kind, amount_yen)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[])
        ON CONFLICT (round_id, kind) DO UPDATE SET amount_yen = EXCLUDED.amount_yen
        "#,
        id.0,
        &kinds,
        &amounts
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes over the version that was read; false when somebody else was faster.
pub async fn update(
    tx: &mut Tx<'_>,
    (id, version): (AdjustmentRoundId, i32),
    r: &RoundRow<'_>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE adjustment_rounds
        SET fiscal_year = $3, number = $4, decided_on = $5, day_is_known = day_is_known OR decided_on IS DISTINCT FROM $5,
            total_yen = $6, unit = $7, printed_step_yen = $8, rounding_yen = $9, rounding_note = $10, remark = $11,
            source = $12, version = version + 1
        WHERE id = $1 AND version = $2 AND state <> 'closed'
        "#,
        id.0,
        version,
        r.fiscal_year as FiscalYear,
        r.number,
        r.decided_on,
        r.total.0,
        r.unit.code(),
        r.step,
        r.rounding.0,
        r.rounding_note,
        r.remark,
        r.source
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    put_parts(tx, id, r.parts).await?;
    Ok(true)
}

/// A published round begins to record its grants.
pub async fn open(tx: &mut Tx<'_>, id: AdjustmentRoundId, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE adjustment_rounds SET state = 'open', version = version + 1 WHERE id = $1 AND version = $2 AND state = 'published'",
        id.0,
        version
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn close(
    tx: &mut Tx<'_>,
    (id, version): (AdjustmentRoundId, i32),
    note: Option<&str>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE adjustment_rounds
        SET state = 'closed', closing_note = $3, closed_by = $4, closed_at = $5, version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'open'
        "#,
        id.0,
        version,
        note,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
