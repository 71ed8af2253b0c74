//! The form of a piece of evidence: words, and perhaps a link or a file.

use axum::extract::Multipart;

use crate::kernel::{Language, Said, Text};
use crate::portfolio::files::FileForm;
use crate::web::FieldErrors;
use crate::web::forms::parse_link;

use super::model::{Attached, NewEvidence};

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub struct EvidenceForm {
    pub key: String,
    pub body: String,
    pub url: String,
    sent: FileForm,
}

impl EvidenceForm {
    pub async fn read(form: Multipart) -> Self {
        let sent = FileForm::read(form).await;
        Self { key: sent.text("key"), body: sent.text("body"), url: sent.text("url"), sent }
    }

    pub fn parse(&self, l: Language) -> Result<NewEvidence, FieldErrors> {
        let mut errors = FieldErrors::new();
        let body = errors.check("body", l.t("説明", "What it shows"), Text::parse(&self.body));
        let url = errors.check("url", l.t("リンク", "Link"), parse_link(&self.url));
        let file = errors.check("file", l.t("ファイル", "File"), self.sent.file());
        if matches!((&url, &file), (Some(Some(_)), Some(Some(_)))) {
            let one = Said::new(
                "リンクとファイルは別々に登録してください。",
                "Add the link and the file separately.",
            );
            errors.add("url", l.t("リンク", "Link"), one);
        }
        let evidence = (|| {
            let attached = match (url?, file?) {
                (_, Some(file)) => Attached::File(file),
                (Some(url), None) => Attached::Link(url),
                (None, None) => Attached::Nothing,
            };
            Some(NewEvidence { body: body?, attached })
        })();
        errors.finish(evidence)
    }
}
