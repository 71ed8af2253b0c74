//! Proposing, approving, applying, ending and taking back. One action, one transaction, one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::budget::positions::{Place, queries as positions};
use crate::db::{self, Tx, submissions};
use crate::kernel::Yen;

use super::model::{Refusal, Slip, SlipId, SlipKind, SlipState};
use super::queries::{self, NewSlip};

/// A constraint of slips that spoke is a refusal; everything else is an error.
pub(in crate::budget) fn refused<T>(error: sqlx::Error) -> anyhow::Result<Result<T, Refusal>> {
    match db::constraint(&error).and_then(Refusal::of_constraint) {
        Some(refusal) => Ok(Err(refusal)),
        None => Err(error.into()),
    }
}

/// A movement that is asked for.
pub struct Movement<'a> {
    pub kind: SlipKind,
    pub from: &'a Place,
    pub to: &'a Place,
    pub amount: Yen,
    pub reason: &'a str,
    pub authority: &'a str,
    pub scenario: Option<uuid::Uuid>,
}

/// Writes a proposed slip inside the caller's transaction, without an audit entry of its own.
pub async fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SlipId,
    m: &Movement<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let from = positions::ensure(tx, m.from).await?;
    let to = positions::ensure(tx, m.to).await?;
    let row = NewSlip {
        id,
        fiscal_year: m.from.year,
        kind: m.kind,
        from,
        to,
        amount: m.amount,
        reason: m.reason,
        authority: m.authority,
        counter_of: None,
        scenario: m.scenario,
    };
    queries::insert(tx, &row, actor.id, now).await
}

/// Proposes a slip, once per `key`.
pub async fn propose(
    pool: &PgPool,
    actor: &Actor,
    id: SlipId,
    m: &Movement<'_>,
    (key, location): (&str, &str),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    if !m.from.stage.is_in_law() || !m.to.stage.is_in_law() {
        return Ok(Err(Refusal::NotInLaw));
    }
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, location, now).await? {
        return Ok(Ok(()));
    }
    if let Err(error) = write(&mut tx, actor, id, m, now).await {
        return refused(error);
    }
    let facts = json!({
        "kind": m.kind.code(), "from": m.from.code(), "to": m.to.code(), "yen": m.amount.0, "reason": m.reason,
        "authority": m.authority,
    });
    audit::record(&mut tx, actor, now, Event::new("budget.slip.propose", "budget_slip", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Approves a slip of somebody else.
pub async fn approve(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (SlipId, i32),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    match queries::approve(&mut tx, (id, version), actor.id, now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) => return refused(error),
    }
    audit::record(&mut tx, actor, now, Event::new("budget.slip.approve", "budget_slip", id, json!({})))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Applies an approved slip: from now on it is in the figures. `overdraft` names the authority that lets the source go
/// below zero.
pub async fn apply(
    pool: &PgPool,
    actor: &Actor,
    (slip, version): (&Slip, i32),
    overdraft: Option<&str>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    if let Some(refusal) = slip.application_refusal() {
        return Ok(Err(refusal));
    }
    let mut tx = pool.begin().await?;
    match queries::apply(&mut tx, (slip.id, version), overdraft, actor.id, now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) => return refused(error),
    }
    let facts = json!({ "overdraft_authority": overdraft });
    audit::record(&mut tx, actor, now, Event::new("budget.slip.apply", "budget_slip", slip.id, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Rejects a slip with a reason, or withdraws one's own.
pub async fn end(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (SlipId, i32),
    (state, note): (SlipState, Option<&str>),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    match queries::end(&mut tx, (id, version), (state, note), actor.id, now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) => return refused(error),
    }
    let facts = json!({ "state": state.code(), "note": note });
    audit::record(&mut tx, actor, now, Event::new("budget.slip.end", "budget_slip", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Proposes the counter-slip of an applied one: the same amount the other way. It goes through approval and
/// application like any other.
pub async fn take_back(
    pool: &PgPool,
    actor: &Actor,
    original: &Slip,
    (id, reason, authority): (SlipId, &str, &str),
    (key, location): (&str, &str),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, location, now).await? {
        return Ok(Ok(()));
    }
    let from = positions::ensure(&mut tx, &original.to).await?;
    let to = positions::ensure(&mut tx, &original.from).await?;
    let row = NewSlip {
        id,
        fiscal_year: original.fiscal_year,
        kind: SlipKind::Counter,
        from,
        to,
        amount: original.amount,
        reason,
        authority,
        counter_of: Some(original.id),
        scenario: None,
    };
    if let Err(error) = queries::insert(&mut tx, &row, actor.id, now).await {
        return refused(error);
    }
    let facts = json!({ "counter_of": original.id, "yen": original.amount.0, "reason": reason });
    audit::record(&mut tx, actor, now, Event::new("budget.slip.propose", "budget_slip", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
