//! Addresses of accounts.

use crate::web::{Access, Routes};

use super::{account, pages, users};

pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Access::Public, pages::sign_in_form)
        .post("/sign-in", Access::Public, pages::sign_in)
        .post("/sign-out", Access::SignedIn, pages::sign_out)
        .merge(account::routes::routes())
        .merge(users::routes::routes())
}
