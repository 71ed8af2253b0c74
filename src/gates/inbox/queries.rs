//! All SQL of the inbox: one statement.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::gates::queries::Asker;

/// Something that waits for the viewer.
pub struct Waiting {
    pub kind: String,
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub items: i64,
    pub at: Option<DateTime<Utc>>,
}

/// What waits for the asker in committees, as a closer of conditions, as PD, and as secretariat.
pub async fn waiting(pool: &PgPool, by: Asker<'_>, directs: bool) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"
        WITH hidden AS MATERIALIZED (SELECT review_id FROM gate_reviews_hidden_from($1)),
        mine AS MATERIALIZED (
            SELECT m.id, m.name_ja, m.name_en, m.held_at, m.state, s.role FROM gate_meetings m
            JOIN gate_seats s ON s.meeting_id = m.id AND s.user_id = $1
            WHERE m.state IN ('planned', 'scoring', 'revealed')
        ),
        items AS MATERIALIZED (
            SELECT m.id AS meeting, r.id, r.state FROM mine m JOIN gate_reviews r ON r.meeting_id = m.id
            WHERE r.state IN ('listed', 'waiting') AND r.id NOT IN (SELECT review_id FROM hidden)
        ),
        lines AS (
            SELECT 1 AS place, 'reopening' AS kind, d.review_id AS id, t.title_ja AS name_ja, t.title_en AS name_en, 1::bigint AS items, o.requested_at AS at
            FROM gate_reopenings o JOIN gate_decisions d ON d.id = o.decision_id JOIN tasks t ON t.id = d.task_id
            CROSS JOIN directed_project_of(t.id, (now() AT TIME ZONE 'Asia/Tokyo')::date) AS carried
            WHERE $2 AND o.approved IS NULL AND o.requested_by <> $1
              AND CASE WHEN carried IS NULL THEN t.program_id = ANY ($3) ELSE carried = ANY ($6) END
              AND d.review_id NOT IN (SELECT review_id FROM hidden)
            UNION ALL
            SELECT 2, 'close', d.review_id, c.text, NULL, 1, c.submitted_at
            FROM gate_conditions c JOIN gate_decisions d ON d.id = c.decision_id AND d.superseded_by IS NULL
            WHERE c.closer_id = $1 AND c.closed_at IS NULL AND c.evidence IS NOT NULL
              AND d.review_id NOT IN (SELECT review_id FROM hidden)
            UNION ALL
            SELECT 3, 'decide', m.id, m.name_ja, m.name_en, count(*), m.held_at
            FROM mine m JOIN items i ON i.meeting = m.id
            WHERE m.state = 'revealed' AND gate_chair_of(i.id) = $1
              AND (i.state = 'waiting' OR (SELECT t.present >= t.eligible FROM gate_tally(i.id) t))
            GROUP BY m.id, m.name_ja, m.name_en, m.held_at
            UNION ALL
            SELECT 4, 'reveal', m.id, m.name_ja, m.name_en, count(*), m.held_at
            FROM mine m JOIN gate_reviews r ON r.meeting_id = m.id AND r.state = 'listed'
            WHERE m.state = 'scoring' AND m.role = 'chair'
            GROUP BY m.id, m.name_ja, m.name_en, m.held_at
            HAVING bool_and(NOT EXISTS (
                SELECT FROM gate_seats x WHERE x.meeting_id = m.id AND x.role <> 'adviser' AND gate_may_judge(r.id, x.user_id)
                  AND NOT EXISTS (SELECT FROM gate_score_sheets h WHERE h.review_id = r.id AND h.user_id = x.user_id AND h.state = 'submitted')))
            UNION ALL
            SELECT 5, 'resolve', m.id, m.name_ja, m.name_en, count(DISTINCT (c.review_id, c.user_id)), m.held_at
            FROM mine m JOIN items i ON i.meeting = m.id JOIN gate_conflicts c ON c.review_id = i.id AND c.severity <> 'weak'
            WHERE m.role = 'chair' AND c.user_id <> $1
              AND NOT EXISTS (SELECT FROM gate_resolutions x WHERE x.review_id = c.review_id AND x.user_id = c.user_id AND x.up_to >= c.seq)
            GROUP BY m.id, m.name_ja, m.name_en, m.held_at
            UNION ALL
            SELECT 6, 'vote', m.id, m.name_ja, m.name_en, count(*), m.held_at
            FROM mine m JOIN items i ON i.meeting = m.id AND i.state = 'listed'
            WHERE m.state = 'revealed' AND m.role <> 'adviser'
              AND NOT EXISTS (SELECT FROM gate_votes v WHERE v.review_id = i.id AND v.user_id = $1)
            GROUP BY m.id, m.name_ja, m.name_en, m.held_at
            UNION ALL
            SELECT 7, 'score', m.id, m.name_ja, m.name_en, count(*), m.held_at
            FROM mine m JOIN items i ON i.meeting = m.id AND i.state = 'listed'
            WHERE m.state = 'scoring' AND m.role <> 'adviser'
              AND NOT EXISTS (SELECT FROM gate_score_sheets h WHERE h.review_id = i.id AND h.user_id = $1 AND h.state = 'submitted')
            GROUP BY m.id, m.name_ja, m.name_en, m.held_at
            UNION ALL
            SELECT 8, 'state', m.id, m.name_ja, m.name_en, count(*), m.held_at
            FROM mine m JOIN items i ON i.meeting = m.id AND i.state = 'listed'
            WHERE m.state IN ('planned', 'scoring')
              AND NOT EXISTS (SELECT FROM gate_statements x WHERE x.review_id = i.id AND x.user_id = $1)
            GROUP BY m.id, m.name_ja, m.name_en, m.held_at
            UNION ALL
            SELECT 9, 'prepare', m.id, m.name_ja, m.name_en,
                   (SELECT count(*) FROM gate_reviews r WHERE r.meeting_id = m.id AND r.id NOT IN (SELECT review_id FROM hidden)), m.held_at
            FROM gate_meetings m
            WHERE m.state = 'planned' AND (m.program_id = ANY ($4) OR (m.program_id IS NULL AND $5))
        )
        SELECT kind AS "kind!", id AS "id!", name_ja AS "name_ja!", name_en, items AS "items!", at
        FROM lines
        ORDER BY place, at, id
        LIMIT 12
        "#,
        by.user,
        directs,
        by.programs,
        &by.rights.edits,
        by.rights.edits_all,
        &by.rights.directed_projects()
    )
    .fetch_all(pool)
    .await
}
