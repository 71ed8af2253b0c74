//! Changing a task: one transaction, one audit entry with the fields before and after.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Tx, submissions};
use crate::portfolio::catalogue::{Catalogue, Vocabulary};
use crate::portfolio::tasks::document::{SearchSource, search_document};

use super::forms::TaskEdit;
use super::queries;

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// Written, or written before by the same submission, or nothing was different.
    Done,
    /// The task is no longer at the version that was edited.
    SomebodyWasFaster,
}

/// An edit of a task, with what it was made from.
pub struct Change<'a> {
    pub id: Uuid,
    pub version: i32,
    pub before: &'a TaskEdit,
    pub after: &'a TaskEdit,
    pub key: &'a str,
    pub location: &'a str,
}

/// Writes the edit and refreshes what the task is found by.
pub async fn change(
    pool: &PgPool,
    change: Change<'_>,
    c: &Catalogue,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<Edited> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, change.key, actor.id, change.location, now).await? {
        return Ok(Edited::Done);
    }
    if !queries::update(&mut tx, change.id, change.version, change.after, now).await? {
        return Ok(Edited::SomebodyWasFaster);
    }
    if change.before == change.after {
        return Ok(Edited::Done);
    }
    refresh_search(&mut tx, &[change.id]).await?;
    let details = difference(change.before, change.after, c);
    audit::record(&mut tx, actor, now, Event::new("task.edit", "task", change.id, details)).await?;
    tx.commit().await?;
    Ok(Edited::Done)
}

/// Tags of a task to be written over version `version`; vocabularies that are not named stay as they are.
#[derive(Clone, Debug)]
pub struct Retag {
    pub id: Uuid,
    pub version: i32,
    /// Value ids per vocabulary, the main one first.
    pub tags: Vec<(Vocabulary, Vec<i16>)>,
}

/// Writes the tags of many tasks at once, inside the caller's transaction, which records the audit. Gives the tasks
/// written; one that is no longer at its version is left alone.
pub async fn retag(tx: &mut Tx<'_>, changes: &[Retag], now: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    queries::retag(tx, changes, now).await
}

/// Recomposes the search columns of tasks from the rows as they stand in this transaction. To be called by whoever
/// changed titles, summaries, numbers, names of institutions or of people.
pub async fn refresh_search(tx: &mut Tx<'_>, ids: &[Uuid]) -> sqlx::Result<()> {
    for some in ids.chunks(500) {
        let sources = queries::sources(tx, some).await?;
        let (mut ids, mut documents) = (Vec::new(), Vec::new());
        for source in &sources {
            ids.push(source.id);
            documents.push(search_document(&SearchSource {
                title_ja: &source.title_ja,
                title_en: source.title_en.as_deref(),
                summary_ja: source.summary_ja.as_deref(),
                summary_en: source.summary_en.as_deref(),
                keywords: &source.keywords,
                numbers: &source.numbers,
                institution: &source.institution,
                lead: &source.lead,
            }));
        }
        queries::store_documents(tx, &ids, &documents).await?;
    }
    Ok(())
}

/// The fields that differ, before and after.
fn difference(before: &TaskEdit, after: &TaskEdit, c: &Catalogue) -> Value {
    let (mut old, mut new) = (Map::new(), Map::new());
    for ((field, was), (_, is)) in before.texts(c).into_iter().zip(after.texts(c)) {
        if was != is {
            old.insert(field.to_owned(), was.into());
            new.insert(field.to_owned(), is.into());
        }
    }
    json!({ "before": old, "after": new })
}
