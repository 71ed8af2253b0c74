//! `nakadachi doctor`: looks at everything the program stands on, and says what to do about what is wrong.
//!
//! One line per check: `ok`, `warn` or `FAIL`, what was found, and after the arrow what to do. Ends with failure when any
//! check failed.

mod database;
mod machine;

use std::process::ExitCode;

use super::database::Database;
use crate::config::Config;

/// The outcome of one check.
pub(super) struct Finding {
    level: Level,
    subject: &'static str,
    found: String,
    /// What a person should do; empty when nothing.
    advice: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Fine,
    Warn,
    Fail,
}

impl Finding {
    fn fine(subject: &'static str, found: impl Into<String>) -> Self {
        Self { level: Level::Fine, subject, found: found.into(), advice: String::new() }
    }

    fn warn(subject: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Warn, subject, found: found.into(), advice: advice.into() }
    }

    fn fail(subject: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Fail, subject, found: found.into(), advice: advice.into() }
    }

    fn print(&self) {
        let Self { level, subject, found, advice } = self;
        let word = match level {
            Level::Fine => "ok  ",
            Level::Warn => "warn",
            Level::Fail => "FAIL",
        };
        let arrow = if advice.is_empty() { "" } else { " → " };
        println!("{word}  {subject:<14} {found}{arrow}{advice}");
    }
}

pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let mut findings = machine::findings(&config);
    match Database::open_as_it_is(&config).await {
        Ok(database) => findings.extend(database::findings(&config, &database).await),
        Err(error) => findings.push(Finding::fail(
            "database",
            format!("{error:#}"),
            match config.database_url {
                Some(_) => "check DATABASE_URL, and that the server runs and lets us in",
                None => "the message names the cause; the cluster's own log is postgres.log in its folder",
            },
        )),
    }
    findings.iter().for_each(Finding::print);
    let worst = findings.iter().map(|f| f.level).max().unwrap_or(Level::Fine);
    let count = |level| findings.iter().filter(|f| f.level == level).count();
    println!("{} ok, {} to look at, {} wrong", count(Level::Fine), count(Level::Warn), count(Level::Fail));
    Ok(if worst == Level::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
