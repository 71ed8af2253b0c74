//! HTTP toolkit for the outer rings: access, extractors, forms, errors, layout, assets.
//!
//! A page is a template struct with a `page: Page` field and a handler that extracts, parses, acts and renders.

pub mod access;
pub mod assets;
pub mod charts;
pub mod conflict;
pub mod cx;
pub mod errors;
pub mod forms;
pub mod identify;
pub mod kept;
pub mod layout;
pub mod live;
pub mod observe;
pub mod paths;
pub mod scoped;
pub mod security;
pub mod state;
pub mod view;

#[cfg(test)]
mod styleguide;
#[cfg(test)]
mod template_rules;

use axum::response::{Html, IntoResponse, Response};

pub use access::{Access, Routes};
pub use cx::{Asked, AtPath, Cx, Submitted, Visitor};
pub use errors::{Outcome, PageError};
pub use forms::{FieldErrors, Redirected};
pub use layout::{Crumb, Page, Section};
pub use scoped::{Acting, Scoped, Visible};
pub use state::AppState;

pub use crate::kernel::{Language, Said};

/// Renders a template as a page.
pub fn render<T: askama::Template>(template: &T) -> Outcome {
    Ok(Html(template.render()?).into_response())
}

/// Renders a template as a page with 422: the form needs work, and what was typed stands in it.
pub fn render_invalid<T: askama::Template>(template: &T) -> Outcome {
    let html = Html(template.render()?);
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, html).into_response())
}

/// A download: bytes with a type and a file name (any language) in the header.
pub fn download(bytes: impl Into<axum::body::Body>, content_type: &'static str, file_name: &str) -> Response {
    let ascii: String = file_name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
        .collect();
    let disposition =
        format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", paths::encode(file_name));
    let headers = [
        (axum::http::header::CONTENT_TYPE, content_type.to_owned()),
        (axum::http::header::CONTENT_DISPOSITION, disposition),
        (axum::http::header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes.into()).into_response()
}
