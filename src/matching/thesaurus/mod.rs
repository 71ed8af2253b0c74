//! The field's thesaurus as it stands in the database (tables `thesaurus_versions`, `thesaurus_concepts`), edited on a page.
//!
//! Every change makes a version with the hash of the whole table; a stored session names its version, and any version can
//! be had again. The surprising rule: a change after which a word would have two meanings is refused, so that a version
//! has no conflicts. The command line stays without a database and uses the table that ships with the program.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::PgPool;

pub use model::{Concept, Edition};

use crate::web::Cx;

#[derive(Default)]
struct Kept(Mutex<Option<(i64, Arc<Edition>)>>);

/// The version in force, from memory while the reference data is the same.
pub async fn of(cx: &Cx) -> sqlx::Result<Arc<Edition>> {
    let kept = cx.state.memory.of::<Kept>();
    let version = cx.facts.versions.reference;
    if let Some((at, edition)) = &*kept.0.lock().unwrap_or_else(PoisonError::into_inner)
        && *at == version
    {
        return Ok(edition.clone());
    }
    let edition = Arc::new(current(cx.pool()).await?);
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, edition.clone()));
    Ok(edition)
}

/// The version in force, for actions and jobs; the shipped table where the database has none yet (number 0).
pub async fn current(pool: &PgPool) -> sqlx::Result<Edition> {
    let latest = queries::latest(pool).await?;
    edition(pool, latest).await
}

/// A version by its number.
pub async fn edition(pool: &PgPool, number: i32) -> sqlx::Result<Edition> {
    if number == 0 {
        return Ok(Edition::shipped());
    }
    Ok(Edition::new(number, queries::concepts(pool, number).await?))
}
