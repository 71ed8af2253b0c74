//! All SQL of suggested tags.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::portfolio::catalogue::Vocabulary;

/// A task that lacks tags.
#[derive(Clone, Debug, Default)]
pub struct Untagged {
    pub id: Uuid,
    pub version: i32,
    pub program_id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub phase_ids: Vec<i16>,
    pub modality_ids: Vec<i16>,
    pub approval_ids: Vec<i16>,
    pub nature_ids: Vec<i16>,
    pub disease_ids: Vec<i16>,
}

impl Untagged {
    pub fn tags(&self, vocabulary: Vocabulary) -> &[i16] {
        match vocabulary {
            Vocabulary::Phase => &self.phase_ids,
            Vocabulary::Modality => &self.modality_ids,
            Vocabulary::ApprovalClass => &self.approval_ids,
            Vocabulary::Nature => &self.nature_ids,
            Vocabulary::DiseaseArea => &self.disease_ids,
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    pub program: Option<Uuid>,
    pub after: Option<Uuid>,
    pub limit: i64,
}

/// Tasks that the viewer may change and that lack a tag, the newest first.
pub async fn untagged(pool: &PgPool, rights: &Rights, asked: Asked) -> sqlx::Result<Vec<Untagged>> {
    sqlx::query_as!(
        Untagged,
        r#"
        SELECT t.id, t.version, t.program_id, coalesce(y.task_number, t.stable_number) AS number, t.title_ja, t.title_en,
               t.summary_ja, t.phase_ids, t.modality_ids, t.approval_ids, t.nature_ids, t.disease_ids
        FROM tasks t
        LEFT JOIN task_totals y ON y.task_id = t.id
        WHERE (t.phase_ids = '{}' OR t.modality_ids = '{}' OR t.disease_ids = '{}' OR t.approval_ids = '{}')
          AND ($1 OR t.program_id = ANY ($2))
          AND ($3::uuid IS NULL OR t.program_id = $3)
          AND ($4::uuid IS NULL OR t.id < $4)
        ORDER BY t.id DESC
        LIMIT $5
        "#,
        rights.edits_all,
        &rights.edits,
        asked.program,
        asked.after,
        asked.limit
    )
    .fetch_all(pool)
    .await
}

/// Tasks by id that the viewer may change, as they stand.
pub async fn by_ids(tx: &mut Tx<'_>, rights: &Rights, ids: &[Uuid]) -> sqlx::Result<Vec<Untagged>> {
    sqlx::query_as!(
        Untagged,
        r#"
        SELECT t.id, t.version, t.program_id, t.stable_number AS number, t.title_ja, t.title_en, t.summary_ja, t.phase_ids,
               t.modality_ids, t.approval_ids, t.nature_ids, t.disease_ids
        FROM tasks t
        WHERE t.id = ANY ($3) AND ($1 OR t.program_id = ANY ($2))
        ORDER BY t.id
        FOR UPDATE
        "#,
        rights.edits_all,
        &rights.edits,
        ids
    )
    .fetch_all(&mut **tx)
    .await
}

/// A suggestion that somebody turned down.
#[derive(Clone, Debug)]
pub struct Declined {
    pub task_id: Uuid,
    pub vocabulary: String,
    pub suggested: Vec<i16>,
}

pub async fn declined(pool: &PgPool, tasks: &[Uuid]) -> sqlx::Result<Vec<Declined>> {
    sqlx::query_as!(
        Declined,
        r#"
        SELECT d.task_id, d.vocabulary, d.suggested
        FROM tag_decisions d
        JOIN tag_batches b ON b.id = d.batch_id
        WHERE d.task_id = ANY ($1) AND NOT d.accepted AND b.undone_at IS NULL
        ORDER BY d.task_id, d.vocabulary, d.batch_id
        LIMIT 10000
        "#,
        tasks
    )
    .fetch_all(pool)
    .await
}

/// One decision on one suggestion.
#[derive(Clone, Debug)]
pub struct Decision {
    pub task: Uuid,
    pub vocabulary: Vocabulary,
    pub suggested: Vec<i16>,
    pub before: Vec<i16>,
    pub words: Vec<String>,
}

pub async fn insert_batch(
    tx: &mut Tx<'_>,
    (id, by, hash): (Uuid, Uuid, &str),
    accepted: bool,
    decisions: &[Decision],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO tag_batches (id, made_by, made_at, rules_hash) VALUES ($1, $2, $3, $4)",
        id,
        by,
        now,
        hash
    )
    .execute(&mut **tx)
    .await?;
    let rows: Vec<serde_json::Value> = decisions
        .iter()
        .map(|d| {
            serde_json::json!({ "task": d.task, "vocabulary": d.vocabulary.code(), "suggested": d.suggested,
                                "was": d.before, "words": d.words })
        })
        .collect();
    sqlx::query!(
        r#"
        INSERT INTO tag_decisions (batch_id, task_id, vocabulary, accepted, suggested, before, words)
        SELECT $1, d.task, d.vocabulary, $2, d.suggested, d.was, d.words
        FROM jsonb_to_recordset($3) AS d (task uuid, vocabulary text, suggested smallint[], was smallint[], words text[])
        "#,
        id,
        accepted,
        serde_json::Value::Array(rows)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A batch in the list of the latest.
#[derive(Clone, Debug)]
pub struct Batch {
    pub id: Uuid,
    pub made_by: Uuid,
    pub by_ja: String,
    pub by_en: Option<String>,
    pub made_at: DateTime<Utc>,
    pub accepted: i64,
    pub declined: i64,
    pub undone_at: Option<DateTime<Utc>>,
}

/// The latest batches that touch tasks the viewer may change.
pub async fn batches(pool: &PgPool, rights: &Rights, limit: i64) -> sqlx::Result<Vec<Batch>> {
    sqlx::query_as!(
        Batch,
        r#"
        SELECT b.id, b.made_by, u.name_ja AS by_ja, u.name_en AS by_en, b.made_at, b.undone_at,
               (SELECT count(*) FROM tag_decisions d WHERE d.batch_id = b.id AND d.accepted) AS "accepted!",
               (SELECT count(*) FROM tag_decisions d WHERE d.batch_id = b.id AND NOT d.accepted) AS "declined!"
        FROM tag_batches b
        JOIN users u ON u.id = b.made_by
        WHERE $1 OR EXISTS (SELECT FROM tag_decisions d JOIN tasks t ON t.id = d.task_id
                            WHERE d.batch_id = b.id AND t.program_id = ANY ($2))
        ORDER BY b.made_at DESC, b.id
        LIMIT $3
        "#,
        rights.edits_all,
        &rights.edits,
        limit
    )
    .fetch_all(pool)
    .await
}

/// A decision as it was written.
#[derive(Clone, Debug)]
pub struct Taken {
    pub task_id: Uuid,
    pub vocabulary: String,
    pub accepted: bool,
    pub suggested: Vec<i16>,
    pub before: Vec<i16>,
}

pub async fn decisions(tx: &mut Tx<'_>, batch: Uuid) -> sqlx::Result<Vec<Taken>> {
    sqlx::query_as!(
        Taken,
        r#"
        SELECT task_id, vocabulary, accepted, suggested, before
        FROM tag_decisions
        WHERE batch_id = $1
        ORDER BY task_id, vocabulary
        LIMIT 5000
        "#,
        batch
    )
    .fetch_all(&mut **tx)
    .await
}

/// Marks a batch as taken back; false where it was before.
pub async fn undo(tx: &mut Tx<'_>, batch: Uuid, by: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE tag_batches SET undone_at = $2, undone_by = $3 WHERE id = $1 AND undone_at IS NULL",
        batch,
        now,
        by
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
