//! Saved views: a query of the list under a name, for oneself or for everybody. The text kept is the canonical
//! query, so a view over "the running year" stays with the running year.

pub mod actions;
mod model;
pub mod pages;
mod queries;

use std::sync::Arc;

pub use model::{SavedView, ViewLink, ViewTyped};

use crate::db::Recent;
use crate::kernel::UserId;
use crate::web::Cx;

#[derive(Default)]
struct KeptLinks(Recent<(UserId, i64), Arc<Vec<SavedView>>, 500>);

/// The viewer's own views and the shared ones, from memory while they are true.
pub async fn links(cx: &Cx) -> sqlx::Result<Arc<Vec<SavedView>>> {
    let kept = cx.state.memory.of::<KeptLinks>();
    let key = (cx.viewer.id, cx.facts.versions.accounts);
    if let Some(found) = kept.0.get(&key) {
        return Ok(found);
    }
    let made = Arc::new(queries::views_of(cx.pool(), cx.viewer.id).await?);
    kept.0.put(key, made.clone());
    Ok(made)
}
