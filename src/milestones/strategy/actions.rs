//! Writing an exit strategy: one transaction, one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::kernel::TaskId;

use super::model::StrategyFields;
use super::queries;

/// Somebody else saved the strategy first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

pub async fn write(
    pool: &PgPool,
    actor: &Actor,
    (task, version): (TaskId, i32),
    f: &StrategyFields,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Stale>> {
    let mut tx = pool.begin().await?;
    if !queries::write(&mut tx, (task, version), f, actor.id, now).await? {
        return Ok(Err(Stale));
    }
    let text = |t: Option<&str>| t.map(str::to_owned);
    let facts = json!({
        "strategy": {
            "product": f.product.as_str(), "approval_class": f.approval_class_id, "taker_kind": f.taker_kind.code(),
            "taker": text(f.taker.as_ref().map(|t| t.as_str())), "taker_program": f.taker_program_id,
            "data_set": text(f.data_set.as_ref().map(|t| t.as_str())), "ip": text(f.ip.as_ref().map(|t| t.as_str())),
            "competitors": text(f.competitors.as_ref().map(|t| t.as_str())), "version": version + 1,
        }
    });
    audit::record(&mut tx, actor, now, Event::new("exit_strategy.edit", "task", task, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
