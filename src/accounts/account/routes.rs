//! Addresses of one's own account.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/account", Access::SignedIn, pages::show)
        .post("/account/preferences", Access::SignedIn, pages::set_preferences)
        .post("/account/password", Access::SignedIn, pages::change_password)
        .post("/account/sessions/{id}/end", Access::SignedIn, pages::end_session)
}
