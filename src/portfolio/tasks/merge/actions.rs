//! Merging, taking a merge back, and telling two tasks apart for good.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::submissions;
use crate::portfolio::tasks::refresh_search;

use super::model::{Field, Merge, Refusal, UndoRefusal};
use super::queries;

/// Merges two rows in one transaction; `by` is the person of `actor`.
pub async fn merge(
    pool: &PgPool,
    (actor, by): (&Actor, Uuid),
    m: &Merge,
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, &format!("/tasks/{}", m.kept), now).await? {
        return Ok(Ok(()));
    }
    let mut read = vec![(m.kept, m.kept_version), (m.gone, m.gone_version)];
    read.sort_unstable();
    if m.kept == m.gone || queries::lock(&mut tx, &[m.kept, m.gone]).await? != read {
        return Ok(Err(Refusal::Stale));
    }
    let spoken_of = queries::spoken_of(&mut tx, m.gone).await?;
    if !spoken_of.is_empty() {
        return Ok(Err(Refusal::SpokenOf(spoken_of)));
    }
    let images = queries::images(&mut tx, m.kept, m.gone).await?;
    let from = Field::ALL.map(|f| m.from_gone.contains(&f));
    let version = queries::take_fields(&mut tx, m, from, now).await?;
    queries::move_years(&mut tx, m.kept, m.gone, m.add_years).await?;
    queries::move_rest(&mut tx, m.kept, m.gone).await?;
    queries::move_links(&mut tx, m.kept, m.gone).await?;
    queries::remove(&mut tx, m.gone).await?;
    refresh_search(&mut tx, &[m.kept]).await?;
    let id = Uuid::now_v7();
    queries::insert(&mut tx, (id, by, version), m, &images, now).await?;
    let details = json!({
        "merge": id, "gone": m.gone, "gone_title": images["gone"]["title_ja"],
        "from_gone": m.from_gone.iter().map(|f| f.code()).collect::<Vec<_>>(), "add_years": m.add_years,
    });
    audit::record(&mut tx, actor, now, Event::new("task.merge", "task", m.kept, details)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes a merge back: both rows are as they were. Gives the row that was gone.
pub async fn unmerge(
    pool: &PgPool,
    (actor, by): (&Actor, Uuid),
    id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Result<Uuid, UndoRefusal>>> {
    let mut tx = pool.begin().await?;
    let Some(stored) = queries::stored(&mut tx, id).await? else { return Ok(None) };
    if stored.undone {
        return Ok(Some(Err(UndoRefusal::Done)));
    }
    let present = queries::lock(&mut tx, &[stored.kept_id]).await?;
    if present.first().map(|(_, version)| *version) != Some(stored.kept_version) {
        return Ok(Some(Err(UndoRefusal::Changed)));
    }
    queries::restore(&mut tx, &stored, now).await?;
    queries::restore_rest(&mut tx, &stored).await?;
    refresh_search(&mut tx, &[stored.kept_id, stored.gone_id]).await?;
    queries::mark_undone(&mut tx, id, by, now).await?;
    let details = json!({ "merge": id, "restored": stored.gone_id });
    audit::record(&mut tx, actor, now, Event::new("task.merge.undo", "task", stored.kept_id, details))
        .await?;
    tx.commit().await?;
    Ok(Some(Ok(stored.gone_id)))
}

/// Records that two tasks are two, so that they are never offered again.
pub async fn distinguish(
    pool: &PgPool,
    (actor, by): (&Actor, Uuid),
    (a, b): (Uuid, Uuid),
    remark: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (left, right) = (a.min(b), a.max(b));
    let mut tx = pool.begin().await?;
    if queries::insert_distinction(&mut tx, (left, right), (by, remark), now).await? {
        let details = json!({ "other": right, "remark": remark });
        audit::record(&mut tx, actor, now, Event::new("task.distinguish", "task", left, details)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Takes that back; the pair may be offered again.
pub async fn forget_distinction(
    pool: &PgPool,
    actor: &Actor,
    (a, b): (Uuid, Uuid),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (left, right) = (a.min(b), a.max(b));
    let mut tx = pool.begin().await?;
    if queries::delete_distinction(&mut tx, left, right).await? {
        let details = json!({ "other": right });
        audit::record(&mut tx, actor, now, Event::new("task.distinguish.undo", "task", left, details))
            .await?;
        tx.commit().await?;
    }
    Ok(())
}
