//! All SQL of making successor links.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::{self, Tx};
use crate::kernel::FiscalYear;

/// A link to be made.
pub struct NewLink<'a> {
    pub id: Uuid,
    pub from: Uuid,
    pub to: Uuid,
    /// `pairing`, `matching`, `hand_over` or `continuation`.
    pub kind: &'a str,
    pub evidence: &'a str,
    pub by: Option<Uuid>,
}

/// Makes a link between two tasks, inside the caller's transaction. False: they are linked already.
pub async fn insert(tx: &mut Tx<'_>, link: &NewLink<'_>, on: NaiveDate) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO successor_links (id, from_task_id, to_task_id, kind, linked_on, fiscal_year, evidence, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT ON CONSTRAINT successor_links_unique DO NOTHING",
        link.id,
        link.from,
        link.to,
        link.kind,
        on,
        FiscalYear::containing(on) as FiscalYear,
        link.evidence,
        link.by
    )
    .execute(&mut **tx)
    .await;
    match done {
        Err(error) if db::is_constraint(&error, "successor_links_not_itself") => Ok(false),
        other => Ok(other?.rows_affected() == 1),
    }
}

/// The kind of a link that a person makes by hand: inside one program a hand-over.
pub fn kind_between(from_program: Uuid, to_program: Uuid) -> &'static str {
    if from_program == to_program { "hand_over" } else { "continuation" }
}

/// Programs of tasks.
pub async fn task_programs(pool: &PgPool, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!("SELECT id, program_id FROM tasks WHERE id = ANY ($1) ORDER BY id", ids)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.program_id)).collect())
}
