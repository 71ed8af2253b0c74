//! Declaring and withdrawing. The audit holds that a relation was declared and of which kind; the name stays in its row.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::{is_constraint, submissions};
use crate::kernel::UserId;

use super::queries::{self, Declaration, NewDeclaration};

/// The same relation to the same name stands already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyDeclared;

/// Declares a relation of `user`, once per `key`.
pub async fn declare(
    pool: &PgPool,
    user: UserId,
    declaration: &NewDeclaration,
    actor: &Actor,
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), AlreadyDeclared>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, "/conflicts", now).await? {
        return Ok(Ok(()));
    }
    match queries::insert(&mut tx, user, declaration, now).await {
        Err(error) if is_constraint(&error, "conflict_declarations_once") => return Ok(Err(AlreadyDeclared)),
        other => other?,
    }
    let details = json!({ "relation": declaration.relation.code(), "target": declaration.target });
    audit::record(
        &mut tx,
        actor,
        now,
        Event::new("conflict.declare", "conflict_declaration", declaration.id, details),
    )
    .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Withdraws a declaration; a second time changes nothing.
pub async fn withdraw(
    pool: &PgPool,
    declaration: &Declaration,
    actor: &Actor,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    if !queries::withdraw(&mut tx, declaration.id, now).await? {
        return Ok(());
    }
    let details = json!({ "relation": declaration.relation });
    let event = Event::new("conflict.withdraw", "conflict_declaration", declaration.id, details);
    audit::record(&mut tx, actor, now, event).await?;
    tx.commit().await
}
