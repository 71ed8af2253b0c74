//! `nakadachi audit verify`: proves the chain, or names its first broken link.

use std::process::ExitCode;

use crate::audit::{self, Verified};
use crate::config::Config;

/// Commands about the audit chain.
#[derive(clap::Subcommand)]
pub enum AuditCommand {
    /// Recompute every hash; exit 0 if the chain is intact, 1 if it is broken.
    Verify,
}

pub async fn run(config: Config, command: AuditCommand) -> anyhow::Result<ExitCode> {
    let AuditCommand::Verify = command;
    let pool = super::database::open(&config).await?;
    match audit::verify(&pool).await? {
        Verified::Intact { entries, head } => {
            println!("intact: {entries} entries, head {head}");
            Ok(ExitCode::SUCCESS)
        }
        Verified::Broken { position, reason } => {
            println!("broken at entry {position}: {reason}");
            Ok(ExitCode::FAILURE)
        }
    }
}
