//! All SQL of gates on the page of a task.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::gates::model::{Outcome, ReviewState};
use crate::gates::queries::Asker;

/// A review with its decision.
pub struct GateRow {
    pub id: Uuid,
    pub template_ja: String,
    pub template_en: String,
    pub meeting_ja: String,
    pub meeting_en: Option<String>,
    pub held_at: DateTime<Utc>,
    pub state: ReviewState,
    pub waiting_for: Option<String>,
    pub outcome: Option<Outcome>,
    pub statement: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub is_superseded: bool,
    pub open_conditions: i64,
    pub entitled: bool,
}

pub async fn of_task(pool: &PgPool, task: Uuid, by: Asker<'_>) -> sqlx::Result<Vec<GateRow>> {
    sqlx::query_as!(
        GateRow,
        r#"
        SELECT r.id, p.name_ja AS template_ja, p.name_en AS template_en, m.name_ja AS meeting_ja, m.name_en AS meeting_en,
               m.held_at, r.state AS "state: ReviewState", r.waiting_for, d.outcome AS "outcome?: Outcome", d.statement AS "statement?", d.decided_at AS "decided_at?",
               (d.superseded_by IS NOT NULL) AS "is_superseded!",
               (SELECT count(*) FROM gate_conditions c WHERE c.decision_id = d.id AND c.closed_at IS NULL) AS "open_conditions!",
               (s.user_id IS NOT NULL OR $3 OR m.program_id = ANY ($4) OR t.program_id = ANY ($4) OR t.disease_ids && $5) AS "entitled!"
        FROM gate_reviews r
        JOIN gate_meetings m ON m.id = r.meeting_id
        JOIN tasks t ON t.id = r.task_id
        JOIN gate_template_versions v ON v.id = r.template_version_id
        JOIN gate_templates p ON p.id = v.template_id
        LEFT JOIN gate_decisions d ON d.review_id = r.id
        LEFT JOIN gate_seats s ON s.meeting_id = m.id AND s.user_id = $2
        WHERE r.task_id = $1 AND r.state <> 'withdrawn'
          AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)
          AND (d.id IS NOT NULL OR s.user_id IS NOT NULL OR $3 OR m.program_id = ANY ($4) OR t.program_id = ANY ($4) OR t.disease_ids && $5)
        ORDER BY coalesce(d.decided_at, m.held_at) DESC, r.id
        LIMIT 50
        "#,
        task,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases
    )
    .fetch_all(pool)
    .await
}
