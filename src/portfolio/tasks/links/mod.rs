//! Successor links (table `successor_links`): from a task to the task or the company that takes it on, with evidence.
//!
//! Counted for the national indicators. The surprising rule: a link is made inside the transaction of whoever found the
//! successor (a person on the page of a task, a matching session), which also records the audit.

mod queries;

pub use queries::{NewLink, insert, kind_between, task_programs};
