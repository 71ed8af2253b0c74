//! All SQL of proposals and of what PDs say of them.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::{FiscalYear, Yen};

use super::super::model::{
    AdjustmentProposalId, AdjustmentRoundId, Basis, FundKind, PdOpinion, Person, Proposal, ProposalState,
    RoundName, Stance,
};

/// Which proposals are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub id: Option<AdjustmentProposalId>,
    pub round: Option<AdjustmentRoundId>,
    pub program: Option<Uuid>,
    pub only_waiting: bool,
}

/// Proposals, the newest first, each with the latest word of every PD.
pub async fn proposals(pool: &PgPool, wanted: Wanted, limit: i64) -> sqlx::Result<Vec<Proposal>> {
    let rows = sqlx::query!(
        r#"
        SELECT p.id, p.fiscal_year AS "fiscal_year: FiscalYear", p.round_id, r.fiscal_year AS "round_year?: FiscalYear",
               r.number AS "round_number?", p.kind AS "kind: FundKind", p.program_id, p.amount_yen AS "amount: Yen",
               p.purpose, p.reason, p.basis AS "basis: Basis", p.basis_facts, p.state AS "state: ProposalState",
               b.id AS by_id, b.name_ja AS by_ja, b.name_en AS by_en, p.proposed_at, d.id AS "decider?",
               d.name_ja AS "decider_ja?", d.name_en AS decider_en, p.decided_at, p.decision_note, p.version,
               ARRAY(SELECT DISTINCT ON (o.author_id) o.stance FROM adjustment_opinions o WHERE o.proposal_id = p.id
                     ORDER BY o.author_id, o.created_at DESC, o.id DESC) AS "stances!"
        FROM adjustment_proposals p
        JOIN users b ON b.id = p.proposed_by
        LEFT JOIN users d ON d.id = p.decided_by
        LEFT JOIN adjustment_rounds r ON r.id = p.round_id
        WHERE ($1::uuid IS NULL OR p.id = $1) AND ($2::uuid IS NULL OR p.round_id = $2)
          AND ($3::uuid IS NULL OR p.program_id = $3) AND (NOT $4 OR p.state = 'proposed')
        ORDER BY p.proposed_at DESC, p.id
        LIMIT $5
        "#,
        wanted.id.map(|id| id.0),
        wanted.round.map(|id| id.0),
        wanted.program,
        wanted.only_waiting,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|p| Proposal {
            id: p.id.into(),
            fiscal_year: p.fiscal_year,
            round: (|| {
                Some(RoundName {
                    id: p.round_id?.into(),
                    fiscal_year: p.round_year?,
                    number: p.round_number?,
                })
            })(),
            kind: p.kind,
            program: p.program_id,
            amount: p.amount,
            purpose: p.purpose,
            reason: p.reason,
            basis: p.basis,
            basis_facts: p.basis_facts,
            state: p.state,
            proposed_by: Person { id: p.by_id, name_ja: p.by_ja, name_en: p.by_en },
            proposed_at: p.proposed_at,
            decided_by: Person::of(p.decider, p.decider_ja, p.decider_en),
            decided_at: p.decided_at,
            decision_note: p.decision_note,
            version: p.version,
            stances: p.stances.iter().filter_map(|s| Stance::from_code(s)).collect(),
        })
        .collect())
}

/// Everything that was said of a proposal, in its order.
pub async fn opinions(pool: &PgPool, id: AdjustmentProposalId) -> sqlx::Result<Vec<PdOpinion>> {
    let rows = sqlx::query!(
        r#"
        SELECT u.id, u.name_ja, u.name_en, o.stance AS "stance: Stance", o.body, o.created_at
        FROM adjustment_opinions o
        JOIN users u ON u.id = o.author_id
        WHERE o.proposal_id = $1
        ORDER BY o.created_at, o.id
        LIMIT 500
        "#,
        id.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|o| PdOpinion {
            author: Person { id: o.id, name_ja: o.name_ja, name_en: o.name_en },
            stance: o.stance,
            body: o.body,
            at: o.created_at,
        })
        .collect())
}

/// A proposal to be written.
#[derive(Clone, Debug)]
pub struct NewProposal {
    pub id: AdjustmentProposalId,
    pub fiscal_year: FiscalYear,
    /// Nothing: it waits for its round.
    pub round: Option<AdjustmentRoundId>,
    pub kind: FundKind,
    pub program: Uuid,
    pub amount: Yen,
    pub purpose: String,
    pub reason: String,
    pub basis: Basis,
    pub basis_facts: serde_json::Value,
}

pub async fn insert(
    tx: &mut Tx<'_>,
    p: &NewProposal,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO adjustment_proposals (id, fiscal_year, round_id, kind, program_id, amount_yen, purpose, reason, basis,
                                          basis_facts, proposed_by, proposed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        "#,
        p.id.0,
        p.fiscal_year as FiscalYear,
        p.round.map(|id| id.0),
        p.kind.code(),
        p.program,
        p.amount.0,
        p.purpose,
        p.reason,
        p.basis.code(),
        p.basis_facts,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn insert_opinion(
    tx: &mut Tx<'_>,
    (id, proposal): (Uuid, AdjustmentProposalId),
    author: Option<Uuid>,
    (stance, body): (Stance, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO adjustment_opinions (id, proposal_id, author_id, stance, body, created_at)
        SELECT $1, $2, $3, $4, $5, $6 FROM adjustment_proposals WHERE id = $2 AND state = 'proposed'
        "#,
        id,
        proposal.0,
        author,
        stance.code(),
        body,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a proposal at the version that was read; a grant also fixes its round.
pub async fn decide(
    tx: &mut Tx<'_>,
    (id, version): (AdjustmentProposalId, i32),
    (state, round, note): (ProposalState, Option<AdjustmentRoundId>, Option<&str>),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE adjustment_proposals
        SET state = $3, round_id = coalesce($4, round_id), decision_note = $5, decided_by = $6, decided_at = $7,
            version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'proposed'
        "#,
        id.0,
        version,
        state.code(),
        round.map(|id| id.0),
        note,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
