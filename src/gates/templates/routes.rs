//! Addresses of templates.

use crate::web::{Access, Routes};

use super::{edit, pages};

/// The list of templates.
pub const INDEX: &str = "/gates/templates";

pub fn routes() -> Routes {
    Routes::new()
        .get(INDEX, Access::STAFF, pages::index)
        .post(INDEX, Access::ADMINISTRATOR, edit::pages::add)
        .get("/gates/templates/{code}", Access::STAFF, pages::show)
        .get("/gates/templates/{code}/versions/{number}", Access::STAFF, pages::version)
        .get("/gates/templates/{code}/draft", Access::OVERSIGHT, edit::pages::draft)
        .post("/gates/templates/{code}/draft", Access::ADMINISTRATOR, edit::pages::start)
        .post("/gates/templates/{code}/draft/items", Access::ADMINISTRATOR, edit::pages::items)
        .post("/gates/templates/{code}/draft/evidence", Access::ADMINISTRATOR, edit::pages::evidence)
        .post("/gates/templates/{code}/draft/labels", Access::ADMINISTRATOR, edit::pages::labels)
        .post("/gates/templates/{code}/draft/rule", Access::ADMINISTRATOR, edit::pages::rule)
        .post("/gates/templates/{code}/draft/removal", Access::ADMINISTRATOR, edit::pages::discard)
        .get("/gates/templates/{code}/draft/application", Access::OVERSIGHT, edit::application::show)
        .post("/gates/templates/{code}/draft/application", Access::ADMINISTRATOR, edit::application::apply)
}

/// A template with its version in force.
pub fn template(code: &str) -> String {
    format!("{INDEX}/{code}")
}

/// One version of a template.
pub fn version(code: &str, number: i16) -> String {
    format!("{INDEX}/{code}/versions/{number}")
}

/// The draft of a template.
pub fn draft(code: &str) -> String {
    format!("{INDEX}/{code}/draft")
}

/// What putting the draft in force would change.
pub fn application(code: &str) -> String {
    format!("{INDEX}/{code}/draft/application")
}
