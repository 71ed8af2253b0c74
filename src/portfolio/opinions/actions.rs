//! Giving and withdrawing an opinion. The audit holds that it was given and by whom; the text stays in its row.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::submissions;
use crate::kernel::OpinionId;

use super::queries::{self, Given, NewOpinion};

/// Gives an opinion, once per `key`.
pub async fn post(
    pool: &PgPool,
    opinion: NewOpinion<'_>,
    location: &str,
    actor: &Actor,
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<OpinionId> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, location, now).await? {
        return Ok(opinion.id);
    }
    queries::insert(&mut tx, &opinion, now).await?;
    let details = json!({
        "opinion": opinion.id, "role": opinion.role.code(), "visibility": opinion.visibility.code(),
    });
    audit::record(&mut tx, actor, now, Event::new("opinion.post", "task", opinion.task, details)).await?;
    tx.commit().await?;
    Ok(opinion.id)
}

/// Withdraws an opinion; a second time changes nothing.
pub async fn withdraw(pool: &PgPool, opinion: &Given, actor: &Actor, now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    if !queries::withdraw(&mut tx, opinion.id, now).await? {
        return Ok(());
    }
    let details = json!({ "opinion": opinion.id });
    audit::record(&mut tx, actor, now, Event::new("opinion.withdraw", "task", opinion.task_id, details))
        .await?;
    tx.commit().await
}
