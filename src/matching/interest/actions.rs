//! Asking for interest and answering. The audit says that somebody answered and how many pairs, never which level.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::Actor;
use crate::kernel::{MatchingSessionId, Said, UserId};
use crate::matching::sessions::Step;
use crate::matching::sessions::actions::{Done, Stopped, record, take};

use super::model::{Answer, LIST, Merge, merge};
use super::queries::{self, List};

/// Freezes the capacities and makes the lists of both sides.
pub async fn open(pool: &PgPool, actor: &Actor, id: MatchingSessionId, now: DateTime<Utc>) -> Done<i64> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = take(&mut tx, id, Step::OpenInterest, now).await? {
        return Ok(Err(stopped));
    }
    let lists = queries::make_lists(&mut tx, id, now).await?;
    record(&mut tx, actor, now, "session.interest.open", id, json!({ "lists": lists })).await?;
    tx.commit().await?;
    Ok(Ok(lists))
}

/// One entry as the form sends it: what it showed at first, and what was typed.
pub struct Typed {
    pub was: Answer,
    pub typed: Answer,
}

/// What came of saving a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    pub written: usize,
    /// Answers that a colleague changed too since the form was opened.
    pub conflicts: Vec<(Uuid, Uuid)>,
    /// Entries without an answer.
    pub unanswered: usize,
    pub submitted: bool,
}

fn closed() -> Stopped {
    Stopped::Said(Said::new(
        "この一覧は提出済みか、期限を過ぎたため、変更できません。",
        "The list is submitted, or its deadline has passed; it cannot be changed.",
    ))
}

/// Saves what was typed, entry by entry, and submits the list where asked, nothing conflicts and nothing is
/// missing. An entry that conflicts stays as the colleague left it; the others are written.
/// Entries hidden from the writer (`hidden`) neither change nor count.
pub async fn save(
    pool: &PgPool,
    actor: &Actor,
    by: UserId,
    (list, hidden): (&List, &[Uuid]),
    (typed, submit): (&HashMap<(Uuid, Uuid), Typed>, bool),
    now: DateTime<Utc>,
) -> Done<Saved> {
    let mut tx = pool.begin().await?;
    if !queries::lock_open(&mut tx, list.id, now).await? {
        return Ok(Err(closed()));
    }
    let mut saved = Saved::default();
    for (task, slot, stored, writer) in queries::stored(&mut tx, list.id).await? {
        if hidden.contains(&task) {
            continue;
        }
        let mut now_stands = stored.clone();
        if let Some(entry) = typed.get(&(task, slot)) {
            match merge(&entry.was, &entry.typed, &stored, writer == Some(by.0)) {
                Merge::Keep => {}
                Merge::Conflict => saved.conflicts.push((task, slot)),
                Merge::Write => {
                    queries::write_answer(&mut tx, list.id, (task, slot), &entry.typed, by, now).await?;
                    now_stands = entry.typed.clone();
                    saved.written += 1;
                }
            }
        }
        saved.unanswered += usize::from(now_stands.level.is_none());
    }
    if submit && saved.unanswered == 0 && saved.conflicts.is_empty() {
        queries::submit(&mut tx, list.id, by, now).await?;
        saved.submitted = true;
    }
    if saved.written > 0 || saved.submitted {
        let action = if saved.submitted { "session.interest.submit" } else { "session.interest.save" };
        let details = json!({ "list": list.id, "side": list.side.code(), "program": list.program_id,
                              "answers": saved.written });
        record(&mut tx, actor, now, action, list.session_id, details).await?;
    }
    tx.commit().await?;
    Ok(Ok(saved))
}

/// Puts another shortlisted pair on the list, or takes one off it.
pub async fn change_entries(
    pool: &PgPool,
    actor: &Actor,
    by: UserId,
    (list, pair): (&List, (Uuid, Uuid)),
    add: bool,
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    if !queries::lock_open(&mut tx, list.id, now).await? {
        return Ok(Err(closed()));
    }
    let changed = if add {
        queries::add_entry(&mut tx, list, pair, by, now).await?
    } else {
        queries::remove_entry(&mut tx, list.id, pair).await?
    };
    if !changed {
        let there = queries::stored(&mut tx, list.id).await?;
        if add && there.len() >= LIST {
            return Ok(Err(Stopped::Said(Said::new(
                format!("一覧は{LIST}件までです。先に1件外してください。"),
                format!("A list holds {LIST} pairs at most; take one off first."),
            ))));
        }
        return Ok(Ok(()));
    }
    let details = json!({ "list": list.id, "task": pair.0, "slot": pair.1, "added": add });
    record(&mut tx, actor, now, "session.interest.entries", list.session_id, details).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
