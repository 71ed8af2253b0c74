//! The command line: one command per file; each opens what it needs and calls an action.

mod audit;
mod database;
mod serve;

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
        Command::Serve(serve) => serve::run(config, serve).await,
        Command::Migrate => database::migrate(config).await,
        Command::Audit(command) => audit::run(config, command).await,
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("nakadachi: {error:#}");
        ExitCode::FAILURE
    })
}

fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}
