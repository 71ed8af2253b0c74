//! `nakadachi restore FILE`: a backup into an empty database, then every table's rows and hash against the manifest.

use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, bail};
use sqlx::{Connection, PgConnection};

use super::backup::{Manifest, Table, manifest_path, print, sha256_of, tables};
use super::database::Database;
use super::postgres_tools::{self, Tool};
use crate::config::Config;
use crate::db;

/// Options of the command.
#[derive(clap::Args)]
pub struct Restore {
    /// A dump that `nakadachi backup` wrote, with its FILE.json beside it.
    file: PathBuf,
}

pub async fn run(config: Config, restore: Restore) -> anyhow::Result<ExitCode> {
    let file = &restore.file;
    let text = std::fs::read(manifest_path(file))
        .with_context(|| format!("reading the manifest {}", manifest_path(file).display()))?;
    let manifest: Manifest = serde_json::from_slice(&text).context("reading the manifest")?;
    if sha256_of(file)? != manifest.dump_sha256 {
        bail!("{} is not the file that its manifest describes: it was changed or cut off", file.display());
    }
    let known = db::MIGRATOR.iter().map(|m| m.version).max().unwrap_or(0);
    if manifest.migration > known {
        bail!(
            "the backup was made by a newer Nakadachi ({}): restore it with that version or a later one",
            manifest.program
        );
    }
    let database = Database::open_as_it_is(&config).await?;
    let mut connection = PgConnection::connect(database.url()).await.context("connecting to the database")?;
    let occupied: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')")
            .fetch_one(&mut connection)
            .await?;
    if occupied {
        bail!(
            "the database holds tables already. Restore into an empty one: another DATABASE_URL or another --data-dir"
        );
    }
    let tool = Tool::find("pg_restore", postgres_tools::server_major(&mut connection).await?)?;
    let path = file.to_str().context("the path of the backup must be plain text")?;
    let arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", path];
    tool.run(database.url(), &arguments, Stdio::null()).await?;

    let mut reading = connection.begin().await?;
    let restored = tables(&mut reading).await?;
    reading.rollback().await?;
    connection.close().await?;
    print(&restored);
    let differences = differences(&manifest.tables, &restored);
    if !differences.is_empty() {
        bail!("the restored database differs from the backup:\n  {}", differences.join("\n  "));
    }
    let rows: i64 = restored.iter().map(|t| t.rows).sum();
    println!("identical: {} tables, {rows} rows, as of {}", restored.len(), manifest.made_at);
    if manifest.migration < known {
        println!(
            "the backup is of an older version: `nakadachi migrate` or the next start brings it up to date"
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn differences(expected: &[Table], found: &[Table]) -> Vec<String> {
    let of = |tables: &[Table], name: &str| tables.iter().find(|t| t.name == name).cloned();
    let mut names: Vec<&str> = expected.iter().chain(found).map(|t| t.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let lines = names.into_iter().filter_map(|name| match (of(expected, name), of(found, name)) {
        (Some(e), Some(f)) if e == f => None,
        (Some(e), Some(f)) => {
            Some(format!("{name}: {} rows {} in the backup, {} rows {} now", e.rows, e.hash, f.rows, f.hash))
        }
        (Some(e), None) => Some(format!("{name}: {} rows in the backup, no such table now", e.rows)),
        _ => Some(format!("{name}: not in the backup")),
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, rows: i64, hash: &str) -> Table {
        Table { name: name.into(), rows, hash: hash.into() }
    }

    #[test]
    fn names_every_difference() {
        let backup = [table("tasks", 3, "aa"), table("users", 1, "bb"), table("terms", 3, "cc")];
        let now = [table("tasks", 3, "aa"), table("users", 1, "ff"), table("other", 0, "00")];
        let found = differences(&backup, &now);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("other: not in the backup"));
        assert!(found[1].starts_with("terms: 3 rows in the backup, no such table"));
        assert!(found[2].starts_with("users: 1 rows bb in the backup, 1 rows ff now"));
    }
}
