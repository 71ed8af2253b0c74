//! Addresses of solutions, locks and the live session.

use uuid::Uuid;

use crate::web::{Access, Routes};

use super::model::{FACILITATORS, VOICES};
use super::pages::{changes, compare, files, live, margins, pair, print, report, show};

/// Who opens pages of a session at all; which sessions, decides [`super::queries::head`].
pub const READERS: Access = Access::STAFF;
const LEADERS: Access = Access::Roles(&FACILITATORS);
const VOTERS: Access = Access::Roles(&VOICES);

pub fn routes() -> Routes {
    Routes::new()
        .get("/matching/sessions/{id}/solutions", READERS, show::latest)
        .post("/matching/sessions/{id}/solutions", LEADERS, changes::solve)
        .post("/matching/sessions/{id}/locks", LEADERS, changes::lock)
        .post("/matching/locks/{id}/lifting", LEADERS, changes::lift)
        .post("/matching/sessions/{id}/votes", VOTERS, changes::vote)
        .post("/matching/sessions/{id}/table", LEADERS, changes::put_on_table)
        .get("/matching/sessions/{id}/live", READERS, live::show)
        .get("/matching/sessions/{id}/live/events", READERS, live::events)
        .get("/matching/solutions/{id}", READERS, show::show)
        .get("/matching/solutions/{id}/pairs/{task}/{slot}", READERS, pair::show)
        .get("/matching/solutions/{id}/comparison", READERS, compare::show)
        .get("/matching/solutions/{id}/margins", READERS, margins::show)
        .post("/matching/solutions/{id}/proposals", LEADERS, margins::propose)
        .post("/matching/solutions/{id}/adoption", LEADERS, changes::adopt)
        .get("/matching/solutions/{id}/report", READERS, report::show)
        .get("/matching/solutions/{id}/report/workbook", READERS, files::workbook)
        .get("/matching/solutions/{id}/report/document", READERS, print::show)
        .get("/matching/solutions/{id}/session-file", READERS, files::session_file)
}

/// The page of a session.
pub fn session_path(session: Uuid) -> String {
    format!("/matching/sessions/{session}")
}

/// The latest version of a session.
pub fn solutions_path(session: Uuid) -> String {
    format!("/matching/sessions/{session}/solutions")
}

pub fn live_path(session: Uuid) -> String {
    format!("/matching/sessions/{session}/live")
}

pub fn solution_path(solution: Uuid) -> String {
    format!("/matching/solutions/{solution}")
}

/// Why, or why not.
pub fn pair_path(solution: Uuid, task: Uuid, slot: Uuid) -> String {
    format!("/matching/solutions/{solution}/pairs/{task}/{slot}")
}

/// A version beside another one of its session.
pub fn comparison_path(solution: Uuid, with: i32) -> String {
    format!("/matching/solutions/{solution}/comparison?with={with}")
}

pub fn lifting_path(lock: Uuid) -> String {
    format!("/matching/locks/{lock}/lifting")
}
