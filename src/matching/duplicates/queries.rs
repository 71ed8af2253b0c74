//! All SQL of offers of the same task.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;

/// Replaces what was offered between tasks of programs (or of all).
pub async fn replace(
    tx: &mut Tx<'_>,
    programs: Option<&[Uuid]>,
    found: &Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        DELETE FROM duplicate_offers o
        USING tasks a, tasks b
        WHERE a.id = o.left_id AND b.id = o.right_id
          AND ($1::uuid[] IS NULL OR (a.program_id = ANY ($1) AND b.program_id = ANY ($1)))
        "#,
        programs
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO duplicate_offers (left_id, right_id, confidence, reasons, found_at)
        SELECT f.left_id, f.right_id, f.confidence, f.reasons, $2
        FROM jsonb_to_recordset($1) AS f (left_id uuid, right_id uuid, confidence smallint, reasons jsonb)
        JOIN tasks a ON a.id = f.left_id
        JOIN tasks b ON b.id = f.right_id
        ON CONFLICT (left_id, right_id) DO UPDATE
        SET confidence = EXCLUDED.confidence, reasons = EXCLUDED.reasons, found_at = EXCLUDED.found_at
        "#,
        found,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An offered pair.
#[derive(Clone, Debug)]
pub struct Offer {
    pub left_id: Uuid,
    pub right_id: Uuid,
    pub left_title: String,
    pub right_title: String,
    pub left_program: Uuid,
    pub right_program: Uuid,
    pub left_starts: NaiveDate,
    pub left_ends: NaiveDate,
    pub right_starts: NaiveDate,
    pub right_ends: NaiveDate,
    pub confidence: i16,
    pub reasons: Value,
    pub found_at: DateTime<Utc>,
}

/// Offers between tasks that the viewer may change, surest first; pairs that were told apart or are linked are left out.
pub async fn offers(
    pool: &PgPool,
    rights: &Rights,
    program: Option<Uuid>,
    least: i16,
) -> sqlx::Result<Vec<Offer>> {
    sqlx::query_as!(
        Offer,
        r#"
        SELECT o.left_id, o.right_id, a.title_ja AS left_title, b.title_ja AS right_title, a.program_id AS left_program,
               b.program_id AS right_program, a.starts_on AS left_starts, a.ends_on AS left_ends,
               b.starts_on AS right_starts, b.ends_on AS right_ends, o.confidence, o.reasons, o.found_at
        FROM duplicate_offers o
        JOIN tasks a ON a.id = o.left_id
        JOIN tasks b ON b.id = o.right_id
        WHERE ($1 OR (a.program_id = ANY ($2) AND b.program_id = ANY ($2)))
          AND ($3::uuid IS NULL OR a.program_id = $3 OR b.program_id = $3)
          AND o.confidence >= $4
          AND NOT EXISTS (SELECT FROM task_distinctions d WHERE d.left_id = o.left_id AND d.right_id = o.right_id)
          AND NOT EXISTS (SELECT FROM successor_links s
                          WHERE (s.from_task_id = a.id AND s.to_task_id = b.id) OR (s.from_task_id = b.id AND s.to_task_id = a.id))
        ORDER BY o.confidence DESC, o.left_id, o.right_id
        LIMIT 100
        "#,
        rights.edits_all,
        &rights.edits,
        program,
        least
    )
    .fetch_all(pool)
    .await
}

/// The offer of one pair.
pub async fn offer(pool: &PgPool, left: Uuid, right: Uuid) -> sqlx::Result<Option<(i16, Value)>> {
    let row = sqlx::query!(
        "SELECT confidence, reasons FROM duplicate_offers WHERE left_id = $1 AND right_id = $2",
        left.min(right),
        left.max(right)
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| (r.confidence, r.reasons)))
}

/// Pairs that were told apart lately: with who said so.
#[derive(Clone, Debug)]
pub struct Distinction {
    pub left_id: Uuid,
    pub right_id: Uuid,
    pub left_title: String,
    pub right_title: String,
    pub by_ja: String,
    pub by_en: Option<String>,
    pub decided_at: DateTime<Utc>,
    pub remark: Option<String>,
}

pub async fn distinctions(pool: &PgPool, rights: &Rights) -> sqlx::Result<Vec<Distinction>> {
    sqlx::query_as!(
        Distinction,
        r#"
        SELECT d.left_id, d.right_id, a.title_ja AS left_title, b.title_ja AS right_title, u.name_ja AS by_ja,
               u.name_en AS by_en, d.decided_at, d.remark
        FROM task_distinctions d
        JOIN tasks a ON a.id = d.left_id
        JOIN tasks b ON b.id = d.right_id
        JOIN users u ON u.id = d.decided_by
        WHERE $1 OR (a.program_id = ANY ($2) AND b.program_id = ANY ($2))
        ORDER BY d.decided_at DESC, d.left_id, d.right_id
        LIMIT 20
        "#,
        rights.edits_all,
        &rights.edits
    )
    .fetch_all(pool)
    .await
}
