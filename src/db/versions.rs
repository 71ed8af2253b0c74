//! Counters that say whether a cached read model is still true.

use sqlx::PgPool;

/// The counters of `data_versions` at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DataVersions {
    /// Users, roles, grants.
    pub accounts: i64,
    /// Tasks, years, people, institutions, links.
    pub portfolio: i64,
    /// Terms, projects, programs, vocabularies, calls.
    pub reference: i64,
}

/// The counters now.
pub async fn current(pool: &PgPool) -> sqlx::Result<DataVersions> {
    sqlx::query_as!(
        DataVersions,
        r#"
        SELECT max(version) FILTER (WHERE name = 'accounts') AS "accounts!",
               max(version) FILTER (WHERE name = 'portfolio') AS "portfolio!",
               max(version) FILTER (WHERE name = 'reference') AS "reference!"
        FROM data_versions
        "#
    )
    .fetch_one(pool)
    .await
}
