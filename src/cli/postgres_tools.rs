//! Runs PostgreSQL's own client programs against a database URL, keeping the password out of the process list.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use sqlx::PgConnection;

use crate::db::cluster;

/// `pg_dump` or `pg_restore` of the server's version when it is installed, otherwise the nearest newer one.
pub(super) struct Tool {
    name: &'static str,
    path: PathBuf,
}

impl Tool {
    pub(super) fn find(name: &'static str, server: u32) -> anyhow::Result<Self> {
        let path = cluster::client_program(name, server).with_context(|| {
            format!("{name} of PostgreSQL {server} or newer is not installed (package postgresql-client)")
        })?;
        Ok(Self { name, path })
    }

    /// Runs it to its end; what it says on standard error goes to ours.
    pub(super) async fn run(&self, url: &str, arguments: &[&str], stdout: Stdio) -> anyhow::Result<()> {
        let (url, password) = without_password(url);
        let mut command = tokio::process::Command::new(&self.path);
        command
            .arg("--dbname")
            .arg(url)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(stdout)
            .kill_on_drop(true);
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        let status = command.status().await.with_context(|| format!("starting {}", self.path.display()))?;
        if !status.success() {
            bail!("{} failed ({status}); its reason stands above", self.name);
        }
        Ok(())
    }
}

pub(super) async fn server_major(connection: &mut PgConnection) -> anyhow::Result<u32> {
    let number: i32 =
        sqlx::query_scalar("SELECT current_setting('server_version_num')::int").fetch_one(connection).await?;
    u32::try_from(number / 10_000).context("reading the server's version")
}

/// `postgres://user:secret@host/db` → the same without `:secret`, and the secret.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        Some((format!("{scheme}://{name}@{host}{path}"), decoded(password)))
    };
    parts().map_or((url.to_owned(), None), |(url, password)| (url, Some(password)))
}

/// Undoes percent-encoding; what is not valid stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| hex::decode(h).ok());
        match (first, hex) {
            (b'%', Some(value)) => {
                bytes.extend(value);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_password_out() {
        let (url, password) =
            without_password("postgres://nk:p%40ss%2Fword@db.example:5432/nk?sslmode=require");
        assert_eq!(url, "postgres://nk@db.example:5432/nk?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss/word"));
    }

    #[test]
    fn leaves_a_url_without_password() {
        for url in
            ["postgres://nk@localhost:5432/nk?host=/run/x", "postgres:///nk", "postgres://db/nk?user=a:b@c"]
        {
            assert_eq!(without_password(url), (url.to_owned(), None));
        }
    }
}
