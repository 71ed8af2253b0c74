//! Results kept in memory while they are true: a bounded map that forgets what was asked for longest ago.
//!
//! The key of an entry holds the [`DataVersions`](super::DataVersions) it was computed at, so that a stale entry is
//! never found again and falls out by itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// At most `MAX` values by key.
#[derive(Debug)]
pub struct Recent<K, V, const MAX: usize>(Mutex<Shelf<K, V>>);

#[derive(Debug)]
struct Shelf<K, V> {
    clock: u64,
    kept: HashMap<K, (u64, V)>,
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
        Self(Mutex::new(Shelf { clock: 0, kept: HashMap::new() }))
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

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
