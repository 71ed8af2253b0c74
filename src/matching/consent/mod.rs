//! Consent and transfer: the pairs of the adopted solution, who agrees to each, and the task that goes on.
//!
//! Tables: `matching_agreements`, `matching_consents`. The surprising rule: an agreement needs everybody it concerns
//! (PS of both programs, and PDs of both projects where these differ); one refusal, with its reason, settles it, and
//! silence past the date does too.

pub mod actions;
pub mod forms;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use actions::{Adopted, open};
pub use model::{Agreement, Answer, Consent, DeclineReason, Party};
