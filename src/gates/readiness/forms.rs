//! The form of a piece of evidence: of a review, or of a condition.

use axum::extract::Multipart;

use crate::kernel::{Language, Text};
use crate::portfolio::files::FileForm;
use crate::web::FieldErrors;
use crate::web::forms::parse_link;

use super::actions::Giving;

/// Ids of the fields of one of the many forms of a page.
pub struct FieldIds {
    pub note: String,
    pub url: String,
    pub file: String,
    pub drops: String,
}

impl FieldIds {
    /// Those of the form about `what`.
    pub fn of(what: &str) -> Self {
        let id = |field: &str| format!("{field}-{what}");
        Self { note: id("note"), url: id("url"), file: id("file"), drops: id("drops") }
    }
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub struct EvidenceForm {
    pub key: String,
    /// The key of the evidence in the template, where a template asks for it.
    pub evidence: String,
    pub note: String,
    pub url: String,
    pub drops_file: bool,
    sent: FileForm,
}

impl EvidenceForm {
    pub async fn read(form: Multipart) -> Self {
        let sent = FileForm::read(form).await;
        Self {
            key: sent.text("key"),
            evidence: sent.text("evidence"),
            note: sent.text("note"),
            url: sent.text("url"),
            drops_file: sent.text("drops_file") == "true",
            sent,
        }
    }

    /// A file was sent, which must be chosen again if the form is refused.
    pub fn has_file(&self) -> bool {
        self.sent.has_file()
    }

    /// What is given, with the errors at the fields of the form about `what`; a file without words goes by its name.
    pub fn parse(&self, what: &str, l: Language) -> Result<Giving, FieldErrors> {
        let mut errors = FieldErrors::new();
        let ids = FieldIds::of(what);
        let file = errors.check(&ids.file, l.t("ファイル", "File"), self.sent.file());
        let named = file.as_ref().and_then(Option::as_ref).map(|f| f.name.as_str()).unwrap_or_default();
        let words = if self.note.trim().is_empty() && !named.is_empty() { named } else { &self.note };
        let label = l.t("資料名・保管場所", "Name, where it is kept");
        let note = errors.check(&ids.note, label, Text::<2000>::parse(words));
        let url = errors.check(&ids.url, l.t("リンク", "Link"), parse_link(&self.url));
        let given = (|| {
            Some(Giving { note: note?.into_string(), url: url?, file: file?, drops_file: self.drops_file })
        })();
        errors.finish(given)
    }
}
