//! Which option, and which slot for it.

use serde::Deserialize;
use uuid::Uuid;

/// The form as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AllocationForm {
    pub option: Uuid,
    pub slot: Option<Uuid>,
}
