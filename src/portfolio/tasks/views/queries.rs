//! All SQL of saved views.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::db::Tx;
use crate::kernel::{SavedViewId, UserId};

use super::SavedView;

/// A person's own views, then those that others share; at most 100.
pub async fn views_of(pool: &PgPool, user: UserId) -> sqlx::Result<Vec<SavedView>> {
    sqlx::query_as!(
        SavedView,
        r#"
        SELECT v.id AS "id: SavedViewId", v.owner_id AS "owner_id: UserId", u.name_ja AS owner_name, v.name, v.query,
               v.columns, v.sort, v.shared
        FROM saved_views v
        JOIN users u ON u.id = v.owner_id
        WHERE v.page = 'tasks' AND (v.owner_id = $1 OR v.shared)
        ORDER BY v.owner_id <> $1, v.name, v.id
        LIMIT 100
        "#,
        user.0
    )
    .fetch_all(pool)
    .await
}

/// A view that a person may know: their own, or a shared one.
pub async fn view(pool: &PgPool, id: SavedViewId, user: UserId) -> sqlx::Result<Option<SavedView>> {
    sqlx::query_as!(
        SavedView,
        r#"
        SELECT v.id AS "id: SavedViewId", v.owner_id AS "owner_id: UserId", u.name_ja AS owner_name, v.name, v.query,
               v.columns, v.sort, v.shared
        FROM saved_views v
        JOIN users u ON u.id = v.owner_id
        WHERE v.id = $1 AND (v.owner_id = $2 OR v.shared)
        "#,
        id.0,
        user.0
    )
    .fetch_optional(pool)
    .await
}

/// Stores a view; false where the same person has one of this name.
pub async fn insert(tx: &mut Tx<'_>, view: &SavedView, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO saved_views (id, owner_id, name, page, query, columns, sort, shared, created_at)
        VALUES ($1, $2, $3, 'tasks', $4, $5, $6, $7, $8)
        ON CONFLICT ON CONSTRAINT saved_views_name_unique DO NOTHING
        "#,
        view.id.0,
        view.owner_id.0,
        view.name,
        view.query,
        view.columns,
        view.sort,
        view.shared,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a view in the place of the one of this name by the same person.
pub async fn replace(tx: &mut Tx<'_>, view: &SavedView) -> sqlx::Result<SavedViewId> {
    sqlx::query_scalar!(
        r#"
        UPDATE saved_views SET query = $3, columns = $4, sort = $5, shared = $6
        WHERE owner_id = $1 AND page = 'tasks' AND name = $2
        RETURNING id AS "id: SavedViewId"
        "#,
        view.owner_id.0,
        view.name,
        view.query,
        view.columns,
        view.sort,
        view.shared
    )
    .fetch_one(&mut **tx)
    .await
}

pub async fn set_shared(tx: &mut Tx<'_>, id: SavedViewId, shared: bool) -> sqlx::Result<()> {
    sqlx::query!("UPDATE saved_views SET shared = $2 WHERE id = $1", id.0, shared).execute(&mut **tx).await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx<'_>, id: SavedViewId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM saved_views WHERE id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}
