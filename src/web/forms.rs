//! Forms keep what was typed: raw strings → parse → typed value, or errors per field; redirects after a write.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::kernel::{Language, Said};

use super::paths;

/// Errors of a form, by field, in the order of checking.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

/// One error: the `name` (and id) of its field, the field's label, what is wrong and what to do.
#[derive(Clone, Debug)]
pub struct FieldError {
    pub field: String,
    pub label: String,
    pub said: Said,
}

impl FieldErrors {
    pub fn new() -> Self {
        Self::default()
    }

    /// A single error, as a refused step has it.
    pub fn one(field: &str, label: &str, said: Said) -> Self {
        let mut errors = Self::new();
        errors.add(field, label, said);
        errors
    }

    /// Keeps the value, or notes the error at its field.
    pub fn check<T, E: Into<Said>>(&mut self, field: &str, label: &str, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, label, error.into());
                None
            }
        }
    }

    pub fn add(&mut self, field: &str, label: &str, said: Said) {
        self.0.push(FieldError { field: field.to_owned(), label: label.to_owned(), said });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, FieldError> {
        self.0.iter()
    }

    /// The message at a field, or nothing.
    pub fn at(&self, field: &str, l: &Language) -> Option<&str> {
        self.0.iter().find(|e| e.field == field).map(|e| e.said.in_language(*l))
    }

    /// The value if no error was noted.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

/// An address of the web, or nothing where the field is empty.
///
/// # Errors
/// Says what an address looks like; scripts and other schemes than http are none.
pub fn parse_link(raw: &str) -> Result<Option<String>, Said> {
    let url = raw.trim();
    if url.is_empty() {
        return Ok(None);
    }
    let fits = (url.starts_with("https://") || url.starts_with("http://"))
        && url.chars().count() <= 2_000
        && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits {
        return Ok(Some(url.to_owned()));
    }
    Err(Said::new(
        "https:// または http:// で始まる、空白のない2000文字以内のアドレスにしてください。",
        "Enter an address that begins with https:// or http://, without blanks, of at most 2000 characters.",
    ))
}

/// Redirect after a write (303), with a sentence for the next page.
pub struct Redirected {
    to: String,
    say: Option<String>,
}

impl Redirected {
    pub fn to(path: impl Into<String>) -> Self {
        Self { to: path.into(), say: None }
    }

    /// Shows `sentence` once on the page that follows.
    pub fn saying(mut self, sentence: impl Into<String>) -> Self {
        self.say = Some(sentence.into());
        self
    }
}

/// Cookie that carries the sentence to the next page.
pub const FLASH_COOKIE: &str = "nk_flash";

impl IntoResponse for Redirected {
    fn into_response(self) -> Response {
        let mut response = Redirect::to(&self.to).into_response();
        if let Some(sentence) = self.say {
            let short: String = sentence.chars().take(300).collect();
            let cookie = format!(
                "{FLASH_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60",
                paths::encode(&short)
            );
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
    }
}
