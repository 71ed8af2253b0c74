//! All SQL of slips.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::budget::ledger::model::Person;
use crate::budget::positions::queries::PlaceRow;
use crate::db::Tx;
use crate::kernel::{FiscalYear, Yen};

use super::model::{Signed, Slip, SlipId, SlipKind, SlipState};

/// Which slips are wanted; nothing asks for all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub id: Option<SlipId>,
    /// Source or target lies in the year.
    pub year: Option<FiscalYear>,
    pub state: Option<SlipState>,
    pub program: Option<Uuid>,
    pub counter_of: Option<SlipId>,
    pub scenario: Option<Uuid>,
}

/// Slips, the newest first.
pub async fn slips(pool: &PgPool, wanted: Wanted, limit: i64) -> sqlx::Result<Vec<Slip>> {
    let rows = sqlx::query!(
        r#"
        SELECT s.id, s.fiscal_year AS "fiscal_year: FiscalYear", s.number, s.kind AS "kind: SlipKind",
               f.fiscal_year AS "f_year: FiscalYear", f.stage AS f_stage, f.round AS f_round, f.program_id AS f_program,
               f.project_id AS f_project, f.ministry_code AS f_ministry, f.kind AS f_kind,
               t.fiscal_year AS "t_year: FiscalYear", t.stage AS t_stage, t.round AS t_round, t.program_id AS t_program,
               t.project_id AS t_project, t.ministry_code AS t_ministry, t.kind AS t_kind,
               s.amount_yen AS "amount: Yen", s.reason, s.authority, s.overdraft_authority, s.counter_of, s.scenario_id,
               s.state AS "state: SlipState", p.id AS p_id, p.name_ja AS p_ja, p.name_en AS p_en, s.proposed_at,
               a.id AS "a_id?", a.name_ja AS "a_ja?", a.name_en AS a_en, s.approved_at,
               d.id AS "d_id?", d.name_ja AS "d_ja?", d.name_en AS d_en, s.applied_at,
               e.id AS "e_id?", e.name_ja AS "e_ja?", e.name_en AS e_en, s.ended_at, s.end_note, s.version
        FROM budget_slips s
        JOIN budget_positions f ON f.id = s.from_id
        JOIN budget_positions t ON t.id = s.to_id
        JOIN users p ON p.id = s.proposed_by
        LEFT JOIN users a ON a.id = s.approved_by
        LEFT JOIN users d ON d.id = s.applied_by
        LEFT JOIN users e ON e.id = s.ended_by
        WHERE ($1::uuid IS NULL OR s.id = $1) AND ($2::smallint IS NULL OR $2 IN (f.fiscal_year, t.fiscal_year))
          AND ($3::text IS NULL OR s.state = $3) AND ($4::uuid IS NULL OR $4 IN (f.program_id, t.program_id))
          AND ($5::uuid IS NULL OR s.counter_of = $5) AND ($6::uuid IS NULL OR s.scenario_id = $6)
        ORDER BY s.proposed_at DESC, s.id DESC
        LIMIT $7
        "#,
        wanted.id.map(|id| id.0),
        wanted.year as Option<FiscalYear>,
        wanted.state.map(SlipState::code),
        wanted.program,
        wanted.counter_of.map(|id| id.0),
        wanted.scenario,
        limit
    )
    .fetch_all(pool)
    .await?;
    let signed = |id: Option<Uuid>, ja: Option<String>, en: Option<String>, at: Option<DateTime<Utc>>| {
        Some(Signed { by: Person::of(id, ja, en)?, at: at? })
    };
    Ok(rows
        .into_iter()
        .filter_map(|s| {
            Some(Slip {
                id: s.id.into(),
                fiscal_year: s.fiscal_year,
                number: s.number,
                kind: s.kind,
                from: PlaceRow {
                    fiscal_year: s.f_year,
                    stage: s.f_stage,
                    round: s.f_round,
                    program_id: s.f_program,
                    project_id: s.f_project,
                    ministry_code: s.f_ministry,
                    kind: s.f_kind,
                }
                .read()?,
                to: PlaceRow {
                    fiscal_year: s.t_year,
                    stage: s.t_stage,
                    round: s.t_round,
                    program_id: s.t_program,
                    project_id: s.t_project,
                    ministry_code: s.t_ministry,
                    kind: s.t_kind,
                }
                .read()?,
                amount: s.amount,
                reason: s.reason,
                authority: s.authority,
                overdraft_authority: s.overdraft_authority,
                counter_of: s.counter_of.map(SlipId),
                scenario: s.scenario_id,
                state: s.state,
                proposed: Signed {
                    by: Person { id: s.p_id, name_ja: s.p_ja, name_en: s.p_en },
                    at: s.proposed_at,
                },
                approved: signed(s.a_id, s.a_ja, s.a_en, s.approved_at),
                applied: signed(s.d_id, s.d_ja, s.d_en, s.applied_at),
                ended: signed(s.e_id, s.e_ja, s.e_en, s.ended_at),
                end_note: s.end_note,
                version: s.version,
            })
        })
        .collect())
}

/// A slip to be written; its ends are ids of positions.
pub struct NewSlip<'a> {
    pub id: SlipId,
    pub fiscal_year: FiscalYear,
    pub kind: SlipKind,
    pub from: i64,
    pub to: i64,
    pub amount: Yen,
    pub reason: &'a str,
    pub authority: &'a str,
    pub counter_of: Option<SlipId>,
    pub scenario: Option<Uuid>,
}

pub async fn insert(
    tx: &mut Tx<'_>,
    s: &NewSlip<'_>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    // Numbers of a year follow each other without gaps: one writer at a time.
    let lock = i64::from(s.fiscal_year.year()) | 0x736c_0000_0000;
    sqlx::query!(r#"SELECT pg_advisory_xact_lock($1)::text AS "nothing?""#, lock)
        .fetch_one(&mut **tx)
        .await?;
    sqlx::query!(
        r#"
        INSERT INTO budget_slips (id, fiscal_year, number, kind, from_id, to_id, amount_yen, reason, authority, counter_of,
                                  scenario_id, proposed_by, proposed_at)
        SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
        FROM budget_slips WHERE fiscal_year = $2
        "#,
        s.id.0,
        s.fiscal_year as FiscalYear,
        s.kind.code(),
        s.from,
        s.to,
        s.amount.0,
        s.reason,
        s.authority,
        s.counter_of.map(|id| id.0),
        s.scenario,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn approve(
    tx: &mut Tx<'_>,
    (id, version): (SlipId, i32),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_slips SET state = 'approved', approved_by = $3, approved_at = $4, version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'proposed'
        "#,
        id.0,
        version,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn apply(
    tx: &mut Tx<'_>,
    (id, version): (SlipId, i32),
    overdraft: Option<&str>,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_slips
        SET state = 'applied', overdraft_authority = $3, applied_by = $4, applied_at = $5, version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'approved'
        "#,
        id.0,
        version,
        overdraft,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a slip that is not applied.
pub async fn end(
    tx: &mut Tx<'_>,
    (id, version): (SlipId, i32),
    (state, note): (SlipState, Option<&str>),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_slips SET state = $3, end_note = $4, ended_by = $5, ended_at = $6, version = version + 1
        WHERE id = $1 AND version = $2 AND state IN ('proposed', 'approved')
        "#,
        id.0,
        version,
        state.code(),
        note,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
