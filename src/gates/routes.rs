//! Addresses of gates, and the tabs that join their lists.

use crate::web::AtPath;
use crate::web::view::Tab;
use crate::web::{Access, Cx, Outcome, Routes, live::Listener};

use super::queries::Meeting;
use super::{MeetingId, ReviewId};
use super::{calendar, committee, meetings, minutes, readiness, recusal, scoring, templates, verdict};

/// Everybody inside the agency, and committee members.
pub const COMMITTEES: Access = Access::COMMITTEES;

pub fn routes() -> Routes {
    Routes::new()
        .merge(meetings::routes::routes())
        .merge(calendar::routes::routes())
        .merge(committee::routes::routes())
        .merge(recusal::routes::routes())
        .merge(readiness::routes::routes())
        .merge(scoring::routes::routes())
        .merge(verdict::routes::routes())
        .merge(templates::routes::routes())
        .merge(minutes::routes::routes())
        .get("/gates/meetings/{id}/events", COMMITTEES, events)
}

/// The stream of a meeting: which part changed, never what is in it.
async fn events(listener: Listener, AtPath(id): AtPath<MeetingId>) -> Outcome {
    listener.stream::<Meeting>(id, COMMITTEES, &super::live::topic(id)).await
}

/// The page of a meeting.
pub fn meeting_path(id: MeetingId) -> String {
    format!("/gates/meetings/{id}")
}

/// The place of an item in its run list.
pub fn item_path(meeting: MeetingId, item: ReviewId) -> String {
    format!("/gates/meetings/{meeting}#item-{item}")
}

/// The page of a review.
pub fn review_path(id: ReviewId) -> String {
    format!("/gates/reviews/{id}")
}

/// The lists of gates that the viewer can open.
pub fn tabs(cx: &Cx, current: &str) -> Vec<Tab> {
    let l = cx.l;
    cx.tabs(
        current,
        &[
            ("meetings", l.t("会議", "Meetings"), "/gates", Access::COMMITTEES),
            ("calendar", l.t("期限の来るゲート", "Gates falling due"), "/gates/calendar", Access::STAFF),
            ("conditions", l.t("未了の条件", "Open conditions"), "/gates/conditions", Access::STAFF),
        ],
    )
}
