//! `nakadachi serve`: opens the database, serves until told to stop, finishes what is in flight.
//!
//! Told to stop: the listener closes, live streams end at once, requests in flight get [`FINISHING`] to end, then the pool closes and a private
//! cluster stops. Told a second time: at once.

mod demo_accounts;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::database::{Database, say, saying};
use crate::config::{Config, ServeConfig};
use crate::gates::templates;
use crate::kernel::Clock;
use crate::matching;
use crate::portfolio::reference;
use crate::web::AppState;
use crate::web::state::Settings;
use crate::{app, db};

/// The longest that a request may take after we were told to stop.
const FINISHING: Duration = Duration::from_secs(30);

pub async fn run(config: Config, serve: ServeConfig) -> anyhow::Result<ExitCode> {
    let mut stop = Stop::listen()?;
    // Before the database: a port in use is told at once.
    let listener =
        TcpListener::bind(serve.listen).await.with_context(|| format!("listening on {}", serve.listen))?;
    let mut database = tokio::select! {
        opened = open(&config) => opened?,
        () = stop.told() => return Ok(ExitCode::SUCCESS),
    };
    let served = serve_on(listener, &config, &serve, &mut database, &mut stop).await;
    let closed = saying("Closing the database", database.close()).await;
    served.and(closed).map(|()| ExitCode::SUCCESS)
}

async fn open(config: &Config) -> anyhow::Result<Database> {
    let database = Database::open_alone(config).await?;
    saying("Bringing the database to this version", db::migrate(&database)).await?;
    reference::load_where_missing(&database).await?;
    templates::load_where_missing(&database, Clock::System.now()).await?;
    matching::thesaurus::actions::load_where_missing(&database, Clock::System.now()).await?;
    Ok(database)
}

async fn serve_on(
    listener: TcpListener,
    config: &Config,
    serve: &ServeConfig,
    database: &mut Database,
    stop: &mut Stop,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    tokio::select! {
        prepared = demo_accounts::prepare(database, serve, address) => prepared?,
        () = stop.told() => return Ok(()),
    }
    let read_pool = match &config.database_read_url {
        Some(url) => db::connect(url, config.connections).await?,
        None => (**database).clone(),
    };
    let settings = Settings {
        https: serve.public_url.as_deref().is_some_and(|url| url.starts_with("https://")),
        upload_bytes: serve.upload_megabytes << 20,
        demo: demo_accounts::made_by_demo(database).await?,
        pdf_font: config.pdf_font.clone(),
    };
    let state = AppState::new((**database).clone(), read_pool, Clock::System, settings);
    let events = state.events.clone();
    let service = app::build(state).into_make_service_with_connect_info::<SocketAddr>();
    // Without it the last piece of a streamed answer waits 40 ms for the browser to confirm the piece before.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!("A connection keeps its delay: {error}");
        }
    });
    let (close, closing) = oneshot::channel::<()>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async {
        // Either way the server closes: the sender spoke, or it is gone.
        let _ = closing.await;
    });
    let mut server = tokio::spawn(server.into_future());

    if let Some(cluster) = database.cluster_mut() {
        cluster.announce(&format!("http://{address}"))?;
    }
    println!("http://{address}");
    super::demo::print_one_account_per_role(database).await?;
    let ended = tokio::select! {
        () = stop.told() => Ok(()),
        ended = &mut server => return ended.context("serving")?.context("serving"),
        ended = keep_database(database) => ended,
    };
    say("Stopping: finishing requests in flight");
    // Open streams would otherwise last as long as their readers like.
    events.stop();
    // The server may already have ended by itself.
    let _ = close.send(());
    let finished = tokio::select! {
        finished = tokio::time::timeout(FINISHING, saying("Requests in flight", &mut server)) => finished.is_ok(),
        () = stop.told() => false,
    };
    if !finished {
        server.abort();
        tracing::warn!("Stopped before every request had ended");
    }
    ended
}

/// Restarts a private cluster that dies; waits for ever beside another server.
async fn keep_database(database: &mut Database) -> anyhow::Result<()> {
    match database.cluster_mut() {
        Some(cluster) => cluster.keep_running().await.map(|never| match never {}),
        None => std::future::pending().await,
    }
}

/// Ctrl-C in a terminal, or SIGTERM from whoever manages us.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn told(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
