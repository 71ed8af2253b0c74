//! All SQL of the administration of accounts.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::UserId;

use super::model::{NewRole, UserFields};

/// A line of the list of accounts.
pub struct UserRow {
    pub id: UserId,
    pub email: String,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub active: bool,
    pub made_by_demo: bool,
    pub roles: Vec<String>,
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// Accounts whose name or address holds `words`, by address, after `after`.
pub async fn users(
    pool: &PgPool,
    words: &str,
    role: Option<&str>,
    after: &str,
    day: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<UserRow>> {
    sqlx::query_as!(
        UserRow,
        r#"
        SELECT u.id AS "id: UserId", u.email, u.name_ja, u.name_en, u.active, u.made_by_demo,
               ARRAY(SELECT DISTINCT r.role FROM role_assignments r
                     WHERE r.user_id = u.id AND r.valid_from <= $4 AND (r.valid_until IS NULL OR r.valid_until >= $4)
                     ORDER BY 1) AS "roles!",
               (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS last_seen_at
        FROM users u
        WHERE ($1 = '' OR strpos(u.email, lower($1)) > 0 OR strpos(u.name_ja, $1) > 0
               OR strpos(lower(coalesce(u.name_en, '')), lower($1)) > 0)
          AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM role_assignments r WHERE r.user_id = u.id AND r.role = $2
                 AND r.valid_from <= $4 AND (r.valid_until IS NULL OR r.valid_until >= $4)))
          AND u.email > $3
        ORDER BY u.email
        LIMIT $5
        "#,
        words,
        role,
        after,
        day,
        limit
    )
    .fetch_all(pool)
    .await
}

/// One account as its page shows it.
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub active: bool,
    pub made_by_demo: bool,
    pub must_change_password: bool,
    pub has_password: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

pub async fn user(pool: &PgPool, id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"
        SELECT id AS "id: UserId", email, name_ja, name_en, active, made_by_demo, must_change_password,
               password_hash IS NOT NULL AS "has_password!", version, created_at
        FROM users WHERE id = $1
        "#,
        id.0
    )
    .fetch_optional(pool)
    .await
}

/// A role of an account with its scope in words.
pub struct RoleRow {
    pub id: Uuid,
    pub role: String,
    pub scope_ja: Option<String>,
    pub scope_en: Option<String>,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
}

pub async fn roles(pool: &PgPool, user: UserId) -> sqlx::Result<Vec<RoleRow>> {
    sqlx::query_as!(
        RoleRow,
        r#"
        SELECT r.id, r.role, r.valid_from, r.valid_until,
               coalesce(j.name_ja, p.name_ja, v.name_ja, m.name_ja) AS scope_ja,
               coalesce(j.name_en, p.name_en, v.name_en, m.name_en) AS scope_en
        FROM role_assignments r
        LEFT JOIN projects j ON j.id = r.project_id
        LEFT JOIN programs p ON p.id = r.program_id
        LEFT JOIN vocabulary_values v ON v.id = r.disease_area_id
        LEFT JOIN ministries m ON m.code = r.ministry_code
        WHERE r.user_id = $1
        ORDER BY r.valid_until DESC NULLS FIRST, r.role, r.id
        "#,
        user.0
    )
    .fetch_all(pool)
    .await
}

/// Something a role can be held over: `project:<id>`, `program:<id>`, `disease_area:<id>`, `ministry:<code>`.
pub struct ScopeRow {
    pub value: String,
    pub name_ja: String,
    pub name_en: Option<String>,
}

/// Every scope: projects of the term that holds `year`, programs, disease areas, ministries.
pub async fn scopes(pool: &PgPool, year: i16) -> sqlx::Result<Vec<ScopeRow>> {
    sqlx::query_as!(
        ScopeRow,
        r#"
        SELECT value AS "value!", name_ja AS "name_ja!", name_en
        FROM (
            SELECT 1 AS kind, j.number::int AS place, 'project:' || j.id AS value, j.name_ja, j.name_en, j.id::text AS tie
            FROM projects j JOIN plan_terms t ON t.id = j.term_id WHERE $1 BETWEEN t.first_fy AND t.last_fy
            UNION ALL
            SELECT 2, 0, 'program:' || id, code || ' ' || name_ja, code || ' ' || coalesce(name_en, name_ja), code FROM programs
            UNION ALL
            SELECT 3, position, 'disease_area:' || id, name_ja, name_en, code FROM vocabulary_values
            WHERE vocabulary = 'disease_area' AND first_fy <= $1 AND (last_fy IS NULL OR last_fy >= $1)
            UNION ALL
            SELECT 4, position, 'ministry:' || code, name_ja, name_en, code FROM ministries
        ) AS scopes
        ORDER BY kind, place, tie
        LIMIT 2000
        "#,
        year
    )
    .fetch_all(pool)
    .await
}

pub async fn insert_user(
    tx: &mut Tx<'_>,
    id: UserId,
    f: &UserFields,
    hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO users (id, email, name_ja, name_en, password_hash, must_change_password, active, created_at)
        VALUES ($1, $2, $3, $4, $5, true, $6, $7)
        "#,
        id.0,
        f.email,
        f.name_ja.as_str(),
        f.name_en.as_ref().map(|t| t.as_str()),
        hash,
        f.active,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the fields if `version` is still the present one.
pub async fn update_user(tx: &mut Tx<'_>, id: UserId, version: i32, f: &UserFields) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE users SET email = $3, name_ja = $4, name_en = $5, active = $6, version = version + 1
        WHERE id = $1 AND version = $2
        "#,
        id.0,
        version,
        f.email,
        f.name_ja.as_str(),
        f.name_en.as_ref().map(|t| t.as_str()),
        f.active
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_password(tx: &mut Tx<'_>, id: UserId, hash: &str, must_change: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET password_hash = $2, must_change_password = $3 WHERE id = $1",
        id.0,
        hash,
        must_change
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn insert_role(tx: &mut Tx<'_>, id: Uuid, user: UserId, r: &NewRole) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO role_assignments (id, user_id, role, project_id, program_id, disease_area_id, ministry_code,
                                      valid_from, valid_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        "#,
        id,
        user.0,
        r.role.code(),
        r.scope.project,
        r.scope.program,
        r.scope.disease_area,
        r.scope.ministry,
        r.valid_from,
        r.valid_until
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a role with the day before `today`, or removes it if it had not begun by then. Returns the role.
pub async fn end_role(
    tx: &mut Tx<'_>,
    user: UserId,
    role: Uuid,
    today: NaiveDate,
) -> sqlx::Result<Option<String>> {
    let ended = sqlx::query_scalar!(
        r#"
        UPDATE role_assignments SET valid_until = $3::date - 1
        WHERE id = $1 AND user_id = $2 AND valid_from < $3 AND (valid_until IS NULL OR valid_until >= $3)
        RETURNING role
        "#,
        role,
        user.0,
        today
    )
    .fetch_optional(&mut **tx)
    .await?;
    if ended.is_some() {
        return Ok(ended);
    }
    sqlx::query_scalar!(
        "DELETE FROM role_assignments WHERE id = $1 AND user_id = $2 AND valid_from >= $3 RETURNING role",
        role,
        user.0,
        today
    )
    .fetch_optional(&mut **tx)
    .await
}

/// How many active accounts hold the administrator's role on `day`.
pub async fn administrators(tx: &mut Tx<'_>, day: NaiveDate) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(DISTINCT u.id) AS "n!" FROM users u JOIN role_assignments r ON r.user_id = u.id
        WHERE u.active AND r.role = 'administrator' AND r.valid_from <= $1 AND (r.valid_until IS NULL OR r.valid_until >= $1)
        "#,
        day
    )
    .fetch_one(&mut **tx)
    .await
}
