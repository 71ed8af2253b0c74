//! All SQL of where tasks go.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Viewer;

/// From which program to which tasks went before.
pub async fn passages(pool: &PgPool) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"
        SELECT a.program_id AS from_program, b.program_id AS to_program
        FROM successor_links s
        JOIN tasks a ON a.id = s.from_task_id
        JOIN tasks b ON b.id = s.to_task_id
        ORDER BY s.id
        LIMIT 50000
        "#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.from_program, r.to_program)).collect())
}

/// What is shown of a ranked task.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
    pub program_id: Uuid,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub linked: bool,
}

/// Tasks of `ids` that the viewer may know and has no conflict of interest with.
pub async fn shown(pool: &PgPool, viewer: &Viewer, from: Uuid, ids: &[Uuid]) -> sqlx::Result<Vec<Shown>> {
    let rights = &viewer.rights;
    sqlx::query_as!(
        Shown,
        r#"
        SELECT t.id, t.title_ja, t.title_en, coalesce(y.task_number, t.stable_number) AS number, t.program_id, t.starts_on,
               t.ends_on,
               EXISTS (SELECT FROM successor_links s WHERE s.from_task_id = $7 AND s.to_task_id = t.id) AS "linked!"
        FROM tasks t
        LEFT JOIN task_totals y ON y.task_id = t.id
        WHERE t.id = ANY ($6)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
          AND t.id NOT IN (SELECT c.task_id FROM tasks_kept_from($8) c)
        ORDER BY t.id
        LIMIT 500
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        ids,
        from,
        viewer.id.0
    )
    .fetch_all(pool)
    .await
}

/// Whether the viewer has a conflict of interest with a task.
pub async fn conflicts(pool: &PgPool, viewer: &Viewer, task: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT $2 IN (SELECT c.task_id FROM tasks_kept_from($1) c) AS "conflicts!""#,
        viewer.id.0,
        task
    )
    .fetch_one(pool)
    .await
}
