//! `nakadachi import tasks FILE`: the browser's import from the command line, with the same plan and the same proof.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use crate::audit::Actor;
use crate::config::Config;
use crate::imports::actions::{self, Counts, Plan, Refusal};
use crate::imports::model::{Mapping, Severity};
use crate::imports::{headers, programs, queries, table};
use crate::kernel::{Clock, Language};
use crate::portfolio::catalogue;

/// Commands that read files into the portfolio.
#[derive(clap::Subcommand)]
pub enum ImportCommand {
    /// Check a file of tasks or payment lines, and with --apply write it: everything or nothing.
    Tasks(Tasks),
}

/// Options of `import tasks`.
#[derive(clap::Args)]
pub struct Tasks {
    /// UTF-8 or CP932 CSV, xlsx, xls or ods.
    file: PathBuf,
    /// Write what was checked, if no error stands.
    #[arg(long)]
    apply: bool,
    /// Take a name for a program: NAME=CODE, e.g. "医工連携事業=R14". May stand several times.
    #[arg(long = "program", value_name = "NAME=CODE")]
    programs: Vec<String>,
    /// Most findings printed.
    #[arg(long, default_value_t = 50)]
    findings: usize,
}

/// Exit status: 0 clean or applied, 1 findings keep the file from being applied, 2 unreadable.
pub async fn run(config: Config, ImportCommand::Tasks(tasks): ImportCommand) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&tasks.file).with_context(|| format!("reading {}", tasks.file.display()))?;
    let name = tasks.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let database = super::database::open(&config).await?;
    let pool = &database;
    let outcome = check_and_apply(pool, &tasks, (&name, &bytes)).await;
    database.close().await?;
    outcome
}

async fn check_and_apply(
    pool: &sqlx::PgPool,
    tasks: &Tasks,
    (name, bytes): (&str, &[u8]),
) -> anyhow::Result<ExitCode> {
    let read = match table::read(bytes, name) {
        Ok(read) => read,
        Err(error) => {
            eprintln!("{}", error.message().en);
            return Ok(ExitCode::from(2));
        }
    };
    let mut mapping = headers::propose(&read);
    mapping.confirmed = true;
    choose_programs(pool, &mut mapping, &tasks.programs).await?;
    actions::recall_programs(pool, &read, &mut mapping, &BTreeSet::new()).await?;
    let plan = match actions::plan_of(pool, bytes, name, mapping.clone()).await? {
        Ok(plan) => plan,
        Err(Refusal::Unreadable(said)) => {
            eprintln!("{}", said.en);
            return Ok(ExitCode::from(2));
        }
        Err(refusal) => {
            eprintln!("{refusal:?}");
            return Ok(ExitCode::from(2));
        }
    };
    print(&plan, tasks.findings);
    let counts = plan.counts();
    if counts.errors > 0 {
        println!("not applied: mend the errors, or settle unknown programs with --program NAME=CODE");
        return Ok(ExitCode::FAILURE);
    }
    if counts.new + counts.changed == 0 {
        let without_tasks = counts.same == 0 && counts.without_task > 0;
        println!(
            "{}",
            if without_tasks {
                "nothing to apply: no task of these payment lines is there; import the tasks first"
            } else {
                "nothing to apply: the database says this already"
            }
        );
        return Ok(ExitCode::SUCCESS);
    }
    if !tasks.apply {
        println!("checked; --apply writes it");
        return Ok(ExitCode::SUCCESS);
    }
    apply(pool, (name, bytes), (&read, &mapping)).await
}

async fn choose_programs(
    pool: &sqlx::PgPool,
    mapping: &mut Mapping,
    chosen: &[String],
) -> anyhow::Result<()> {
    let catalogue = catalogue::load(pool).await?;
    for pair in chosen {
        let (name, code) = pair.rsplit_once('=').with_context(|| format!("{pair}: write NAME=CODE"))?;
        let program = catalogue
            .programs
            .iter()
            .find(|p| p.code == code)
            .with_context(|| format!("no program {code}"))?;
        mapping.programs.insert(programs::key(name), program.id);
    }
    Ok(())
}

fn print(plan: &Plan, most: usize) {
    let c: Counts = plan.counts();
    println!(
        "rows {}  new {}  changed {}  same {}  errors {}  warnings {}  unknown programs {}  lines without task {}",
        c.rows, c.new, c.changed, c.same, c.errors, c.warnings, c.unknown_programs, c.without_task
    );
    for (name, unknown) in &plan.parsed.unknown_programs {
        let near: Vec<&str> = unknown.nearest.iter().map(|n| n.1.as_str()).collect();
        println!("unknown program  {} rows  {name}  nearest: {}", unknown.rows, near.join(" / "));
    }
    for (name, settled) in plan.parsed.settled_programs.iter() {
        if plan.mapping.recalled.contains(&programs::key(name)) {
            println!("settled program  {} rows  {name}  as chosen with an earlier file", settled.rows);
        }
    }
    for finding in plan.parsed.findings.iter().take(most) {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        println!("{word}  {}  {}  {}", finding.cell, finding.column, finding.said.in_language(Language::En));
    }
    if plan.parsed.findings.len() > most {
        println!("… and {} more findings", plan.parsed.findings.len() - most);
    }
}

async fn apply(
    pool: &sqlx::PgPool,
    (name, bytes): (&str, &[u8]),
    (read, mapping): (&table::Table, &Mapping),
) -> anyhow::Result<ExitCode> {
    let actor = Actor::system("command line");
    let now = Clock::System.now();
    let refused = |refusal: Refusal| anyhow::anyhow!("not applied: {refusal:?}");
    let id = actions::upload(pool, &actor, (name, bytes), now).await?.map_err(refused)?;
    actions::set_mapping(pool, &actor, (id, &read.fingerprint()), mapping, now).await?.map_err(refused)?;
    let batch = queries::batch(pool, id).await?.context("the batch just stored")?;
    let counts = actions::apply(pool, &actor, &batch, now).await?.map_err(refused)?;
    println!("applied as batch {id}: {} new, {} changed", counts.new, counts.changed);
    Ok(ExitCode::SUCCESS)
}
