//! The append-only, hash-chained record of every change (table `audit_entries`).
//!
//! Each entry's hash covers its own fields and the hash before it, so an altered, removed or inserted row breaks the
//! chain from there on. The surprising rule: the chain is taken under one lock at the end of a transaction, so
//! [`record`] belongs right before the commit.

mod notes;
pub mod pages;
mod queries;
pub mod routes;
mod verify;
mod words;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::Tx;

pub use notes::Notes;
pub use verify::{Against, Noted, Verified, compare, verify};

/// Who did something, as the audit prints it.
#[derive(Clone, Debug)]
pub struct Actor {
    pub id: Option<Uuid>,
    pub label: String,
    pub request_id: Option<String>,
}

impl Actor {
    /// The program itself, or a person at its command line.
    pub fn system(label: &str) -> Self {
        Self { id: None, label: label.to_owned(), request_id: None }
    }
}

/// What happened: a verb of the domain (`task.edit`), the thing it happened to, and the facts.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub action: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: String,
    pub details: Value,
}

impl<'a> Event<'a> {
    pub fn new(action: &'a str, subject_kind: &'a str, subject_id: impl ToString, details: Value) -> Self {
        Self { action, subject_kind, subject_id: subject_id.to_string(), details }
    }
}

/// Appends one entry to the chain; call it last before the commit, because others wait for the chain from here on.
pub async fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
    event: Event<'_>,
) -> sqlx::Result<()> {
    record_all(tx, [(actor, now, event)]).await
}

/// Appends entries in their order.
pub async fn record_all(
    tx: &mut Tx<'_>,
    events: impl IntoIterator<Item = (&Actor, DateTime<Utc>, Event<'_>)>,
) -> sqlx::Result<()> {
    let (mut position, mut previous) = queries::lock_head(tx).await?;
    let mut entries = Vec::new();
    for (actor, at, event) in events {
        position += 1;
        let mut entry = queries::Entry {
            position,
            at,
            actor_id: actor.id,
            actor_label: actor.label.clone(),
            action: event.action.to_owned(),
            subject_kind: event.subject_kind.to_owned(),
            subject_id: event.subject_id,
            details: event.details,
            request_id: actor.request_id.clone(),
            previous_hash: previous,
            hash: Vec::new(),
        };
        entry.hash = chain_hash(&entry);
        previous = entry.hash.clone();
        entries.push(entry);
    }
    queries::insert(tx, entries).await
}

/// SHA-256 over the previous hash and the canonical JSON of the fields.
fn chain_hash(entry: &queries::Entry) -> Vec<u8> {
    let fields = serde_json::json!([
        entry.position,
        entry.at.timestamp_micros(),
        entry.actor_id,
        entry.actor_label,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.details,
        entry.request_id,
    ]);
    let mut hasher = Sha256::new();
    hasher.update(&entry.previous_hash);
    hasher.update(fields.to_string().as_bytes());
    hasher.finalize().to_vec()
}
