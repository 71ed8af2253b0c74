//! Adding and changing milestone types.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::{self, submissions};

use super::model::TypeFields;
use super::queries;

/// Why a type was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    CodeTaken,
    Stale,
}

pub async fn add(
    pool: &PgPool,
    actor: &Actor,
    fields: &TypeFields,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, "/admin/milestone-types", now).await? {
        return Ok(Ok(()));
    }
    let id = match queries::insert(&mut tx, fields).await {
        Err(error) if db::is_constraint(&error, "milestone_types_code_unique") => {
            return Ok(Err(Refusal::CodeTaken));
        }
        other => other?,
    };
    audit::record(&mut tx, actor, now, event("milestone_type.add", id, fields)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

pub async fn edit(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (i16, i32),
    fields: &TypeFields,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::update(&mut tx, id, version, fields).await? {
        return Ok(Err(Refusal::Stale));
    }
    audit::record(&mut tx, actor, now, event("milestone_type.edit", id, fields)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn event<'a>(action: &'a str, id: i16, f: &TypeFields) -> Event<'a> {
    let facts = json!({
        "code": f.code, "set": f.set.code(), "name_ja": f.name_ja, "name_en": f.name_en, "position": f.position,
        "reaches_trial": f.reaches_trial, "retired": f.retired,
    });
    Event::new(action, "milestone_type", id, facts)
}
