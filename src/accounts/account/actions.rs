//! Changing one's own account.

use serde_json::json;
use sqlx::PgPool;

use crate::accounts::users::queries::set_password;
use crate::accounts::{Viewer, password, queries as sessions};
use crate::audit::{self, Actor, Event};
use crate::kernel::yen::YenUnit;
use crate::kernel::{Language, SessionId};

use super::queries;

type Now = chrono::DateTime<chrono::Utc>;

pub async fn set_preferences(
    pool: &PgPool,
    actor: &Actor,
    viewer: &Viewer,
    (language, unit): (Language, YenUnit),
    now: Now,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    queries::set_preferences(&mut tx, viewer.id, language, unit).await?;
    let facts = json!({ "language": language, "yen_unit": unit });
    audit::record(&mut tx, actor, now, Event::new("account.preferences", "user", viewer.id, facts)).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets a new password if `current` is right, and ends every other session. False: `current` is wrong.
pub async fn change_password(
    pool: &PgPool,
    actor: &Actor,
    viewer: &Viewer,
    (current, new): (String, String),
    now: Now,
) -> anyhow::Result<bool> {
    let stored = queries::password_hash(pool, viewer.id).await?;
    if !password::verify(current, stored).await? {
        return Ok(false);
    }
    let hash = password::hash(new).await?;
    let mut tx = pool.begin().await?;
    set_password(&mut tx, viewer.id, &hash, false).await?;
    let ended = sessions::delete_other_sessions(&mut tx, viewer.id, Some(viewer.session)).await?;
    let facts = json!({ "sessions_ended": ended });
    audit::record(&mut tx, actor, now, Event::new("account.password", "user", viewer.id, facts)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends one session of the viewer. False: there is none of that id.
pub async fn end_session(
    pool: &PgPool,
    actor: &Actor,
    viewer: &Viewer,
    session: SessionId,
    now: Now,
) -> anyhow::Result<bool> {
    let mut tx = pool.begin().await?;
    if !sessions::delete_session(&mut tx, viewer.id, session).await? {
        return Ok(false);
    }
    let facts = json!({ "session": session });
    audit::record(&mut tx, actor, now, Event::new("session.revoke", "user", viewer.id, facts)).await?;
    tx.commit().await?;
    Ok(true)
}
