//! Accounts: people who sign in, their roles with scope and period, their sessions.
//!
//! Tables: `users`, `role_assignments`, `sessions`, `sign_in_attempts`, `task_grants`. The surprising rule: what a
//! role lets somebody see is expanded into [`Rights`] once per change of the data, not once per request.

pub mod account;
pub mod actions;
pub mod model;
pub mod pages;
pub mod password;
pub mod queries;
pub mod rights;
pub mod routes;
pub mod users;

pub use model::{Role, RoleAssignment, Viewer};
pub use rights::{Rights, RightsCache};
