//! A form that comes with a file.

use axum::extract::Multipart;
use axum::extract::multipart::Field;

use crate::kernel::Said;

use super::model::{FILE_BYTES, File, too_large};

/// A multipart form as typed: its texts by name, and the file of its field `file`. The file cannot be kept for a second
/// try; the page that shows the form again says so.
#[derive(Clone, Debug, Default)]
pub struct FileForm {
    texts: Vec<(String, String)>,
    file: Option<(String, Result<Vec<u8>, TooLarge>)>,
}

#[derive(Clone, Copy, Debug)]
struct TooLarge;

/// Texts longer than this are cut: they are refused as too long anyway.
const TEXT_BYTES: usize = 64 << 10;

impl FileForm {
    /// Reads the form. A file over the limit is read to its end and dropped, so that the page can answer with everything
    /// else that was typed.
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
        self.texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }

    /// What was typed into a field; empty where it was not sent.
    pub fn text(&self, name: &str) -> String {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// A file was chosen, whatever it is.
    pub fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// The file, if one was chosen.
    pub fn file(&self) -> Result<Option<File>, Said> {
        match &self.file {
            None => Ok(None),
            Some((_, Err(TooLarge))) => Err(too_large()),
            Some((name, Ok(bytes))) => File::check(name, bytes.clone()).map(Some),
        }
    }
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
