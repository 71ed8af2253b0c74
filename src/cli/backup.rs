//! `nakadachi backup FILE`: a dump by PostgreSQL's own `pg_dump`, with a manifest of rows and hashes per table beside it.
//!
//! Dump and manifest are of the same moment: the counts are taken in the snapshot that `pg_dump` reads.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

use super::database::Database;
use super::postgres_tools::{self, Tool};
use crate::config::Config;

/// What a backup holds, to compare a restored database with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Version of the program that wrote it.
    pub program: String,
    pub made_at: DateTime<Utc>,
    /// Newest migration in the dump.
    pub migration: i64,
    /// SHA-256 of the dump file.
    pub dump_sha256: String,
    pub tables: Vec<Table>,
}

/// One table's content in two figures that do not depend on the order of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Table {
    pub name: String,
    pub rows: i64,
    pub hash: String,
}

/// Options of the command.
#[derive(clap::Args)]
pub struct Backup {
    /// Where to write the dump; its manifest goes to FILE.json.
    file: PathBuf,
}

pub async fn run(config: Config, backup: Backup) -> anyhow::Result<ExitCode> {
    let file = &backup.file;
    if file.exists() {
        bail!("{} exists already: a backup never overwrites another one", file.display());
    }
    let database = Database::open_as_it_is(&config).await?;
    let mut connection = PgConnection::connect(database.url()).await.context("connecting to the database")?;
    let tool = Tool::find("pg_dump", postgres_tools::server_major(&mut connection).await?)?;
    let mut snapshot = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
    let name: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut *snapshot).await?;

    let unfinished = file.with_added_extension("part");
    let to = File::create_new(&unfinished).with_context(|| format!("creating {}", unfinished.display()))?;
    let arguments = ["--format=custom", "--no-owner", "--no-privileges", "--snapshot", &name];
    let dumped = tool.run(database.url(), &arguments, to.into()).await;
    let made = match dumped {
        Ok(()) => manifest(&mut snapshot, &unfinished).await,
        Err(error) => Err(error),
    };
    let manifest = made.inspect_err(|_| {
        let _ = std::fs::remove_file(&unfinished);
    })?;
    snapshot.rollback().await?;
    connection.close().await?;

    std::fs::write(manifest_path(file), serde_json::to_vec_pretty(&manifest)?)
        .with_context(|| format!("writing {}", manifest_path(file).display()))?;
    std::fs::rename(&unfinished, file).with_context(|| format!("writing {}", file.display()))?;
    print(&manifest.tables);
    println!(
        "wrote {} (sha256 {}) and {}",
        file.display(),
        manifest.dump_sha256,
        manifest_path(file).display()
    );
    Ok(ExitCode::SUCCESS)
}

async fn manifest(connection: &mut PgConnection, dump: &Path) -> anyhow::Result<Manifest> {
    Ok(Manifest {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: sqlx::query_scalar("SELECT now()").fetch_one(&mut *connection).await?,
        migration: sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
            .fetch_one(&mut *connection)
            .await?,
        dump_sha256: sha256_of(dump)?,
        tables: tables(connection).await?,
    })
}

/// Rows and hash of every table of the schema, by name.
pub(super) async fn tables(connection: &mut PgConnection) -> anyhow::Result<Vec<Table>> {
    // The text of a row depends on these two settings.
    sqlx::raw_sql("SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1")
        .execute(&mut *connection)
        .await?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        let quoted = name.replace('"', "\"\"");
        // 60 bits of each row's md5, summed: independent of order, and counts a row that stands twice.
        let sql = format!(
            "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM \"{quoted}\" t"
        );
        let (rows, sum): (i64, String) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut *connection)
            .await
            .with_context(|| format!("reading {name}"))?;
        let hash = hex::encode(&Sha256::digest(format!("{rows} {sum}"))[..8]);
        tables.push(Table { name, rows, hash });
    }
    Ok(tables)
}

pub(super) fn print(tables: &[Table]) {
    for Table { name, rows, hash } in tables {
        println!("{name:<40} {rows:>10} rows  {hash}");
    }
}

pub(super) fn manifest_path(dump: &Path) -> PathBuf {
    dump.with_added_extension("json")
}

pub(super) fn sha256_of(file: &Path) -> anyhow::Result<String> {
    let mut hasher = Sha256::new();
    let mut from = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    std::io::copy(&mut from, &mut hasher).with_context(|| format!("reading {}", file.display()))?;
    Ok(hex::encode(hasher.finalize()))
}
