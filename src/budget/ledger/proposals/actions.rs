//! Proposing, giving an opinion, deciding, withdrawing. One action, one transaction, one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::{Tx, submissions};
use crate::kernel::Yen;

use super::super::grants::queries as grants;
use super::super::model::{
    AdjustmentGrantId, AdjustmentProposalId, AdjustmentRoundId, Proposal, ProposalState, Refusal, Stance,
};
use super::super::rounds::actions::refused;
use super::queries::{self, NewProposal};

/// Writes a proposal inside the caller's transaction, with its audit entry: what a matching session saves its
/// marginal values through. Call it last before the commit.
pub async fn propose_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    proposal: &NewProposal,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    queries::insert(tx, proposal, actor.id, now).await?;
    let facts = json!({
        "fiscal_year": proposal.fiscal_year, "round": proposal.round, "kind": proposal.kind.code(),
        "program": proposal.program, "yen": proposal.amount.0, "basis": proposal.basis.code(),
        "basis_facts": proposal.basis_facts,
    });
    let event = Event::new("adjustment.propose", "adjustment_proposal", proposal.id, facts);
    audit::record(tx, actor, now, event).await
}

/// Proposes money of the fund for a program, once per `key`.
///
/// # Errors
/// When the database fails; a proposal of a person without an account cannot be written.
pub async fn propose(
    pool: &PgPool,
    actor: &Actor,
    proposal: &NewProposal,
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    let location = super::super::paths::proposal(proposal.id);
    if !submissions::claim(&mut tx, key, actor.id, &location, now).await? {
        return Ok(());
    }
    propose_in(&mut tx, actor, proposal, now).await?;
    tx.commit().await
}

/// Records what a PD says of a proposal that is not decided yet.
pub async fn give_opinion(
    pool: &PgPool,
    actor: &Actor,
    proposal: AdjustmentProposalId,
    (stance, body): (Stance, &str),
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    let location = super::super::paths::proposal(proposal);
    if !submissions::claim(&mut tx, key, actor.id, &location, now).await? {
        return Ok(Ok(()));
    }
    if !queries::insert_opinion(&mut tx, (uuid::Uuid::now_v7(), proposal), actor.id, (stance, body), now)
        .await?
    {
        return Ok(Err(Refusal::Stale));
    }
    let event =
        Event::new("adjustment.opinion", "adjustment_proposal", proposal, json!({ "stance": stance.code() }));
    audit::record(&mut tx, actor, now, event).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// A grant as decided.
pub struct Decision<'a> {
    pub round: AdjustmentRoundId,
    pub amount: Yen,
    pub authority: &'a str,
    pub note: Option<&'a str>,
}

/// Grants a proposal, in full or in part.
pub async fn grant(
    pool: &PgPool,
    actor: &Actor,
    proposal: &Proposal,
    version: i32,
    decision: &Decision<'_>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<AdjustmentGrantId, Refusal>> {
    let id = AdjustmentGrantId::new();
    let mut tx = pool.begin().await?;
    let end = (ProposalState::Granted, Some(decision.round), decision.note);
    match queries::decide(&mut tx, (proposal.id, version), end, actor.id, now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) => return refused(error),
    }
    let row = grants::NewGrant {
        id,
        round: decision.round,
        kind: proposal.kind,
        program: Some(proposal.program),
        proposal: Some(proposal.id),
        amount: decision.amount,
        purpose: &proposal.purpose,
        authority: decision.authority,
    };
    if let Err(error) = grants::insert(&mut tx, &row, actor.id, now).await {
        return refused(error);
    }
    let facts = json!({
        "proposal": proposal.id, "round": decision.round, "program": proposal.program, "yen": decision.amount.0,
        "proposed_yen": proposal.amount.0, "authority": decision.authority,
    });
    audit::record(&mut tx, actor, now, Event::new("adjustment.grant", "adjustment_grant", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// Ends a proposal without money: declined by somebody else with a reason, or withdrawn by its author.
pub async fn end(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (AdjustmentProposalId, i32),
    (state, note): (ProposalState, Option<&str>),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    match queries::decide(&mut tx, (id, version), (state, None, note), actor.id, now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) => return refused(error),
    }
    let event = Event::new(
        "adjustment.proposal.end",
        "adjustment_proposal",
        id,
        json!({ "state": state.code(), "note": note }),
    );
    audit::record(&mut tx, actor, now, event).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
