//! `nakadachi audit verify`: proves the chain, or names its first broken link.

use std::process::ExitCode;

use crate::audit::{self, Against, Noted, Verified};
use crate::config::Config;

/// Commands about the audit chain.
#[derive(clap::Subcommand)]
pub enum AuditCommand {
    /// Recompute every hash; exit 0 if the chain is intact, 1 if it is broken or not what was noted.
    Verify {
        /// What an earlier run said to note: POSITION:HASH, the hash, or the position. Finds a chain cut off at its end.
        #[arg(long, value_name = "POSITION:HASH")]
        expect: Option<Noted>,
    },
}

pub async fn run(config: Config, command: AuditCommand) -> anyhow::Result<ExitCode> {
    let AuditCommand::Verify { expect } = command;
    let pool = super::database::open(&config).await?;
    let (entries, head) = match audit::verify(&pool).await? {
        Verified::Intact { entries, head } => (entries, head),
        Verified::Broken { position, reason } => {
            println!("broken at entry {position}: {reason}");
            return Ok(ExitCode::FAILURE);
        }
    };
    println!("intact: {entries} entries, head {head}");
    if let Some(noted) = expect {
        let against = audit::compare(&pool, &noted).await?;
        println!("{}", in_words(against, entries));
        if against != Against::Holds {
            return Ok(ExitCode::FAILURE);
        }
    }
    if entries > 0 {
        println!("note it outside this machine; next time: audit verify --expect {entries}:{head}");
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(against: Against, entries: i64) -> String {
    match against {
        Against::Holds => "what was noted stands in it".to_owned(),
        Against::Older { position } => format!(
            "NOT what was noted: the newest entry is {entries}, older than entry {position}: \
             the end of the chain was removed, or this is an older copy"
        ),
        Against::Different { position } => format!(
            "NOT what was noted: entry {position} is another one: the chain was written anew from there or earlier"
        ),
        Against::Missing => {
            "NOT what was noted: no entry has this hash: the end of the chain was removed or \
                             written anew, or this is an older copy"
                .to_owned()
        }
    }
}
