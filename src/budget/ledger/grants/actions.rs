//! Granting without a proposal, returning money, recording uses and results. One action, one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::submissions;

use super::super::model::{AdjustmentGrantId, Refusal};
use super::super::rounds::actions::refused;
use super::queries::{self, NewGrant, NewUse};

/// Records a grant that was decided outside (top-down money), or money that goes back.
pub async fn record(
    pool: &PgPool,
    actor: &Actor,
    grant: &NewGrant<'_>,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    let location = super::super::paths::round(grant.round);
    if !submissions::claim(&mut tx, key, actor.id, &location, now).await? {
        return Ok(Ok(()));
    }
    if let Err(error) = queries::insert(&mut tx, grant, actor.id, now).await {
        return refused(error);
    }
    let facts = json!({
        "round": grant.round, "kind": grant.kind.code(), "program": grant.program, "yen": grant.amount.0,
        "authority": grant.authority,
    });
    audit::record(&mut tx, actor, now, Event::new("adjustment.grant", "adjustment_grant", grant.id, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Records what part of a grant went into.
pub async fn record_use(
    pool: &PgPool,
    actor: &Actor,
    grant: AdjustmentGrantId,
    used: &NewUse<'_>,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    let location = super::super::paths::grant(grant);
    if !submissions::claim(&mut tx, key, actor.id, &location, now).await? {
        return Ok(Ok(()));
    }
    if let Err(error) = queries::insert_use(&mut tx, (uuid::Uuid::now_v7(), grant), used, actor.id, now).await
    {
        return refused(error);
    }
    let facts = json!({ "what": used.what, "task": used.task, "yen": used.amount.0 });
    audit::record(&mut tx, actor, now, Event::new("adjustment.use", "adjustment_grant", grant, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes what came of a grant.
pub async fn put_result(
    pool: &PgPool,
    actor: &Actor,
    (grant, version): (AdjustmentGrantId, i32),
    result: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::put_result(&mut tx, (grant, version), result, actor.id, now).await? {
        return Ok(Err(Refusal::Stale));
    }
    let facts = json!({ "result": result });
    audit::record(&mut tx, actor, now, Event::new("adjustment.result", "adjustment_grant", grant, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}
