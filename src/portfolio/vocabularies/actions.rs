//! Adding and changing values of vocabularies.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::{self, submissions};

use super::model::ValueFields;
use super::{Vocabulary, queries};

/// Why a value was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    CodeTaken,
    Stale,
}

pub async fn add(
    pool: &PgPool,
    actor: &Actor,
    vocabulary: Vocabulary,
    fields: &ValueFields,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    let location = format!("/admin/vocabularies/{}", vocabulary.code());
    if !submissions::claim(&mut tx, key, actor.id, &location, now).await? {
        return Ok(Ok(()));
    }
    let id = match queries::insert(&mut tx, vocabulary.code(), fields).await {
        Err(error) if db::is_constraint(&error, "vocabulary_values_code_unique") => {
            return Ok(Err(Refusal::CodeTaken));
        }
        other => other?,
    };
    audit::record(&mut tx, actor, now, event("vocabulary.add", vocabulary, id, fields)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

pub async fn edit(
    pool: &PgPool,
    actor: &Actor,
    (vocabulary, id, version): (Vocabulary, i16, i32),
    fields: &ValueFields,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::update(&mut tx, id, version, fields).await? {
        return Ok(Err(Refusal::Stale));
    }
    audit::record(&mut tx, actor, now, event("vocabulary.edit", vocabulary, id, fields)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn event<'a>(action: &'a str, vocabulary: Vocabulary, id: i16, f: &ValueFields) -> Event<'a> {
    let facts = json!({
        "vocabulary": vocabulary.code(), "code": f.code, "name_ja": f.name_ja, "name_en": f.name_en,
        "position": f.position, "first_fy": f.first_fy, "last_fy": f.last_fy,
    });
    Event::new(action, "vocabulary_value", id, facts)
}
