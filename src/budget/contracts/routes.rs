//! Addresses of contracts against the budget.

use crate::budget::rights::READERS;
use crate::web::Routes;

use super::pages;

pub fn routes() -> Routes {
    Routes::new().get("/budget/contracts", READERS, pages::show).post(
        "/budget/contracts/file",
        READERS,
        pages::file,
    )
}
