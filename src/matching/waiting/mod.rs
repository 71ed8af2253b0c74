//! What of pairing waits for a person: lines of the inbox. Owns no table.

mod queries;

pub use queries::{Waiting, waiting};
