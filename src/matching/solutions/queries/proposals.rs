//! Proposals for the adjustment fund that a version led to.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;

/// A proposal for the adjustment fund.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The proposal of the adjustment ledger that it became, with its state there.
    pub adjustment_id: Option<Uuid>,
    pub adjustment_state: Option<String>,
    pub slot_id: Uuid,
    pub kind: String,
    pub slots: i16,
    pub amount_yen: i64,
    pub gain: i64,
    pub reason: String,
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
    pub created_at: DateTime<Utc>,
}

pub async fn proposals(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<Proposal>> {
    sqlx::query_as!(
        Proposal,
        r#"
        SELECT p.adjustment_id, a.state AS "adjustment_state?", p.slot_id, p.kind, p.slots, p.amount_yen,
               p.gain_millionths AS gain, p.reason, u.name_ja AS "by_ja?", u.name_en AS "by_en?", p.created_at
        FROM matching_adjustment_proposals p
        LEFT JOIN users u ON u.id = p.created_by
        LEFT JOIN adjustment_proposals a ON a.id = p.adjustment_id
        WHERE p.session_id = $1
        ORDER BY p.created_at DESC, p.id
        LIMIT 200
        "#,
        session
    )
    .fetch_all(pool)
    .await
}

/// A proposal about to be saved.
pub struct NewProposal<'a> {
    pub id: Uuid,
    pub session: Uuid,
    pub solution: Uuid,
    pub slot: Uuid,
    pub program: Uuid,
    pub kind: &'a str,
    pub slots: i16,
    pub amount_yen: i64,
    pub gain: i64,
    pub reason: &'a str,
    pub by: Option<Uuid>,
    /// What it is in the adjustment ledger.
    pub adjustment: Uuid,
}

/// False: this version's proposal for this slot was saved before.
pub async fn insert_proposal(tx: &mut Tx<'_>, p: &NewProposal<'_>, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO matching_adjustment_proposals (id, session_id, solution_id, slot_id, program_id, kind, slots, amount_yen,
             gain_millionths, reason, created_by, created_at, adjustment_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (solution_id, slot_id, kind) DO NOTHING",
        p.id,
        p.session,
        p.solution,
        p.slot,
        p.program,
        p.kind,
        p.slots,
        p.amount_yen,
        p.gain,
        p.reason,
        p.by,
        now,
        p.adjustment
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
