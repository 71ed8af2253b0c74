//! All SQL of solutions, locks, votes and the meeting.
//!
//! What a viewer may know of a session's tasks is decided once, in [`tasks`]: tasks they may not see, and tasks on which
//! they have a conflict of interest, are not in it, and every page drops whatever names a task that is not in it.

mod locks;
mod meeting;
mod pair;
mod proposals;
mod question;
mod versions;

pub use locks::*;
pub use meeting::*;
pub use pair::*;
pub use proposals::*;
pub use question::*;
pub use versions::*;

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::UserId;

/// The head of a session.
#[derive(Clone, Debug)]
pub struct Head {
    pub id: Uuid,
    pub name: String,
    pub fiscal_year: i16,
    pub state: String,
    pub rules_version: i32,
    /// The thesaurus under which its pairs were scored, with the hash of its table.
    pub thesaurus_version: Option<i32>,
    pub thesaurus_hash: Option<String>,
    pub version: i32,
    pub consent_until: Option<NaiveDate>,
}

/// A session. Everybody inside the agency may know that it exists; its tasks are found through [`tasks`].
pub async fn head(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Head>> {
    sqlx::query_as!(
        Head,
        r#"
        SELECT s.id, s.name, s.fiscal_year, s.state, s.rules_version, s.thesaurus_version, v.hash AS "thesaurus_hash?",
               s.version, s.consent_until
        FROM matching_sessions s
        LEFT JOIN thesaurus_versions v ON v.number = s.thesaurus_version
        WHERE s.id = $1
        "#,
        id
    )
    .fetch_optional(pool)
    .await
}

/// A task of a session with what pages print of it.
#[derive(Clone, Debug)]
pub struct TaskName {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program_id: Uuid,
    pub program_ja: String,
    pub program_en: Option<String>,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
    pub ends_on: Option<NaiveDate>,
}

/// The session's tasks that the viewer may know and has no conflict on; by title.
pub async fn tasks(pool: &PgPool, session: Uuid, viewer: UserId, r: &Rights) -> sqlx::Result<Vec<TaskName>> {
    sqlx::query_as!(
        TaskName,
        r#"
        SELECT t.id, t.title_ja, t.title_en, p.id AS program_id, p.name_ja AS program_ja, p.name_en AS program_en,
               i.name_ja AS "institution_ja?", i.name_en AS "institution_en?", t.ends_on
        FROM matching_session_tasks m
        JOIN tasks t ON t.id = m.task_id
        JOIN programs p ON p.id = m.program_id
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE m.session_id = $1
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
          AND t.id NOT IN (SELECT c.task_id FROM tasks_kept_from($2) c)
        ORDER BY t.title_ja, t.id
        LIMIT 5000
        "#,
        session,
        viewer.0,
        r.sees_all,
        r.sees_open,
        &r.programs,
        &r.diseases,
        &r.granted
    )
    .fetch_all(pool)
    .await
}

/// How many tasks the session has, known to the viewer or not.
pub async fn task_count(pool: &PgPool, session: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM matching_session_tasks WHERE session_id = $1"#,
        session
    )
    .fetch_one(pool)
    .await
}

/// A slot of a session with what pages print of it.
#[derive(Clone, Debug)]
pub struct SlotName {
    pub id: Uuid,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub program_ja: String,
    pub program_en: Option<String>,
    pub project_ja: Option<String>,
    pub project_en: Option<String>,
    /// With its step.
    pub name_ja: String,
    pub name_en: Option<String>,
    pub min_new: i16,
    pub max_new: i16,
    pub budget_yen: Option<i64>,
}

pub async fn slots(pool: &PgPool, session: Uuid) -> sqlx::Result<Vec<SlotName>> {
    sqlx::query_as!(
        SlotName,
        r#"
        SELECT m.id, m.program_id, m.project_id, p.name_ja AS program_ja, p.name_en AS program_en,
               st.full_name_ja AS "name_ja!", st.full_name_en AS name_en, j.name_ja AS "project_ja?",
               j.name_en AS "project_en?", m.min_new, m.max_new, m.budget_yen
        FROM matching_session_slots m
        JOIN programs p ON p.id = m.program_id
        JOIN slot_types st ON st.id = m.slot_type_id
        LEFT JOIN projects j ON j.id = m.project_id
        WHERE m.session_id = $1
        ORDER BY p.name_ja, st.position, m.id
        LIMIT 2000
        "#,
        session
    )
    .fetch_all(pool)
    .await
}

/// Takes the session's row for this transaction: versions are numbered, and states change, one at a time.
pub async fn hold(tx: &mut Tx<'_>, session: Uuid) -> sqlx::Result<(String, i32)> {
    let row = sqlx::query!("SELECT state, version FROM matching_sessions WHERE id = $1 FOR UPDATE", session)
        .fetch_one(&mut **tx)
        .await?;
    Ok((row.state, row.version))
}
