//! Searching for tasks that stand twice.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::audit::{self, Actor, Event};
use crate::matching::affinity::dedupe::duplicates;
use crate::matching::affinity::{AffinityIndex, Record, Settings};
use crate::matching::records::{TaskFacts, tasks_of_programs};
use crate::matching::thesaurus::Edition;
use crate::portfolio::catalogue::Catalogue;

use super::queries;

/// Looks through the tasks of the viewer's programs (or of one) and replaces what was offered there. How many pairs.
pub async fn search(
    pool: &PgPool,
    (actor, rights): (&Actor, &Rights),
    program: Option<Uuid>,
    (edition, catalogue): (Arc<Edition>, Arc<Catalogue>),
    now: DateTime<Utc>,
) -> anyhow::Result<usize> {
    let programs: Option<Vec<Uuid>> = match program {
        Some(one) => Some(vec![one]),
        None if rights.edits_all => None,
        None => Some(rights.edits.clone()),
    };
    let tasks = tasks_of_programs(pool, programs.as_deref()).await?;
    let found = tokio::task::spawn_blocking(move || find(&tasks, &edition, &catalogue))
        .await
        .context("searching for tasks that stand twice")?;
    let mut tx = pool.begin().await?;
    let n = found.len();
    queries::replace(&mut tx, programs.as_deref(), &Value::Array(found), now).await?;
    let details = json!({ "programs": programs, "offers": n });
    audit::record(&mut tx, actor, now, Event::new("duplicates.search", "duplicate_offers", "all", details))
        .await?;
    tx.commit().await?;
    Ok(n)
}

/// Pairs as rows of `duplicate_offers`.
pub fn find(tasks: &[TaskFacts], edition: &Edition, catalogue: &Catalogue) -> Vec<Value> {
    let records: Vec<Record> = tasks.iter().map(|t| t.record(catalogue, false)).collect();
    let index = AffinityIndex::build(records, &[], Settings::default(), edition.thesaurus.clone());
    let pair = |d: crate::matching::affinity::dedupe::Duplicate| {
        let (a, b): (Uuid, Uuid) = (d.left.parse().ok()?, d.right.parse().ok()?);
        let reasons = serde_json::to_value(&d.reasons).ok()?;
        Some(
            json!({ "left_id": a.min(b), "right_id": a.max(b), "confidence": d.confidence, "reasons": reasons }),
        )
    };
    duplicates(&index).into_iter().filter_map(pair).collect()
}
