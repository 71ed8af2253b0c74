//! Walks the chain and names its first broken link.

use sqlx::PgPool;

use super::{chain_hash, queries};

/// What a walk along the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every link holds; the number of entries and the hash of the last.
    Intact { entries: i64, head: String },
    /// The first position that does not hold, and why.
    Broken { position: i64, reason: &'static str },
}

/// Recomputes every hash from the first entry.
pub async fn verify(pool: &PgPool) -> sqlx::Result<Verified> {
    let mut position = 0;
    let mut previous = vec![0; 32];
    loop {
        let entries = queries::after(pool, position).await?;
        if entries.is_empty() {
            return Ok(Verified::Intact { entries: position, head: hex::encode(previous) });
        }
        for entry in entries {
            let broken = |reason| Ok(Verified::Broken { position: entry.position, reason });
            if entry.position != position + 1 {
                return Ok(Verified::Broken { position: position + 1, reason: "the entry is missing" });
            }
            if entry.previous_hash != previous {
                return broken("it does not follow from the entry before it");
            }
            if chain_hash(&entry) != entry.hash {
                return broken("its fields do not give its hash: it was altered");
            }
            position = entry.position;
            previous = entry.hash;
        }
    }
}
