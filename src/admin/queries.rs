//! All SQL of the administrator's first page.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// What the page counts.
pub struct Overview {
    pub accounts: i64,
    pub without_role: i64,
    pub open_sessions: i64,
    pub jobs_given_up: i64,
    pub waiting_imports: i64,
    pub last_audit: Option<i64>,
}

pub async fn overview(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<Overview> {
    sqlx::query_as!(
        Overview,
        r#"
        SELECT (SELECT count(*) FROM users WHERE active) AS "accounts!",
               (SELECT count(*) FROM users u WHERE active AND NOT EXISTS
                   (SELECT 1 FROM role_assignments r WHERE r.user_id = u.id
                      AND (r.valid_until IS NULL OR r.valid_until >= $1::timestamptz::date))) AS "without_role!",
               (SELECT count(*) FROM sessions WHERE expires_at > $1) AS "open_sessions!",
               (SELECT count(*) FROM jobs WHERE given_up_at IS NOT NULL) AS "jobs_given_up!",
               (SELECT count(*) FROM import_batches WHERE state = 'draft') AS "waiting_imports!",
               (SELECT position FROM audit_entries ORDER BY position DESC LIMIT 1) AS last_audit
        "#,
        now
    )
    .fetch_one(pool)
    .await
}
