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
use crate::matching::{allocations, thesaurus};

use super::model::{SHORTLIST, Scored, SharedWords, shortlists};
use super::queries;
use super::records::Comparison;

/// Scores every eligible pair under the thesaurus in force and makes the shortlists, with the words of their pairs. A few
/// seconds at most for 600 tasks and 60 slots in a release build, so it runs within the request, off the threads that
/// answer others.
pub async fn score(pool: &PgPool, actor: &Actor, id: MatchingSessionId, now: DateTime<Utc>) -> Done<usize> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = take(&mut tx, id, Step::Score, now).await? {
        return Ok(Err(stopped));
    }
    let edition = thesaurus::actions::in_force(&mut tx, now).await?;
    let version = edition.number;
    let texts = queries::texts(&mut tx, id).await?;
    let allocated = allocations::queries::allocated(&mut *tx, id, &[]).await?;
    let eligible: HashSet<(Uuid, Uuid)> = queries::eligible(&mut tx, id).await?.into_iter().collect();
    let (scores, listed, words) = tokio::task::spawn_blocking(move || {
        let program: HashMap<Uuid, Uuid> = texts.slots.iter().map(|s| (s.id, s.program_id)).collect();
        let comparison = Comparison::new(&texts, edition.thesaurus);
        let mut scores = comparison.scores();
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
        let allocated: HashMap<Uuid, Uuid> = allocated.iter().map(|a| (a.task, a.slot)).collect();
        let listed = shortlists(&scored, &allocated, SHORTLIST);
        let pairs: Vec<(Uuid, Uuid)> = listed.iter().map(|l| (l.task, l.slot)).collect();
        let words = comparison.words(&pairs);
        (scores, listed, words)
    })
    .await
    .context("scoring the pairs of a session")?;
    queries::set_thesaurus(&mut tx, id, version).await?;
    queries::write_scores(&mut tx, id, &scores, &listed).await?;
    queries::write_words(&mut tx, id, &words).await?;
    let details = json!({ "scored": scores.len(), "shortlisted": listed.len(), "thesaurus": version });
    record(&mut tx, actor, now, "session.score", id, details).await?;
    tx.commit().await?;
    Ok(Ok(listed.len()))
}

/// The words of a pair that keeps none, by the texts of today under the session's thesaurus.
pub async fn words_today(
    pool: &PgPool,
    id: MatchingSessionId,
    thesaurus_version: i32,
    pair: (Uuid, Uuid),
) -> anyhow::Result<Option<SharedWords>> {
    let edition = thesaurus::edition(pool, thesaurus_version).await?;
    let mut tx = pool.begin().await?;
    let texts = queries::texts(&mut tx, id).await?;
    drop(tx);
    let words =
        tokio::task::spawn_blocking(move || Comparison::new(&texts, edition.thesaurus).words(&[pair]))
            .await
            .context("comparing the texts of a pair")?;
    Ok(words.into_iter().next().map(|(_, _, words)| words))
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
