//! Entries that no other write belongs to: who took what out, and when. Those that come at once are appended together.
//!
//! The chain has one lock, held until its transaction is on disk. An export for each of many people would wait for as many
//! commits; here whoever comes first writes for all who wait.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use tokio::sync::{Mutex as Turn, oneshot};

use super::{Actor, Event, record_all};

/// What is to be noted, and who waits for it.
struct Note {
    actor: Actor,
    at: DateTime<Utc>,
    event: Event<'static>,
    done: oneshot::Sender<Result<(), Arc<sqlx::Error>>>,
}

/// The notes of one process that are not written yet.
#[derive(Default)]
pub struct Notes {
    waiting: Mutex<Vec<Note>>,
    turn: Turn<()>,
}

impl Notes {
    /// Appends one entry to the chain; it is on disk when this returns.
    ///
    /// # Errors
    /// When the database fails; then none of those written together stands in the chain.
    pub async fn note(
        self: &Arc<Self>,
        pool: &PgPool,
        actor: Actor,
        at: DateTime<Utc>,
        event: Event<'static>,
    ) -> anyhow::Result<()> {
        let (done, heard) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting();
            waiting.push(Note { actor, at, event, done });
            waiting.len() == 1
        };
        if is_first {
            // On a task of its own, because the one who writes for the others may go away. One for all who wait: more
            // would queue for the turn faster than they get it.
            let (notes, pool) = (self.clone(), pool.clone());
            tokio::spawn(async move { notes.write(&pool).await });
        }
        heard.await.context("waiting for an entry of the audit")?.context("writing an entry of the audit")
    }

    async fn write(&self, pool: &PgPool) {
        let _turn = self.turn.lock().await;
        let notes = std::mem::take(&mut *self.waiting());
        let written = append(pool, &notes).await.map_err(Arc::new);
        for note in notes {
            let _whoever_waited_is_gone = note.done.send(written.clone());
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Note>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn append(pool: &PgPool, notes: &[Note]) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    record_all(&mut tx, notes.iter().map(|n| (&n.actor, n.at, n.event.clone()))).await?;
    tx.commit().await
}
