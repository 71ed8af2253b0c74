//! Making and changing accounts. One action, one transaction, one audit entry.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::{actions::random_token, password, queries as sessions};
use crate::audit::{self, Actor, Event};
use crate::db::{self, submissions};
use crate::kernel::{Said, UserId};

use super::model::{NewRole, UserFields};
use super::queries;

/// Why an account or a role was not written.
#[derive(Debug)]
pub enum Refusal {
    EmailTaken,
    RoleHeld,
    LastAdministrator,
    /// Somebody else wrote first.
    Stale,
    NotFound,
}

impl Refusal {
    pub fn said(&self) -> Said {
        match self {
            Self::EmailTaken => Said::new(
                "このメールアドレスの利用者は既にいます。一覧で探してください。",
                "An account with this address exists already; look for it in the list.",
            ),
            Self::RoleHeld => Said::new(
                "同じ範囲の同じ役割が同じ開始日で既にあります。",
                "The same role over the same scope from the same day exists already.",
            ),
            Self::LastAdministrator => Said::new(
                "最後の管理者です。先に別の人に管理者の役割を付けてください。",
                "This is the last administrator. Give the role to somebody else first.",
            ),
            Self::Stale => Said::new("ほかの人が先に更新しました。", "Somebody else was faster."),
            Self::NotFound => Said::new("見つかりません。", "Not found."),
        }
    }
}

type Done<T> = anyhow::Result<Result<T, Refusal>>;

/// Makes an account with a password to be changed at first sign-in; returns its id and that password.
pub async fn create(
    pool: &PgPool,
    actor: &Actor,
    fields: &UserFields,
    key: &str,
    now: DateTime<Utc>,
) -> Done<(UserId, Option<String>)> {
    let id = UserId::new();
    let temporary = temporary_password()?;
    let hash = password::hash(temporary.clone()).await?;
    let mut tx = pool.begin().await?;
    let location = format!("/admin/users/{id}");
    if !submissions::claim(&mut tx, key, actor.id, &location, now).await? {
        return Ok(Ok((id, None)));
    }
    match queries::insert_user(&mut tx, id, fields, &hash, now).await {
        Err(error) if db::is_constraint(&error, "users_email_unique") => return Ok(Err(Refusal::EmailTaken)),
        other => other?,
    }
    let facts = json!({ "email": fields.email, "name": fields.name_ja, "active": fields.active });
    audit::record(&mut tx, actor, now, Event::new("user.create", "user", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok((id, Some(temporary))))
}

/// Writes an account's fields over `version`. A closed account's sessions end with it.
pub async fn update(
    pool: &PgPool,
    actor: &Actor,
    id: UserId,
    version: i32,
    fields: &UserFields,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Done<()> {
    let mut tx = pool.begin().await?;
    match queries::update_user(&mut tx, id, version, fields).await {
        Err(error) if db::is_constraint(&error, "users_email_unique") => return Ok(Err(Refusal::EmailTaken)),
        Err(error) => return Err(error.into()),
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Ok(true) => {}
    }
    if !fields.active {
        sessions::delete_other_sessions(&mut tx, id, None).await?;
        if queries::administrators(&mut tx, today).await? == 0 {
            return Ok(Err(Refusal::LastAdministrator));
        }
    }
    let facts = json!({ "email": fields.email, "name": fields.name_ja, "active": fields.active });
    audit::record(&mut tx, actor, now, Event::new("user.edit", "user", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Sets a password that must be changed at the next sign-in, ends all sessions; returns that password.
pub async fn reset_password(
    pool: &PgPool,
    actor: &Actor,
    id: UserId,
    now: DateTime<Utc>,
) -> anyhow::Result<String> {
    let temporary = temporary_password()?;
    let hash = password::hash(temporary.clone()).await?;
    let mut tx = pool.begin().await?;
    queries::set_password(&mut tx, id, &hash, true).await?;
    sessions::delete_other_sessions(&mut tx, id, None).await?;
    audit::record(&mut tx, actor, now, Event::new("user.reset_password", "user", id, json!({}))).await?;
    tx.commit().await?;
    Ok(temporary)
}

/// Gives a role.
pub async fn give_role(
    pool: &PgPool,
    actor: &Actor,
    user: UserId,
    role: &NewRole,
    key: &str,
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, &format!("/admin/users/{user}"), now).await? {
        return Ok(Ok(()));
    }
    match queries::insert_role(&mut tx, Uuid::now_v7(), user, role).await {
        Err(error) if db::is_constraint(&error, "role_assignments_no_duplicate") => {
            return Ok(Err(Refusal::RoleHeld));
        }
        other => other?,
    }
    let facts = json!({
        "role": role.role, "project": role.scope.project, "program": role.scope.program,
        "disease_area": role.scope.disease_area, "ministry": role.scope.ministry,
        "from": role.valid_from, "until": role.valid_until,
    });
    audit::record(&mut tx, actor, now, Event::new("role.give", "user", user, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Ends a role as of today.
pub async fn end_role(
    pool: &PgPool,
    actor: &Actor,
    user: UserId,
    role: Uuid,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Done<()> {
    let mut tx = pool.begin().await?;
    let Some(code) = queries::end_role(&mut tx, user, role, today).await? else {
        return Ok(Err(Refusal::NotFound));
    };
    if code == "administrator" && queries::administrators(&mut tx, today).await? == 0 {
        return Ok(Err(Refusal::LastAdministrator));
    }
    audit::record(&mut tx, actor, now, Event::new("role.end", "user", user, json!({ "role": code }))).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Sixteen letters and digits that are not mistaken for each other, in groups of four.
fn temporary_password() -> anyhow::Result<String> {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let bytes = hex::decode(random_token()?)?;
    let chars: Vec<char> =
        bytes[..16].iter().map(|b| LETTERS[usize::from(*b) % LETTERS.len()] as char).collect();
    Ok(chars.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}
