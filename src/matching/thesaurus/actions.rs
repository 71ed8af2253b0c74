//! Changing the thesaurus: one change, one version, one audit entry.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::db::{Tx, submissions};

use super::model::{Change, Concept, Edition, Refusal, apply, hash_of, shipped};
use super::queries::{self, NewVersion};

/// Gives a database that has no thesaurus the one that ships with the program.
pub async fn load_where_missing(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    load(&mut tx, now).await?;
    tx.commit().await
}

/// As [`load_where_missing`], inside a transaction; gives the number in force.
pub async fn load(tx: &mut Tx<'_>, now: DateTime<Utc>) -> sqlx::Result<i32> {
    let latest = queries::lock_latest(tx).await?;
    if latest > 0 {
        return Ok(latest);
    }
    let concepts = shipped();
    write(tx, 1, &concepts, ("製品に付属する版", None), now).await?;
    queries::insert_concepts(tx, 1, &concepts.iter().collect::<Vec<_>>()).await?;
    Ok(1)
}

/// The version in force, written from the shipped table where there is none: what is read here can be named for ever.
pub async fn in_force(tx: &mut Tx<'_>, now: DateTime<Utc>) -> sqlx::Result<Edition> {
    let number = match queries::latest(&mut **tx).await? {
        0 => load(tx, now).await?,
        number => number,
    };
    Ok(Edition::new(number, queries::concepts(&mut **tx, number).await?))
}

/// Makes a version out of the one that was read (`seen`; 0 where there was none). The new number, or why not.
pub async fn change(
    pool: &PgPool,
    actor: &Actor,
    (seen, change): (i32, &Change),
    remark: &str,
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<i32, Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, "/thesaurus", now).await? {
        return Ok(Ok(seen));
    }
    let latest = load(&mut tx, now).await?;
    if latest != seen.max(1) {
        return Ok(Err(Refusal::Stale));
    }
    let before = queries::concepts(&mut *tx, latest).await?;
    let after = match apply(&before, change) {
        Ok(after) => after,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let number = latest + 1;
    write(&mut tx, number, &after, (remark, actor.id), now).await?;
    let old: BTreeMap<&str, &Concept> = before.iter().map(|c| (c.key.as_str(), c)).collect();
    let new: BTreeMap<&str, &Concept> = after.iter().map(|c| (c.key.as_str(), c)).collect();
    let ended: Vec<String> =
        before.iter().filter(|c| new.get(c.key.as_str()) != Some(c)).map(|c| c.key.clone()).collect();
    let begun: Vec<&Concept> = after.iter().filter(|c| old.get(c.key.as_str()) != Some(c)).collect();
    let merged = match change {
        Change::Merge { from, into } => Some((from.as_str(), into.as_str())),
        _ => None,
    };
    queries::end_concepts(&mut tx, latest, &ended, merged).await?;
    queries::insert_concepts(&mut tx, number, &begun).await?;
    let words = |all: Vec<&Concept>| {
        let told = all
            .iter()
            .map(|c| json!({ "key": c.key, "kind": c.kind, "ja": c.ja, "en": c.en, "broader": c.broader }));
        told.collect::<Vec<_>>()
    };
    let details = json!({
        "version": number, "remark": remark,
        "ended": words(before.iter().filter(|c| ended.contains(&c.key)).collect()),
        "begun": words(begun.clone()),
    });
    audit::record(&mut tx, actor, now, Event::new(change.verb(), "thesaurus_concept", change.key(), details))
        .await?;
    tx.commit().await?;
    Ok(Ok(number))
}

async fn write(
    tx: &mut Tx<'_>,
    number: i32,
    concepts: &[Concept],
    (remark, by): (&str, Option<uuid::Uuid>),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let version = NewVersion {
        number,
        hash: &hash_of(concepts),
        concepts: i32::try_from(concepts.len()).unwrap_or(i32::MAX),
        remark,
        by,
    };
    queries::insert_version(tx, &version, now).await
}
