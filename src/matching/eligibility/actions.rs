//! Judging a session's pairs, and changing the rules.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::Actor;
use crate::kernel::MatchingSessionId;
use crate::kernel::clock::today_in_japan;
use crate::matching::allocations;
use crate::matching::sessions::actions::{Done, Stopped, record, take};
use crate::matching::sessions::{Refusal, Step, queries as sessions};

use super::model::{Rules, judge};
use super::queries::{self, Judged};

/// The newest version of the rules, written from the defaults where there is none.
pub async fn newest_version(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<i32> {
    let mut tx = pool.begin().await?;
    let version = queries::newest(&mut tx, now).await?;
    tx.commit().await?;
    Ok(version)
}

/// Judges every task against every slot by the rules of the session. The judged facts are kept with the pairs. A pair
/// that an exercised option has allocated is eligible whatever the rules say, and costs what was reserved.
pub async fn evaluate(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    rules_version: i32,
    now: DateTime<Utc>,
) -> Done<usize> {
    let rules = queries::rules(pool, rules_version).await?.unwrap_or_default();
    let mut tx = pool.begin().await?;
    if let Err(stopped) = take(&mut tx, id, Step::Evaluate, now).await? {
        return Ok(Err(stopped));
    }
    let tasks = queries::task_facts(&mut tx, id, today_in_japan(now)).await?;
    let slots = queries::slot_facts(&mut tx, id).await?;
    let allocated = allocations::queries::allocated(&mut *tx, id, &[]).await?;
    let pairs: Vec<Judged> = tasks
        .iter()
        .flat_map(|(task, of_task, amount)| {
            let (rules, allocated) = (&rules, &allocated);
            slots.iter().map(move |(slot, of_slot, ceiling)| {
                let held = allocated.iter().find(|a| (a.task, a.slot) == (*task, *slot));
                let truth = judge(rules, of_task, of_slot);
                let amount = held.map_or(*amount, |held| held.reserved.0);
                Judged {
                    task: *task,
                    slot: *slot,
                    eligible: truth.eligible() || held.is_some(),
                    truth,
                    cost_yen: ceiling.map_or(amount, |c| c.min(amount).max(0)),
                }
            })
        })
        .collect();
    let eligible = pairs.iter().filter(|p| p.eligible).count();
    queries::write_judgements(&mut tx, id, &tasks, &slots, &pairs).await?;
    let details = json!({ "rules": rules_version, "pairs": pairs.len(), "eligible": eligible });
    record(&mut tx, actor, now, "session.evaluate", id, details).await?;
    tx.commit().await?;
    Ok(Ok(eligible))
}

/// Writes changed rules as a new version and lets a session in draft be judged by it. Over the version that was read.
pub async fn change_rules(
    pool: &PgPool,
    actor: &Actor,
    (id, read): (MatchingSessionId, i32),
    (rules, note): (&Rules, &str),
    now: DateTime<Utc>,
) -> Done<i32> {
    let mut tx = pool.begin().await?;
    match sessions::lock(&mut tx, id).await? {
        Some((crate::matching::sessions::State::Draft, at)) if at == read => {}
        Some((crate::matching::sessions::State::Draft, _)) | None => return Ok(Err(Stopped::Stale)),
        Some((state, _)) => return Ok(Err(Refusal::NotNow(state).into())),
    }
    let version = queries::add_version(&mut tx, rules, note, actor.id, now).await?;
    sessions::set_rules(&mut tx, id, version).await?;
    sessions::touch(&mut tx, id, now).await?;
    let details = json!({ "rules": version, "note": note });
    record(&mut tx, actor, now, "session.rules.change", id, details).await?;
    tx.commit().await?;
    Ok(Ok(version))
}

/// Judges a session in draft by an earlier version.
pub async fn use_rules(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    version: i32,
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    match sessions::lock(&mut tx, id).await? {
        Some((crate::matching::sessions::State::Draft, _)) => {}
        Some((state, _)) => return Ok(Err(Refusal::NotNow(state).into())),
        None => return Ok(Err(Stopped::Stale)),
    }
    sessions::set_rules(&mut tx, id, version).await?;
    sessions::touch(&mut tx, id, now).await?;
    record(&mut tx, actor, now, "session.rules.use", id, json!({ "rules": version })).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
