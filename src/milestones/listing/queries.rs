//! All SQL of the list of milestones; SELECT only.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::milestones::State;
use crate::milestones::record::model::{Name, Row};

/// Which milestones are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A word of [`crate::milestones::routes::Show`].
    pub show: &'static str,
    /// Only tasks in the viewer's scope.
    pub mine: bool,
    pub program: Option<Uuid>,
    pub type_id: Option<i16>,
    /// `Some(None)`: tasks without a modality.
    pub modality: Option<Option<i16>>,
    /// Due, or met where it is met, on these days.
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub after: Option<(NaiveDate, Uuid)>,
    pub today: NaiveDate,
}

/// A milestone with its task.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: Row,
    pub title: Name,
    pub number: Option<String>,
    pub program_id: Uuid,
    /// Its place in the order of the list: the day it was met, or is due.
    pub on: NaiveDate,
    pub pushed: bool,
}

/// Milestones by date, then id.
pub async fn listed(pool: &PgPool, f: &Filter, rights: &Rights, limit: i64) -> sqlx::Result<Vec<Listed>> {
    let soon = f.today + chrono::Duration::days(90);
    let rows = sqlx::query!(
        r#"
        SELECT m.id, m.task_id, m.type_id, m.detail, m.due_on, m.first_due_on, m.state AS "state: State", m.reported_on, m.met_on,
               coalesce(u.name_ja, p.name_ja, '') AS "owner_ja!",
               CASE WHEN u.id IS NULL THEN p.name_en ELSE u.name_en END AS "owner_en?",
               t.title_ja, t.title_en, t.program_id, coalesce(tt.task_number, t.stable_number) AS "number?",
               coalesce(m.met_on, m.due_on) AS "on!", w.id IS NOT NULL AS "pushed!"
        FROM milestones m
        JOIN tasks t ON t.id = m.task_id
        LEFT JOIN task_totals tt ON tt.task_id = t.id
        LEFT JOIN users u ON u.id = m.owner_user_id
        LEFT JOIN people p ON p.id = m.owner_person_id
        LEFT JOIN pushed_milestones($16, $1, $2, $3, $4, $5) w ON w.id = m.id
        WHERE CASE $6::text
              WHEN 'late' THEN m.state = 'planned' AND m.reported_on IS NULL AND m.due_on < $16
              WHEN 'waiting' THEN m.state = 'planned' AND m.reported_on IS NOT NULL
              WHEN 'pushed' THEN w.id IS NOT NULL
              WHEN 'soon' THEN m.state = 'planned' AND m.reported_on IS NULL AND m.due_on BETWEEN $16 AND $17
              WHEN 'all' THEN true
              ELSE m.state = $6 END
          AND (NOT $7 OR $1 OR t.program_id = ANY ($3) OR t.disease_ids && $4 OR t.id = ANY ($5))
          AND ($8::uuid IS NULL OR t.program_id = $8)
          AND ($9::smallint IS NULL OR m.type_id = $9)
          AND (NOT $10 OR t.modality_ids[1] IS NOT DISTINCT FROM $11)
          AND ($12::date IS NULL OR coalesce(m.met_on, m.due_on) >= $12)
          AND ($13::date IS NULL OR coalesce(m.met_on, m.due_on) <= $13)
          AND ($14::date IS NULL OR (coalesce(m.met_on, m.due_on), m.id) > ($14, $15))
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        ORDER BY coalesce(m.met_on, m.due_on), m.id
        LIMIT $18
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        f.show,
        f.mine,
        f.program,
        f.type_id,
        f.modality.is_some(),
        f.modality.flatten(),
        f.from,
        f.until,
        f.after.map(|a| a.0),
        f.after.map(|a| a.1),
        f.today,
        soon,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Listed {
            title: Name { ja: r.title_ja, en: r.title_en },
            number: r.number,
            program_id: r.program_id,
            on: r.on,
            pushed: r.pushed,
            row: Row {
                id: r.id,
                task_id: r.task_id,
                type_id: r.type_id,
                detail: r.detail,
                due_on: r.due_on,
                first_due_on: r.first_due_on,
                state: r.state,
                reported_on: r.reported_on,
                met_on: r.met_on,
                owner: Name { ja: r.owner_ja, en: r.owner_en },
                evidence: 0,
            },
        })
        .collect())
}
