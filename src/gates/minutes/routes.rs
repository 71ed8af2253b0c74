//! Addresses of minutes.

use crate::gates::{COMMITTEES, MeetingId, meeting_path};
use crate::kernel::Language;
use crate::web::{Access, Routes};

use super::model::Audience;
use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/gates/meetings/{id}/minutes", COMMITTEES, pages::show)
        .post("/gates/meetings/{id}/minutes", COMMITTEES, pages::issue)
        .get("/gates/meetings/{id}/minutes.pdf", COMMITTEES, pages::as_pdf)
        .get("/gates/meetings/{id}/minutes.xlsx", COMMITTEES, pages::as_xlsx)
        .get("/gates/minutes/check", Access::SignedIn, pages::check_page)
}

/// The minutes of a meeting for an audience.
pub fn minutes(meeting: MeetingId, audience: Audience) -> String {
    format!("{}/minutes?audience={}", meeting_path(meeting), audience.code())
}

/// The minutes as a PDF in a language.
pub fn pdf(meeting: MeetingId, audience: Audience, l: Language) -> String {
    format!("{}/minutes.pdf?audience={}&language={}", meeting_path(meeting), audience.code(), l.code())
}

/// The results as a workbook.
pub fn xlsx(meeting: MeetingId, audience: Audience) -> String {
    format!("{}/minutes.xlsx?audience={}", meeting_path(meeting), audience.code())
}

/// The check of a printed hash.
pub fn check(hash: &str) -> String {
    format!("/gates/minutes/check?hash={hash}")
}
