//! Slots of a session that exercised pairing options have already allocated (table `matching_session_options`).
//!
//! Chosen while the session is prepared: the task enters the session, its place and the reserved money are taken from the
//! slot, and the pair is locked when the answers open. The surprising rule: such a pair is eligible whatever the rules
//! say, because the decision was made when the option was exercised; its truth table is shown all the same.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;

pub use routes::allocations_path;
