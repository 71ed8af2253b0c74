//! Scoring a session, and changing shortlists by hand.

use std::collections::{HashMap, HashSet};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::Actor;
use crate::kernel::{MatchingSessionId, Said};
use crate::matching::sessions::actions::{Done, Stopped, record, take};
use crate::matching::sessions::{Refusal, State, Step, queries as sessions};

use super::model::{SHORTLIST, Scored, shortlists};
use super::{queries, records};

/// Scores every eligible pair and makes the shortlists. About 0.1 s of computing for 600 tasks and 60 slots in a release
/// build, so it runs within the request, off the threads that answer others.
pub async fn score(pool: &PgPool, actor: &Actor, id: MatchingSessionId, now: DateTime<Utc>) -> Done<usize> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = take(&mut tx, id, Step::Score, now).await? {
        return Ok(Err(stopped));
    }
    let tasks = queries::task_texts(&mut tx, id).await?;
    let slots = queries::slot_texts(&mut tx, id).await?;
    let passages = queries::passages(&mut tx).await?;
    let eligible: HashSet<(Uuid, Uuid)> = queries::eligible(&mut tx, id).await?.into_iter().collect();
    let (scores, listed) = tokio::task::spawn_blocking(move || {
        let program: HashMap<Uuid, Uuid> = slots.iter().map(|s| (s.id, s.program_id)).collect();
        let mut scores = records::scores(&tasks, &slots, &passages);
        scores.retain(|(task, slot, ..)| eligible.contains(&(*task, *slot)));
        let scored: Vec<Scored> = scores
            .iter()
            .map(|(task, slot, score, _)| Scored {
                task: *task,
                slot: *slot,
                program: program.get(slot).copied().unwrap_or_default(),
                score: *score,
            })
            .collect();
        let listed = shortlists(&scored, SHORTLIST);
        (scores, listed)
    })
    .await
    .context("scoring the pairs of a session")?;
    queries::write_scores(&mut tx, id, &scores, &listed).await?;
    let details = json!({ "scored": scores.len(), "shortlisted": listed.len() });
    record(&mut tx, actor, now, "session.score", id, details).await?;
    tx.commit().await?;
    Ok(Ok(listed.len()))
}

/// What a person does to a shortlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Add,
    Remove,
}

/// Adds a pair to its task's shortlist or takes it off, with the reason. Repeated, it changes nothing.
pub async fn change_shortlist(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    pair: (Uuid, Uuid),
    (change, reason): (Change, &str),
    now: DateTime<Utc>,
) -> Done<bool> {
    let mut tx = pool.begin().await?;
    match sessions::lock(&mut tx, id).await? {
        Some((State::Shortlist, _)) => {}
        Some((state, _)) => return Ok(Err(Refusal::NotNow(state).into())),
        None => return Ok(Err(Stopped::Stale)),
    }
    let changed = match change {
        Change::Add => queries::add_to_shortlist(&mut tx, id, pair, reason).await?,
        Change::Remove => queries::take_from_shortlist(&mut tx, id, pair, reason).await?,
    };
    if !changed {
        if change == Change::Add && queries::is_full(&mut tx, id, pair.0).await? {
            return Ok(Err(Stopped::Said(Said::new(
                format!("候補は課題ごとに{SHORTLIST}件までです。先に1件外してください。"),
                format!("A task's shortlist holds {SHORTLIST} at most; take one off first."),
            ))));
        }
        return Ok(Ok(false));
    }
    sessions::touch(&mut tx, id, now).await?;
    let action = if change == Change::Add { "session.shortlist.add" } else { "session.shortlist.remove" };
    let details = json!({ "task": pair.0, "slot": pair.1, "reason": reason });
    record(&mut tx, actor, now, action, id, details).await?;
    tx.commit().await?;
    Ok(Ok(true))
}
