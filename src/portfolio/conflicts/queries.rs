//! All SQL of conflicts of interest.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::{ConflictDeclarationId, TaskId, UserId};

use super::model::{Found, Hop, Kind, Severity};

/// Conflicts of accounts with tasks, the heaviest first.
pub async fn between(pool: &PgPool, users: &[Uuid], tasks: &[Uuid]) -> sqlx::Result<Vec<Found>> {
    let rows = sqlx::query!(
        r#"
        SELECT u.id AS user_id, c.task_id AS "task_id!", c.kind AS "kind!", c.severity AS "severity!",
               c.path AS "path!: Json<Vec<Hop>>"
        FROM users u
        CROSS JOIN LATERAL conflicts_of_user(u.id) c
        WHERE u.id = ANY ($1) AND c.task_id = ANY ($2)
        ORDER BY u.id, c.task_id, array_position(ARRAY['bar', 'strong', 'weak'], c.severity), c.kind, c.path::text
        LIMIT 5000
        "#,
        users,
        tasks
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Found {
            user_id: r.user_id,
            task_id: r.task_id,
            kind: Kind::from_code(&r.kind),
            severity: Severity::from_code(&r.severity),
            path: r.path.0,
        })
        .collect())
}

/// A declared relation.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub id: Uuid,
    pub user_id: Uuid,
    pub relation: String,
    pub target: String,
    pub name: String,
    pub erad_number: Option<String>,
    pub remark: Option<String>,
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub declared_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// The declarations of an account, withdrawn ones last.
pub async fn declarations(pool: &PgPool, user: UserId) -> sqlx::Result<Vec<Declaration>> {
    sqlx::query_as!(
        Declaration,
        r#"
        SELECT id, user_id, relation, target, name, erad_number, remark, since, until, declared_at, withdrawn_at
        FROM conflict_declarations
        WHERE user_id = $1
        ORDER BY withdrawn_at IS NOT NULL, declared_at DESC, id
        LIMIT 500
        "#,
        user.0
    )
    .fetch_all(pool)
    .await
}

pub async fn declaration(pool: &PgPool, id: ConflictDeclarationId) -> sqlx::Result<Option<Declaration>> {
    sqlx::query_as!(
        Declaration,
        r#"
        SELECT id, user_id, relation, target, name, erad_number, remark, since, until, declared_at, withdrawn_at
        FROM conflict_declarations
        WHERE id = $1
        "#,
        id.0
    )
    .fetch_optional(pool)
    .await
}

/// The researcher of an account, with the affiliation that conflicts are derived from.
#[derive(Clone, Debug)]
pub struct Researcher {
    pub name_ja: String,
    pub name_en: Option<String>,
    pub department: Option<String>,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
}

pub async fn researcher(pool: &PgPool, user: UserId) -> sqlx::Result<Option<Researcher>> {
    sqlx::query_as!(
        Researcher,
        r#"
        SELECT p.name_ja, p.name_en, p.department, i.name_ja AS "institution_ja?", i.name_en AS "institution_en?"
        FROM users u
        JOIN people p ON p.id = u.person_id
        LEFT JOIN institutions i ON i.id = p.institution_id
        WHERE u.id = $1
        "#,
        user.0
    )
    .fetch_optional(pool)
    .await
}

/// A task by any number it was ever printed under, if the viewer may know it.
pub async fn task_by_number(pool: &PgPool, number: &str, rights: &Rights) -> sqlx::Result<Option<TaskId>> {
    let id = sqlx::query_scalar!(
        r#"
        SELECT t.id
        FROM tasks t
        WHERE (t.stable_number = $1 OR EXISTS (SELECT FROM task_years y WHERE y.task_id = t.id AND y.task_number = $1))
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        ORDER BY t.starts_on DESC, t.id
        LIMIT 1
        "#,
        number,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await?;
    Ok(id.map(TaskId))
}

/// A declaration to be made.
pub struct NewDeclaration {
    pub id: ConflictDeclarationId,
    pub relation: Kind,
    pub target: &'static str,
    pub name: String,
    pub folded: String,
    pub erad_number: Option<String>,
    pub task: Option<TaskId>,
    pub remark: Option<String>,
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

impl NewDeclaration {
    /// A relation to a task as such, named by its number or title.
    pub fn of_task(relation: Kind, task: TaskId, name: String, remark: Option<String>) -> Self {
        Self {
            id: ConflictDeclarationId::new(),
            relation,
            target: "task",
            folded: crate::kernel::text::fold(&name).replace(' ', ""),
            name,
            erad_number: None,
            task: Some(task),
            remark,
            since: None,
            until: None,
        }
    }
}

/// Declares inside another action's transaction; what is declared already stays as it is.
pub async fn declare_within(
    tx: &mut Tx<'_>,
    user: UserId,
    d: &NewDeclaration,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO conflict_declarations (id, user_id, relation, target, name, folded, task_id, remark, declared_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO NOTHING
        "#,
        d.id.0,
        user.0,
        d.relation.code(),
        d.target,
        d.name,
        d.folded,
        d.task.map(|t| t.0),
        d.remark,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn insert(
    tx: &mut Tx<'_>,
    user: UserId,
    d: &NewDeclaration,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO conflict_declarations
            (id, user_id, relation, target, name, folded, erad_number, task_id, remark, since, until, declared_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        "#,
        d.id.0,
        user.0,
        d.relation.code(),
        d.target,
        d.name,
        d.folded,
        d.erad_number,
        d.task.map(|t| t.0),
        d.remark,
        d.since,
        d.until,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn withdraw(tx: &mut Tx<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE conflict_declarations SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL",
        id,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
