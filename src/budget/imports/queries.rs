//! All SQL of stored workbooks, their readings, and remembered mappings.

use std::collections::HashMap;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::budget::corrections::Remembered;
use crate::db::Tx;
use crate::kernel::BudgetImportId;

use super::model::{Import, State};

/// The columns of a reading as they come from the database.
struct ImportRow {
    id: Uuid,
    file_id: Uuid,
    file_name: String,
    sha256: Vec<u8>,
    bytes: i64,
    format: String,
    state: String,
    corrections: Value,
    confirmed: bool,
    summary: Value,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    ended_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    version: i32,
}

impl ImportRow {
    fn read(self) -> anyhow::Result<Import> {
        Ok(Import {
            id: BudgetImportId(self.id),
            file_id: self.file_id,
            file_name: self.file_name,
            sha256: self.sha256,
            bytes: self.bytes,
            format: self.format,
            state: State::from_code(&self.state),
            corrections: serde_json::from_value(self.corrections).context("reading stored corrections")?,
            confirmed: self.confirmed,
            summary: serde_json::from_value(self.summary).context("reading a stored summary")?,
            created_by: self.created_by,
            created_at: self.created_at,
            ended_by: self.ended_by,
            ended_at: self.ended_at,
            version: self.version,
        })
    }
}

/// One reading.
pub async fn import(db: impl PgExecutor<'_>, id: BudgetImportId) -> anyhow::Result<Option<Import>> {
    let row = sqlx::query_as!(
        ImportRow,
        r#"
        SELECT i.id, i.file_id, f.name AS file_name, f.sha256, octet_length(f.bytes)::bigint AS "bytes!", f.format, i.state,
               i.corrections, i.confirmed, i.summary, u.email AS "created_by?", i.created_at, e.email AS "ended_by?",
               i.ended_at, i.version
        FROM budget_imports i
        JOIN budget_files f ON f.id = i.file_id
        LEFT JOIN users u ON u.id = i.created_by
        LEFT JOIN users e ON e.id = i.ended_by
        WHERE i.id = $1
        "#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    row.map(ImportRow::read).transpose()
}

/// Readings, newest first.
pub async fn imports(pool: &PgPool, limit: i64) -> anyhow::Result<Vec<Import>> {
    let rows = sqlx::query_as!(
        ImportRow,
        r#"
        SELECT i.id, i.file_id, f.name AS file_name, f.sha256, octet_length(f.bytes)::bigint AS "bytes!", f.format, i.state,
               i.corrections, i.confirmed, i.summary, u.email AS "created_by?", i.created_at, e.email AS "ended_by?",
               i.ended_at, i.version
        FROM budget_imports i
        JOIN budget_files f ON f.id = i.file_id
        LEFT JOIN users u ON u.id = i.created_by
        LEFT JOIN users e ON e.id = i.ended_by
        ORDER BY i.created_at DESC, i.id
        LIMIT $1
        "#,
        limit
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(ImportRow::read).collect()
}

/// The bytes of a file as they were sent, with its name.
pub async fn file(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<(String, Vec<u8>)>> {
    let row =
        sqlx::query!("SELECT name, bytes FROM budget_files WHERE id = $1", id).fetch_optional(pool).await?;
    Ok(row.map(|r| (r.name, r.bytes)))
}

/// A file of this content: its id, its latest reading and that reading's state, and whether all that the reading made
/// is still in force.
pub struct Twin {
    pub file: Uuid,
    pub import: Option<(BudgetImportId, State)>,
    pub in_force: bool,
}

/// A file with the same bytes, if one was sent before.
pub async fn twin(pool: &PgPool, sha256: &[u8]) -> sqlx::Result<Option<Twin>> {
    let row = sqlx::query!(
        r#"
        SELECT f.id, i.id AS "import?", i.state AS "state?",
               EXISTS (SELECT FROM budget_versions v WHERE v.import_id = i.id)
                   AND NOT EXISTS (SELECT FROM budget_versions v WHERE v.import_id = i.id AND v.state <> 'applied') AS "in_force!"
        FROM budget_files f
        LEFT JOIN budget_imports i ON i.file_id = f.id
        WHERE f.sha256 = $1
        ORDER BY i.state = 'draft' DESC, i.created_at DESC, i.id
        LIMIT 1
        "#,
        sha256
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| Twin {
        file: r.id,
        import: r
            .import
            .map(|id| (BudgetImportId(id), State::from_code(r.state.as_deref().unwrap_or("dropped")))),
        in_force: r.in_force,
    }))
}

/// A file to be stored.
pub struct NewFile<'a> {
    pub id: Uuid,
    pub sha256: &'a [u8],
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub format: &'a str,
    pub by: Option<Uuid>,
    pub now: DateTime<Utc>,
}

/// Stores a file; false if its content is there already.
pub async fn insert_file(tx: &mut Tx<'_>, f: &NewFile<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO budget_files (id, sha256, name, bytes, format, uploaded_by, uploaded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (sha256) DO NOTHING
        "#,
        f.id,
        f.sha256,
        f.name,
        f.bytes,
        f.format,
        f.by,
        f.now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A reading to be stored.
pub struct NewImport {
    pub id: BudgetImportId,
    pub file: Uuid,
    pub corrections: Value,
    pub confirmed: bool,
    pub summary: Value,
    pub by: Option<Uuid>,
    pub now: DateTime<Utc>,
}

/// Stores a reading; false if another one of the file waits already.
pub async fn insert_import(tx: &mut Tx<'_>, i: &NewImport) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO budget_imports (id, file_id, corrections, confirmed, summary, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        "#,
        i.id.0,
        i.file,
        i.corrections,
        i.confirmed,
        i.summary,
        i.by,
        i.now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what a person said over the version of the reading that they saw; false if somebody was faster.
pub async fn correct(
    tx: &mut Tx<'_>,
    (id, version): (BudgetImportId, i32),
    corrections: &Value,
    summary: &Value,
    confirmed: bool,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_imports SET corrections = $3, summary = $4, confirmed = $5, version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'draft'
        "#,
        id.0,
        version,
        corrections,
        summary,
        confirmed
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a draft; false if it is none any more, or not in the version that was seen.
pub async fn end(
    tx: &mut Tx<'_>,
    (id, version): (BudgetImportId, i32),
    state: &str,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_imports SET state = $3, ended_by = $4, ended_at = $5, version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'draft'
        "#,
        id.0,
        version,
        state,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every further name of every program.
pub async fn program_names(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT program_id, name FROM program_names
        ORDER BY array_position(ARRAY['official', 'confirmed', 'abbreviation', 'variant', 'former'], kind), name, program_id
        LIMIT 20000
        "#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.program_id, r.name)).collect())
}

/// What was confirmed for some layouts, with the file it was confirmed for.
pub async fn remembered(
    pool: &PgPool,
    signatures: &[String],
) -> anyhow::Result<HashMap<String, (Remembered, String)>> {
    let rows = sqlx::query!(
        "SELECT signature, mapping, file_name FROM budget_mappings WHERE signature = ANY ($1) ORDER BY signature LIMIT 1000",
        signatures
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|r| {
            let mapping = serde_json::from_value(r.mapping).context("reading a remembered mapping")?;
            Ok((r.signature, (mapping, r.file_name)))
        })
        .collect()
}

/// Layouts that a person outlined, the latest first, with the file each was confirmed for.
pub async fn remembered_outlines(pool: &PgPool) -> anyhow::Result<Vec<(Remembered, String)>> {
    let rows = sqlx::query!(
        "SELECT mapping, file_name FROM budget_mappings WHERE mapping ? 'outline' ORDER BY confirmed_at DESC, signature LIMIT 200"
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|r| {
            let mapping = serde_json::from_value(r.mapping).context("reading a remembered mapping")?;
            Ok((mapping, r.file_name))
        })
        .collect()
}

/// Remembers what was confirmed for a layout.
pub async fn remember(
    tx: &mut Tx<'_>,
    (signature, file_name): (&str, &str),
    mapping: &Value,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO budget_mappings (signature, mapping, file_name, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (signature) DO UPDATE SET mapping = $2, file_name = $3, confirmed_by = $4, confirmed_at = $5
        "#,
        signature,
        mapping,
        file_name,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A draft that waits, for the inbox.
pub struct Waiting {
    pub id: BudgetImportId,
    pub file_name: String,
    pub created_at: DateTime<Utc>,
}

/// Drafts, oldest first.
pub async fn waiting(pool: &PgPool, limit: i64) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"
        SELECT i.id AS "id: BudgetImportId", f.name AS file_name, i.created_at
        FROM budget_imports i JOIN budget_files f ON f.id = i.file_id
        WHERE i.state = 'draft' ORDER BY i.created_at, i.id LIMIT $1
        "#,
        limit
    )
    .fetch_all(pool)
    .await
}
