//! Results kept in memory while they are true: a bounded map that forgets what was asked for longest ago.
//!
//! The key of an entry holds the [`DataVersions`](super::DataVersions) it was computed at, so that a stale entry is
//! never found again and falls out by itself.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// At most `MAX` values by key.
#[derive(Debug)]
pub struct Recent<K, V, const MAX: usize>(Mutex<Shelf<K, V>>);

/// Held by whoever makes a value.
type Turn = Arc<tokio::sync::Mutex<()>>;

#[derive(Debug)]
struct Shelf<K, V> {
    clock: u64,
    kept: HashMap<K, (u64, V)>,
    being_made: HashMap<K, Turn>,
}

impl<K: Eq + Hash + Clone, V: Clone, const MAX: usize> Recent<K, V, MAX> {
    /// The value under `key`, which counts as just used.
    pub fn get(&self, key: &K) -> Option<V> {
        let mut shelf = self.lock();
        shelf.clock += 1;
        let now = shelf.clock;
        let (used, value) = shelf.kept.get_mut(key)?;
        *used = now;
        Some(value.clone())
    }

    /// The value under `key`, made where it is not kept. Those who ask for the same while it is being made wait for it; if
    /// the maker fails or goes away, the next of them makes it.
    pub async fn or_make<E>(&self, key: K, make: impl Future<Output = Result<V, E>>) -> Result<V, E> {
        if let Some(found) = self.get(&key) {
            return Ok(found);
        }
        let turn = self.turn(&key);
        let _held = turn.lock().await;
        if let Some(found) = self.get(&key) {
            return Ok(found);
        }
        let made = make.await?;
        self.put(key, made.clone());
        Ok(made)
    }

    fn turn(&self, key: &K) -> Turn {
        let mut shelf = self.lock();
        // Turns that nobody holds or waits for are over.
        shelf.being_made.retain(|_, turn| Arc::strong_count(turn) > 1);
        shelf.being_made.entry(key.clone()).or_default().clone()
    }

    /// Keeps `value`, and forgets the entry used longest ago when there are too many.
    pub fn put(&self, key: K, value: V) {
        let mut shelf = self.lock();
        shelf.clock += 1;
        let now = shelf.clock;
        shelf.kept.insert(key, (now, value));
        if shelf.kept.len() > MAX {
            let oldest = shelf.kept.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            oldest.map(|key| shelf.kept.remove(&key));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shelf<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V, const MAX: usize> Default for Recent<K, V, MAX> {
    fn default() -> Self {
        Self(Mutex::new(Shelf { clock: 0, kept: HashMap::new(), being_made: HashMap::new() }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Recent;

    #[tokio::test]
    async fn what_many_ask_for_at_once_is_made_once() {
        let recent: Arc<Recent<u8, usize, 2>> = Arc::default();
        let made = Arc::new(AtomicUsize::new(0));
        let ask = |fails: bool| {
            let (recent, made) = (recent.clone(), made.clone());
            tokio::spawn(async move {
                let make = async {
                    tokio::task::yield_now().await;
                    let n = made.fetch_add(1, Ordering::SeqCst);
                    if fails { Err(n) } else { Ok(n) }
                };
                recent.or_make(1, make).await
            })
        };
        let failed = ask(true);
        let asked: Vec<_> = (0..20).map(|_| ask(false)).collect();
        assert_eq!(failed.await.unwrap(), Err(0));
        for one in asked {
            assert_eq!(one.await.unwrap(), Ok(1));
        }
        assert_eq!(made.load(Ordering::SeqCst), 2, "one failed, one made it for all");
    }

    #[test]
    fn the_entry_used_longest_ago_is_forgotten() {
        let recent: Recent<u8, u8, 2> = Recent::default();
        recent.put(1, 10);
        recent.put(2, 20);
        assert_eq!(recent.get(&1), Some(10));
        recent.put(3, 30);
        assert_eq!((recent.get(&1), recent.get(&2), recent.get(&3)), (Some(10), None, Some(30)));
    }
}
