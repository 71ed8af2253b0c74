//! What was found in a file: severity, code, place, and what to do, in both languages.

use serde::Serialize;

/// One sentence in the two languages of the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bilingual {
    pub ja: String,
    pub en: String,
}

impl Bilingual {
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }
}

/// How much a finding weighs. Errors and warnings make the exit status 1; an info is only told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub code: String,
    pub sheet: String,
    /// `C5`, or empty when the finding is about the whole sheet or file.
    pub cell: String,
    pub message: Bilingual,
}
