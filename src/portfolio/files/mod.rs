//! Attached files (table `attached_files`): evidence of a milestone, of a gate review. Checked by name and content, at
//! most 10 MB, never changed. The surprising rule: a file has no readers of its own. The record that names it says who
//! may fetch it, and a file that no record names is out of everybody's reach.

pub mod forms;
pub mod model;
pub mod pages;
mod queries;

pub use forms::FileForm;
pub use model::{ACCEPTED, File, UPLOAD_BYTES, size_in_words};
pub use queries::{insert, stored};

crate::typed_id!(
    /// An attached file.
    FileId,
);
