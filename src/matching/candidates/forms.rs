//! The form that changes a shortlist.

use serde::Deserialize;

/// Adding to or taking from a shortlist, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShortlistForm {
    /// `add` or `remove`.
    pub change: String,
    pub reason: String,
    /// `task` to come back to the task's page instead of the pair's.
    pub back: String,
}
