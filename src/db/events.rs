//! Live events: what one process commits, every process's open pages hear of (PostgreSQL LISTEN/NOTIFY).
//!
//! An event only says *what* changed (topic, part, version), never the content: the browser then asks for the part
//! through its ordinary route, so rights always hold. One connection per process listens for all; it is opened by the
//! first subscriber and none is held per stream. When the line to PostgreSQL was down, events may have been missed:
//! every subscriber is told to ask for everything again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::Tx;

/// The one channel of PostgreSQL; topics are inside the payload.
const CHANNEL: &str = "nakadachi";

/// Told when accounts, roles, grants, sign-in sessions or conflicts of interest changed.
pub const RIGHTS: &str = "rights";

/// Events that a subscriber may lag behind before it is told to ask for everything.
const BACKLOG: usize = 32;

/// A part of something changed. Small: it travels in a notification (8,000 bytes at most).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// `session:<uuid>`, `meeting:<uuid>` …
    pub topic: String,
    /// Which part: a word of the page that shows it (`locks`, `solution`). Empty: everything.
    pub part: String,
    /// Version of the part, where it has one; for people who read the stream.
    pub version: i64,
}

/// What a subscriber hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Changed(Arc<Changed>),
    /// Rights of somebody changed: ask again whether this stream may go on.
    Rights,
    /// Events may have been missed: ask for everything.
    Missed,
    /// The process stops.
    Stopping,
}

/// Tells every process, when `tx` commits, that `part` of `topic` changed. Nothing is told when it rolls back.
pub async fn notify(tx: &mut Tx<'_>, topic: &str, part: &str, version: i64) -> sqlx::Result<()> {
    let changed = Changed { topic: topic.to_owned(), part: part.to_owned(), version };
    let payload = serde_json::to_string(&changed).map_err(|e| sqlx::Error::Encode(e.into()))?;
    sqlx::query!("SELECT pg_notify($1, $2)", CHANNEL, payload).execute(&mut **tx).await?;
    Ok(())
}

/// The process's ear: one listening connection, any number of subscribers.
#[derive(Clone)]
pub struct Events(Arc<Inner>);

struct Inner {
    options: PgConnectOptions,
    topics: Mutex<HashMap<String, broadcast::Sender<Heard>>>,
    listening: tokio::sync::Mutex<bool>,
    stopping: CancellationToken,
}

impl Events {
    /// Listens on the database of `pool`, with a connection of its own, from the first subscription on.
    pub fn of(pool: &PgPool) -> Self {
        Self(Arc::new(Inner {
            options: (*pool.connect_options()).clone(),
            topics: Mutex::default(),
            listening: tokio::sync::Mutex::new(false),
            stopping: CancellationToken::new(),
        }))
    }

    /// Hears of `topic`. When this returns, everything committed from now on will be heard.
    pub async fn subscribe(&self, topic: &str) -> sqlx::Result<Subscription> {
        let receiver = {
            let mut topics = self.0.topics();
            topics.retain(|name, sender| name == topic || sender.receiver_count() > 0);
            topics.entry(topic.to_owned()).or_insert_with(|| broadcast::channel(BACKLOG).0).subscribe()
        };
        let mut listening = self.0.listening.lock().await;
        if !*listening {
            let listener = listen(&self.0.options).await?;
            tokio::spawn(hear(listener, Arc::downgrade(&self.0), self.0.stopping.clone()));
            *listening = true;
        }
        Ok(Subscription { receiver, stopping: self.0.stopping.clone() })
    }

    /// Ends every subscription and closes the listening connection: the process is about to stop.
    pub fn stop(&self) {
        self.0.stopping.cancel();
    }

    /// Subscribers now, for the metrics and tests.
    pub fn subscribers(&self) -> usize {
        self.0.topics().values().map(broadcast::Sender::receiver_count).sum()
    }
}

impl Inner {
    fn topics(&self) -> MutexGuard<'_, HashMap<String, broadcast::Sender<Heard>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, changed: Changed) {
        if changed.topic == RIGHTS {
            return self.tell_all(&Heard::Rights);
        }
        if let Some(sender) = self.topics().get(&changed.topic) {
            // Nobody listening any more is no failure.
            let _ = sender.send(Heard::Changed(Arc::new(changed)));
        }
    }

    fn tell_all(&self, heard: &Heard) {
        for sender in self.topics().values() {
            let _ = sender.send(heard.clone());
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// One subscriber's place in a topic.
pub struct Subscription {
    receiver: broadcast::Receiver<Heard>,
    stopping: CancellationToken,
}

impl Subscription {
    /// Waits for the next event; [`Heard::Stopping`] again and again once the process stops.
    pub async fn next(&mut self) -> Heard {
        tokio::select! {
            biased;
            () = self.stopping.cancelled() => Heard::Stopping,
            heard = self.receiver.recv() => match heard {
                Ok(heard) => heard,
                Err(broadcast::error::RecvError::Lagged(_)) => Heard::Missed,
                Err(broadcast::error::RecvError::Closed) => Heard::Stopping,
            },
        }
    }
}

async fn listen(options: &PgConnectOptions) -> sqlx::Result<PgListener> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Hands on what comes in until the process stops; a line that breaks is opened again.
async fn hear(mut listener: PgListener, weak: Weak<Inner>, stopping: CancellationToken) {
    loop {
        let received = tokio::select! {
            () = stopping.cancelled() => return,
            received = listener.try_recv() => received,
        };
        let Some(inner) = weak.upgrade() else { return };
        match received {
            Ok(Some(message)) => match serde_json::from_str::<Changed>(message.payload()) {
                Ok(changed) => inner.tell(changed),
                Err(error) => tracing::warn!("A live event could not be read: {error}"),
            },
            Ok(None) => inner.tell_all(&Heard::Missed),
            Err(error) => {
                tracing::warn!("Live events wait for the database: {error}");
                let options = inner.options.clone();
                drop(inner);
                match listen_again(&options, &stopping).await {
                    Some(again) => listener = again,
                    None => return,
                }
                let Some(inner) = weak.upgrade() else { return };
                inner.tell_all(&Heard::Missed);
            }
        }
    }
}

/// A new line as soon as the database answers; nothing when the process stops first.
async fn listen_again(options: &PgConnectOptions, stopping: &CancellationToken) -> Option<PgListener> {
    let mut wait = Duration::from_millis(200);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return None,
            () = tokio::time::sleep(wait) => {}
        }
        if let Ok(listener) = listen(options).await {
            return Some(listener);
        }
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}
