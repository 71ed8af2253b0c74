//! Conflicts of interest (利益相反) between a person and a task: what people declare, and what follows from records.
//!
//! Table: `conflict_declarations`. One derivation in SQL (`conflicts_of_person`, `conflicts_of_user`) serves pages, counts,
//! matching and gates alike; lists ask `conflicting_tasks_of`, planned once per connection, or `tasks_kept_from`, which
//! adds what a chair has recused them from. The surprising rule: people and institutions are declared in words, because the declarer may not know who is in the
//! records; the name alone finds the tasks. The agency's own rule text was not found (domain.md, section 4): kinds
//! and severities are inferred and stand in one migration.

mod actions;
mod forms;
mod model;
pub mod pages;
mod queries;
pub mod routes;

pub use model::{Found, Hop, Kind, Severity, path_in_words};
pub use queries::{NewDeclaration, between, declare_within};
