//! All SQL of conditions.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::queries::Asker;
use crate::gates::readiness::queries::Given;

/// A condition with its task and who is named.
#[derive(Clone, Debug)]
pub struct ConditionRow {
    pub id: Uuid,
    pub review_id: Uuid,
    pub task_id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub position: i16,
    pub text: String,
    pub needed: String,
    pub due_on: NaiveDate,
    pub closer_id: Uuid,
    pub closer_ja: String,
    pub closer_en: Option<String>,
    pub evidence: Option<String>,
    pub evidence_url: Option<String>,
    pub file_id: Option<Uuid>,
    pub file_name: Option<String>,
    pub file_size: Option<i32>,
    pub submitted_ja: Option<String>,
    pub submitted_en: Option<String>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closing_note: Option<String>,
    pub is_superseded: bool,
}

/// Conditions in the asker's scope, named to them, or of a review they have a seat for; of one review, or all open ones.
pub async fn conditions(
    pool: &PgPool,
    by: Asker<'_>,
    review: Option<Uuid>,
    one: Option<Uuid>,
) -> sqlx::Result<Vec<ConditionRow>> {
    sqlx::query_as!(
        ConditionRow,
        r#"
        SELECT c.id, d.review_id, d.task_id, coalesce(y.task_number, t.stable_number) AS "number?", t.title_ja, t.title_en,
               c.position, c.text, c.needed, c.due_on, c.closer_id, u.name_ja AS closer_ja, u.name_en AS closer_en, c.evidence,
               c.evidence_url, f.id AS "file_id?", f.file_name AS "file_name?", f.file_size AS "file_size?",
               w.name_ja AS "submitted_ja?", w.name_en AS "submitted_en?", c.submitted_at, c.closed_at, c.closing_note,
               d.superseded_by IS NOT NULL AS "is_superseded!"
        FROM gate_conditions c
        JOIN gate_decisions d ON d.id = c.decision_id
        JOIN gate_reviews r ON r.id = d.review_id
        JOIN tasks t ON t.id = d.task_id
        JOIN users u ON u.id = c.closer_id
        LEFT JOIN users w ON w.id = c.submitted_by
        LEFT JOIN attached_files f ON f.id = c.file_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        WHERE (c.closer_id = $1 OR $2 OR t.program_id = ANY ($3) OR t.disease_ids && $4
               OR EXISTS (SELECT FROM gate_seats s WHERE s.meeting_id = r.meeting_id AND s.user_id = $1))
          AND ($5::uuid IS NULL OR d.review_id = $5) AND ($6::uuid IS NULL OR c.id = $6)
          AND ($5::uuid IS NOT NULL OR $6::uuid IS NOT NULL OR (c.closed_at IS NULL AND d.superseded_by IS NULL))
          AND d.review_id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($1) h)
        ORDER BY c.closed_at IS NOT NULL, c.due_on, c.position, c.id
        LIMIT 300
        "#,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases,
        review,
        one
    )
    .fetch_all(pool)
    .await
}

/// The meeting whose open pages hear of a condition.
pub async fn meeting_of(tx: &mut Tx<'_>, review: Uuid) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!("SELECT meeting_id FROM gate_reviews WHERE id = $1", review)
        .fetch_one(&mut **tx)
        .await
}

pub async fn give(
    tx: &mut Tx<'_>,
    id: Uuid,
    given: &Given<'_>,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_conditions
        SET evidence = $2, evidence_url = $3, file_id = coalesce($4, CASE WHEN NOT $5 THEN file_id END), submitted_by = $6,
            submitted_at = $7, version = version + 1
        WHERE id = $1 AND closed_at IS NULL
        "#,
        id,
        given.note,
        given.url,
        given.file.map(|f| f.0),
        given.drops_file,
        user,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn close(
    tx: &mut Tx<'_>,
    id: Uuid,
    note: Option<&str>,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_conditions SET closed_by = $2, closed_at = $3, closing_note = $4, version = version + 1
        WHERE id = $1 AND closed_at IS NULL
        "#,
        id,
        user,
        now,
        note
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
