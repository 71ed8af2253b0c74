//! All SQL of scoring.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::ReviewId;

/// One score of a sheet.
#[derive(Clone, Debug, Deserialize)]
pub struct Score {
    pub item: Uuid,
    pub value: Option<i16>,
    pub comment: String,
}

/// A member's own sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub is_submitted: bool,
    pub public_comment: String,
    pub nonpublic_comment: String,
    pub version: i32,
    pub saved_at: DateTime<Utc>,
    pub scores: Vec<Score>,
}

/// The sheet of `user`, who must be the viewer.
pub async fn own(pool: &PgPool, review: ReviewId, user: Uuid) -> sqlx::Result<Option<Sheet>> {
    let row = sqlx::query!(
        r#"
        SELECT h.state, h.public_comment, h.nonpublic_comment, h.version, h.saved_at,
               coalesce((SELECT json_agg(json_build_object('item', s.item_id, 'value', s.value, 'comment', s.comment))
                         FROM gate_scores s WHERE s.sheet_id = h.id), '[]') AS "scores!: Json<Vec<Score>>"
        FROM gate_score_sheets h
        WHERE h.review_id = $1 AND h.user_id = $2
        "#,
        review.0,
        user
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| Sheet {
        is_submitted: r.state == "submitted",
        public_comment: r.public_comment,
        nonpublic_comment: r.nonpublic_comment,
        version: r.version,
        saved_at: r.saved_at,
        scores: r.scores.0,
    }))
}

/// What is written of a sheet.
pub struct Content<'a> {
    pub public_comment: &'a str,
    pub nonpublic_comment: &'a str,
    pub scores: &'a [Score],
}

/// Writes a draft if `version` is still the present one (0: there is none yet); the new version.
pub async fn save(
    tx: &mut Tx<'_>,
    review: ReviewId,
    user: Uuid,
    version: i32,
    content: &Content<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<i32>> {
    let row = sqlx::query!(
        r#"
        INSERT INTO gate_score_sheets AS h (id, review_id, user_id, public_comment, nonpublic_comment, saved_at)
        SELECT $1, $2, $3, $4, $5, $6
        WHERE $7 = 0 OR EXISTS (SELECT FROM gate_score_sheets x WHERE x.review_id = $2 AND x.user_id = $3)
        ON CONFLICT (review_id, user_id) DO UPDATE
            SET public_comment = excluded.public_comment, nonpublic_comment = excluded.nonpublic_comment,
                saved_at = excluded.saved_at, version = h.version + 1
            WHERE h.version = $7 AND h.state = 'draft'
        RETURNING h.id, h.version
        "#,
        Uuid::now_v7(),
        review.0,
        user,
        content.public_comment,
        content.nonpublic_comment,
        now,
        version
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let items: Vec<Uuid> = content.scores.iter().map(|s| s.item).collect();
    let values: Vec<Option<i16>> = content.scores.iter().map(|s| s.value).collect();
    let comments: Vec<String> = content.scores.iter().map(|s| s.comment.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO gate_scores (sheet_id, item_id, value, comment)
        SELECT $1, x.item, x.value, x.comment
        FROM unnest($2::uuid[], $3::smallint[], $4::text[]) AS x (item, value, comment)
        ON CONFLICT (sheet_id, item_id) DO UPDATE SET value = excluded.value, comment = excluded.comment
        WHERE (gate_scores.value, gate_scores.comment) IS DISTINCT FROM (excluded.value, excluded.comment)
        "#,
        row.id,
        &items,
        &values as &[Option<i16>],
        &comments
    )
    .execute(&mut **tx)
    .await?;
    Ok(Some(row.version))
}

/// Seals the draft, or opens a sealed one again; false where it was not in the other state.
pub async fn set_submitted(
    tx: &mut Tx<'_>,
    review: ReviewId,
    user: Uuid,
    submitted: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_score_sheets
        SET state = CASE WHEN $3 THEN 'submitted' ELSE 'draft' END,
            submitted_at = CASE WHEN $3 THEN $4::timestamptz END, version = version + 1
        WHERE review_id = $1 AND user_id = $2 AND (state = 'draft') = $3
        "#,
        review.0,
        user,
        submitted,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An item of the run list with how far the viewer's own sheet is.
pub struct Place {
    pub review_id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub sheet: Option<String>,
}

/// What the viewer scores in the review's meeting, in order.
pub async fn places(pool: &PgPool, review: ReviewId, user: Uuid) -> sqlx::Result<Vec<Place>> {
    sqlx::query_as!(
        Place,
        r#"
        SELECT r.id AS review_id, coalesce(y.task_number, t.stable_number) AS "number?", t.title_ja, t.title_en,
               h.state AS "sheet?"
        FROM gate_reviews here
        JOIN gate_reviews r ON r.meeting_id = here.meeting_id
        JOIN tasks t ON t.id = r.task_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN gate_score_sheets h ON h.review_id = r.id AND h.user_id = $2
        WHERE here.id = $1 AND r.state = 'listed' AND gate_may_judge(r.id, $2) AND NOT gate_is_blocked(r.id)
        ORDER BY r.position, r.id
        LIMIT 200
        "#,
        review.0,
        user
    )
    .fetch_all(pool)
    .await
}

/// The task's public and non-public text, for who judges it.
pub struct TaskText {
    pub summary_ja: Option<String>,
    pub summary_en: Option<String>,
    pub summary_nonpublic: Option<String>,
    pub lead_ja: Option<String>,
    pub lead_en: Option<String>,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
    pub starts_on: chrono::NaiveDate,
    pub ends_on: chrono::NaiveDate,
}

pub async fn task_text(pool: &PgPool, task: Uuid) -> sqlx::Result<TaskText> {
    sqlx::query_as!(
        TaskText,
        r#"
        SELECT t.summary_ja, t.summary_en, t.summary_nonpublic, t.starts_on, t.ends_on, p.name_ja AS "lead_ja?",
               p.name_en AS "lead_en?", i.name_ja AS "institution_ja?", i.name_en AS "institution_en?"
        FROM tasks t
        LEFT JOIN people p ON p.id = t.lead_person_id
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE t.id = $1
        "#,
        task
    )
    .fetch_one(pool)
    .await
}

/// An adviser's text, replaced as a whole.
pub async fn advise(
    tx: &mut Tx<'_>,
    review: ReviewId,
    user: Uuid,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO gate_advices AS a (review_id, user_id, body, advised_at)
        SELECT r.id, s.user_id, $3, $4
        FROM gate_reviews r
        JOIN gate_seats s ON s.meeting_id = r.meeting_id AND s.user_id = $2 AND s.role = 'adviser'
        WHERE r.id = $1 AND r.state IN ('listed', 'waiting')
          AND NOT EXISTS (SELECT FROM gate_recusals g WHERE g.review_id = r.id AND g.user_id = $2)
        ON CONFLICT (review_id, user_id) DO UPDATE SET body = excluded.body, advised_at = excluded.advised_at, version = a.version + 1
        "#,
        review.0,
        user,
        body,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
