//! Walks the chain and names its first broken link. A chain that was cut off at its end is whole in itself: that is found
//! only by what somebody noted of it elsewhere ([`Noted`]).

use std::str::FromStr;

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

/// An entry that somebody noted at an earlier time: `431:9f2c…`, the hash or its beginning, or the position alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    position: Option<i64>,
    hash: Option<String>,
}

/// Digits of a hash that are enough to know it by.
const FEWEST_DIGITS: usize = 8;

impl FromStr for Noted {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_lowercase();
        let (position, hash) = match text.split_once(':') {
            Some((position, hash)) => (Some(position), Some(hash)),
            None if text.len() < 19 && text.bytes().all(|b| b.is_ascii_digit()) => {
                (Some(text.as_str()), None)
            }
            None => (None, Some(text.as_str())),
        };
        let is_hash =
            |h: &str| (FEWEST_DIGITS..=64).contains(&h.len()) && h.bytes().all(|b| b.is_ascii_hexdigit());
        if hash.is_some_and(|h| !is_hash(h)) {
            return Err("write POSITION:HASH as `audit verify` prints it, the hash, or the position");
        }
        let position = position.map(str::parse).transpose().map_err(|_| "the position is no number")?;
        Ok(Self { position, hash: hash.map(str::to_owned) })
    }
}

/// How a chain of `entries` entries stands to what was noted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// What was noted stands in it.
    Holds,
    /// It ends before the entry noted: entries were removed at its end.
    Older { position: i64 },
    /// The entry at that position is another one: the chain was written anew from there or earlier.
    Different { position: i64 },
    /// No entry has the hash noted: its end was removed or written anew.
    Missing,
}

/// Compares the chain with what was noted of it.
pub async fn compare(pool: &PgPool, noted: &Noted) -> sqlx::Result<Against> {
    let Some(position) = noted.position else {
        let digits = noted.hash.as_deref().unwrap_or_default();
        return Ok(if queries::has_hash(pool, digits).await? { Against::Holds } else { Against::Missing });
    };
    let Some(hash) = queries::hash_at(pool, position).await? else { return Ok(Against::Older { position }) };
    let is_same = noted.hash.as_deref().is_none_or(|digits| hex::encode(hash).starts_with(digits));
    Ok(if is_same { Against::Holds } else { Against::Different { position } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_a_position_a_hash_or_both() {
        let noted = |position, hash: Option<&str>| Ok(Noted { position, hash: hash.map(str::to_owned) });
        assert_eq!("431".parse::<Noted>(), noted(Some(431), None));
        assert_eq!(" 431:9F2CA0B1 ".parse::<Noted>(), noted(Some(431), Some("9f2ca0b1")));
        assert_eq!("9f2ca0b1c2".parse::<Noted>(), noted(None, Some("9f2ca0b1c2")));
        for wrong in ["", "431:", "x:9f2ca0b1", "9f2", "the end", "-1:9f2ca0bz"] {
            assert!(wrong.parse::<Noted>().is_err(), "{wrong}");
        }
    }
}
