//! `nakadachi budget import FILE`: the browser's import from the command line, with the same reading, plan and proof.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::audit::Actor;
use crate::budget::corrections::{ChosenProgram, Corrections, Extent};
use crate::budget::imports::Plan;
use crate::budget::imports::actions::{self, Consent, Looked, Uploaded};
use crate::budget::imports::queries;
use crate::budget::names::normal;
use crate::budget::report;
use crate::config::Config;
use crate::kernel::{BudgetImportId, Clock, Language};
use crate::portfolio::catalogue;

/// Options of `budget import`.
#[derive(Args)]
pub struct Import {
    /// xlsx, xls, ods or CSV.
    file: PathBuf,
    /// Store the file, confirm the tables as recognised, and apply it: everything or nothing.
    #[arg(long)]
    apply: bool,
    /// Why: kept with the version. Needed where a version in force is replaced.
    #[arg(long, default_value = "")]
    reason: String,
    /// Take a name for a program: NAME=CODE, e.g. "医工連携事業=R14". May stand several times.
    #[arg(long = "program", value_name = "NAME=CODE")]
    programs: Vec<String>,
    /// Whether the file is the whole budget of its years and stages, or speaks for the programs it names only.
    #[arg(long, value_enum)]
    extent: Option<Whole>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Whole {
    Whole,
    Part,
}

/// Exit status: 0 applied, or nothing to change; 1 findings or a refusal; 2 unreadable.
pub async fn run(config: Config, options: Import) -> anyhow::Result<ExitCode> {
    let bytes = match std::fs::read(&options.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{}: {}", options.file.display(), report::unopened(&error).en);
            return Ok(ExitCode::from(2));
        }
    };
    let name = options.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let database = super::database::open(&config).await?;
    let outcome = import(&database, &options, (&name, bytes)).await;
    database.close().await?;
    outcome
}

async fn import(
    pool: &sqlx::PgPool,
    options: &Import,
    (name, bytes): (&str, Vec<u8>),
) -> anyhow::Result<ExitCode> {
    let said = said(pool, &options.programs).await?;
    let extent = options.extent.map(|e| match e {
        Whole::Whole => Extent::Whole,
        Whole::Part => Extent::Part,
    });
    let began = Instant::now();
    let looked = match actions::look(pool, (name, bytes.clone()), said.clone(), extent).await? {
        Ok(seen) => seen,
        Err(error) => {
            eprintln!("{name}: {}", error.message().en);
            return Ok(ExitCode::from(2));
        }
    };
    let plan = &looked.plan;
    print!("{}", report::text(&looked.reading.report, Language::En));
    print(plan);
    if !plan.blockers.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    if plan.is_idle() {
        println!("nothing to apply: what is in force says this already; nothing was changed");
        return Ok(ExitCode::SUCCESS);
    }
    if !options.apply {
        println!("checked; --apply writes it");
        return Ok(ExitCode::from(u8::from(!looked.reading.report.is_clean())));
    }
    let reason = options.reason.trim();
    if reason.is_empty() && plan.steps.iter().any(|s| !s.is_idle() && s.base.is_some()) {
        println!("not applied: a version in force would be replaced; say why with --reason");
        return Ok(ExitCode::FAILURE);
    }
    apply(pool, (name, bytes), (said, extent, &looked), reason, began.elapsed()).await
}

/// Stores, confirms and applies what was printed.
async fn apply(
    pool: &sqlx::PgPool,
    (name, bytes): (&str, Vec<u8>),
    (said, extent, seen): (Corrections, Option<Extent>, &Looked),
    reason: &str,
    looked: Duration,
) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let actor = Actor::system("command line");
    let now = Clock::System.now();
    let refused = |refusal: actions::Refusal| anyhow::anyhow!("not applied: {refusal:?}");
    let (Uploaded::New(id) | Uploaded::Waiting(id) | Uploaded::InForce(id)) =
        actions::upload(pool, &actor, (name, bytes), now).await?.map_err(refused)?;
    let import = find(pool, id).await?;
    let mut corrections = import.corrections.clone();
    corrections.programs.extend(said.programs);
    corrections
        .extents
        .extend(extent.into_iter().flat_map(|e| seen.plan.steps.iter().map(move |s| (s.slot.code(), e))));
    actions::correct(pool, &actor, (&import, import.version), (&corrections, true), now)
        .await?
        .map_err(refused)?;
    let consent = Consent { fingerprint: Some(seen.plan.fingerprint()), reason: reason.to_owned() };
    let (stored, began) = (began.elapsed(), Instant::now());
    let import = find(pool, id).await?;
    let now = Clock::System.now();
    // Somebody may have corrected the same file in the browser; then it is read again under what they said.
    let versions = if import.corrections == seen.corrections {
        let read = (&import, &seen.reading.report, &seen.reference);
        actions::apply_reading(pool, &actor, read, &consent, now).await?
    } else {
        actions::apply(pool, &actor, &import, &consent, now).await?
    };
    println!("applied as import {id}: {} versions in force", versions.map_err(refused)?.len());
    println!(
        "times: checked and compared in {looked:.2?}, stored and confirmed in {stored:.2?}, applied in {:.2?}",
        began.elapsed()
    );
    Ok(ExitCode::SUCCESS)
}

async fn find(pool: &sqlx::PgPool, id: BudgetImportId) -> anyhow::Result<crate::budget::imports::Import> {
    queries::import(pool, id).await?.context("the import just stored")
}

/// The programs chosen on the command line.
async fn said(pool: &sqlx::PgPool, programs: &[String]) -> anyhow::Result<Corrections> {
    let mut said = Corrections::default();
    let catalogue = catalogue::load(pool).await?;
    for pair in programs {
        let (name, code) = pair.rsplit_once('=').with_context(|| format!("{pair}: write NAME=CODE"))?;
        let program = catalogue
            .programs
            .iter()
            .find(|p| p.code == code)
            .with_context(|| format!("no program {code}"))?;
        said.programs.insert(normal(name), ChosenProgram { id: program.id, name: name.to_owned() });
    }
    Ok(said)
}

fn print(plan: &Plan) {
    for step in &plan.steps {
        let number =
            step.base.map_or_else(|| "none in force".to_owned(), |(_, n)| format!("replaces version {n}"));
        println!(
            "{}: {} lines ({} carried over), {} yen, {number}: {} differ, {} same, {:+} yen",
            step.slot.name(Language::En),
            step.lines.len(),
            step.carried,
            step.after.amount,
            step.differences.len(),
            step.same,
            step.delta()
        );
        for d in step.differences.iter().take(20) {
            println!(
                "  {} {} {}: {:+}",
                d.program_name.as_deref().unwrap_or("(no program)"),
                d.project_name.as_deref().unwrap_or(""),
                d.kind.english(),
                d.delta()
            );
        }
        if step.differences.len() > 20 {
            println!("  … and {} more", step.differences.len() - 20);
        }
    }
    for blocker in &plan.blockers {
        println!("refused: {}", blocker.in_language(Language::En));
    }
}
