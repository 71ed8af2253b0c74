//! `nakadachi serve`: opens the database, serves until told to stop, finishes what is in flight.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context;
use tokio::net::TcpListener;

use crate::config::{Config, ServeConfig};
use crate::kernel::Clock;
use crate::web::AppState;
use crate::web::state::Settings;
use crate::{app, db};

pub async fn run(config: Config, serve: ServeConfig) -> anyhow::Result<ExitCode> {
    let pool = super::database::open(&config).await?;
    let read_pool = match &config.database_read_url {
        Some(url) => db::connect(url, config.connections).await?,
        None => pool.clone(),
    };
    let settings = Settings {
        https: serve.public_url.as_deref().is_some_and(|url| url.starts_with("https://")),
        upload_bytes: serve.upload_megabytes << 20,
        demo: false,
    };
    let state = AppState::new(pool, read_pool, Clock::System, settings);
    let listener =
        TcpListener::bind(serve.listen).await.with_context(|| format!("listening on {}", serve.listen))?;
    println!("http://{}", listener.local_addr()?);
    let service = app::build(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(told_to_stop()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn told_to_stop() {
    let mut term = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(term) => term,
        Err(error) => {
            tracing::error!("Cannot listen for SIGTERM: {error}");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("Stopping: finishing requests in flight");
}
