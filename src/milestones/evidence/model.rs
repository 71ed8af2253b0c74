//! Pieces of evidence, and which files are taken.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::kernel::{Said, Text};

/// Largest file, bytes; the same limit stands in the table.
pub const FILE_BYTES: usize = 10 << 20;

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Link,
    File,
}

impl Kind {
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "text" => Some(Self::Text),
            "link" => Some(Self::Link),
            "file" => Some(Self::File),
            _ => None,
        }
    }
}

/// A piece of evidence as it is listed.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub id: Uuid,
    pub kind: Kind,
    pub body: String,
    pub url: Option<String>,
    pub file_name: Option<String>,
    pub file_size: Option<i32>,
    pub added_by: Option<Uuid>,
    pub added_ja: Option<String>,
    pub added_en: Option<String>,
    pub added_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Evidence to be written.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    pub body: Text<4000>,
    pub attached: Attached,
}

/// What comes with the words.
#[derive(Clone, Debug)]
pub enum Attached {
    Nothing,
    Link(String),
    File(File),
}

/// A file that was checked.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl NewEvidence {
    /// The word in the database.
    pub fn kind(&self) -> &'static str {
        match self.attached {
            Attached::Nothing => "text",
            Attached::Link(_) => "link",
            Attached::File(_) => "file",
        }
    }
}

/// File names that the form offers.
pub const ACCEPTED: &str = ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.pptx,.csv,.txt";

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SLIDES: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// Types that are stored, as the table knows them.
pub const CONTENT_TYPES: [&str; 8] =
    ["application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv", WORD, SHEET, SLIDES];

/// Checks size and type. The name says what the file claims to be, its first bytes whether that is so.
pub fn check_file(name: &str, bytes: Vec<u8>) -> Result<File, Said> {
    if bytes.len() > FILE_BYTES {
        return Err(too_large());
    }
    let name = clean_name(name);
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let content_type = match extension.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "docx" => WORD,
        "xlsx" => SHEET,
        "pptx" => SLIDES,
        "csv" => "text/csv",
        "txt" => "text/plain",
        _ => {
            return Err(Said::new(
                "受け付けるのはPDF、PNG、JPEG、docx、xlsx、pptx、CSV、テキストです。いずれかに変換してください。",
                "PDF, PNG, JPEG, docx, xlsx, pptx, CSV and text files are taken; convert it to one of them.",
            ));
        }
    };
    if !is_what_it_says(content_type, &bytes) {
        return Err(Said::new(
            format!("ファイルの中身が拡張子「{extension}」と合いません。元のアプリで保存し直してください。"),
            format!("The content does not fit the ending “{extension}”; save it again from its application."),
        ));
    }
    Ok(File { name, content_type, bytes })
}

/// What is said of a file over the limit.
pub fn too_large() -> Said {
    let megabytes = FILE_BYTES >> 20;
    Said::new(
        format!("ファイルが{megabytes}MBを超えています。小さくするか、保管場所へのリンクにしてください。"),
        format!(
            "The file is larger than {megabytes} MB; make it smaller, or give a link to where it is kept."
        ),
    )
}

fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let kept: String = last.chars().filter(|c| !c.is_control()).collect();
    let skipped = kept.chars().count().saturating_sub(200);
    kept.chars().skip(skipped).collect()
}

fn is_what_it_says(content_type: &str, bytes: &[u8]) -> bool {
    let holds = |part: &str| bytes.windows(part.len()).any(|w| w == part.as_bytes());
    let zip = bytes.starts_with(b"PK\x03\x04") && !holds("vbaProject.bin");
    match content_type {
        "application/pdf" => bytes.starts_with(b"%PDF-"),
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => bytes.starts_with(b"\xff\xd8\xff"),
        WORD => zip && holds("word/"),
        SHEET => zip && holds("xl/"),
        SLIDES => zip && holds("ppt/"),
        _ => !bytes.contains(&0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_where_name_and_content_agree() {
        let docx = [b"PK\x03\x04".as_slice(), b"....word/document.xml"].concat();
        let macros = [b"PK\x03\x04".as_slice(), b"word/document.xml word/vbaProject.bin"].concat();
        for (name, bytes, taken) in [
            ("結果.PDF", b"%PDF-1.7".to_vec(), true),
            ("a.docx", docx.clone(), true),
            ("a.xlsx", docx, false),
            ("m.docx", macros, false),
            ("a.pdf", b"<html>".to_vec(), false),
            ("a.exe", b"MZ".to_vec(), false),
            ("noextension", b"x".to_vec(), false),
            ("a.csv", "列,値".as_bytes().to_vec(), true),
            ("a.txt", vec![0, 1], false),
        ] {
            assert_eq!(check_file(name, bytes).is_ok(), taken, "{name}");
        }
        assert!(check_file("a.txt", vec![b'a'; FILE_BYTES + 1]).is_err());
        assert_eq!(clean_name("C:\\temp\\報告.pdf"), "報告.pdf");
    }
}
