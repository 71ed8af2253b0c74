//! Is a printed hash that of the stored record, and does the record still say what the tables say?

use sqlx::PgPool;
use uuid::Uuid;

use super::model::{Audience, Record, hash_of};
use super::queries::{self, Issued};

/// What the check of one issue found.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub issued: Issued,
    /// The stored text gives the hash.
    pub text_holds: bool,
    /// The audit chain has an entry of the issue with this hash.
    pub is_audited: bool,
    /// What the tables say now gives the same hash; nothing when they cannot be read into a record.
    pub difference: Option<String>,
}

impl Verdict {
    /// The stored record is the one that was issued.
    pub fn holds(&self) -> bool {
        self.text_holds && self.is_audited
    }
}

/// Checks the minutes with this hash; nothing where none were issued with it.
pub async fn check(pool: &PgPool, hash: &str) -> anyhow::Result<Option<Verdict>> {
    match queries::by_hash(pool, hash).await? {
        Some(issued) => verdict(pool, issued).await.map(Some),
        None => Ok(None),
    }
}

/// Checks all issued minutes; `each` hears every verdict. How many do not hold.
pub async fn check_all(pool: &PgPool, mut each: impl FnMut(&Verdict)) -> anyhow::Result<usize> {
    let mut after = Uuid::nil();
    let mut broken = 0;
    loop {
        let some = queries::issued_after(pool, after).await?;
        let Some(last) = some.last() else { return Ok(broken) };
        after = last.id;
        for issued in some {
            let verdict = verdict(pool, issued).await?;
            broken += usize::from(!verdict.holds());
            each(&verdict);
        }
    }
}

async fn verdict(pool: &PgPool, issued: Issued) -> anyhow::Result<Verdict> {
    let text_holds = hash_of(&issued.record) == issued.hash;
    let is_audited = queries::is_audited(pool, issued.meeting_id, &issued.audience, &issued.hash).await?;
    let mut connection = pool.acquire().await?;
    let now = queries::record(&mut connection, issued.meeting_id).await?;
    let now = now.map(|r| if issued.audience == Audience::Public.code() { r.public() } else { r });
    let difference = match (now, serde_json::from_str::<Record>(&issued.record)) {
        (Some(now), Ok(then)) => {
            let now = now.in_shape(then.shape);
            first_difference(&serde_json::to_value(then)?, &serde_json::to_value(now)?, "")
        }
        _ => Some("/".to_owned()),
    };
    Ok(Verdict { issued, text_holds, is_audited, difference })
}

/// The address of the first value that differs, as a JSON pointer.
fn first_difference(then: &serde_json::Value, now: &serde_json::Value, at: &str) -> Option<String> {
    use serde_json::Value::{Array, Object};
    match (then, now) {
        (Object(a), Object(b)) => {
            let null = serde_json::Value::Null;
            a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))).find_map(|key| {
                let (x, y) = (a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null));
                first_difference(x, y, &format!("{at}/{key}"))
            })
        }
        (Array(a), Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(n, (x, y))| first_difference(x, y, &format!("{at}/{n}")))
        }
        _ if then == now => None,
        _ => Some(if at.is_empty() { "/".to_owned() } else { at.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_is_named_by_its_address() {
        let then = json!({"items": [{"score": 1}, {"score": 2}]});
        for (now, at) in [
            (json!({"items": [{"score": 1}, {"score": 2}]}), None),
            (json!({"items": [{"score": 1}, {"score": 3}]}), Some("/items/1/score")),
            (json!({"items": [{"score": 1}]}), Some("/items")),
            (json!({"items": [{"score": 1}, {"score": 2}], "more": 1}), Some("/more")),
        ] {
            assert_eq!(first_difference(&then, &now, "").as_deref(), at, "{now}");
        }
    }
}
