//! All SQL of the audit.

use std::mem::take;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::Language;

/// Advisory lock that orders appenders to the chain.
const CHAIN_LOCK: i64 = 0x6e61_6b61;

/// One row of `audit_entries`.
#[derive(Clone, Debug)]
pub struct Entry {
    pub position: i64,
    pub at: DateTime<Utc>,
    pub actor_id: Option<Uuid>,
    pub actor_label: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub details: Value,
    pub request_id: Option<String>,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// Takes the chain for this transaction; returns its last position and hash (zeros before the first entry).
pub async fn lock_head(tx: &mut Tx<'_>) -> sqlx::Result<(i64, Vec<u8>)> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", CHAIN_LOCK).execute(&mut **tx).await?;
    let head = sqlx::query!("SELECT position, hash FROM audit_entries ORDER BY position DESC LIMIT 1")
        .fetch_optional(&mut **tx)
        .await?;
    Ok(head.map_or_else(|| (0, vec![0; 32]), |row| (row.position, row.hash)))
}

/// Inserts entries in one statement.
pub async fn insert(tx: &mut Tx<'_>, entries: Vec<Entry>) -> sqlx::Result<()> {
    fn each<T>(entries: &mut [Entry], of: impl Fn(&mut Entry) -> T) -> Vec<T> {
        entries.iter_mut().map(of).collect()
    }
    let mut e = entries;
    sqlx::query!(
        r#"
        INSERT INTO audit_entries (position, at, actor_id, actor_label, action, subject_kind, subject_id, details,
                                   request_id, previous_hash, hash)
        SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                             $8::jsonb[], $9::text[], $10::bytea[], $11::bytea[])
        "#,
        &each(&mut e, |e| e.position),
        &each(&mut e, |e| e.at),
        &each(&mut e, |e| e.actor_id) as &[Option<Uuid>],
        &each(&mut e, |e| take(&mut e.actor_label)),
        &each(&mut e, |e| take(&mut e.action)),
        &each(&mut e, |e| take(&mut e.subject_kind)),
        &each(&mut e, |e| take(&mut e.subject_id)),
        &each(&mut e, |e| e.details.take()),
        &each(&mut e, |e| e.request_id.take()) as &[Option<String>],
        &each(&mut e, |e| take(&mut e.previous_hash)),
        &each(&mut e, |e| take(&mut e.hash))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Up to 1,000 entries after `position`, in order of the chain.
pub async fn after(pool: &PgPool, position: i64) -> sqlx::Result<Vec<Entry>> {
    sqlx::query_as!(
        Entry,
        r#"
        SELECT position, at, actor_id, actor_label, action, subject_kind, subject_id, details, request_id,
               previous_hash, hash
        FROM audit_entries
        WHERE position > $1
        ORDER BY position
        LIMIT 1000
        "#,
        position
    )
    .fetch_all(pool)
    .await
}

/// The hash of an entry.
pub async fn hash_at(pool: &PgPool, position: i64) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("SELECT hash FROM audit_entries WHERE position = $1", position)
        .fetch_optional(pool)
        .await
}

/// True if an entry's hash begins with these hexadecimal digits.
pub async fn has_hash(pool: &PgPool, digits: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM audit_entries WHERE starts_with(encode(hash, 'hex'), $1)) AS "has!""#,
        digits
    )
    .fetch_one(pool)
    .await
}

/// Which entries the viewer asks for; empty texts are no condition.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub actor: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub before: Option<i64>,
}

/// An entry as the viewer shows it.
pub struct Row {
    pub position: i64,
    pub at: DateTime<Utc>,
    pub actor_label: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    /// What the subject is called, where that is known: tasks, accounts, programs, imports.
    pub subject_name: Option<String>,
    /// The subject is a task that is still there.
    pub is_task: bool,
    /// The code in the address of a program's page.
    pub program_code: Option<String>,
    pub details: Value,
    pub hash: Vec<u8>,
    /// About something that a conflict of interest keeps from the reader: only that the entry stands there is told.
    pub is_kept: bool,
}

/// Entries that match, newest first; days are days in Japan. What is kept from the reader matches no filter. Subjects
/// are called by their English names where the language asks for them and they have one.
pub async fn entries(
    pool: &PgPool,
    f: &Filter,
    reader: Uuid,
    l: Language,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"
        WITH kept AS MATERIALIZED (SELECT subject FROM audit_subjects_kept_from($9)),
        found AS (
            SELECT e.position, e.at, CASE WHEN k.is_kept THEN '' ELSE e.actor_label END AS actor_label,
                   CASE WHEN k.is_kept THEN '' ELSE e.action END AS action,
                   CASE WHEN k.is_kept THEN '' ELSE e.subject_kind END AS subject_kind,
                   CASE WHEN k.is_kept THEN '' ELSE e.subject_id END AS subject_id,
                   CASE WHEN k.is_kept THEN 'null' ELSE e.details END AS details, e.hash, k.is_kept
            FROM audit_entries e
            CROSS JOIN LATERAL (
                SELECT EXISTS (SELECT FROM kept
                               WHERE e.subject_id = subject OR strpos(e.details::text, subject) > 0) AS is_kept) k
            WHERE (NOT k.is_kept OR ($1 = '' AND $2 = '' AND $3 = '' AND $4 = ''))
              AND ($1 = '' OR strpos(lower(e.actor_label), $1) > 0)
              AND ($2 = '' OR e.action = $2)
              AND ($3 = '' OR e.subject_kind = $3)
              AND ($4 = '' OR e.subject_id = $4)
              AND ($5::date IS NULL OR e.at >= $5::date::timestamp AT TIME ZONE 'Asia/Tokyo')
              AND ($6::date IS NULL OR e.at < ($6::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')
              AND ($7::bigint IS NULL OR e.position < $7)
            ORDER BY e.position DESC
            LIMIT $8)
        SELECT f.position AS "position!", f.at AS "at!", f.actor_label AS "actor_label!", f.action AS "action!",
               f.subject_kind AS "subject_kind!", f.subject_id AS "subject_id!",
               coalesce(CASE WHEN $10 THEN coalesce(nullif(t.title_en, ''), nullif(u.name_en, '') || ' ' || u.email,
                                                    nullif(p.name_en, '')) END,
                        t.title_ja, u.name_ja || ' ' || u.email, p.name_ja, b.file_name,
                        f.details ->> 'title') AS "subject_name?",
               t.id IS NOT NULL AS "is_task!",
               p.code AS "program_code?", f.details AS "details!", f.hash AS "hash!", f.is_kept AS "is_kept!"
        FROM found f
        CROSS JOIN LATERAL (
            SELECT CASE WHEN f.subject_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN f.subject_id::uuid END AS id) s
        LEFT JOIN tasks t ON f.subject_kind = 'task' AND t.id = s.id
        LEFT JOIN users u ON f.subject_kind = 'user' AND u.id = s.id
        LEFT JOIN programs p ON f.subject_kind = 'program' AND p.id = s.id
        LEFT JOIN import_batches b ON f.subject_kind = 'import' AND b.id = s.id
        ORDER BY f.position DESC
        "#,
        f.actor,
        f.action,
        f.subject_kind,
        f.subject_id,
        f.from,
        f.until,
        f.before,
        limit,
        reader,
        !l.is_ja()
    )
    .fetch_all(pool)
    .await
}

/// Every action that stands in the audit, found by skipping along its index.
pub async fn actions(pool: &PgPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"
        WITH RECURSIVE known AS (
            (SELECT action FROM audit_entries ORDER BY action LIMIT 1)
            UNION ALL
            SELECT (SELECT e.action FROM audit_entries e WHERE e.action > known.action ORDER BY e.action LIMIT 1)
            FROM known WHERE known.action IS NOT NULL
        )
        SELECT action AS "action!" FROM known WHERE action IS NOT NULL ORDER BY 1
        "#
    )
    .fetch_all(pool)
    .await
}
