//! Makes a new cluster and its database, and checks that an existing one sorts Japanese as we expect.

use std::{fs, process::Stdio};

use anyhow::{Context, bail};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

use super::{
    place::{PORT, Place},
    postmaster::{Patience, Process, command},
    programs::Programs,
};

pub(super) const USER: &str = "nakadachi";
pub(super) const DATABASE: &str = "nakadachi";

/// The major version of the data that already lies there.
pub(super) fn existing_major(place: &Place) -> anyhow::Result<Option<u32>> {
    let file = place.data().join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text.trim().parse().with_context(|| format!("reading {}", file.display()))?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
    }
}

/// `initdb` under another name, renamed when complete: a run that was cut off leaves nothing that looks like data.
pub(super) async fn initialise(programs: &Programs, place: &Place, say: fn(&str)) -> anyhow::Result<()> {
    let unfinished = place.folder.join("data.new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| format!("removing {}", unfinished.display()))?;
    }
    let mut command = command(&programs.path("initdb"), place.owner);
    command.args(["--username", USER, "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=ja-JP"]);
    command.args([
        "--locale=C.UTF-8",
        "--auth=trust",
        "--auth-host=reject",
        "--data-checksums",
        "--no-instructions",
    ]);
    command.arg("-D").arg(&unfinished).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = Process::spawn(&mut command).context("starting initdb")?;
    let mut patience = Patience::new("Making a new PostgreSQL cluster", say);
    let status = loop {
        match process.ended()? {
            Some(status) => break status,
            None => patience.wait().await,
        }
    };
    if !status.success() {
        bail!("initdb failed ({status}):\n{}", process.complaint());
    }
    fs::rename(&unfinished, place.data()).context("putting the new cluster in its place")
}

pub(super) fn options(place: &Place, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(&place.sockets)
        .port(PORT)
        .username(USER)
        .database(database)
        .disable_statement_logging()
}

/// Creates the database when it is missing and refuses one whose collation is not ICU Japanese.
pub(super) async fn ensure_database(place: &Place) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect_with(&options(place, "postgres"))
        .await
        .context("connecting to the private PostgreSQL")?;
    // PostgreSQL 15 accepts the name of an ICU locale that does not exist, and then sorts by the root locale.
    let japanese: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i' AND collname = 'ja-JP-x-icu')",
    )
    .fetch_one(&mut connection)
    .await?;
    if !japanese {
        bail!(
            "this PostgreSQL has no ICU collation ja-JP. Install a PostgreSQL built with ICU and full ICU data"
        );
    }
    let provider: Option<String> =
        sqlx::query_scalar("SELECT datlocprovider::text FROM pg_database WHERE datname = $1")
            .bind(DATABASE)
            .fetch_optional(&mut connection)
            .await?;
    match provider.as_deref() {
        Some("i") => {}
        Some(other) => bail!(
            "the database {DATABASE} sorts by provider {other:?}, not by ICU: it was not made by this program"
        ),
        None => {
            sqlx::raw_sql(
                "CREATE DATABASE nakadachi TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'ja-JP' LOCALE 'C.UTF-8'",
            )
            .execute(&mut connection)
            .await
            .context("creating the database")?;
        }
    }
    connection.close().await?;
    Ok(())
}
