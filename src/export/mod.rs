//! Tables as files: CSV in UTF-8 (with a byte order mark, for Excel) and in CP932, and xlsx; documents as [`pdf`].
//!
//! Every file carries what was asked, when and by whom. In a workbook this is a second sheet; in CSV it is a block
//! of lines behind the table, each beginning with `#`, so that the first line stays the header for programs.

mod csv;
pub mod pdf;
mod sjis;
mod xlsx;

use crate::kernel::Language;

pub use csv::{CsvTable, Encoding};
pub use xlsx::XlsxTable;

/// A cell of an exported table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    Text(String),
    /// Whole yen, or a count.
    Number(i64),
    Empty,
}

impl Datum {
    /// Text, or nothing where it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

/// What a file says of itself: pairs of a label and a text.
#[derive(Clone, Debug, Default)]
pub struct Provenance(pub Vec<(String, String)>);

/// The formats offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Csv,
    CsvSjis,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::CsvSjis];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::CsvSjis => "csv-sjis",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Xlsx => l.t("Excel（xlsx）", "Excel (xlsx)"),
            Self::Csv => l.t("CSV（UTF-8）", "CSV (UTF-8)"),
            Self::CsvSjis => l.t("CSV（Shift_JIS）", "CSV (Shift_JIS)"),
        }
    }

    pub fn extension(self) -> &'static str {
        if self == Self::Xlsx { "xlsx" } else { "csv" }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::CsvSjis => "text/csv; charset=Shift_JIS",
        }
    }
}
