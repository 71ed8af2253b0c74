//! Milestone types (table `milestone_types`): data, one list per kind of product and a general one, kept by
//! administrators. A type is never deleted, only retired; its code stays, because files and addresses carry it.

mod actions;
mod forms;
pub mod model;
pub mod pages;
mod queries;
pub mod routes;

use std::sync::{Arc, Mutex, PoisonError};

use crate::web::Cx;

pub use model::{MilestoneType, Types};

/// The list of the version last asked for.
#[derive(Default)]
pub struct Kept(Mutex<Option<(i64, Arc<Types>)>>);

/// All types as this request sees them.
pub async fn of(cx: &Cx) -> sqlx::Result<Arc<Types>> {
    let kept = cx.state.memory.of::<Kept>();
    let version = cx.facts.versions.reference;
    let found = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, types)) = found.filter(|(at, _)| *at == version) {
        return Ok(types);
    }
    let types = Arc::new(Types::new(queries::all(cx.pool()).await?));
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, types.clone()));
    Ok(types)
}
