//! Taking and turning down suggestions, and taking that back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::audit::{self, Actor, Event};
use crate::db::submissions;
use crate::portfolio::catalogue::{Catalogue, Vocabulary};
use crate::portfolio::tasks::{Retag, retag};

use super::model::Suggester;
use super::queries::{self, Decision};

/// Suggestions that somebody decided on.
pub struct Chosen<'a> {
    /// Task and vocabulary of each.
    pub offers: &'a BTreeSet<(Uuid, Vocabulary)>,
    /// The version of each task as it was shown.
    pub shown: &'a BTreeMap<Uuid, i32>,
    /// Taken, or turned down.
    pub accept: bool,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub tasks: usize,
    pub suggestions: usize,
    /// Left alone: the task was changed meanwhile, or nothing is suggested any more.
    pub skipped: usize,
}

/// Writes what was chosen: one transaction, with one entry in the history of each task, because it is read there.
pub async fn decide(
    pool: &PgPool,
    (actor, by, rights): (&Actor, Uuid, &Rights),
    chosen: Chosen<'_>,
    (suggester, catalogue): (&Suggester, &Catalogue),
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Outcome> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, "/tagging", now).await? {
        return Ok(Outcome::default());
    }
    let ids: Vec<Uuid> =
        chosen.offers.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>().into_iter().collect();
    let mut decisions: Vec<Decision> = Vec::new();
    let mut changes: Vec<Retag> = Vec::new();
    for task in queries::by_ids(&mut tx, rights, &ids).await? {
        if chosen.shown.get(&task.id) != Some(&task.version) {
            continue;
        }
        let mut change = Retag { id: task.id, version: task.version, tags: Vec::new() };
        for offer in suggester.offers(&task, catalogue) {
            if chosen.offers.contains(&(task.id, offer.vocabulary)) {
                change.tags.push((offer.vocabulary, offer.ids.clone()));
                decisions.push(Decision {
                    task: task.id,
                    vocabulary: offer.vocabulary,
                    before: task.tags(offer.vocabulary).to_vec(),
                    suggested: offer.ids,
                    words: offer.words,
                });
            }
        }
        if !change.tags.is_empty() {
            changes.push(change);
        }
    }
    let outcome = Outcome {
        tasks: changes.len(),
        suggestions: decisions.len(),
        skipped: chosen.offers.len() - decisions.len(),
    };
    if decisions.is_empty() {
        return Ok(outcome);
    }
    let batch = Uuid::now_v7();
    queries::insert_batch(&mut tx, (batch, by, &suggester.hash()), chosen.accept, &decisions, now).await?;
    if chosen.accept {
        retag(&mut tx, &changes, now).await?;
        for change in &changes {
            let of = decisions.iter().filter(|d| d.task == change.id);
            audit::record(&mut tx, actor, now, tagged(change.id, batch, of, catalogue)).await?;
        }
    } else {
        let details = json!({ "suggestions": outcome.suggestions, "tasks": ids });
        audit::record(&mut tx, actor, now, Event::new("tags.decline", "tag_batch", batch, details)).await?;
    }
    tx.commit().await?;
    Ok(outcome)
}

/// The entry in the history of a task.
fn tagged<'a>(
    task: Uuid,
    batch: Uuid,
    decisions: impl Iterator<Item = &'a Decision>,
    catalogue: &Catalogue,
) -> Event<'static> {
    let names = |ids: &[i16]| {
        let names = ids.iter().filter_map(|id| catalogue.value(*id)).map(|v| v.name_ja.clone());
        names.collect::<Vec<_>>().join("、")
    };
    let (mut before, mut after, mut words) = (json!({}), json!({}), json!({}));
    for d in decisions {
        before[d.vocabulary.code()] = names(&d.before).into();
        after[d.vocabulary.code()] = names(&d.suggested).into();
        words[d.vocabulary.code()] = d.words.join("、").into();
    }
    let details = json!({ "batch": batch, "before": before, "after": after, "words": words });
    Event::new("task.tag", "task", task, details)
}

/// Takes a batch back: tags that stand as the batch wrote them become what they were, and what was turned down is
/// suggested again. The number of tasks changed; nothing where it was taken back before.
pub async fn undo(
    pool: &PgPool,
    (actor, by, rights): (&Actor, Uuid, &Rights),
    batch: Uuid,
    catalogue: &Catalogue,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Outcome>> {
    let mut tx = pool.begin().await?;
    let taken = queries::decisions(&mut tx, batch).await?;
    let ids: Vec<Uuid> = taken.iter().map(|t| t.task_id).collect::<BTreeSet<_>>().into_iter().collect();
    let tasks = queries::by_ids(&mut tx, rights, &ids).await?;
    // Somebody of one program cannot take back what was decided for others too.
    if taken.is_empty() || tasks.len() != ids.len() || !queries::undo(&mut tx, batch, by, now).await? {
        return Ok(None);
    }
    let mut outcome = Outcome::default();
    let mut changes: Vec<Retag> = Vec::new();
    let mut events: Vec<Event<'static>> = Vec::new();
    for task in &tasks {
        let mut change = Retag { id: task.id, version: task.version, tags: Vec::new() };
        let mut undone: Vec<Decision> = Vec::new();
        for t in taken.iter().filter(|t| t.accepted && t.task_id == task.id) {
            let Some(vocabulary) = Vocabulary::from_code(&t.vocabulary) else { continue };
            if task.tags(vocabulary) == t.suggested.as_slice() {
                change.tags.push((vocabulary, t.before.clone()));
                undone.push(Decision {
                    task: task.id,
                    vocabulary,
                    suggested: t.before.clone(),
                    before: t.suggested.clone(),
                    words: Vec::new(),
                });
            } else {
                outcome.skipped += 1;
            }
        }
        if !undone.is_empty() {
            outcome.suggestions += undone.len();
            events.push(tagged(task.id, batch, undone.iter(), catalogue));
            changes.push(change);
        }
    }
    outcome.tasks = changes.len();
    retag(&mut tx, &changes, now).await?;
    for event in events {
        audit::record(&mut tx, actor, now, Event { action: "task.tag.undo", ..event }).await?;
    }
    let details = json!({ "tasks": outcome.tasks, "skipped": outcome.skipped });
    audit::record(&mut tx, actor, now, Event::new("tags.undo", "tag_batch", batch, details)).await?;
    tx.commit().await?;
    Ok(Some(outcome))
}
