//! A form sent twice does its work once. The form carries a random key; the action claims it in its transaction.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::Tx;

/// Claims `key` for this action. False: the key was used before, so the action must not run again.
pub async fn claim(
    tx: &mut Tx<'_>,
    key: &str,
    user: Option<Uuid>,
    location: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO submissions (key, user_id, location, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        key,
        user,
        location,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Where the page of an earlier submission of `key` by this user leads.
pub async fn location_of(pool: &PgPool, key: &str, user: Option<Uuid>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT location FROM submissions WHERE key = $1 AND user_id IS NOT DISTINCT FROM $2",
        key,
        user
    )
    .fetch_optional(pool)
    .await
}
