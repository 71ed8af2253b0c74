//! A database per test, copied from a template that is migrated and filled with the small world once.

use nakadachi::db;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool};

const WORLD: &str = include_str!("world.sql");
const TEMPLATE_LOCK: i64 = 0x7465_6d70;

pub struct TestDatabase {
    server: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    pub async fn create() -> Self {
        let server = server_options();
        let template = template_name();
        let mut admin =
            server.connect().await.expect("connecting to the test server; script/test starts one");
        ensure_template(&mut admin, &server, &template).await;
        let name = format!("nk_test_{}", uuid::Uuid::new_v4().simple());
        execute(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self { server, name }
    }

    pub async fn pool(&self) -> PgPool {
        let options = self.server.clone().database(&self.name).options([("timezone", "Asia/Tokyo")]);
        PgPoolOptions::new()
            .max_connections(8)
            .connect_with(options)
            .await
            .expect("connecting to the test database")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                if let Ok(mut admin) = server.connect().await {
                    execute(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                }
            });
        });
        dropped.join().ok();
    }
}

fn server_options() -> PgConnectOptions {
    let url = std::env::var("TEST_DATABASE_URL").or_else(|_| std::env::var("DATABASE_URL")).expect(
        "set TEST_DATABASE_URL to a PostgreSQL server where databases may be created; script/test does it",
    );
    let options: PgConnectOptions = url.parse().expect("TEST_DATABASE_URL is an address of PostgreSQL");
    options.database("postgres")
}

/// The template's name carries a hash of the migrations and the world: a change makes a new one.
fn template_name() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for migration in db::MIGRATOR.iter() {
        migration.checksum.hash(&mut hasher);
    }
    WORLD.hash(&mut hasher);
    format!("nk_template_{:016x}", hasher.finish())
}

async fn ensure_template(admin: &mut PgConnection, server: &PgConnectOptions, template: &str) {
    let exists = "SELECT count(*) FROM pg_database WHERE datname = $1";
    let found: i64 = sqlx::query_scalar(exists).bind(template).fetch_one(&mut *admin).await.unwrap();
    if found == 1 {
        return;
    }
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await.unwrap();
    let found: i64 = sqlx::query_scalar(exists).bind(template).fetch_one(&mut *admin).await.unwrap();
    if found == 0 {
        let draft = format!("{template}_draft");
        execute(admin, format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
        execute(
            admin,
            format!("CREATE DATABASE {draft} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'ja-JP' LOCALE 'C.UTF-8'"),
        )
        .await;
        let mut connection = server.clone().database(&draft).connect().await.unwrap();
        db::MIGRATOR.run_direct(None, &mut connection, false).await.expect("migrating the template");
        connection.execute(WORLD).await.expect("filling the small world");
        connection.close().await.unwrap();
        execute(admin, format!("ALTER DATABASE {draft} RENAME TO {template}")).await;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await.unwrap();
}

async fn execute(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}
