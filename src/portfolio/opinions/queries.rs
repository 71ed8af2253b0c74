//! All SQL of opinions; they are read with their task.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::accounts::{Rights, Role};
use crate::db::Tx;
use crate::kernel::{OpinionId, TaskId, UserId};

use super::model::Visibility;

/// A new opinion.
pub struct NewOpinion<'a> {
    pub id: OpinionId,
    pub task: TaskId,
    pub author: UserId,
    pub role: Role,
    pub visibility: Visibility,
    pub body: &'a str,
}

pub async fn insert(tx: &mut Tx<'_>, o: &NewOpinion<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO opinions (id, task_id, author_id, role, visibility, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        o.id.0,
        o.task.0,
        o.author.0,
        o.role.code(),
        o.visibility.code(),
        o.body,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What withdrawing needs to know.
pub struct Given {
    pub id: OpinionId,
    pub task_id: TaskId,
    pub author_id: UserId,
    pub withdrawn: bool,
}

/// An opinion on a task that the viewer may know, if the opinion too is for them.
pub async fn given(pool: &PgPool, id: OpinionId, rights: &Rights) -> sqlx::Result<Option<Given>> {
    let row = sqlx::query!(
        r#"
        SELECT o.id, o.task_id, o.author_id, o.visibility, o.withdrawn_at IS NOT NULL AS "withdrawn!", t.program_id,
               t.disease_ids
        FROM opinions o
        JOIN tasks t ON t.id = o.task_id
        WHERE o.id = $1 AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        "#,
        id.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await?;
    Ok(row
        .filter(|r| {
            r.visibility != Visibility::Scope.code()
                || rights.in_charge(r.task_id, r.program_id, &r.disease_ids)
        })
        .map(|r| Given {
            id: r.id.into(),
            task_id: r.task_id.into(),
            author_id: r.author_id.into(),
            withdrawn: r.withdrawn,
        }))
}

pub async fn withdraw(tx: &mut Tx<'_>, id: OpinionId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE opinions SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL",
        id.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
