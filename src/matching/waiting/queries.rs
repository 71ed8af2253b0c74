//! All SQL of what waits.

use chrono::NaiveDate;
use sqlx::PgPool;

use crate::accounts::Viewer;
use crate::kernel::FiscalYear;

/// Counts of what the viewer can clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Options offered to programs of the viewer.
    pub offered: i64,
    /// Options held for tasks of the viewer whose stage ends within 60 days.
    pub to_confirm: i64,
    /// Options confirmed on programs of the viewer.
    pub to_exercise: i64,
    /// Options past their day on either side.
    pub overdue: i64,
    /// Tasks of the viewer that ended in the last fiscal year with nothing after them and no reason.
    pub unexplained: i64,
    /// Likely pairs of the same task.
    pub duplicates: i64,
}

/// Counts what waits. Whoever may change everything sees what nobody else cleared: the overdue and the pairs.
pub async fn waiting(pool: &PgPool, viewer: &Viewer, today: NaiveDate) -> sqlx::Result<Waiting> {
    let rights = &viewer.rights;
    if !rights.edits_all && rights.edits.is_empty() {
        return Ok(Waiting::default());
    }
    let year = FiscalYear::containing(today).plus(-1);
    sqlx::query_as!(
        Waiting,
        r#"
        SELECT count(*) FILTER (WHERE o.state = 'offered' AND o.decide_by >= $3 AND o.program_id = ANY ($2)) AS "offered!",
               count(*) FILTER (WHERE o.state = 'held' AND o.decide_by >= $3 AND o.stage_ends_on <= $3::date + 60
                                AND t.program_id = ANY ($2)) AS "to_confirm!",
               count(*) FILTER (WHERE o.state = 'confirmed' AND o.decide_by >= $3 AND o.program_id = ANY ($2)) AS "to_exercise!",
               count(*) FILTER (WHERE o.decide_by < $3 AND ($1 OR o.program_id = ANY ($2) OR t.program_id = ANY ($2)))
                   AS "overdue!",
               (SELECT count(*) FROM tasks e
                WHERE e.program_id = ANY ($2) AND coalesce(e.stopped_on, e.ends_on) BETWEEN $5 AND $6
                  AND NOT EXISTS (SELECT FROM successor_links s WHERE s.from_task_id = e.id)
                  AND NOT EXISTS (SELECT FROM ending_reasons r WHERE r.task_id = e.id)) AS "unexplained!",
               (SELECT count(*) FROM duplicate_offers d
                JOIN tasks a ON a.id = d.left_id
                JOIN tasks b ON b.id = d.right_id
                WHERE d.confidence >= 70 AND ($1 OR (a.program_id = ANY ($2) AND b.program_id = ANY ($2)))
                  AND NOT EXISTS (SELECT FROM task_distinctions x WHERE x.left_id = d.left_id AND x.right_id = d.right_id)
                  AND NOT EXISTS (SELECT FROM successor_links s
                      WHERE (s.from_task_id = a.id AND s.to_task_id = b.id) OR (s.from_task_id = b.id AND s.to_task_id = a.id)))
                   AS "duplicates!"
        FROM pairing_options o
        JOIN tasks t ON t.id = o.task_id
        WHERE o.state IN ('offered', 'held', 'confirmed')
          AND o.task_id NOT IN (SELECT c.task_id FROM tasks_kept_from($4) c)
        "#,
        rights.edits_all,
        &rights.edits,
        today,
        viewer.id.0,
        year.first_day(),
        year.last_day()
    )
    .fetch_one(pool)
    .await
}
