//! Arrange with builders, act through HTTP, assert what a user sees or a row says.

#[allow(dead_code, reason = "builders wait for the slices whose tests use them")]
mod builders;
mod client;
mod database;
mod page;

#[allow(unused_imports, reason = "as above")]
pub use builders::*;
pub use client::{Client, Persona};
pub use page::Page;

use axum::Router;
use chrono::{DateTime, TimeZone, Utc};
use nakadachi::kernel::Clock;
use nakadachi::web::AppState;
use nakadachi::web::state::Settings;
use sqlx::PgPool;

/// The application on a database of its own, with a clock that stands still: Wednesday 2026-10-07, noon in Japan (R8).
pub struct TestApp {
    pub pool: PgPool,
    pub clock: Clock,
    pub router: Router,
    _database: database::TestDatabase,
}

/// The moment at which every test begins.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 10, 7, 3, 0, 0).unwrap()
}

impl TestApp {
    pub async fn start() -> Self {
        let database = database::TestDatabase::create().await;
        let pool = database.pool().await;
        let clock = Clock::fixed(noon());
        let state = AppState::new(pool.clone(), pool.clone(), clock.clone(), Settings::default());
        Self { router: nakadachi::app::build(state), pool, clock, _database: database }
    }

    /// A browser of one of the personas, signed in; [`Persona::Stranger`] has no account.
    pub async fn client(&self, persona: Persona) -> Client {
        Client::signed_in(self, persona).await
    }

    /// How many rows an SQL condition finds: `app.count("audit_entries WHERE action = 'task.edit'")`.
    pub async fn count(&self, from: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {from}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap()
    }
}
