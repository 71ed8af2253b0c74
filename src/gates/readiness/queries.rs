//! All SQL of readiness.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::templates::{EvidenceKind, Responsible};
use crate::gates::{MeetingId, ReviewId};
use crate::portfolio::files::FileId;

/// How many mandatory pieces of evidence each review of a meeting lacks; none for a complete one.
pub async fn missing_by_review(pool: &PgPool, meeting: MeetingId) -> sqlx::Result<HashMap<Uuid, usize>> {
    let rows = sqlx::query!(
        r#"
        SELECT r.id, count(*) AS "missing!"
        FROM gate_reviews r
        JOIN gate_template_evidence e ON e.version_id = r.template_version_id AND e.mandatory
        WHERE r.meeting_id = $1 AND r.state IN ('listed', 'waiting')
          AND NOT EXISTS (SELECT FROM gate_review_evidence g WHERE g.review_id = r.id AND g.evidence_key = e.evidence_key)
          AND NOT (e.kind = 'milestone' AND EXISTS (
              SELECT FROM milestones x JOIN milestone_types y ON y.id = x.type_id
              WHERE x.task_id = r.task_id AND x.state = 'met' AND y.code = e.milestone_code))
        GROUP BY r.id
        "#,
        meeting.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, usize::try_from(r.missing).unwrap_or(0))).collect())
}

/// Somebody who must act.
#[derive(Clone, Debug, Deserialize)]
pub struct Actor {
    pub ja: String,
    pub en: Option<String>,
}

/// A piece of evidence that the template asks for.
pub struct EvidenceRow {
    pub review_id: Uuid,
    pub evidence_key: Uuid,
    pub kind: EvidenceKind,
    pub name_ja: String,
    pub name_en: String,
    pub mandatory: bool,
    pub responsible: Responsible,
    pub milestone_met: bool,
    pub milestone_due: Option<chrono::NaiveDate>,
    pub note: Option<String>,
    pub url: Option<String>,
    pub file_id: Option<Uuid>,
    pub file_name: Option<String>,
    pub file_size: Option<i32>,
    pub given_ja: Option<String>,
    pub given_en: Option<String>,
    pub given_at: Option<DateTime<Utc>>,
    pub people: Json<Vec<Actor>>,
}

/// The evidence of reviews in the order of the template, with the people who answer for each piece today.
pub async fn evidence(
    pool: &PgPool,
    reviews: &[Uuid],
    day: chrono::NaiveDate,
) -> sqlx::Result<Vec<EvidenceRow>> {
    sqlx::query_as!(
        EvidenceRow,
        r#"
        SELECT r.id AS review_id, e.evidence_key, e.kind AS "kind: EvidenceKind", e.name_ja, e.name_en, e.mandatory,
               e.responsible AS "responsible: Responsible",
               EXISTS (SELECT FROM milestones x JOIN milestone_types y ON y.id = x.type_id
                       WHERE x.task_id = r.task_id AND x.state = 'met' AND y.code = e.milestone_code) AS "milestone_met!",
               (SELECT min(x.due_on) FROM milestones x JOIN milestone_types y ON y.id = x.type_id
                WHERE x.task_id = r.task_id AND x.state = 'planned' AND y.code = e.milestone_code) AS milestone_due,
               g.note AS "note?", g.url AS "url?", f.id AS "file_id?", f.file_name AS "file_name?", f.file_size AS "file_size?",
               u.name_ja AS "given_ja?", u.name_en AS "given_en?", g.given_at AS "given_at?",
               coalesce(CASE WHEN e.responsible = 'investigator' THEN
                   (SELECT json_agg(json_build_object('ja', l.name_ja, 'en', l.name_en)) FROM people l WHERE l.id = t.lead_person_id)
               ELSE
                   (SELECT json_agg(json_build_object('ja', w.name_ja, 'en', w.name_en) ORDER BY w.name_ja)
                    FROM (SELECT DISTINCT w.name_ja, w.name_en FROM role_assignments a JOIN users w ON w.id = a.user_id AND w.active
                          WHERE a.role = e.responsible AND (a.program_id = t.program_id OR a.role = 'strategy_unit')
                            AND a.valid_from <= $2 AND (a.valid_until IS NULL OR a.valid_until >= $2)
                          ORDER BY 1 LIMIT 3) w)
               END, '[]') AS "people!: Json<Vec<Actor>>"
        FROM gate_reviews r
        JOIN tasks t ON t.id = r.task_id
        JOIN gate_template_evidence e ON e.version_id = r.template_version_id
        LEFT JOIN gate_review_evidence g ON g.review_id = r.id AND g.evidence_key = e.evidence_key
        LEFT JOIN attached_files f ON f.id = g.file_id
        LEFT JOIN users u ON u.id = g.given_by
        WHERE r.id = ANY ($1)
        ORDER BY r.position, r.id, e.position, e.id
        LIMIT 2000
        "#,
        reviews,
        day
    )
    .fetch_all(pool)
    .await
}

/// A piece of evidence to be written.
pub struct Given<'a> {
    pub note: &'a str,
    pub url: Option<&'a str>,
    /// A new file.
    pub file: Option<FileId>,
    /// Takes the file away that was given before.
    pub drops_file: bool,
}

/// Notes that a piece of evidence is there, in the place of what was noted before; its file stays unless another comes or
/// it is dropped. False where the template does not ask for it, or the review is decided.
pub async fn give(
    tx: &mut Tx<'_>,
    review: ReviewId,
    key: Uuid,
    given: &Given<'_>,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO gate_review_evidence AS g (review_id, evidence_key, note, url, file_id, given_by, given_at)
        SELECT r.id, e.evidence_key, $3, $4, $5, $6, $7
        FROM gate_reviews r JOIN gate_template_evidence e ON e.version_id = r.template_version_id
        WHERE r.id = $1 AND e.evidence_key = $2 AND e.kind <> 'milestone' AND r.state IN ('listed', 'waiting')
        ON CONFLICT (review_id, evidence_key) DO UPDATE
            SET note = excluded.note, url = excluded.url,
                file_id = coalesce(excluded.file_id, CASE WHEN NOT $8 THEN g.file_id END),
                given_by = excluded.given_by, given_at = excluded.given_at
        "#,
        review.0,
        key,
        given.note,
        given.url,
        given.file.map(|f| f.0),
        user,
        now,
        given.drops_file
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The review whose evidence, or the evidence of whose condition, a file is.
pub async fn review_of_file(pool: &PgPool, file: FileId) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        r#"
        SELECT review_id AS "review_id!" FROM gate_review_evidence WHERE file_id = $1
        UNION ALL
        SELECT d.review_id FROM gate_conditions c JOIN gate_decisions d ON d.id = c.decision_id WHERE c.file_id = $1
        LIMIT 1
        "#,
        file.0
    )
        .fetch_optional(pool)
        .await
}
