//! Saving, sharing and removing a view.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::submissions;

use super::{SavedView, queries};

/// What became of a view to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    AsNew,
    /// In the place of the owner's view of the same name.
    InItsPlace,
    /// The owner has a view of this name, which stays as it is.
    NameTaken,
}

/// Saves the view, once per `key`; one of the same name by the same person is replaced only where that is asked for.
pub async fn save(
    pool: &PgPool,
    view: &SavedView,
    replaces: bool,
    actor: &Actor,
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Saved> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, &view.href(), now).await? {
        return Ok(Saved::AsNew);
    }
    let (saved, id) = if queries::insert(&mut tx, view, now).await? {
        (Saved::AsNew, view.id)
    } else if replaces {
        (Saved::InItsPlace, queries::replace(&mut tx, view).await?)
    } else {
        return Ok(Saved::NameTaken);
    };
    let replaced = saved == Saved::InItsPlace;
    let details =
        json!({ "name": view.name, "query": view.query, "shared": view.shared, "replaced": replaced });
    audit::record(&mut tx, actor, now, Event::new("view.save", "saved_view", id, details)).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Shows the view to everybody, or to its owner alone.
pub async fn share(
    pool: &PgPool,
    view: &SavedView,
    shared: bool,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if view.shared == shared {
        return Ok(());
    }
    let mut tx = pool.begin().await?;
    queries::set_shared(&mut tx, view.id, shared).await?;
    let details = json!({ "name": view.name, "shared": shared });
    audit::record(&mut tx, actor, now, Event::new("view.share", "saved_view", view.id, details)).await?;
    tx.commit().await
}

pub async fn remove(pool: &PgPool, view: &SavedView, actor: &Actor, now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    queries::remove(&mut tx, view.id).await?;
    let details = json!({ "name": view.name, "query": view.query });
    audit::record(&mut tx, actor, now, Event::new("view.remove", "saved_view", view.id, details)).await?;
    tx.commit().await
}
