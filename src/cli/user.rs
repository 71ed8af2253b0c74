//! `nakadachi user`: the first administrator of a new database, and the way back in for somebody who lost the password.

use std::process::ExitCode;

use anyhow::{Context, bail};
use sqlx::PgPool;

use crate::accounts::model::ScopeKind;
use crate::accounts::users::actions::{self, Refusal};
use crate::accounts::users::forms::UserForm;
use crate::accounts::users::model::{NewRole, Scope};
use crate::accounts::{Role, queries};
use crate::audit::Actor;
use crate::config::Config;
use crate::kernel::{Clock, Language, UserId};

/// Commands about accounts.
#[derive(clap::Subcommand)]
pub enum UserCommand {
    /// Make an account and print its one-time password, which the first sign-in changes.
    Add(Add),
    /// Print a new one-time password for an account and end its sessions.
    Password {
        /// Address the account signs in with.
        email: String,
    },
}

/// Options of `user add`.
#[derive(clap::Args)]
pub struct Add {
    /// Address to sign in with.
    email: String,
    /// Name as the pages show it.
    #[arg(long)]
    name: String,
    /// A role over the whole agency from today on, e.g. administrator. Roles over a scope are given in the browser.
    #[arg(long, value_parser = agency_role)]
    role: Option<Role>,
}

pub async fn run(config: Config, command: UserCommand) -> anyhow::Result<ExitCode> {
    let database = super::database::open(&config).await?;
    let outcome = match command {
        UserCommand::Add(add) => add_account(&database, add).await,
        UserCommand::Password { email } => reset_password(&database, &email).await,
    };
    database.close().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn add_account(pool: &PgPool, add: Add) -> anyhow::Result<()> {
    let now = Clock::System.now();
    let typed =
        UserForm { email: add.email, name_ja: add.name, active: "true".to_owned(), ..UserForm::default() };
    let fields = typed.parse(Language::En).map_err(|errors| {
        let words: Vec<String> =
            errors.iter().map(|e| format!("{}: {}", e.label, e.said.in_language(Language::En))).collect();
        anyhow::anyhow!("no account was made. {}", words.join(" "))
    })?;
    let (id, password) =
        actions::create(pool, &actor(), &fields, &key("add"), now).await?.map_err(refused)?;
    if let Some(role) = add.role {
        let scope = Scope::default();
        let role = NewRole { role, scope, valid_from: Clock::System.today(), valid_until: None };
        actions::give_role(pool, &actor(), id, &role, &key("role"), now).await?.map_err(refused)?;
    }
    tell(&fields.email, &password.context("the key was new, so the account was made")?);
    Ok(())
}

async fn reset_password(pool: &PgPool, email: &str) -> anyhow::Result<()> {
    let email = email.trim().to_lowercase();
    let Some(account) = queries::credentials(pool, &email).await? else {
        bail!("no account has the address {email}; `nakadachi user add` makes one");
    };
    if !account.active {
        bail!("the account {email} is closed; an administrator opens it in the browser");
    }
    let password = actions::reset_password(pool, &actor(), account.id, Clock::System.now()).await?;
    tell(&email, &password);
    Ok(())
}

fn actor() -> Actor {
    Actor::system("nakadachi user")
}

/// The key of a form that nobody sends twice.
fn key(step: &str) -> String {
    format!("nakadachi user {step} {}", UserId::new())
}

fn refused(refusal: Refusal) -> anyhow::Error {
    match refusal {
        Refusal::EmailTaken => anyhow::anyhow!(
            "an account with this address exists already; `nakadachi user password` gives it a new password"
        ),
        other => anyhow::anyhow!("not done: {}", other.said().in_language(Language::En)),
    }
}

fn tell(email: &str, password: &str) {
    println!("{email}  one-time password: {password}");
    println!("It is shown this once and must be changed at the first sign-in.");
}

/// A role that needs no scope.
fn agency_role(code: &str) -> Result<Role, String> {
    let needs_none = |role: &Role| role.scope_kind() == ScopeKind::Agency;
    Role::from_code(code).filter(needs_none).ok_or_else(|| {
        let codes: Vec<&str> = Role::ALL.into_iter().filter(needs_none).map(Role::code).collect();
        format!("write one of {}; roles over a scope are given in the browser", codes.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_without_a_scope_are_given_here() {
        assert_eq!(agency_role("administrator"), Ok(Role::Administrator));
        for refused in ["program_supervisor", "ministry_observer", "root", ""] {
            assert!(agency_role(refused).unwrap_err().contains("administrator"), "{refused}");
        }
    }
}
