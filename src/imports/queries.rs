//! All SQL of imports that reads, and the batches themselves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::ImportBatchId;

use super::plan::{Change, Existing};

/// A batch without its file.
pub struct Batch {
    pub id: ImportBatchId,
    pub file_name: String,
    pub file_hash: Vec<u8>,
    pub state: String,
    pub mapping: Value,
    pub summary: Value,
    /// Japanese and English name of the person who sent it.
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
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
               u.name_ja AS "by_ja?", u.name_en AS "by_en?", b.created_at, b.applied_at, b.undone_at,
               b.version
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
               u.name_ja AS "by_ja?", u.name_en AS "by_en?", b.created_at, b.applied_at, b.undone_at,
               b.version
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
    pub summary: Value,
    pub by: Option<Uuid>,
    pub now: DateTime<Utc>,
}

pub async fn insert_batch(tx: &mut Tx<'_>, b: &NewBatch<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO import_batches (id, kind, file_name, file_hash, file_bytes, mapping, summary, created_by,
                                    created_at)
        VALUES ($1, 'tasks', $2, $3, $4, $5, $6, $7, $8)
        "#,
        b.id.0,
        b.file_name,
        b.hash,
        b.bytes,
        b.mapping,
        b.summary,
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
    pub source_row: Option<i32>,
    pub changes: Json<Vec<Change>>,
}

/// The changes of a batch, last first.
pub async fn changes(tx: &mut Tx<'_>, id: ImportBatchId) -> sqlx::Result<Vec<ChangeRow>> {
    sqlx::query_as!(
        ChangeRow,
        r#"
        SELECT kind, subject_id, before, source_row, changes AS "changes: Json<Vec<Change>>"
        FROM import_changes
        WHERE batch_id = $1
        ORDER BY position DESC
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await
}

/// Work of others that an undo would lose or break.
#[derive(Debug, Default)]
pub struct Resting {
    /// At most 20 tasks, by id.
    pub tasks: Vec<RestingTask>,
    /// How many tasks there are in all.
    pub of: i64,
    /// Files of later batches that rest on these tasks, the latest first.
    pub files: Vec<String>,
}

/// A task that something rests on.
#[derive(Debug)]
pub struct RestingTask {
    pub title: String,
    /// Tables whose rows rest on it; `edit` where it was changed itself.
    pub about: Vec<String>,
}

/// What rests on the tasks of a batch since it was applied. Locks them: until the transaction ends nothing
/// more comes.
pub async fn resting(tx: &mut Tx<'_>, id: ImportBatchId) -> sqlx::Result<Resting> {
    sqlx::query!(
        r#"
        SELECT t.id FROM tasks t
        WHERE t.id IN (SELECT subject_id FROM import_changes WHERE batch_id = $1)
        ORDER BY t.id
        FOR UPDATE
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = sqlx::query!(
        r#"
        WITH new AS MATERIALIZED (
            SELECT subject_id AS id FROM import_changes WHERE batch_id = $1 AND kind = 'task_new'
        ), found AS (
            SELECT t.id, 'edit' AS about
            FROM import_changes c JOIN tasks t ON t.id = c.subject_id
            WHERE c.batch_id = $1 AND c.kind IN ('task_new', 'task_changed') AND t.version <> c.version_after
            UNION
            SELECT p.task_id, 'task_payments' FROM new JOIN task_payments p ON p.task_id = new.id
            WHERE p.import_batch_id IS DISTINCT FROM $1
            UNION
            SELECT r.task, r.about FROM rows_resting_on_tasks(ARRAY(SELECT id FROM new)) r
        )
        SELECT t.title_ja, array_agg(f.about ORDER BY f.about) AS "about!", count(*) OVER () AS "of!"
        FROM found f JOIN tasks t ON t.id = f.id
        GROUP BY t.id
        ORDER BY t.id
        LIMIT 20
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let of = rows.first().map_or(0, |r| r.of);
    let tasks = rows.into_iter().map(|r| RestingTask { title: r.title_ja, about: r.about }).collect();
    let files = if of == 0 { Vec::new() } else { resting_files(tx, id).await? };
    Ok(Resting { tasks, of, files })
}

async fn resting_files(tx: &mut Tx<'_>, id: ImportBatchId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        SELECT b.file_name
        FROM import_batches b
        WHERE b.state = 'applied' AND b.id <> $1
          AND b.applied_at >= (SELECT applied_at FROM import_batches WHERE id = $1)
          AND (EXISTS (SELECT FROM import_changes c JOIN import_changes m ON m.subject_id = c.subject_id
                       WHERE c.batch_id = b.id AND c.kind = 'task_changed' AND m.batch_id = $1)
               OR EXISTS (SELECT FROM task_payments p JOIN import_changes m ON m.subject_id = p.task_id
                          WHERE p.import_batch_id = b.id AND m.batch_id = $1 AND m.kind = 'task_new'))
        ORDER BY b.applied_at DESC, b.id
        LIMIT 10
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await
}

/// A task that a batch brought or changed, or gave payment lines.
pub struct Brought {
    pub task: Uuid,
    /// Nothing where the task is gone.
    pub title: Option<String>,
    pub is_new: bool,
    pub row: Option<i32>,
    pub changes: Json<Vec<Change>>,
    /// Payment lines and their yen.
    pub lines: i64,
    pub yen: i64,
}

/// What a batch brought, in the order of its rows, as far as the viewer may know the tasks; and how many in
/// all.
pub async fn brought(
    pool: &PgPool,
    id: ImportBatchId,
    rights: &Rights,
    limit: i64,
) -> sqlx::Result<(Vec<Brought>, i64)> {
    let rows = sqlx::query!(
        r#"
        WITH brought AS (
            SELECT c.subject_id AS task, c.kind = 'task_new' AS is_new, c.source_row, c.changes, c.position,
                   0::bigint AS lines, 0::bigint AS yen
            FROM import_changes c
            WHERE c.batch_id = $1 AND c.kind IN ('task_new', 'task_changed')
            UNION ALL
            SELECT p.task_id, false, NULL, '[]', 0, count(*),
                   least(sum(p.amount_yen), 9000000000000000000)::bigint
            FROM task_payments p
            WHERE p.import_batch_id = $1
            GROUP BY p.task_id
        )
        SELECT b.task AS "task!", t.title_ja AS "title?", b.is_new AS "is_new!", b.source_row,
               b.changes AS "changes!: Json<Vec<Change>>", b.lines AS "lines!", b.yen AS "yen!",
               count(*) OVER () AS "of!"
        FROM brought b
        LEFT JOIN tasks t ON t.id = b.task
        WHERE t.id IS NULL
           OR task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
        ORDER BY b.position, b.task
        LIMIT $2
        "#,
        id.0,
        limit,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await?;
    let of = rows.first().map_or(0, |r| r.of);
    let rows = rows.into_iter().map(|r| Brought {
        task: r.task,
        title: r.title,
        is_new: r.is_new,
        row: r.source_row,
        changes: r.changes,
        lines: r.lines,
        yen: r.yen,
    });
    Ok((rows.collect(), of))
}

/// Payment lines of a batch by task: how many, and their yen.
pub async fn payments_by_task(tx: &mut Tx<'_>, id: ImportBatchId) -> sqlx::Result<Vec<(Uuid, i64, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT task_id, count(*) AS "lines!", least(sum(amount_yen), 9000000000000000000)::bigint AS "yen!"
        FROM task_payments
        WHERE import_batch_id = $1
        GROUP BY task_id
        ORDER BY task_id
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.task_id, r.lines, r.yen)).collect())
}

/// What names that no program bears were settled to mean, by [`super::programs::key`].
pub async fn remembered_programs(pool: &PgPool, keys: &[String]) -> sqlx::Result<BTreeMap<String, Uuid>> {
    let rows = sqlx::query!(
        "SELECT key, program_id FROM import_program_names WHERE key = ANY ($1) ORDER BY key",
        keys
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.key, r.program_id)).collect())
}

/// Keeps what names were settled to mean, for the next file.
pub async fn remember_programs(
    tx: &mut Tx<'_>,
    settled: &[(String, String, Uuid)],
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let keys: Vec<String> = settled.iter().map(|s| s.0.clone()).collect();
    let names: Vec<String> = settled.iter().map(|s| s.1.clone()).collect();
    let programs: Vec<Uuid> = settled.iter().map(|s| s.2).collect();
    sqlx::query!(
        r#"
        INSERT INTO import_program_names (key, name, program_id, settled_by, settled_at)
        SELECT DISTINCT ON (s.key) s.key, s.name, s.program_id, $4::uuid, $5::timestamptz
        FROM unnest($1::text[], $2::text[], $3::uuid[]) AS s (key, name, program_id)
        ORDER BY s.key, s.name
        ON CONFLICT (key) DO UPDATE
        SET name = excluded.name, program_id = excluded.program_id, settled_by = excluded.settled_by,
            settled_at = excluded.settled_at
        WHERE import_program_names.program_id <> excluded.program_id
        "#,
        &keys,
        &names,
        &programs,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
