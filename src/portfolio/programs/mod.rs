//! Programs (事業): what is known of each beyond its name, and its pages.
//!
//! Tables: `programs`, `program_names`, `program_projects`, `program_published_amounts`, `program_lineage`, `calls`,
//! `slot_types`. The surprising rule: a program and a project are joined many-to-many and year by year, so there is
//! no project "of" a program without a year.

mod edit;
pub mod family;
mod model;
pub mod pages;
mod queries;
pub mod routes;

use std::sync::{Arc, Mutex, PoisonError};

use crate::web::Cx;

pub use edit::remember_name;
pub use model::{
    Call, Lineage, LineageKind, NameKind, ProgramName, ProjectShare, Published, Record, Register, SlotType,
    Stage,
};

/// The register of the version last asked for.
#[derive(Default)]
pub struct Kept(Mutex<Option<(i64, Arc<Register>)>>);

/// Everything known of all programs, as this request sees it.
pub async fn register(cx: &Cx) -> sqlx::Result<Arc<Register>> {
    let kept = cx.state.memory.of::<Kept>();
    let version = cx.facts.versions.reference;
    let found = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, register)) = found.filter(|(at, _)| *at == version) {
        return Ok(register);
    }
    let register = Arc::new(queries::register(cx.pool()).await?);
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, register.clone()));
    Ok(register)
}
