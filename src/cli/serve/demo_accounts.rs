//! Demo accounts have known passwords: they exist only where the demo filled an empty database, and are served to this
//! machine alone unless somebody says otherwise in words.

use std::net::SocketAddr;

use anyhow::bail;
use sqlx::PgPool;

use crate::config::ServeConfig;
use crate::demo::{self, Holds};

/// True where the demo made this database.
pub async fn made_by_demo(pool: &PgPool) -> sqlx::Result<bool> {
    let made = sqlx::query_scalar!("SELECT made_by_demo FROM installation").fetch_optional(pool).await?;
    Ok(made.unwrap_or(false))
}

/// Fills an empty database where asked to, and refuses to serve demo accounts to the network.
///
/// # Errors
/// When the address can be reached from other machines and the option that allows it is absent, and when the demo of the
/// database was cut short and nobody asks for it anew.
pub async fn prepare(pool: &PgPool, serve: &ServeConfig, address: SocketAddr) -> anyhow::Result<()> {
    let holds = demo::holds(pool).await?;
    if serve.demo_if_empty && holds != Holds::Work {
        // Before anything is filled in: an address that would be refused is refused now.
        allow(serve, address, true)?;
        return super::super::demo::fill_default(pool).await;
    }
    if holds == Holds::HalfADemo {
        bail!(
            "the demo of this database was cut short. `nakadachi demo` or `nakadachi serve --demo-if-empty` empties the \
             database and makes it anew"
        );
    }
    allow(serve, address, made_by_demo(pool).await?)
}

fn allow(serve: &ServeConfig, address: SocketAddr, demo: bool) -> anyhow::Result<()> {
    let allowed = address.ip().is_loopback() || serve.serve_demo_accounts_to_the_network;
    if !allowed && demo {
        bail!(
            "this database has the demo's accounts, whose passwords are public, and {address} can be reached from other \
             machines. Serve on 127.0.0.1, or add --serve-demo-accounts-to-the-network if everybody there may sign in"
        );
    }
    Ok(())
}
