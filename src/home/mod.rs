//! Home: the viewer's inbox, ordered by what blocks others, and headline figures of their scope.
//!
//! Owns no table. An item of the inbox is something that only somebody like the viewer can clear.

mod inbox;
mod matching;
mod money;
pub mod pages;
mod queries;
pub mod routes;
mod scope;
