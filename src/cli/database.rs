//! Opening the database that the options name.

use std::process::ExitCode;

use anyhow::Context;
use sqlx::PgPool;

use crate::config::Config;
use crate::db;

/// Connects and migrates. Without `DATABASE_URL` there is nothing to connect to yet.
pub async fn open(config: &Config) -> anyhow::Result<PgPool> {
    let url = config.database_url.as_deref().context("set DATABASE_URL to the database to use")?;
    let pool = db::connect(url, config.connections).await?;
    db::migrate(&pool).await?;
    Ok(pool)
}

/// `nakadachi migrate`.
pub async fn migrate(config: Config) -> anyhow::Result<ExitCode> {
    open(&config).await?;
    println!("the database is at this program's version");
    Ok(ExitCode::SUCCESS)
}
