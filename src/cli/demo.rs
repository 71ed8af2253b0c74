//! `nakadachi demo`: fills an empty database with the synthetic agency.

use std::process::ExitCode;

use super::database::{self, say};
use crate::config::Config;
use crate::demo::{self, DemoAccount, Size};
use crate::kernel::yen::group_thousands;
use crate::kernel::{Clock, FiscalYear};

/// Options of the `demo` command.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Demo {
    /// Tasks running in one fiscal year.
    #[arg(long, default_value_t = 2_600, value_parser = clap::value_parser!(u32).range(100..=200_000))]
    pub tasks_per_year: u32,

    /// Fiscal years, the running one last.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=12))]
    pub years: u16,

    /// The same seed, size and fiscal year give the same demo.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Default for Demo {
    fn default() -> Self {
        Self { tasks_per_year: 2_600, years: 6, seed: 1 }
    }
}

impl Demo {
    /// With the running fiscal year as the last.
    pub fn size(self, running: FiscalYear) -> Size {
        Size {
            tasks_per_year: self.tasks_per_year,
            years: self.years,
            seed: self.seed,
            // A fiscal year is within 1990 to 2100.
            current_fy: running.year() as i16,
        }
    }
}

pub async fn run(config: Config, arguments: Demo) -> anyhow::Result<ExitCode> {
    let database = database::open(&config).await?;
    let filled = async {
        fill(&database, arguments).await?;
        print_accounts(&database).await
    }
    .await;
    database.close().await?;
    filled?;
    Ok(ExitCode::SUCCESS)
}

/// Fills the database with the default demo.
pub async fn fill_default(pool: &sqlx::PgPool) -> anyhow::Result<()> {
    fill(pool, Demo::default()).await
}

/// Fills the database and says what it holds.
pub async fn fill(pool: &sqlx::PgPool, arguments: Demo) -> anyhow::Result<()> {
    let clock = Clock::System;
    let started = std::time::Instant::now();
    let loaded = demo::fill(pool, arguments.size(clock.fiscal_year()), clock.now(), &say).await?;
    let number = |n: u64| group_thousands(&n.to_string());
    say(&format!(
        "loaded {} tasks, {} task-years, {} people, {} successor links in {:.1} s",
        number(loaded.tasks),
        number(loaded.task_years),
        number(loaded.people),
        number(loaded.links),
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// One line per demo account: ROLE, EMAIL, PASSWORD. Nothing where the demo did not make the database.
pub async fn print_accounts(pool: &sqlx::PgPool) -> anyhow::Result<()> {
    demo::accounts_of(pool).await?.iter().for_each(print_account);
    Ok(())
}

/// The same for the first account of each role, which is what somebody needs who wants to look around.
pub async fn print_one_account_per_role(pool: &sqlx::PgPool) -> anyhow::Result<()> {
    let mut accounts = demo::accounts_of(pool).await?;
    accounts.dedup_by_key(|(account, _)| account.role);
    accounts.iter().for_each(print_account);
    Ok(())
}

fn print_account((account, password): &(&DemoAccount, String)) {
    println!("{:<20} {:<38} {password}", account.role.code(), account.email);
}
