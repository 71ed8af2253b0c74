//! All SQL of conflicts in a committee.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::{MeetingId, ReviewId};
use crate::portfolio::conflicts::{Hop, Kind, Severity};

/// A conflict of a seat with an item, and what the chair made of it.
pub struct ConflictRow {
    pub review_id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub user_id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub kind: Kind,
    pub severity: Severity,
    pub path: Vec<Hop>,
    pub remark: Option<String>,
    pub is_out: bool,
    pub is_settled: bool,
    pub chairs: bool,
    pub resolution: Option<String>,
    pub reason: Option<String>,
    pub resolved_ja: Option<String>,
    pub resolved_en: Option<String>,
    pub resolved_at: Option<DateTime<Utc>>,
}

/// Conflicts of a meeting, or of one review, that the asker may read: never those of items they are out of, nor their own.
pub async fn conflicts(
    pool: &PgPool,
    meeting: MeetingId,
    review: Option<Uuid>,
    asker: Uuid,
) -> sqlx::Result<Vec<ConflictRow>> {
    let rows = sqlx::query!(
        r#"
        WITH chairs AS MATERIALIZED (
            SELECT r.id FROM gate_reviews r WHERE r.meeting_id = $1 AND gate_chair_of(r.id) = $3
        )
        SELECT r.id AS review_id, coalesce(y.task_number, t.stable_number) AS "number?", t.title_ja, t.title_en,
               c.user_id, u.name_ja, u.name_en, c.kind, c.severity, c.path AS "path: Json<Vec<Hop>>", d.remark AS "remark?",
               EXISTS (SELECT FROM gate_recusals g WHERE g.review_id = r.id AND g.user_id = c.user_id) AS "is_out!",
               (r.state IN ('decided', 'withdrawn')) AS "is_settled!",
               (r.id IN (SELECT id FROM chairs)) AS "chairs!",
               s.resolution AS "resolution?", s.reason AS "reason?", w.name_ja AS "resolved_ja?", w.name_en AS "resolved_en?",
               s.resolved_at AS "resolved_at?"
        FROM gate_conflicts c
        JOIN gate_reviews r ON r.id = c.review_id
        JOIN tasks t ON t.id = r.task_id
        JOIN users u ON u.id = c.user_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN conflict_declarations d ON d.id::text = c.path -> 0 ->> 'id' AND c.path -> 0 ->> 'kind' = 'declaration'
        LEFT JOIN gate_resolutions s ON s.review_id = c.review_id AND s.user_id = c.user_id
        LEFT JOIN users w ON w.id = s.resolved_by
        WHERE r.meeting_id = $1 AND ($2::uuid IS NULL OR r.id = $2) AND c.user_id <> $3
          AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($3) h)
        ORDER BY r.position, r.id, u.name_ja, u.id, array_position(ARRAY['bar', 'strong', 'weak'], c.severity), c.seq
        LIMIT 2000
        "#,
        meeting.0,
        review,
        asker
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| ConflictRow {
            review_id: r.review_id,
            number: r.number,
            title_ja: r.title_ja,
            title_en: r.title_en,
            user_id: r.user_id,
            name_ja: r.name_ja,
            name_en: r.name_en,
            kind: Kind::from_code(&r.kind),
            severity: Severity::from_code(&r.severity),
            path: r.path.0,
            remark: r.remark,
            is_out: r.is_out,
            is_settled: r.is_settled,
            chairs: r.chairs,
            resolution: r.resolution,
            reason: r.reason,
            resolved_ja: r.resolved_ja,
            resolved_en: r.resolved_en,
            resolved_at: r.resolved_at,
        })
        .collect())
}

/// Notes what a member states about an item of the meeting; false where it is not theirs to state.
pub async fn state(
    tx: &mut Tx<'_>,
    review: ReviewId,
    user: Uuid,
    has_conflict: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO gate_statements (review_id, user_id, has_conflict, stated_at)
        SELECT r.id, s.user_id, $3, $4
        FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id AND s.user_id = $2
        WHERE r.id = $1 AND r.state IN ('listed', 'waiting')
        ON CONFLICT (review_id, user_id) DO UPDATE SET has_conflict = excluded.has_conflict, stated_at = excluded.stated_at
        "#,
        review.0,
        user,
        has_conflict,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes the chair's resolution over everything found so far.
pub async fn resolve(
    tx: &mut Tx<'_>,
    review: ReviewId,
    user: Uuid,
    (resolution, reason): (&str, &str),
    by: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_resolutions (review_id, user_id, resolution, reason, up_to, resolved_by, resolved_at)
        VALUES ($1, $2, $3, $4,
                (SELECT coalesce(max(seq), 0) FROM gate_conflicts WHERE review_id = $1 AND user_id = $2), $5, $6)
        ON CONFLICT (review_id, user_id) DO UPDATE
            SET resolution = excluded.resolution, reason = excluded.reason, up_to = excluded.up_to,
                resolved_by = excluded.resolved_by, resolved_at = excluded.resolved_at
        "#,
        review.0,
        user,
        resolution,
        reason,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// True for somebody who acts as the chair of an item of the meeting.
pub async fn chairs_any(pool: &PgPool, meeting: MeetingId, user: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM gate_reviews r WHERE r.meeting_id = $1 AND gate_chair_of(r.id) = $2) AS "acts!""#,
        meeting.0,
        user
    )
    .fetch_one(pool)
    .await
}

/// What a member declared about tasks of the agenda, by review: the newest relation with its remark.
pub async fn declared(
    pool: &PgPool,
    meeting: MeetingId,
    user: Uuid,
) -> sqlx::Result<HashMap<Uuid, (Kind, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT ON (r.id) r.id, d.relation, coalesce(d.remark, '') AS "remark!"
        FROM gate_reviews r
        JOIN conflict_declarations d ON d.task_id = r.task_id AND d.user_id = $2 AND d.withdrawn_at IS NULL
        WHERE r.meeting_id = $1
        ORDER BY r.id, d.declared_at DESC, d.id
        "#,
        meeting.0,
        user
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, (Kind::from_code(&r.relation), r.remark))).collect())
}
