//! Linking a task to the one that continues it.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::submissions;
use crate::portfolio::tasks::links::{self, NewLink};

/// Makes the link, once per `key`. False: the two are linked already.
pub async fn link(
    pool: &PgPool,
    actor: &Actor,
    link: &NewLink<'_>,
    key: &str,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, &format!("/tasks/{}", link.from), now).await? {
        return Ok(true);
    }
    if !links::insert(&mut tx, link, today).await? {
        return Ok(false);
    }
    let details = json!({ "link": link.id, "to": link.to, "kind": link.kind, "evidence": link.evidence });
    audit::record(&mut tx, actor, now, Event::new("task.link", "task", link.from, details)).await?;
    tx.commit().await?;
    Ok(true)
}
