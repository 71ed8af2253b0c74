//! What the doctor asks the database: version, collation, limits, durability, migrations, administrator,
//! clock, replica.

use std::time::Instant;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};

use super::Finding;
use crate::cli::database::Database;
use crate::config::Config;
use crate::db;
use crate::kernel::Clock;

pub(super) async fn findings(config: &Config, database: &Database) -> Vec<Finding> {
    let asked = async {
        let mut connection =
            PgConnection::connect(database.url()).await.context("connecting to the database")?;
        let mut findings = server(config, &mut connection).await?;
        findings.push(collation(&mut connection).await?);
        findings.push(migrations(&mut connection).await?);
        findings.push(administrator(&mut connection).await?);
        findings.push(clock(&mut connection).await?);
        connection.close().await?;
        anyhow::Ok(findings)
    };
    let mut findings = asked.await.unwrap_or_else(|error| {
        vec![Finding::fail(
            "database",
            format!("{error:#}"),
            "check that the server runs and that the user may read",
        )]
    });
    if let Some(url) = &config.database_read_url {
        findings.push(replica(url).await.unwrap_or_else(|error| {
            Finding::fail(
                "replica",
                format!("{error:#}"),
                "unset DATABASE_READ_URL to read from the main database",
            )
        }));
    }
    findings
}

async fn server(config: &Config, connection: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let began = Instant::now();
    let (version, number, size): (String, i32, i64) = sqlx::query_as(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int, \
                pg_database_size(current_database())",
    )
    .fetch_one(&mut *connection)
    .await?;
    let found = format!(
        "PostgreSQL {version}, {} MB, answers in {:.1} ms",
        size >> 20,
        began.elapsed().as_secs_f64() * 1000.0
    );
    let mut findings = vec![match number {
        150_000.. => Finding::fine("database", found),
        _ => Finding::fail("database", found, "the program needs PostgreSQL 15 or newer"),
    }];

    let (limit, used): (i32, i64) = sqlx::query_as(
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int, \
                (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')",
    )
    .fetch_one(&mut *connection)
    .await?;
    let found = format!("{used} of {limit} in use, one process opens up to {}", config.connections);
    findings.push(if i64::from(limit) - used < i64::from(config.connections) {
        Finding::warn("connections", found, "raise max_connections, or lower NAKADACHI_CONNECTIONS")
    } else {
        Finding::fine("connections", found)
    });

    let unsafe_settings: Vec<String> = sqlx::query_scalar(
        "SELECT name || ' = ' || setting FROM pg_settings \
         WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name",
    )
    .fetch_all(&mut *connection)
    .await?;
    findings.push(if unsafe_settings.is_empty() {
        Finding::fine("durability", "what is committed survives a crash")
    } else {
        Finding::fail(
            "durability",
            unsafe_settings.join(", "),
            "set to on: a power cut may lose or damage committed data",
        )
    });
    Ok(findings)
}

async fn collation(connection: &mut PgConnection) -> anyhow::Result<Finding> {
    let (encoding, provider, japanese): (String, String, bool) = sqlx::query_as(
        "SELECT pg_encoding_to_char(encoding), datlocprovider::text, \
                EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i' AND collname = 'ja-JP-x-icu') \
         FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(connection)
    .await?;
    let advice =
        "create the database with ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'ja-JP' TEMPLATE template0";
    Ok(match (encoding.as_str(), provider.as_str(), japanese) {
        ("UTF8", "i", true) => Finding::fine("collation", "UTF8, ICU, Japanese"),
        ("UTF8", _, true) => {
            Finding::warn("collation", "UTF8, but the database does not sort by ICU", advice)
        }
        ("UTF8", _, false) => Finding::fail(
            "collation",
            "this PostgreSQL has no ICU collation ja-JP",
            "install one built with ICU",
        ),
        _ => Finding::fail("collation", format!("the encoding is {encoding}"), advice),
    })
}

async fn migrations(connection: &mut PgConnection) -> anyhow::Result<Finding> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('public._sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    let applied: Vec<(i64, Vec<u8>, bool)> = if exists {
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await?
    } else {
        Vec::new()
    };
    let known: Vec<(i64, &[u8])> = db::MIGRATOR.iter().map(|m| (m.version, &*m.checksum)).collect();
    Ok(judge_migrations(&known, &applied))
}

fn judge_migrations(known: &[(i64, &[u8])], applied: &[(i64, Vec<u8>, bool)]) -> Finding {
    let newer = applied.iter().find(|(version, ..)| !known.iter().any(|(k, _)| k == version));
    let broken = applied.iter().find(|(.., success)| !success);
    let changed = applied
        .iter()
        .find(|(version, sum, _)| known.iter().any(|(k, s)| k == version && *s != sum.as_slice()));
    let pending = known.iter().filter(|(version, _)| !applied.iter().any(|(a, ..)| a == version)).count();
    let what = "migrations";
    match (broken, newer, changed, pending) {
        (Some((version, ..)), ..) => Finding::fail(
            what,
            format!("{version} ended half-way"),
            "restore the last backup, or ask for help with it",
        ),
        (_, Some((version, ..)), ..) => Finding::fail(
            what,
            format!("{version} is unknown to this program"),
            "the database belongs to a newer version: run that one",
        ),
        (_, _, Some((version, ..)), _) => Finding::fail(
            what,
            format!("{version} was another text when it was applied"),
            "run the program that made this database",
        ),
        (.., 0) => Finding::fine(what, format!("all {} applied", known.len())),
        (.., n) => Finding::warn(
            what,
            format!("{n} of {} not applied yet", known.len()),
            "the next start applies them; or `nakadachi migrate`",
        ),
    }
}

/// Whether somebody can sign in as an administrator today.
async fn administrator(connection: &mut PgConnection) -> anyhow::Result<Finding> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('public.role_assignments') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    let able: i64 = if exists {
        sqlx::query_scalar(
            "SELECT count(DISTINCT u.id) FROM users u JOIN role_assignments r ON r.user_id = u.id \
             WHERE u.active AND u.password_hash IS NOT NULL AND r.role = 'administrator' \
               AND r.valid_from <= $1 AND (r.valid_until IS NULL OR r.valid_until >= $1)",
        )
        .bind(Clock::System.today())
        .fetch_one(connection)
        .await?
    } else {
        0
    };
    Ok(judge_administrators(able))
}

fn judge_administrators(able: i64) -> Finding {
    match able {
        0 => Finding::warn(
            "administrator",
            "nobody can sign in as administrator",
            "`nakadachi user add EMAIL --name NAME --role administrator` makes an account and prints its password",
        ),
        n => Finding::fine("administrator", format!("{n} can sign in")),
    }
}

async fn clock(connection: &mut PgConnection) -> anyhow::Result<Finding> {
    let before = Clock::System.now();
    let there: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(connection).await?;
    let after = Clock::System.now();
    let middle = before + (after - before) / 2;
    Ok(judge_clock(there - middle, there))
}

fn judge_clock(apart: TimeDelta, there: DateTime<Utc>) -> Finding {
    let found = format!(
        "{}, the database's is {} ms apart",
        there.format("%Y-%m-%d %H:%M:%SZ"),
        apart.num_milliseconds().abs()
    );
    match apart.num_seconds().abs() {
        0..2 => Finding::fine("clock", found),
        _ => Finding::warn("clock", found, "deadlines follow both clocks: set both machines by NTP"),
    }
}

async fn replica(url: &str) -> anyhow::Result<Finding> {
    let mut connection = PgConnection::connect(url).await.context("connecting to DATABASE_READ_URL")?;
    let (follows, behind): (bool, Option<f64>) = sqlx::query_as(
        "SELECT pg_is_in_recovery(), extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(match (follows, behind) {
        (false, _) => Finding::warn(
            "replica",
            "DATABASE_READ_URL is not a replica",
            "fine if it is the main database; otherwise it shows old data",
        ),
        (true, Some(seconds)) if seconds > 60.0 => Finding::warn(
            "replica",
            format!("last change replayed {seconds:.0} s ago"),
            "on a busy system this means that it lags",
        ),
        (true, _) => Finding::fine("replica", "follows the main database"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn judges_migrations() {
        let known: [(i64, &[u8]); 2] = [(1, b"a"), (2, b"b")];
        let one = (1, b"a".to_vec(), true);
        let two = (2, b"b".to_vec(), true);
        let level = |applied: &[_]| judge_migrations(&known, applied).level;
        assert_eq!(level(&[one.clone(), two.clone()]), Level::Fine);
        assert_eq!(level(std::slice::from_ref(&one)), Level::Warn, "one is pending");
        assert_eq!(level(&[one.clone(), (2, b"x".to_vec(), true)]), Level::Fail, "changed since");
        assert_eq!(level(&[one.clone(), (2, b"b".to_vec(), false)]), Level::Fail, "half-way");
        assert_eq!(level(&[one, two, (3, b"c".to_vec(), true)]), Level::Fail, "from the future");
    }

    #[test]
    fn a_database_without_an_administrator_is_named() {
        assert_eq!(judge_administrators(0).level, Level::Warn);
        assert_eq!(judge_administrators(2).level, Level::Fine);
    }

    #[test]
    fn a_clock_that_is_off_is_named() {
        assert_eq!(judge_clock(TimeDelta::milliseconds(-300), Clock::System.now()).level, Level::Fine);
        assert_eq!(judge_clock(TimeDelta::seconds(-40), Clock::System.now()).level, Level::Warn);
    }
}
