//! Which files are taken.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kernel::Said;

/// Largest file, bytes; the same limit stands in the table.
pub const FILE_BYTES: usize = 10 << 20;

/// Largest form with a file, bytes: more than the largest file, so that one too large is named at its field.
pub const UPLOAD_BYTES: usize = 32 << 20;

/// File names that the form offers.
pub const ACCEPTED: &str = ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.pptx,.csv,.txt";

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SLIDES: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// Types that are stored, as the table knows them.
pub const CONTENT_TYPES: [&str; 8] =
    ["application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv", WORD, SHEET, SLIDES];

/// A file that was checked.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl File {
    /// Checks size and type. The name says what the file claims to be, its first bytes whether that is so.
    pub fn check(name: &str, bytes: Vec<u8>) -> Result<Self, Said> {
        if bytes.len() > FILE_BYTES {
            return Err(too_large());
        }
        if bytes.is_empty() {
            return Err(Said::new("ファイルが空です。", "The file is empty."));
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
                format!(
                    "ファイルの中身が拡張子「{extension}」と合いません。元のアプリで保存し直してください。"
                ),
                format!(
                    "The content does not fit the ending “{extension}”; save it again from its application."
                ),
            ));
        }
        Ok(Self { name, content_type, bytes })
    }

    /// SHA-256 of the content.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(&self.bytes).to_vec()
    }

    /// What the audit holds of a file: its name, size and hash, not its content.
    pub fn facts(&self) -> Value {
        json!({ "name": self.name, "bytes": self.bytes.len(), "sha256": hex::encode(self.hash()) })
    }
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

/// A size as people read it.
pub fn size_in_words(bytes: i32) -> String {
    if bytes >= 1 << 20 {
        format!("{:.1} MB", f64::from(bytes) / 1_048_576.0)
    } else {
        format!("{} kB", (bytes + 1023) / 1024)
    }
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
            ("a.txt", Vec::new(), false),
        ] {
            assert_eq!(File::check(name, bytes).is_ok(), taken, "{name}");
        }
        assert!(File::check("a.txt", vec![b'a'; FILE_BYTES + 1]).is_err());
        assert_eq!(clean_name("C:\\temp\\報告.pdf"), "報告.pdf");
    }

    #[test]
    fn a_size_is_read_in_its_unit() {
        for (bytes, words) in [(12, "1 kB"), (1_536, "2 kB"), (10 << 20, "10.0 MB")] {
            assert_eq!(size_in_words(bytes), words);
        }
    }
}
