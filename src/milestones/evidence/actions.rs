//! Adding and withdrawing evidence. The audit holds what was added and the hash of a file, not the file.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::submissions;
use crate::kernel::TaskId;
use crate::milestones::{EvidenceId, MilestoneId};

use super::model::{Attached, NewEvidence};
use super::queries::{self, Piece};

/// Adds a piece of evidence, once per `key`.
pub async fn add(
    pool: &PgPool,
    actor: &Actor,
    (task, milestone): (TaskId, MilestoneId),
    evidence: &NewEvidence,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, &format!("evidence:{key}"), actor.id, "/milestones", now).await? {
        return Ok(());
    }
    let id = EvidenceId::new();
    queries::insert(&mut tx, (id, milestone), evidence, actor.id, now).await?;
    let file = match &evidence.attached {
        Attached::File(file) => Some(file.facts()),
        _ => None,
    };
    let facts =
        json!({ "milestone": milestone, "evidence": id, "kind": evidence.kind().code(), "file": file });
    audit::record(&mut tx, actor, now, Event::new("milestone.evidence.add", "task", task, facts)).await?;
    tx.commit().await?;
    Ok(())
}

/// Withdraws a piece of evidence; false if its milestone is met, or it was withdrawn already.
pub async fn withdraw(
    pool: &PgPool,
    actor: &Actor,
    piece: &Piece,
    now: DateTime<Utc>,
) -> anyhow::Result<bool> {
    let mut tx = pool.begin().await?;
    if !queries::withdraw(&mut tx, piece.id, now).await? {
        return Ok(false);
    }
    let facts = json!({ "milestone": piece.milestone_id, "evidence": piece.id });
    let task: Uuid = piece.task_id;
    audit::record(&mut tx, actor, now, Event::new("milestone.evidence.withdraw", "task", task, facts))
        .await?;
    tx.commit().await?;
    Ok(true)
}
