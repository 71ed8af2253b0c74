//! Addresses of opinions.

use crate::web::{Access, Routes};

use super::model::AUTHORS;
use super::pages;

pub fn routes() -> Routes {
    const GIVERS: Access = Access::Roles(&AUTHORS);
    Routes::new().post("/tasks/{id}/opinions", GIVERS, pages::create).post(
        "/opinions/{id}/withdrawal",
        GIVERS,
        pages::withdraw,
    )
}
