//! The command line: one command per file; each opens what it needs and calls an action.

mod audit;
mod backup;
mod budget;
mod budget_import;
mod database;
mod demo;
mod doctor;
mod gate;
mod import;
mod match_measure;
mod match_rank;
mod matching;
mod postgres_tools;
mod restore;
mod serve;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat, ServeConfig};

/// 仲立ち: the working desk of a medical-research funding agency.
#[derive(Parser)]
#[command(name = "nakadachi", version, about)]
struct Arguments {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages.
    Serve(ServeConfig),
    /// Bring the database to this program's version.
    Migrate,
    /// Fill an empty database with a synthetic agency over the real programs.
    Demo(demo::Demo),
    /// Make accounts and reset passwords: the first administrator, and the way back in.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Read files of tasks into the portfolio.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Look at everything the program stands on, and say what to do about what is wrong.
    Doctor,
    /// Write the database to a file, with rows and hashes of every table beside it.
    Backup(backup::Backup),
    /// Read a backup into an empty database and compare every table with it.
    Restore(restore::Restore),
    /// Assign tasks to programs on files, and verify assignments; needs no database.
    #[command(subcommand)]
    Match(matching::MatchCommand),
    /// Check budget workbooks, write the import template (no database needed); import a workbook.
    #[command(subcommand)]
    Budget(budget::BudgetCommand),
    /// Work with gates: check issued minutes.
    #[command(subcommand)]
    Gate(gate::GateCommand),
    /// Work with the audit chain.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

/// Parses the arguments and runs the command.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    start_logging(&arguments.config);
    let Arguments { config, command } = arguments;
    let outcome = match command {
        // Serving ends by the same signals in its own, slower way.
        Command::Serve(serve) => serve::run(config, serve).await,
        command => tokio::select! {
            outcome = perform(config, command) => outcome,
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
        },
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("nakadachi: {error:#}");
        ExitCode::FAILURE
    })
}

/// A command that may be cut off anywhere: what it holds (a private cluster) ends with it.
async fn perform(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(serve) => serve::run(config, serve).await,
        Command::Migrate => database::migrate(config).await,
        Command::Demo(arguments) => demo::run(config, arguments).await,
        Command::User(command) => user::run(config, command).await,
        Command::Import(command) => import::run(config, command).await,
        Command::Doctor => doctor::run(config).await,
        Command::Backup(backup) => backup::run(config, backup).await,
        Command::Restore(restore) => restore::run(config, restore).await,
        Command::Match(command) => matching::run(command),
        Command::Budget(command) => budget::run(config, command).await,
        Command::Gate(command) => gate::run(config, command).await,
        Command::Audit(command) => audit::run(config, command).await,
    }
}

fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}
