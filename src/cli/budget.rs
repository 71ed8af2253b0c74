//! `nakadachi budget …`: workbooks checked without a database; `import` stands in its own file.
//!
//! Format of the JSON and what is recognised: `docs/budget-format.md`. Exit status 0 clean, 1 findings (errors or
//! warnings), 2 unreadable.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use crate::budget::check::{Report, check};
use crate::budget::names::Programs;
use crate::budget::report;
use crate::budget::sheet::{Limits, ReadError};
use crate::budget::template;
use crate::config::Config;
use crate::kernel::{FiscalYear, Language, Said};

/// Exit status for a file that cannot be read.
const UNREADABLE: u8 = 2;

/// Check budget workbooks.
#[derive(Subcommand)]
pub enum BudgetCommand {
    /// Read a workbook (xlsx, xls, ods, CSV), recognise its tables, and prove its sums.
    Check(Check),
    /// Write the import template, with drop-downs and checks.
    Template(Template),
    /// Write what a workbook was read as, in the form of the template.
    Export(Export),
    /// Check a workbook against the database, and with --apply put its versions into force.
    Import(super::budget_import::Import),
}

#[derive(Args)]
pub struct Check {
    /// The workbooks; the exit status is the worst of them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    /// Language of the messages.
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

#[derive(Args)]
pub struct Template {
    /// The xlsx to write; an existing file is kept and refused.
    output: PathBuf,
    /// The fiscal year around which years are offered.
    #[arg(long, default_value = "R8")]
    year: FiscalYear,
}

#[derive(Args)]
pub struct Export {
    /// The workbook to read.
    file: PathBuf,
    /// The xlsx to write; an existing file is kept and refused.
    output: PathBuf,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Lang {
    #[default]
    Ja,
    En,
}

/// Runs a budget command.
pub async fn run(config: Config, command: BudgetCommand) -> anyhow::Result<ExitCode> {
    match command {
        BudgetCommand::Check(options) => check_files(&options),
        BudgetCommand::Template(options) => {
            let programs = Programs::built_in();
            write_new(&options.output, &template::template(options.year, programs.names())?)?;
            Ok(ExitCode::SUCCESS)
        }
        BudgetCommand::Export(options) => export(&options),
        BudgetCommand::Import(options) => super::budget_import::run(config, options).await,
    }
}

/// Writes the lines of a readable workbook; errors in it are told and nothing is written.
fn export(options: &Export) -> anyhow::Result<ExitCode> {
    match check_file(&options.file, &Programs::built_in()) {
        Ok(report) if report.is_importable() => {
            write_new(&options.output, &template::export(&report.tables)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(report) => {
            eprint!("{}", report::text(&report, Language::Ja));
            Ok(ExitCode::from(1))
        }
        Err(error) => {
            eprintln!("{}: {}", options.file.display(), error.message());
            Ok(ExitCode::from(UNREADABLE))
        }
    }
}

fn write_new(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::fs::File::create_new(file).with_context(|| format!("creating {}", file.display()))?;
    out.write_all(bytes).with_context(|| format!("writing {}", file.display()))
}

fn check_files(options: &Check) -> anyhow::Result<ExitCode> {
    let language = match options.lang {
        Lang::Ja => Language::Ja,
        Lang::En => Language::En,
    };
    let programs = Programs::built_in();
    let mut worst = 0;
    let mut out = std::io::stdout().lock();
    for file in &options.files {
        let outcome = check_file(file, &programs);
        worst = worst.max(match &outcome {
            Ok(report) if report.is_clean() => 0,
            Ok(_) => 1,
            Err(_) => UNREADABLE,
        });
        match (&outcome, options.json) {
            (Ok(report), true) => serde_json::to_writer(&mut out, &report::json(report, language))?,
            (Ok(report), false) => write!(out, "{}", report::text(report, language))?,
            (Err(error), true) => serde_json::to_writer(&mut out, &error.json(language))?,
            (Err(error), false) => eprintln!("{}: {}", file.display(), error.message().in_language(language)),
        }
        if options.json {
            writeln!(out)?;
        }
    }
    Ok(ExitCode::from(worst))
}

/// Why a file was not checked.
enum Unread {
    /// There is none, or it may not be read.
    Unopened(std::io::Error),
    Unreadable(ReadError),
}

impl From<std::io::Error> for Unread {
    fn from(error: std::io::Error) -> Self {
        Self::Unopened(error)
    }
}

impl From<ReadError> for Unread {
    fn from(error: ReadError) -> Self {
        Self::Unreadable(error)
    }
}

impl Unread {
    fn message(&self) -> Said {
        match self {
            Self::Unopened(error) => report::unopened(error),
            Self::Unreadable(error) => error.message(),
        }
    }

    fn json(&self, language: Language) -> serde_json::Value {
        match self {
            Self::Unopened(_) => report::refused(report::UNOPENED, self.message().in_language(language)),
            Self::Unreadable(error) => report::unreadable(error, language),
        }
    }
}

/// Reads no more of a file than one byte over the limit.
fn check_file(file: &Path, programs: &Programs) -> Result<Report, Unread> {
    let limits = Limits::default();
    let opened = std::fs::File::open(file)?;
    let length = opened.metadata().map(|m| m.len()).unwrap_or(0);
    if length > limits.file_bytes {
        return Err(ReadError::FileTooLarge { bytes: length, limit: limits.file_bytes }.into());
    }
    let mut bytes = Vec::new();
    opened.take(limits.file_bytes + 1).read_to_end(&mut bytes)?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(check(&bytes, &name, programs, &limits)?)
}
