//! All SQL of evidence.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::milestones::{EvidenceId, MilestoneId};
use crate::portfolio::files;

use super::model::{Attached, Evidence, Kind, NewEvidence};

/// Pieces of evidence listed at most.
const ROWS: i64 = 200;

/// The evidence of a milestone, the oldest first.
pub async fn of_milestone(pool: &PgPool, id: MilestoneId) -> sqlx::Result<Vec<Evidence>> {
    sqlx::query_as!(
        Evidence,
        r#"
        SELECT e.id, e.kind AS "kind: Kind", e.body, e.url, f.file_name AS "file_name?", f.file_size AS "file_size?",
               e.added_by, u.name_ja AS "added_ja?", u.name_en AS "added_en?", e.added_at, e.withdrawn_at
        FROM milestone_evidence e
        LEFT JOIN attached_files f ON f.id = e.file_id
        LEFT JOIN users u ON u.id = e.added_by
        WHERE e.milestone_id = $1
        ORDER BY e.added_at, e.id
        LIMIT $2
        "#,
        id.0,
        ROWS
    )
    .fetch_all(pool)
    .await
}

/// Adds a piece of evidence.
pub async fn insert(
    tx: &mut Tx<'_>,
    (id, milestone): (EvidenceId, MilestoneId),
    evidence: &NewEvidence,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (url, file) = match &evidence.attached {
        Attached::Nothing => (None, None),
        Attached::Link(url) => (Some(url.as_str()), None),
        Attached::File(file) => (None, Some(files::insert(tx, file, by, now).await?)),
    };
    sqlx::query!(
        r#"
        INSERT INTO milestone_evidence (id, milestone_id, kind, body, url, file_id, added_by, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        "#,
        id.0,
        milestone.0,
        evidence.kind().code(),
        evidence.body.as_str(),
        url,
        file.map(|f| f.0),
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What withdrawing and downloading need to know of a piece of evidence.
#[derive(Clone, Debug)]
pub struct Piece {
    pub id: Uuid,
    pub milestone_id: Uuid,
    pub task_id: Uuid,
    pub program_id: Uuid,
    pub file_id: Option<Uuid>,
    /// The milestone is met: its evidence is part of the record.
    pub settled: bool,
}

/// A piece of evidence on a task in the viewer's scope.
pub async fn piece(pool: &PgPool, id: EvidenceId, rights: &Rights) -> sqlx::Result<Option<Piece>> {
    let row = sqlx::query!(
        r#"
        SELECT e.id, e.milestone_id, m.task_id, t.program_id, t.disease_ids, e.file_id, m.state = 'met' AS "settled!"
        FROM milestone_evidence e
        JOIN milestones m ON m.id = e.milestone_id
        JOIN tasks t ON t.id = m.task_id
        WHERE e.id = $1
        "#,
        id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.filter(|r| rights.in_charge(r.task_id, r.program_id, &r.disease_ids)).map(|r| Piece {
        id: r.id,
        milestone_id: r.milestone_id,
        task_id: r.task_id,
        program_id: r.program_id,
        file_id: r.file_id,
        settled: r.settled,
    }))
}

/// Withdraws a piece of evidence while its milestone is not met; false if that is no longer so, or it was withdrawn.
pub async fn withdraw(tx: &mut Tx<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE milestone_evidence e SET withdrawn_at = $2
        FROM (SELECT m.id, m.state FROM milestones m JOIN milestone_evidence e ON e.milestone_id = m.id
              WHERE e.id = $1 FOR UPDATE OF m) m
        WHERE e.id = $1 AND e.withdrawn_at IS NULL AND e.milestone_id = m.id AND m.state <> 'met'
        "#,
        id,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
