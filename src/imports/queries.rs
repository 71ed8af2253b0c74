//! All SQL of imports that reads, and the batches themselves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::ImportBatchId;

use super::plan::Existing;

/// A batch without its file.
pub struct Batch {
    pub id: ImportBatchId,
    pub file_name: String,
    pub file_hash: Vec<u8>,
    pub state: String,
    pub mapping: Value,
    pub summary: Value,
    pub created_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub applied_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
    pub version: i32,
}

pub async fn batch(pool: &PgPool, id: ImportBatchId) -> sqlx::Result<Option<Batch>> {
    sqlx::query_as!(
        Batch,
        r#"
        SELECT b.id AS "id: ImportBatchId", b.file_name, b.file_hash, b.state, b.mapping, b.summary,
               u.email AS "created_by?", b.created_at, b.applied_at, b.undone_at, b.version
        FROM import_batches b
        LEFT JOIN users u ON u.id = b.created_by
        WHERE b.id = $1 AND b.kind = 'tasks'
        "#,
        id.0
    )
    .fetch_optional(pool)
    .await
}

/// Batches, newest first.
pub async fn batches(pool: &PgPool, limit: i64) -> sqlx::Result<Vec<Batch>> {
    sqlx::query_as!(
        Batch,
        r#"
        SELECT b.id AS "id: ImportBatchId", b.file_name, b.file_hash, b.state, b.mapping, b.summary,
               u.email AS "created_by?", b.created_at, b.applied_at, b.undone_at, b.version
        FROM import_batches b
        LEFT JOIN users u ON u.id = b.created_by
        WHERE b.kind = 'tasks'
        ORDER BY b.created_at DESC, b.id
        LIMIT $1
        "#,
        limit
    )
    .fetch_all(pool)
    .await
}

pub async fn file(pool: &PgPool, id: ImportBatchId) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("SELECT file_bytes FROM import_batches WHERE id = $1", id.0).fetch_one(pool).await
}

/// An applied batch of a file with the same bytes.
pub async fn applied_twin(
    pool: &PgPool,
    hash: &[u8],
    not: ImportBatchId,
) -> sqlx::Result<Option<ImportBatchId>> {
    sqlx::query_scalar!(
        r#"
        SELECT id AS "id: ImportBatchId" FROM import_batches
        WHERE kind = 'tasks' AND state = 'applied' AND file_hash = $1 AND id <> $2
        ORDER BY applied_at DESC, id LIMIT 1
        "#,
        hash,
        not.0
    )
    .fetch_optional(pool)
    .await
}

/// A batch to be stored.
pub struct NewBatch<'a> {
    pub id: ImportBatchId,
    pub file_name: &'a str,
    pub hash: &'a [u8],
    pub bytes: &'a [u8],
    pub mapping: Value,
    pub by: Option<Uuid>,
    pub now: DateTime<Utc>,
}

pub async fn insert_batch(tx: &mut Tx<'_>, b: &NewBatch<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO import_batches (id, kind, file_name, file_hash, file_bytes, mapping, created_by, created_at)
        VALUES ($1, 'tasks', $2, $3, $4, $5, $6, $7)
        "#,
        b.id.0,
        b.file_name,
        b.hash,
        b.bytes,
        b.mapping,
        b.by,
        b.now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn set_mapping(tx: &mut Tx<'_>, id: ImportBatchId, mapping: &Value) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE import_batches SET mapping = $2, version = version + 1 WHERE id = $1 AND state = 'draft'",
        id.0,
        mapping
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Moves a batch from one state to another; false if it is no longer in the first.
pub async fn move_batch(
    tx: &mut Tx<'_>,
    id: ImportBatchId,
    (from, to): (&str, &str),
    summary: &Value,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE import_batches
        SET state = $3, summary = summary || $4, version = version + 1,
            applied_at = CASE WHEN $3 = 'applied' THEN $5 ELSE applied_at END,
            undone_at = CASE WHEN $3 = 'undone' THEN $5 ELSE undone_at END
        WHERE id = $1 AND state = $2
        "#,
        id.0,
        from,
        to,
        summary,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remembered_mapping(pool: &PgPool, fingerprint: &str) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!("SELECT fields FROM import_mappings WHERE fingerprint = $1", fingerprint)
        .fetch_optional(pool)
        .await
}

pub async fn remember_mapping(
    tx: &mut Tx<'_>,
    fingerprint: &str,
    fields: &Value,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO import_mappings (fingerprint, fields, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (fingerprint) DO UPDATE SET fields = $2, confirmed_by = $3, confirmed_at = $4
        "#,
        fingerprint,
        fields,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Every known name of every program, official ones first.
pub async fn program_names(pool: &PgPool) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT id AS "id!", name AS "name!" FROM (
            SELECT id, name_ja AS name, 0 AS place FROM programs
            UNION ALL
            SELECT program_id, name, CASE kind WHEN 'official' THEN 1 WHEN 'former' THEN 2 ELSE 3 END FROM program_names
        ) AS names
        ORDER BY place, name, id
        "#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// Tasks that drafts with these ids, numbers or titles may speak of.
pub async fn existing(
    pool: &PgPool,
    external_ids: &[String],
    numbers: &[String],
    titles: &[String],
) -> sqlx::Result<Vec<Existing>> {
    let rows = sqlx::query!(
        r#"
        WITH wanted AS (
            SELECT task_id AS id FROM task_external_ids WHERE system = 'source' AND external_id = ANY ($1)
            UNION SELECT id FROM tasks WHERE stable_number = ANY ($2)
            UNION SELECT id FROM tasks WHERE title_ja = ANY ($3)
        )
        SELECT t.id, t.version, t.program_id, t.stable_number, t.title_ja, t.title_en, t.summary_ja, t.summary_en,
               t.summary_nonpublic, t.keywords, t.starts_on, t.ends_on, t.phase_ids, t.modality_ids, t.disease_ids,
               t.approval_ids, t.nature_ids, i.name_ja AS "institution?", p.name_ja AS "lead?",
               array_remove(i.corporate_number || (i.folded || ARRAY(SELECT n.folded FROM institution_names n
                   WHERE n.institution_id = i.id)), NULL) AS "institution_keys?",
               ARRAY(SELECT external_id FROM task_external_ids x WHERE x.task_id = t.id AND x.system = 'source') AS "external_ids!",
               (SELECT coalesce(json_object_agg(fiscal_year, json_build_array(amount_yen, task_number)), '{}')
                FROM task_years y WHERE y.task_id = t.id) AS "years!: sqlx::types::Json<BTreeMap<i16, (i64, Option<String>)>>"
        FROM wanted
        JOIN tasks t USING (id)
        LEFT JOIN institutions i ON i.id = t.institution_id
        LEFT JOIN people p ON p.id = t.lead_person_id
        ORDER BY t.id
        "#,
        external_ids,
        numbers,
        titles
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Existing {
            id: r.id,
            version: r.version,
            program_id: r.program_id,
            stable_number: r.stable_number,
            title_ja: r.title_ja,
            title_en: r.title_en,
            summary_ja: r.summary_ja,
            summary_en: r.summary_en,
            summary_nonpublic: r.summary_nonpublic,
            keywords: r.keywords,
            institution: r.institution,
            institution_keys: r.institution_keys.unwrap_or_default(),
            lead: r.lead,
            starts_on: r.starts_on,
            ends_on: r.ends_on,
            phases: r.phase_ids,
            modalities: r.modality_ids,
            diseases: r.disease_ids,
            approvals: r.approval_ids,
            natures: r.nature_ids,
            years: r.years.0,
            external_ids: r.external_ids,
        })
        .collect())
}

/// The task of each payment line: from the ids that tasks' own files gave.
pub async fn tasks_of_payment_rows(pool: &PgPool, rows: &[String]) -> sqlx::Result<BTreeMap<String, Uuid>> {
    let rows = sqlx::query!(
        "SELECT external_id, task_id FROM task_external_ids WHERE system = 'payment_row' AND external_id = ANY ($1)",
        rows
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.external_id, r.task_id)).collect())
}

/// Payment lines that are stored already.
pub async fn stored_payment_rows(pool: &PgPool, rows: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(r#"SELECT source_row AS "row!" FROM task_payments WHERE source_row = ANY ($1)"#, rows)
        .fetch_all(pool)
        .await
}

/// A change that an applied batch made.
pub struct ChangeRow {
    pub kind: String,
    pub subject_id: Uuid,
    pub before: Option<Value>,
    pub version_after: Option<i32>,
}

/// The changes of a batch, last first.
pub async fn changes(tx: &mut Tx<'_>, id: ImportBatchId) -> sqlx::Result<Vec<ChangeRow>> {
    sqlx::query_as!(
        ChangeRow,
        "SELECT kind, subject_id, before, version_after FROM import_changes WHERE batch_id = $1 ORDER BY position DESC",
        id.0
    )
    .fetch_all(&mut **tx)
    .await
}

/// Tasks of the batch that somebody has changed since: their undo would lose work.
pub async fn touched_since(tx: &mut Tx<'_>, id: ImportBatchId) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT t.id, t.title_ja FROM import_changes c JOIN tasks t ON t.id = c.subject_id
        WHERE c.batch_id = $1 AND c.kind IN ('task_new', 'task_changed') AND (
              t.version <> c.version_after
              OR c.kind = 'task_new' AND (EXISTS (SELECT FROM milestones m WHERE m.task_id = t.id)
                                          OR EXISTS (SELECT FROM exit_strategies e WHERE e.task_id = t.id)))
        ORDER BY t.id LIMIT 20
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.title_ja)).collect())
}
