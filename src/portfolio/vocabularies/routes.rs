//! Addresses of vocabularies.

use crate::web::{Access, Routes};

use super::{Vocabulary, pages};

pub fn routes() -> Routes {
    Routes::new()
        .get("/admin/vocabularies/{vocabulary}", Access::OVERSIGHT, pages::index)
        .post("/admin/vocabularies/{vocabulary}", Access::ADMINISTRATOR, pages::add)
        .get("/admin/vocabularies/{vocabulary}/{id}", Access::ADMINISTRATOR, pages::edit)
        .post("/admin/vocabularies/{vocabulary}/{id}", Access::ADMINISTRATOR, pages::update)
}

/// The list of a vocabulary's values.
pub fn vocabulary(vocabulary: Vocabulary) -> String {
    format!("/admin/vocabularies/{}", vocabulary.code())
}

/// The form of one value.
pub fn value(vocabulary: Vocabulary, id: i16) -> String {
    format!("/admin/vocabularies/{}/{id}", vocabulary.code())
}
