//! Addresses of readiness.

use uuid::Uuid;

use crate::gates::{COMMITTEES, MeetingId, ReviewId, meeting_path, review_path};
use crate::portfolio::files::UPLOAD_BYTES;
use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/gates/meetings/{id}/readiness", COMMITTEES, pages::index)
        .get("/gates/evidence/{id}", COMMITTEES, pages::file)
        .upload("/gates/reviews/{id}/evidence", Access::KEEPERS, UPLOAD_BYTES, pages::give)
}

/// The readiness list of a meeting.
pub fn readiness_path(meeting: MeetingId) -> String {
    format!("{}/readiness", meeting_path(meeting))
}

/// Where a piece of evidence of a review is given.
pub fn evidence_path(review: ReviewId) -> String {
    format!("{}/evidence", review_path(review))
}

/// A file given as evidence.
pub fn evidence_file_path(file: Uuid) -> String {
    format!("/gates/evidence/{file}")
}
