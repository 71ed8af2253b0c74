//! `nakadachi gate verify-minutes`: recomputes the hashes of issued minutes.

use std::process::ExitCode;

use crate::config::Config;
use crate::gates::minutes::{self, Verdict};

/// Commands about gates.
#[derive(clap::Subcommand)]
pub enum GateCommand {
    /// Recompute the hash of issued minutes; exit 0 if all hold, 1 if one does not.
    VerifyMinutes {
        /// The hash as printed at the foot of the minutes; without it, all issued minutes are checked.
        hash: Option<String>,
    },
}

pub async fn run(config: Config, command: GateCommand) -> anyhow::Result<ExitCode> {
    let GateCommand::VerifyMinutes { hash } = command;
    let pool = super::database::open(&config).await?;
    let Some(hash) = hash else {
        let mut checked = 0;
        let broken = minutes::check_all(&pool, |verdict| {
            checked += 1;
            tell(verdict);
        })
        .await?;
        println!("{checked} issued records checked, {broken} do not hold");
        return Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    };
    match minutes::check(&pool, &minutes::model::tidy_hash(&hash)).await? {
        Some(verdict) => {
            tell(&verdict);
            Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        None => {
            println!("no minutes were issued with this hash");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn tell(verdict: &Verdict) {
    let issued = &verdict.issued;
    let word = match (verdict.text_holds, verdict.is_audited) {
        (true, true) => "identical",
        (false, _) => "BROKEN: the stored record does not give its hash",
        (true, false) => "BROKEN: the audit has no entry of the issue",
    };
    let now = verdict
        .difference
        .as_ref()
        .map_or_else(String::new, |at| format!("; the tables differ since, at {at}"));
    println!(
        "{}  meeting {} {} issue {}: {word}{now}",
        issued.hash, issued.meeting_id, issued.audience, issued.issue
    );
}
