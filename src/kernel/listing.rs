//! Keyset paging: a page starts after the last row of the one before, so page 500 costs what page 1 costs.

use serde::{Serialize, de::DeserializeOwned};

/// Rows of one page of a list.
pub const PAGE_ROWS: i64 = 50;

/// One page of a list: its rows and, where more follow, the cursor of the last row.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

impl<T> Slice<T> {
    /// From `limit + 1` fetched rows: the extra one only says that more follow.
    pub fn from_fetched(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { rows, next }
    }
}

/// Packs the sort values and the id of a row into a token for an address.
pub fn encode_cursor<K: Serialize>(key: &K) -> String {
    hex::encode(serde_json::to_vec(key).expect("a sort key is plain data"))
}

/// Unpacks a token; a broken or stale one gives nothing, and the list starts at its beginning.
pub fn decode_cursor<K: DeserializeOwned>(token: &str) -> Option<K> {
    serde_json::from_slice(&hex::decode(token).ok()?).ok()
}
