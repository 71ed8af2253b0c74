//! All SQL of the calendar; SELECT only.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::gates::queries::Asker;

/// A gate of a task that falls due.
pub struct DueRow {
    pub task_id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program_id: Uuid,
    pub template_id: Uuid,
    pub template_code: String,
    pub template_ja: String,
    pub template_en: String,
    pub due_on: NaiveDate,
    pub meeting_id: Option<Uuid>,
    pub meeting_ja: Option<String>,
    pub meeting_en: Option<String>,
    /// The meeting judges another gate of the task.
    pub at_another_gate: bool,
    pub open_conditions: i64,
    pub is_reopening: bool,
}

/// What the calendar is asked for.
pub struct Window {
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub program: Option<Uuid>,
    /// Only what is on no agenda yet.
    pub unplanned: bool,
}

/// Rows that one page shows at most.
pub const MOST: i64 = 400;

/// Gates that fall due in a window, the earliest first, within the asker's scope and without what a conflict hides.
pub async fn due(pool: &PgPool, window: &Window, by: Asker<'_>) -> sqlx::Result<Vec<DueRow>> {
    sqlx::query_as!(
        DueRow,
        r#"
        WITH barred AS MATERIALIZED (
            SELECT c.task_id FROM conflicting_tasks_of($5) c
            UNION
            SELECT r.task_id FROM gate_reviews_hidden_from($5) h JOIN gate_reviews r ON r.id = h.review_id
        ), wanted AS (
            SELECT g.task_id, g.template_id, g.due_on, false AS is_reopening FROM gates_due g
            WHERE g.due_on BETWEEN $1 AND $2 AND g.ends_on >= $1 AND g.starts_on <= $2
              AND ($3::uuid IS NULL OR g.program_id = $3)
            UNION ALL
            SELECT d.task_id, v.template_id, (o.answered_at AT TIME ZONE 'Asia/Tokyo')::date, true
            FROM gate_reopenings o
            JOIN gate_decisions d ON d.id = o.decision_id AND d.superseded_by IS NULL
            JOIN gate_reviews r ON r.id = d.review_id
            JOIN gate_template_versions v ON v.id = r.template_version_id
            WHERE o.approved
        )
        SELECT w.task_id AS "task_id!", coalesce(y.task_number, t.stable_number) AS "number?", t.title_ja, t.title_en,
               t.program_id, w.template_id AS "template_id!", p.code AS template_code, p.name_ja AS template_ja, p.name_en AS template_en,
               w.due_on AS "due_on!", m.id AS "meeting_id?", m.name_ja AS "meeting_ja?", m.name_en AS "meeting_en?",
               coalesce(m.template_id <> w.template_id, false) AS "at_another_gate!",
               (SELECT count(*) FROM gate_decisions d JOIN gate_conditions c ON c.decision_id = d.id
                WHERE d.task_id = t.id AND d.superseded_by IS NULL AND c.closed_at IS NULL) AS "open_conditions!",
               w.is_reopening AS "is_reopening!"
        FROM wanted w
        JOIN tasks t ON t.id = w.task_id
        JOIN gate_templates p ON p.id = w.template_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN LATERAL (
            SELECT m.id, m.name_ja, m.name_en, v.template_id FROM gate_reviews r
            JOIN gate_meetings m ON m.id = r.meeting_id
            JOIN gate_template_versions v ON v.id = r.template_version_id
            WHERE r.task_id = t.id AND r.state IN ('listed', 'waiting') ORDER BY m.held_at, m.id LIMIT 1) m ON true
        WHERE ($6 OR t.program_id = ANY ($7) OR t.disease_ids && $8)
          AND ($3::uuid IS NULL OR t.program_id = $3)
          AND (NOT $4 OR m.id IS NULL OR m.template_id <> w.template_id)
          AND t.id NOT IN (SELECT task_id FROM barred)
        ORDER BY w.is_reopening DESC, w.due_on, t.id, p.position
        LIMIT $9
        "#,
        window.from,
        window.until,
        window.program,
        window.unplanned,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases,
        MOST
    )
    .fetch_all(pool)
    .await
}
