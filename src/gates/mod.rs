//! GO/NO-GO gates and evaluations of tasks.
//!
//! What a committee judges is versioned data ([`templates`]).

pub mod templates;
