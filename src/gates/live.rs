//! Live pages of a meeting: what changed is told to every open page, which then asks for it through its own route.

use crate::db::{Tx, events};

use super::MeetingId;

/// The topic of a meeting.
pub fn topic(meeting: MeetingId) -> String {
    format!("meeting:{meeting}")
}

/// Tells open pages of the meeting, when the transaction commits, that a part changed: `agenda`, `committee`,
/// `conflicts`, `state`, `progress`, `votes`, `decision`, `evidence`, `advice`.
pub async fn changed(tx: &mut Tx<'_>, meeting: MeetingId, part: &str) -> sqlx::Result<()> {
    events::notify(tx, &topic(meeting), part, 0).await
}
