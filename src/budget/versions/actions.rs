//! Taking a version back. Versions are made by applying an import, see `budget::imports`.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::Tx;
use crate::kernel::{BudgetImportId, BudgetVersionId, Text};

use super::model::Version;
use super::queries;

/// Why a version was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not in force (any more).
    NotInForce,
}

/// Takes a version in force back; what it superseded is in force again. Returns that one.
pub async fn reverse(
    pool: &PgPool,
    actor: &Actor,
    version: &Version,
    reason: &Text<500>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Option<BudgetVersionId>, Refusal>> {
    let mut tx = pool.begin().await?;
    let done = reverse_in(&mut tx, actor, version, reason, now).await?;
    if done.is_ok() {
        tx.commit().await?;
    }
    Ok(done)
}

/// Takes back what an import put into force, inside a transaction: for filling a database.
pub async fn reverse_import(
    tx: &mut Tx<'_>,
    actor: &Actor,
    import: BudgetImportId,
    reason: &Text<500>,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    for version in queries::of_import(&mut **tx, import).await? {
        let done = reverse_in(tx, actor, &version, reason, now).await?;
        done.map_err(|refusal| anyhow::anyhow!("a version was not taken back: {refusal:?}"))?;
    }
    Ok(())
}

async fn reverse_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    version: &Version,
    reason: &Text<500>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Option<BudgetVersionId>, Refusal>> {
    if !queries::end(tx, version.id, ("reversed", reason.as_str()), actor.id, now).await? {
        return Ok(Err(Refusal::NotInForce));
    }
    let mut back = None;
    if let Some(before) = version.supersedes
        && queries::bring_back(tx, before).await?
    {
        back = Some(before);
    }
    let facts = json!({ "slot": version.slot.code(), "number": version.number, "reason": reason.as_str(), "in_force_again": back });
    audit::record(tx, actor, now, Event::new("budget.version.reverse", "budget_version", version.id, facts))
        .await?;
    Ok(Ok(back))
}
