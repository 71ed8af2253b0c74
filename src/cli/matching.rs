//! `nakadachi match …`: the assignment engine on files, without a database.
//!
//! Formats: `docs/matching-formats.md`. A bad input ends with exit code 2 and a message that names the place; nothing is
//! written to standard output then.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use super::match_measure::{self, Measure};
use super::match_rank::{self, Rank};
use crate::matching::checker::{self, Verdict};
use crate::matching::engine::{Instance, Objective, Options, Replayed, SessionFile, solve};

/// Exit code for an input that cannot be used.
const BAD_INPUT: u8 = 2;

/// Assign tasks to programs, verify an assignment, rank by affinity.
#[derive(Subcommand)]
pub enum MatchCommand {
    /// Solve an instance exactly and print the solution with its certificate as JSON.
    Solve(Solve),
    /// Check a solution against its instance, independently of the solver.
    Verify(Verify),
    /// Rank candidates for every query by affinity, as JSON lines with the parts of each score.
    Rank(Rank),
    /// Measure affinity on labelled continuations, beside the cosine of title characters.
    Measure(Measure),
    /// Recompute a stored session; prints `identical` or the first difference.
    Replay(Replay),
}

#[derive(Args)]
pub struct Solve {
    /// The instance as JSON; `-` reads standard input.
    instance: PathBuf,
    /// What to optimise.
    #[arg(long, value_enum, default_value_t)]
    objective: ObjectiveArgument,
    /// Seconds after which a search over mixed costs stops; the proven gap is printed.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time_limit: Option<f64>,
    /// Write the solution to this file instead of standard output.
    #[arg(long)]
    output: Option<PathBuf>,
}

#[derive(Args)]
pub struct Verify {
    /// The instance as JSON.
    instance: PathBuf,
    /// The solution as `match solve` printed it.
    solution: PathBuf,
}

#[derive(Args)]
pub struct Replay {
    /// The session file as a session exports it.
    session: PathBuf,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum ObjectiveArgument {
    /// Greatest summed value.
    #[default]
    MaxSum,
    /// Most pairs, then the best worst pair, then the greatest sum.
    Bottleneck,
    /// Deferred acceptance, the left side proposing.
    Stable,
}

impl From<ObjectiveArgument> for Objective {
    fn from(argument: ObjectiveArgument) -> Objective {
        match argument {
            ObjectiveArgument::MaxSum => Objective::MaxSum,
            ObjectiveArgument::Bottleneck => Objective::Bottleneck,
            ObjectiveArgument::Stable => Objective::Stable,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if seconds.is_finite() && seconds >= 0.0 { Ok(seconds) } else { Err("must be zero or more".into()) }
}

/// Runs one of the commands.
pub fn run(command: MatchCommand) -> anyhow::Result<ExitCode> {
    match command {
        MatchCommand::Solve(solve) => solve.run(),
        MatchCommand::Verify(verify) => verify.run(),
        MatchCommand::Rank(rank) => match_rank::run(&rank),
        MatchCommand::Measure(measure) => match_measure::run(&measure),
        MatchCommand::Replay(replay) => replay.run(),
    }
}

impl Solve {
    fn run(self) -> anyhow::Result<ExitCode> {
        let start = Instant::now();
        let Some(source) = open(&self.instance) else { return Ok(ExitCode::from(BAD_INPUT)) };
        let instance = match Instance::from_json(source) {
            Ok(instance) => instance,
            Err(bad) => return Ok(refuse(&self.instance, &bad)),
        };
        let mut out: Box<dyn Write> = match &self.output {
            None => Box::new(std::io::stdout().lock()),
            Some(path) => match File::create(path) {
                Ok(file) => Box::new(file),
                Err(error) => {
                    return Ok(refuse(path, &format!("cannot be written ({error}) / 書けません")));
                }
            },
        };
        let deadline = self.time_limit.map(|limit| start + Duration::from_secs_f64(limit.min(1e9)));
        let stop = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let options = Options { stop: &stop, ..Options::default() };
        let mut solution = solve(&instance, self.objective.into(), &options);
        solution.seconds = (start.elapsed().as_secs_f64() * 1e6).round() / 1e6;
        let text = solution.to_json() + "\n";
        out.write_all(text.as_bytes()).context("writing the solution")?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Verify {
    fn run(self) -> anyhow::Result<ExitCode> {
        let (Some(instance), Some(solution)) = (open(&self.instance), open(&self.solution)) else {
            return Ok(ExitCode::from(BAD_INPUT));
        };
        Ok(match checker::verify(instance, solution) {
            Ok(Verdict::Proven(ja, en)) => {
                println!("{en} / {ja}");
                ExitCode::SUCCESS
            }
            Ok(Verdict::Refuted(ja, en)) => {
                println!("refuted: {en} / 反証：{ja}");
                ExitCode::FAILURE
            }
            Err(unreadable) => {
                eprintln!("nakadachi: {unreadable}");
                ExitCode::from(BAD_INPUT)
            }
        })
    }
}

impl Replay {
    fn run(self) -> anyhow::Result<ExitCode> {
        let Some(mut source) = open(&self.session) else { return Ok(ExitCode::from(BAD_INPUT)) };
        let mut text = String::new();
        let read = source.read_to_string(&mut text).map_err(anyhow::Error::from);
        let file = match read.and_then(|_| Ok(SessionFile::from_json(&text)?)) {
            Ok(file) => file,
            Err(error) => return Ok(refuse(&self.session, &error)),
        };
        Ok(match file.replay(&Options::default()) {
            Replayed::Identical => {
                println!("identical");
                ExitCode::SUCCESS
            }
            Replayed::Different(words) => {
                println!("{} / {}", words.en, words.ja);
                ExitCode::FAILURE
            }
        })
    }
}

/// Opens a file for reading; says why not on standard error.
fn open(path: &Path) -> Option<Box<dyn Read>> {
    if path.as_os_str() == "-" {
        return Some(Box::new(std::io::stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Some(Box::new(BufReader::new(file))),
        Err(error) => {
            eprintln!("nakadachi: {}: cannot be opened ({error}) / 開けません", path.display());
            None
        }
    }
}

fn refuse(path: &Path, bad: &impl std::fmt::Display) -> ExitCode {
    eprintln!("nakadachi: {}: {bad}", path.display());
    ExitCode::from(BAD_INPUT)
}
