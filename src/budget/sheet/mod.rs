//! Reading any spreadsheet file into one plain [`Workbook`], in bounded memory.
//!
//! xlsx and ods are unpacked and parsed as a stream, xls (BIFF8) from its OLE container, text files (CSV, TSV) through
//! their encoding. The one surprising rule: nothing here trusts a size that a file states about itself; every reader
//! draws on one [`Meter`], and what goes over its [`Limits`] is refused with a sentence for the person who sent it.

mod csv;
mod error;
mod limits;
mod ods;
mod ole;
mod package;
mod xls;
mod xlsx;
mod xml;

use std::sync::Arc;

pub use error::ReadError;
pub use limits::{Limits, Meter};

/// A file read into memory: its sheets, and how it was stored.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// How the file was stored: `xlsx`, `xls`, `ods`, or a text encoding such as `csv (CP932)`.
    pub format: String,
    pub sheets: Vec<Sheet>,
    /// Characters that the encoding did not know and that were replaced by U+FFFD.
    pub damaged_text: bool,
    /// True for text files, where every cell is text and a typed number is nothing unusual.
    pub is_text: bool,
}

/// One sheet, sparse: only cells with a content are kept.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub name: String,
    pub hidden: bool,
    /// Rows in ascending order of their index.
    pub rows: Vec<Row>,
    pub merged: Vec<Area>,
    /// Hidden columns as closed ranges of indices.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Hidden rows as closed ranges of indices.
    pub hidden_rows: Vec<(u32, u32)>,
}

/// The cells of one row, in ascending order of column.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub index: u32,
    pub cells: Vec<(u32, Cell)>,
}

/// What one cell holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub value: Value,
    pub formula: Formula,
    pub look: Look,
}

/// The stored value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: only together with a formula whose result was not stored.
    Empty,
    Number(f64),
    Text(Arc<str>),
    Bool(bool),
    /// `#REF!`, `#N/A` and the like.
    Error(Arc<str>),
}

/// Whether the value was typed or computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    Typed,
    Computed,
    /// There is a formula, and the program that wrote the file did not store its result.
    WithoutResult,
}

/// What the number format makes of a number on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    General,
    Date,
    Percent,
    /// Shown divided by 1,000 this many times (`#,##0,`).
    Thousands(u8),
}

/// A closed rectangle of cells, from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// Reads a file. `name` serves only to tell a `.tsv` from a `.csv`; what a file is, its bytes say.
pub fn read(bytes: &[u8], name: &str, limits: &Limits) -> Result<Workbook, ReadError> {
    let mut meter = Meter::new(*limits);
    meter.file(bytes.len() as u64)?;
    let mut book = match sniff(bytes)? {
        Stored::Zip => package::read(bytes, &mut meter)?,
        Stored::Ole => xls::read(bytes, &mut meter)?,
        Stored::Text => csv::read(bytes, name, &mut meter)?,
    };
    for sheet in &mut book.sheets {
        sheet.tidy();
    }
    Ok(book)
}

enum Stored {
    Zip,
    Ole,
    Text,
}

/// Decides from the first bytes, and names the usual impostors.
fn sniff(bytes: &[u8]) -> Result<Stored, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Stored::Zip);
    }
    if bytes.starts_with(ole::SIGNATURE) {
        return Ok(Stored::Ole);
    }
    const FOREIGN: [(&[u8], &str); 8] = [
        (b"%PDF", "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xFF\xD8\xFF", "JPEG"),
        (b"GIF8", "GIF"),
        (b"\x1F\x8B", "gzip"),
        (b"7z\xBC\xAF", "7-Zip"),
        (b"Rar!", "RAR"),
        (b"{\\rtf", "RTF"),
    ];
    if let Some((_, what)) = FOREIGN.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(ReadError::Foreign(what));
    }
    let head: String = bytes.iter().take(4096).map(|b| char::from(*b).to_ascii_lowercase()).collect();
    let start = head.trim_start_matches(|c: char| !c.is_ascii_graphic());
    if ["<!doctype html", "<html", "<table", "<head", "<body", "<meta"].iter().any(|m| start.starts_with(m)) {
        return Err(ReadError::Html);
    }
    if start.starts_with("<?xml") || start.starts_with("<workbook") {
        return Err(if head.contains("<html") { ReadError::Html } else { ReadError::Foreign("XML") });
    }
    Ok(Stored::Text)
}

impl Sheet {
    /// The cell at a place, if it holds anything.
    pub fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        let row = &self.rows[self.rows.binary_search_by_key(&row, |r| r.index).ok()?];
        row.cell(column)
    }

    pub fn is_row_hidden(&self, row: u32) -> bool {
        self.hidden_rows.iter().any(|(from, to)| (*from..=*to).contains(&row))
    }

    pub fn is_column_hidden(&self, column: u32) -> bool {
        self.hidden_columns.iter().any(|(from, to)| (*from..=*to).contains(&column))
    }

    /// Number of cells that hold anything.
    pub fn len(&self) -> usize {
        self.rows.iter().map(|r| r.cells.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a cell; readers call it in any order.
    fn put(&mut self, row: u32, column: u32, cell: Cell) {
        match self.rows.last_mut() {
            Some(last) if last.index == row => last.cells.push((column, cell)),
            _ => self.rows.push(Row { index: row, cells: vec![(column, cell)] }),
        }
    }

    /// Puts rows and cells in order, joins rows that came in pieces, keeps the last of two cells at one place.
    fn tidy(&mut self) {
        if !self.rows.is_sorted_by(|a, b| a.index < b.index) {
            self.rows.sort_by_key(|r| r.index);
            let mut joined: Vec<Row> = Vec::with_capacity(self.rows.len());
            for row in self.rows.drain(..) {
                match joined.last_mut() {
                    Some(last) if last.index == row.index => last.cells.extend(row.cells),
                    _ => joined.push(row),
                }
            }
            self.rows = joined;
        }
        for row in &mut self.rows {
            if !row.cells.is_sorted_by(|a, b| a.0 < b.0) {
                row.cells.sort_by_key(|(column, _)| *column);
                row.cells.reverse();
                row.cells.dedup_by_key(|(column, _)| *column);
                row.cells.reverse();
            }
        }
        self.hidden_rows = merge_ranges(std::mem::take(&mut self.hidden_rows));
        self.hidden_columns = merge_ranges(std::mem::take(&mut self.hidden_columns));
    }
}

impl Row {
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        self.cells.binary_search_by_key(&column, |(c, _)| *c).ok().map(|i| &self.cells[i].1)
    }
}

impl Cell {
    pub fn number(value: f64) -> Self {
        Self { value: Value::Number(value), formula: Formula::Typed, look: Look::General }
    }

    pub fn text(value: &str) -> Self {
        Self { value: Value::Text(value.into()), formula: Formula::Typed, look: Look::General }
    }

    /// The text of a text cell, else nothing.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Area {
    pub fn contains(&self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }
}

/// `C5` for row 4, column 2.
pub fn cell_name(row: u32, column: u32) -> String {
    format!("{}{}", column_name(column), u64::from(row) + 1)
}

/// `A`, `Z`, `AA` …
pub fn column_name(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|b| char::from(*b)).collect()
}

/// The place of a cell by its name; the first cell for a name that is none.
pub fn place_of(name: &str) -> (u32, u32) {
    parse_cell_name(name).unwrap_or((0, 0))
}

/// Reads `C5` (and `$C$5`) as row and column from zero.
pub fn parse_cell_name(name: &str) -> Option<(u32, u32)> {
    let mut column: u32 = 0;
    let mut row: u32 = 0;
    let mut letters = 0;
    for b in name.bytes() {
        match b {
            b'$' => {}
            b'A'..=b'Z' | b'a'..=b'z' if row == 0 => {
                column = column.checked_mul(26)?.checked_add(u32::from(b.to_ascii_uppercase() - b'A') + 1)?;
                letters += 1;
            }
            b'0'..=b'9' if letters > 0 => row = row.checked_mul(10)?.checked_add(u32::from(b - b'0'))?,
            _ => return None,
        }
    }
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

fn merge_ranges(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges {
        match out.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_a_spreadsheet_names_them() {
        for (name, place) in
            [("A1", (0, 0)), ("Z9", (8, 25)), ("AA10", (9, 26)), ("XFD1048576", (1_048_575, 16_383))]
        {
            assert_eq!(parse_cell_name(name), Some(place));
            assert_eq!(cell_name(place.0, place.1), name);
        }
        for bad in ["", "A", "1", "1A", "A0", "A-1", "ZZZZZZZZZZ1", "A99999999999"] {
            assert_eq!(parse_cell_name(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_impostor_is_named() {
        let limits = Limits::default();
        let refusal = |bytes: &[u8]| read(bytes, "x.xls", &limits).unwrap_err().code();
        assert_eq!(refusal(b""), "empty");
        assert_eq!(refusal(b"\r\n <HTML><table><tr><td>1</td></tr></table>"), "html");
        assert_eq!(refusal(b"<?xml version='1.0'?><html xmlns='x'/>"), "html");
        assert_eq!(refusal(b"%PDF-1.7"), "foreign");
        assert_eq!(refusal(b"PK\x03\x04 and then nothing"), "damaged");
    }
}
