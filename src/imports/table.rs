//! From a file to one table: which sheet, which row is the header, which rows are data.

use crate::budget::sheet::{self, Limits, ReadError, Sheet, Value, Workbook};
use crate::kernel::text::fold;

use super::headers;

/// Rows looked at for a header.
const HEADER_SEARCH_ROWS: usize = 30;

/// A table of texts.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub sheet: String,
    pub headers: Vec<String>,
    /// Row of the header in the sheet, from 1.
    pub header_row: u32,
    pub rows: Vec<TableRow>,
    /// Format of the file: xlsx, csv (CP932) …
    pub format: String,
    /// A text file: a cell too many has moved those before it.
    pub is_text: bool,
}

/// A row of data; cells by column of the header.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Row of the sheet, from 1.
    pub number: u32,
    pub cells: Vec<String>,
    /// The first column beyond the headers that holds a value.
    pub surplus: Option<u32>,
}

impl Table {
    /// What tells this kind of file from others: its headers.
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest, Sha256};
        hex::encode(&Sha256::digest(fold(&self.headers.join("\u{1f}")).as_bytes())[..16])
    }

    /// Format, sheet and row of the headers, as pages show them.
    pub fn place(&self) -> String {
        format!("{} {} · {}", self.format, self.sheet, self.header_row)
    }

    /// The first values of a column that are not empty.
    pub fn samples(&self, column: usize) -> Vec<&str> {
        let values = self.rows.iter().filter_map(|r| r.cells.get(column)).filter(|v| !v.is_empty());
        values.take(3).map(String::as_str).collect()
    }
}

/// Reads a file and finds its table: the sheet and row whose cells are known headers most.
pub fn read(bytes: &[u8], name: &str) -> Result<Table, ReadError> {
    let book = sheet::read(bytes, name, &Limits::default())?;
    Ok(table_of(&book))
}

fn table_of(book: &Workbook) -> Table {
    let mut best: Option<(usize, &Sheet, usize)> = None;
    for sheet in &book.sheets {
        for (at, row) in sheet.rows.iter().take(HEADER_SEARCH_ROWS).enumerate() {
            let known =
                row.cells.iter().filter(|(_, c)| headers::field_of(&text_of(&c.value)).is_some()).count();
            if known > best.map_or(0, |b| b.0) {
                best = Some((known, sheet, at));
            }
        }
    }
    let fallback = book.sheets.iter().find(|s| !s.rows.is_empty()).map(|s| (0, s, 0));
    let Some((_, sheet, at)) = best.or(fallback) else { return Table::default() };
    let head = &sheet.rows[at];
    let width = head.cells.last().map_or(0, |(c, _)| *c as usize + 1).min(500);
    let mut headers = vec![String::new(); width];
    for (column, cell) in &head.cells {
        if let Some(place) = headers.get_mut(*column as usize) {
            *place = text_of(&cell.value).trim().to_owned();
        }
    }
    let rows = sheet.rows[at + 1..]
        .iter()
        .map(|row| TableRow {
            number: row.index + 1,
            cells: cells_of(row, width),
            surplus: surplus_of(row, width),
        })
        .filter(|row| !is_metadata(&row.cells) && row.cells.iter().any(|c| !c.is_empty()))
        .collect();
    Table {
        sheet: sheet.name.clone(),
        headers,
        header_row: head.index + 1,
        rows,
        format: book.format.clone(),
        is_text: book.is_text,
    }
}

fn cells_of(row: &sheet::Row, width: usize) -> Vec<String> {
    let mut cells = vec![String::new(); width];
    for (column, cell) in &row.cells {
        if let Some(place) = cells.get_mut(*column as usize) {
            *place = text_of(&cell.value);
        }
    }
    cells
}

fn surplus_of(row: &sheet::Row, width: usize) -> Option<u32> {
    let beyond = row.cells.iter().filter(|(column, _)| *column as usize >= width);
    beyond.filter(|(_, cell)| !text_of(&cell.value).trim().is_empty()).map(|(column, _)| *column).min()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Error(e) => e.to_string(),
        Value::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        Value::Number(n) => n.to_string(),
    }
}

/// Rows under the header that describe columns instead of filling them: types (`string`) and flags (`公開`).
fn is_metadata(cells: &[String]) -> bool {
    const WORDS: [&str; 16] = [
        "string",
        "text",
        "number",
        "integer",
        "int",
        "date",
        "varchar",
        "boolean",
        "char",
        "numeric",
        "decimal",
        "required",
        "optional",
        "公開",
        "非公開",
        "文字列",
    ];
    let filled: Vec<String> = cells.iter().filter(|c| !c.trim().is_empty()).map(|c| fold(c)).collect();
    filled.len() >= 2 && filled.iter().all(|c| WORDS.contains(&c.as_str()))
}
