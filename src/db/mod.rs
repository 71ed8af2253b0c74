//! PostgreSQL: pool, migrations, data versions, and what its constraint names mean.

pub mod cluster;
pub mod errors;
pub mod events;
pub mod recent;
pub mod submissions;
pub mod versions;

use std::time::Duration;

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool, Postgres};

pub use errors::{constraint, is_constraint};
pub use events::Events;
pub use recent::Recent;
pub use versions::DataVersions;

/// A transaction of the house: one action, one audit entry.
pub type Tx<'a> = sqlx::Transaction<'a, Postgres>;

/// Migrations compiled into the program.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

/// Opens a pool of at most `connections`.
pub async fn connect(url: &str, connections: u32) -> anyhow::Result<PgPool> {
    let options: PgConnectOptions = url.parse().context("reading DATABASE_URL")?;
    let options = options
        .application_name("nakadachi")
        .options([("timezone", "Asia/Tokyo"), ("jit", "off")])
        .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(2))
        .log_statements(tracing::log::LevelFilter::Trace);
    PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(connections.min(2))
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .context("connecting to PostgreSQL")
}

/// Brings the schema to this program's version; safe when several processes start together.
pub async fn migrate(pool: &PgPool) -> anyhow::Result<()> {
    MIGRATOR.run(pool).await.context("migrating the database")
}
