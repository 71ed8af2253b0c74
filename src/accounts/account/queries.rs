//! All SQL of one's own account.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::db::Tx;
use crate::kernel::yen::YenUnit;
use crate::kernel::{Language, SessionId, UserId};

/// An open session of an account.
pub struct SessionRow {
    pub id: SessionId,
    pub user_agent: String,
    pub address: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

pub async fn sessions(pool: &PgPool, user: UserId, now: DateTime<Utc>) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"
        SELECT id AS "id: SessionId", user_agent, address, created_at, last_seen_at
        FROM sessions WHERE user_id = $1 AND expires_at > $2
        ORDER BY last_seen_at DESC, id
        LIMIT 50
        "#,
        user.0,
        now
    )
    .fetch_all(pool)
    .await
}

pub async fn password_hash(pool: &PgPool, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT password_hash FROM users WHERE id = $1", user.0).fetch_one(pool).await
}

pub async fn set_preferences(
    tx: &mut Tx<'_>,
    user: UserId,
    language: Language,
    unit: YenUnit,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET language = $2, yen_unit = $3 WHERE id = $1",
        user.0,
        language.code(),
        unit.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
