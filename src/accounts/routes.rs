//! Addresses of accounts.

use crate::web::{Access, Routes};

use super::pages;

pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Access::Public, pages::sign_in_form)
        .post("/sign-in", Access::Public, pages::sign_in)
        .post("/sign-out", Access::SignedIn, pages::sign_out)
}
