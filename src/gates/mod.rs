//! GO/NO-GO gates and evaluations of tasks: from the calendar to the minutes.
//!
//! What a committee judges is versioned data ([`templates`]). A review is an item of a committee's meeting; its state
//! machine is [`model`], and the database keeps the same rules by triggers. The surprising rule: whoever is recused from
//! an item loses it everywhere at once, by one predicate in SQL (`gate_reviews_hidden_from`, and `gate_recusals` inside
//! a committee), and its quorum is recomputed without them.

pub mod actions;
pub mod calendar;
pub mod committee;
pub mod inbox;
pub mod live;
pub mod meetings;
pub mod minutes;
pub mod model;
pub mod queries;
pub mod readiness;
pub mod recusal;
pub mod routes;
pub mod rows;
pub mod scoring;
pub mod task;
pub mod templates;
pub mod verdict;

pub use routes::{COMMITTEES, item_path, meeting_path, review_path, tabs};

crate::typed_id!(
    /// 評価会議: a committee's meeting over many items.
    MeetingId,
    /// ゲート評価: one task before one gate, an item of a meeting.
    ReviewId,
);
