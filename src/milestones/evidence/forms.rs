//! The form of a piece of evidence: words, and perhaps a link or a file.

use axum::extract::Multipart;
use axum::extract::multipart::Field;

use crate::kernel::{Language, Said, Text};
use crate::web::FieldErrors;

use super::model::{Attached, FILE_BYTES, NewEvidence, check_file, too_large};

/// The form as typed; a file cannot be kept for a second try, and the page says so.
#[derive(Clone, Debug, Default)]
pub struct EvidenceForm {
    pub key: String,
    pub body: String,
    pub url: String,
    file: Option<(String, Result<Vec<u8>, TooLarge>)>,
}

#[derive(Clone, Copy, Debug)]
struct TooLarge;

/// Texts of the form longer than this are cut: they are refused as too long anyway.
const TEXT_BYTES: usize = 64 << 10;

impl EvidenceForm {
    /// Reads a multipart form. A file over the limit is read to its end and dropped, so that the page can answer with
    /// everything else that was typed.
    pub async fn read(mut form: Multipart) -> Self {
        let mut read = Self::default();
        loop {
            match form.next_field().await {
                Ok(None) => return read,
                Ok(Some(field)) => read.take(field).await,
                Err(error) => {
                    // Beyond the limit of the whole request: what came before stands in the form.
                    tracing::info!("A form with a file broke off: {error}");
                    read.file = Some((String::new(), Err(TooLarge)));
                    return read;
                }
            }
        }
    }

    async fn take(&mut self, field: Field<'_>) {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file_name = field.file_name().unwrap_or_default().to_owned();
            let bytes = read_up_to(field, FILE_BYTES).await;
            if !file_name.is_empty() || bytes.as_ref().is_ok_and(|b| !b.is_empty()) {
                self.file = Some((file_name, bytes));
            }
            return;
        }
        let bytes = read_up_to(field, TEXT_BYTES).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "key" => self.key = text,
            "body" => self.body = text,
            "url" => self.url = text,
            _ => {}
        }
    }

    pub fn parse(&self, l: Language) -> Result<NewEvidence, FieldErrors> {
        let mut errors = FieldErrors::new();
        let body = errors.check("body", l.t("説明", "What it shows"), Text::parse(&self.body));
        let url = errors.check("url", l.t("リンク", "Link"), parse_url(&self.url));
        let file = match &self.file {
            None => Some(None),
            Some((_, Err(TooLarge))) => errors.check("file", l.t("ファイル", "File"), Err(too_large())),
            Some((_, Ok(bytes))) if bytes.is_empty() => {
                let empty = Said::new("ファイルが空です。", "The file is empty.");
                errors.check("file", l.t("ファイル", "File"), Err(empty))
            }
            Some((name, Ok(bytes))) => {
                errors.check("file", l.t("ファイル", "File"), check_file(name, bytes.clone())).map(Some)
            }
        };
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

fn parse_url(raw: &str) -> Result<Option<String>, Said> {
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

/// All bytes of a field, or that there are more than `limit`; the rest is read and dropped.
async fn read_up_to(mut field: Field<'_>, limit: usize) -> Result<Vec<u8>, TooLarge> {
    let mut bytes = Vec::new();
    let mut over = false;
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) if !over && bytes.len() + chunk.len() <= limit => bytes.extend_from_slice(&chunk),
            Ok(Some(_)) => {
                over = true;
                bytes = Vec::new();
            }
            Ok(None) if over => return Err(TooLarge),
            Ok(None) => return Ok(bytes),
            Err(_) => return Err(TooLarge),
        }
    }
}
