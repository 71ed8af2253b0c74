//! The reference data that every list needs to name things by: ministries, terms, projects, programs, vocabularies.
//!
//! Small (a few hundred rows) and rarely changed, so one copy is kept in memory per version of the reference data.

mod model;
mod queries;

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{PgConnection, PgPool};

pub use model::{Catalogue, Ministry, Program, Project, Term, Value, Vocabulary};

use crate::web::Cx;

/// The catalogue of the version last asked for.
#[derive(Default)]
pub struct Kept(Mutex<Option<(i64, Arc<Catalogue>)>>);

/// The catalogue as this request sees it.
pub async fn of(cx: &Cx) -> sqlx::Result<Arc<Catalogue>> {
    let kept = cx.state.memory.of::<Kept>();
    let version = cx.facts.versions.reference;
    if let Some((at, catalogue)) = &*kept.0.lock().unwrap_or_else(PoisonError::into_inner)
        && *at == version
    {
        return Ok(catalogue.clone());
    }
    let catalogue = Arc::new(load(cx.pool()).await?);
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, catalogue.clone()));
    Ok(catalogue)
}

/// Reads the catalogue, for commands and jobs that have no request.
pub async fn load(pool: &PgPool) -> sqlx::Result<Catalogue> {
    load_in(&mut *pool.acquire().await?).await
}

/// The same inside a transaction, which may have made some of it.
pub async fn load_in(connection: &mut PgConnection) -> sqlx::Result<Catalogue> {
    queries::catalogue(connection).await
}
