//! Taking an exercised option into a session, and out of it again while it is prepared.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::Actor;
use crate::kernel::{MatchingSessionId, Said};
use crate::matching::sessions::actions::{Done, Stopped, lock_draft, record};
use crate::matching::sessions::{Via, queries as sessions};

use super::queries::{self, Exercised};

/// Allocates a slot to the task of an exercised option: the task enters the session where it was not in it.
pub async fn allocate(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    (option, slot): (&Exercised, Uuid),
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = lock_draft(&mut tx, id).await? {
        return Ok(Err(stopped));
    }
    let Some(room) = queries::room(&mut tx, id, slot, option).await? else {
        return Ok(Err(Stopped::Said(Said::new(
            "この枠の受入事業・公募枠に合う受入枠を選んでください。",
            "Choose a slot of the program, and of the slot type, that the option is for.",
        ))));
    };
    if room.places >= i64::from(room.most) {
        return Ok(Err(Stopped::Said(Said::new(
            format!(
                "この受入枠の上限は{}件で、すべて事前に配分されています。先に上限を増やしてください。",
                room.most
            ),
            format!("The slot takes {} at most, all of them allocated; raise its most first.", room.most),
        ))));
    }
    if room.budget.is_some_and(|budget| room.yen + option.reserved.0 > budget) {
        return Ok(Err(Stopped::Said(Said::new(
            "この受入枠の合計上限を超えます。先に上限額を増やしてください。",
            "The reserved money exceeds the ceiling of the slot; raise the ceiling first.",
        ))));
    }
    sessions::add_tasks(&mut tx, id, &[(option.task_id, Via::Option, None)], None, actor.id, now).await?;
    if !queries::insert(&mut tx, id, (option, slot), actor.id, now).await? {
        return Ok(Err(Stopped::Said(Said::new(
            "この枠は、すでに事前配分されています。画面を開き直してください。",
            "The option is allocated already; reopen the page.",
        ))));
    }
    sessions::touch(&mut tx, id, now).await?;
    let details =
        json!({ "option": option.option_id, "task": option.task_id, "slot": slot, "yen": option.reserved.0 });
    record(&mut tx, actor, now, "session.option.allocate", id, details).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes an option out of a session; its task too, where only the option brought it in.
pub async fn release(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    option: Uuid,
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = lock_draft(&mut tx, id).await? {
        return Ok(Err(stopped));
    }
    if let Some(task) = queries::remove(&mut tx, id, option).await? {
        sessions::touch(&mut tx, id, now).await?;
        let details = json!({ "option": option, "task": task });
        record(&mut tx, actor, now, "session.option.release", id, details).await?;
        tx.commit().await?;
    }
    Ok(Ok(()))
}
