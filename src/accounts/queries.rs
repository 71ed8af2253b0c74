//! All SQL of accounts that the request path needs.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::{DataVersions, Tx};
use crate::kernel::yen::YenUnit;
use crate::kernel::{FiscalYear, Language, SessionId, UserId};

use super::model::{Role, RoleAssignment};

/// A live session with its person and the data versions, in one round trip.
pub struct SignedIn {
    pub session: SessionId,
    pub user: UserId,
    pub email: String,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub language: Option<Language>,
    pub yen_unit: YenUnit,
    pub must_change_password: bool,
    pub last_seen_at: DateTime<Utc>,
    pub versions: DataVersions,
    /// Position of the newest audit entry.
    pub audited: i64,
}

/// The session whose token hashes to `token_hash`, if it is alive at `now` and its person active.
pub async fn session(pool: &PgPool, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<SignedIn>> {
    let row = sqlx::query!(
        r#"
        SELECT s.id, s.last_seen_at, u.id AS user_id, u.email, u.name_ja, u.name_en, u.language, u.yen_unit,
               u.must_change_password,
               (SELECT version FROM data_versions WHERE name = 'accounts') AS "accounts!",
               (SELECT version FROM data_versions WHERE name = 'portfolio') AS "portfolio!",
               (SELECT version FROM data_versions WHERE name = 'reference') AS "reference!",
               coalesce((SELECT max(position) FROM audit_entries), 0) AS "audited!"
        FROM sessions s
        JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.active
        "#,
        token_hash,
        now
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| SignedIn {
        session: r.id.into(),
        user: r.user_id.into(),
        email: r.email,
        name_ja: r.name_ja,
        name_en: r.name_en,
        language: r.language.as_deref().and_then(Language::from_code),
        yen_unit: YenUnit::from_code(&r.yen_unit).unwrap_or_default(),
        must_change_password: r.must_change_password,
        last_seen_at: r.last_seen_at,
        versions: DataVersions { accounts: r.accounts, portfolio: r.portfolio, reference: r.reference },
        audited: r.audited,
    }))
}

/// Notes that a session was used, at most once a minute.
pub async fn touch_session(pool: &PgPool, session: SessionId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sessions SET last_seen_at = $2 WHERE id = $1", session.0, now).execute(pool).await?;
    Ok(())
}

/// What signing in needs to know of an account.
pub struct Credentials {
    pub id: UserId,
    pub email: String,
    pub password_hash: Option<String>,
    pub active: bool,
}

/// True while nobody has an account.
pub async fn is_without_accounts(pool: &PgPool) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT FROM users) AS "none!""#).fetch_one(pool).await
}

pub async fn credentials(pool: &PgPool, email: &str) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"SELECT id AS "id: UserId", email, password_hash, active FROM users WHERE email = $1"#,
        email
    )
    .fetch_optional(pool)
    .await
}

/// Failed attempts since `since`, for this account and for this address.
pub async fn recent_failures(
    pool: &PgPool,
    email: &str,
    address: &str,
    since: DateTime<Utc>,
) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"
        SELECT (SELECT count(*) FROM sign_in_attempts
                WHERE email = $1 AND at > greatest($3, coalesce(
                    (SELECT max(at) FROM sign_in_attempts WHERE email = $1 AND succeeded), $3))) AS "account!",
               (SELECT count(*) FROM sign_in_attempts WHERE address = $2 AND at > $3 AND NOT succeeded) AS "address!"
        "#,
        email,
        address,
        since
    )
    .fetch_one(pool)
    .await?;
    Ok((row.account, row.address))
}

pub async fn insert_attempt(
    tx: &mut Tx<'_>,
    email: &str,
    address: &str,
    at: DateTime<Utc>,
    ok: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sign_in_attempts (email, address, at, succeeded) VALUES ($1, $2, $3, $4)",
        email,
        address,
        at,
        ok
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A new session.
pub struct NewSession<'a> {
    pub id: SessionId,
    pub token_hash: &'a [u8],
    pub user: UserId,
    pub user_agent: &'a str,
    pub address: &'a str,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_session(tx: &mut Tx<'_>, s: &NewSession<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO sessions (id, token_hash, user_id, user_agent, address, created_at, last_seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
        "#,
        s.id.0,
        s.token_hash,
        s.user.0,
        s.user_agent,
        s.address,
        s.now,
        s.expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_session(tx: &mut Tx<'_>, user: UserId, session: SessionId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM sessions WHERE id = $1 AND user_id = $2", session.0, user.0)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_other_sessions(
    tx: &mut Tx<'_>,
    user: UserId,
    keep: Option<SessionId>,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2",
        user.0,
        keep.map(|s| s.0)
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Roles held on a day.
pub async fn roles_on(pool: &PgPool, user: UserId, day: NaiveDate) -> sqlx::Result<Vec<RoleAssignment>> {
    let rows = sqlx::query!(
        r#"
        SELECT role, project_id, program_id, disease_area_id, ministry_code
        FROM role_assignments
        WHERE user_id = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until >= $2)
        ORDER BY role, id
        "#,
        user.0,
        day
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some(RoleAssignment {
                role: Role::from_code(&r.role)?,
                project_id: r.project_id,
                program_id: r.program_id,
                disease_area_id: r.disease_area_id,
                ministry_code: r.ministry_code,
            })
        })
        .collect())
}

/// A program in the scope of somebody's roles.
pub struct ScopedProgram {
    pub id: Uuid,
    /// By a role that answers for it, not only by its ministry.
    pub in_charge: bool,
}

/// Programs that lie in the scope of somebody's roles: themselves, through a project that year, or their ministry.
pub async fn programs_in_scope(
    pool: &PgPool,
    user: UserId,
    day: NaiveDate,
    fiscal_year: FiscalYear,
) -> sqlx::Result<Vec<ScopedProgram>> {
    let year = i16::try_from(fiscal_year.year()).unwrap_or(i16::MAX);
    sqlx::query_as!(
        ScopedProgram,
        r#"
        WITH held AS (
            SELECT * FROM role_assignments
            WHERE user_id = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until >= $2)
        )
        SELECT id AS "id!", bool_or(in_charge) AS "in_charge!"
        FROM (
            SELECT program_id AS id, true AS in_charge FROM held WHERE program_id IS NOT NULL
            UNION ALL
            SELECT pp.program_id, true FROM held
            JOIN program_projects pp ON pp.project_id = held.project_id AND pp.fiscal_year = $3
            UNION ALL
            SELECT p.id, false FROM held JOIN programs p ON p.ministry_code = held.ministry_code
        ) AS scoped
        GROUP BY id
        ORDER BY id
        "#,
        user.0,
        day,
        year
    )
    .fetch_all(pool)
    .await
}

pub async fn granted_tasks(pool: &PgPool, user: UserId, day: NaiveDate) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "SELECT DISTINCT task_id FROM task_grants WHERE user_id = $1 AND (until IS NULL OR until >= $2) ORDER BY 1",
        user.0,
        day
    )
    .fetch_all(pool)
    .await
}

/// Stores the language that a person chose.
pub async fn set_language(tx: &mut Tx<'_>, user: UserId, language: Language) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET language = $2 WHERE id = $1", user.0, language.code())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
