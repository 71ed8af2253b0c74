//! Recording, opening and closing a round. One action, one transaction, one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::{self, submissions};

use super::super::model::{AdjustmentRoundId, Refusal};
use super::queries::{self, RoundRow};

/// A constraint of the ledger that spoke is a refusal; everything else is an error.
pub(in crate::budget) fn refused<T>(error: sqlx::Error) -> anyhow::Result<Result<T, Refusal>> {
    match db::constraint(&error).and_then(Refusal::of_constraint) {
        Some(refusal) => Ok(Err(refusal)),
        None => Err(error.into()),
    }
}

/// The sums that look at the end of a transaction look now, so that their refusal is met before the audit.
async fn settle(tx: &mut db::Tx<'_>) -> sqlx::Result<()> {
    sqlx::query!("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut **tx).await?;
    Ok(())
}

fn facts(r: &RoundRow<'_>) -> serde_json::Value {
    json!({
        "fiscal_year": r.fiscal_year, "number": r.number, "decided_on": r.decided_on, "total_yen": r.total.0,
        "unit": r.unit.code(), "rounding_yen": r.rounding.0, "rounding_note": r.rounding_note, "source": r.source,
        "parts": r.parts.iter().map(|(kind, yen)| json!({ "kind": kind.code(), "yen": yen.0 })).collect::<Vec<_>>(),
    })
}

/// Records a round that was decided; it is open for grants from now on.
pub async fn record(
    pool: &PgPool,
    actor: &Actor,
    id: AdjustmentRoundId,
    r: &RoundRow<'_>,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, &super::super::paths::round(id), now).await? {
        return Ok(Ok(()));
    }
    if let Err(error) = queries::insert(&mut tx, id, r, actor.id, now).await {
        return refused(error);
    }
    settle(&mut tx).await?;
    audit::record(
        &mut tx,
        actor,
        now,
        Event::new("adjustment.round.record", "adjustment_round", id, facts(r)),
    )
    .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes the facts of a round that is not closed.
pub async fn edit(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (AdjustmentRoundId, i32),
    r: &RoundRow<'_>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    match queries::update(&mut tx, (id, version), r).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) => {
            return match refused(error)? {
                // Here the constraint speaks of the amount, not of a grant.
                Err(Refusal::Exceeds | Refusal::NoSuchPart) => Ok(Err(Refusal::BelowGrants)),
                other => Ok(other),
            };
        }
    }
    settle(&mut tx).await?;
    audit::record(&mut tx, actor, now, Event::new("adjustment.round.edit", "adjustment_round", id, facts(r)))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Begins to record the grants of a round of which only the total was published.
pub async fn open(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (AdjustmentRoundId, i32),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::open(&mut tx, id, version).await? {
        return Ok(Err(Refusal::Stale));
    }
    audit::record(
        &mut tx,
        actor,
        now,
        Event::new("adjustment.round.open", "adjustment_round", id, json!({})),
    )
    .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Closes a round at 0 yen, or within the rounding of its printed figures with a note.
pub async fn close(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (AdjustmentRoundId, i32),
    note: Option<&str>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    match queries::close(&mut tx, (id, version), note, actor.id, now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) => return refused(error),
    }
    let facts = json!({ "note": note });
    audit::record(&mut tx, actor, now, Event::new("adjustment.round.close", "adjustment_round", id, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}
