//! Linking a task to the one that continues it. The caller's transaction records the audit entry.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::{FiscalYear, SuccessorLinkId, TaskId, Yen};
use crate::portfolio::tasks::refresh_search;

use super::queries;

/// A link to be written.
pub struct NewLink<'a> {
    pub from: Uuid,
    pub to: Uuid,
    /// `matching`, `pairing`, `hand_over` (inside one program) or `continuation`.
    pub kind: &'a str,
    pub linked_on: NaiveDate,
    /// The fiscal year in which the next support begins: it counts there.
    pub fiscal_year: FiscalYear,
    pub evidence: &'a str,
    pub by: Option<Uuid>,
}

/// The next task, as far as it differs from the one it continues.
pub struct NextTask<'a> {
    pub from: Uuid,
    pub program: Uuid,
    pub project: Option<Uuid>,
    pub title_ja: &'a str,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub phase_ids: &'a [i16],
    /// Contract amount of the first year, indirect cost included.
    pub amount: Yen,
}

/// A link, and whether it was written just now.
pub struct Linked {
    pub id: SuccessorLinkId,
    pub is_new: bool,
}

/// Writes the link; linking the same two tasks again gives the link that is there.
pub async fn link(tx: &mut Tx<'_>, new: &NewLink<'_>) -> sqlx::Result<Linked> {
    queries::link(tx, SuccessorLinkId::new(), new).await
}

/// Makes the next task of a task: lead, institutions, people and tags go on, the phase is the receiving slot's. It is
/// not announced yet.
pub async fn create_next(tx: &mut Tx<'_>, next: &NextTask<'_>, now: DateTime<Utc>) -> sqlx::Result<TaskId> {
    let id = TaskId::new();
    queries::create_next(tx, id, next, now).await?;
    refresh_search(tx, &[id.0]).await?;
    Ok(id)
}

/// Takes a link away: it counts no longer.
pub async fn unlink(tx: &mut Tx<'_>, id: SuccessorLinkId) -> sqlx::Result<()> {
    queries::unlink(tx, id).await
}

/// Takes away a task made by [`create_next`], after its link. False where somebody has changed it since or something
/// rests on it; then it stays.
pub async fn remove_next(tx: &mut Tx<'_>, id: TaskId) -> sqlx::Result<bool> {
    if !queries::is_as_made(tx, id).await? {
        return Ok(false);
    }
    queries::delete(tx, id).await?;
    Ok(true)
}
