//! Noting evidence. The audit holds what was given and the hash of a file, not the file.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::actions::{Answer, Doing, about_review, answered};
use crate::gates::model::Refusal;
use crate::gates::queries::Review;
use crate::portfolio::files::{self, File};

use super::queries::{self, Given};

/// What somebody gives as evidence.
pub struct Giving {
    pub note: String,
    pub url: Option<String>,
    pub file: Option<File>,
    /// Takes the file away that was given before.
    pub drops_file: bool,
}

impl Giving {
    /// Keeps the new file, if there is one: what is to be written.
    pub async fn kept(&self, d: &Doing<'_>, tx: &mut Tx<'_>) -> sqlx::Result<Given<'_>> {
        let file = match &self.file {
            Some(file) => Some(files::insert(tx, file, Some(d.user), d.now).await?),
            None => None,
        };
        Ok(Given { note: &self.note, url: self.url.as_deref(), file, drops_file: self.drops_file })
    }

    /// What the audit says of it.
    pub fn facts(&self) -> Value {
        json!({
            "note": self.note, "url": self.url, "file": self.file.as_ref().map(File::facts),
            "dropped_file": self.drops_file,
        })
    }
}

/// Notes that a document or a consultation record is there, once per `form_key`.
pub async fn give(
    d: &Doing<'_>,
    review: &Review,
    evidence: Uuid,
    giving: &Giving,
    form_key: &str,
) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !d.claims(&mut tx, &format!("evidence:{form_key}"), review.meeting_id).await? {
            return Ok(Ok(()));
        }
        let given = giving.kept(d, &mut tx).await?;
        if !queries::give(&mut tx, review.id, evidence, &given, d.user, d.now).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let facts = json!({ "evidence": evidence, "given": giving.facts() });
        let event = about_review("gate.evidence.give", review.id, facts);
        d.finish(tx, review.meeting_id, "evidence", event).await.map(Ok)
    };
    answered(work.await)
}
