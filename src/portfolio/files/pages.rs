//! A file as an answer.

use axum::response::Response;

use crate::web::download;

use super::model::CONTENT_TYPES;
use super::queries::Stored;

/// Always as a download, of a type from the list: a browser never runs what somebody attached.
pub fn respond(file: Stored) -> Response {
    let known = CONTENT_TYPES.into_iter().find(|t| *t == file.content_type);
    download(file.bytes, known.unwrap_or("application/octet-stream"), &file.name)
}
