//! All SQL of attached files.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;

use super::FileId;
use super::model::File;

/// Keeps a file; the caller names it in the record that it belongs to.
pub async fn insert(
    tx: &mut Tx<'_>,
    file: &File,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<FileId> {
    let id = FileId::new();
    sqlx::query!(
        r#"
        INSERT INTO attached_files (id, file_name, content_type, file_bytes, file_size, sha256, added_by, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        "#,
        id.0,
        file.name,
        file.content_type,
        file.bytes,
        i32::try_from(file.bytes.len()).unwrap_or(i32::MAX),
        file.hash(),
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// A file with its content.
pub struct Stored {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// The content of a file whose record the viewer was found to see.
pub async fn stored(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        "SELECT file_name AS name, content_type, file_bytes AS bytes FROM attached_files WHERE id = $1",
        id
    )
    .fetch_optional(pool)
    .await
}
