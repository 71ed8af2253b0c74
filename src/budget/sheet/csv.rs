//! Text tables: CSV, TSV or semicolons, in UTF-8, UTF-16, CP932 (Windows Shift_JIS) or EUC-JP.
//!
//! A byte-order mark decides; else NUL bytes betray UTF-16, valid UTF-8 is UTF-8, and of the two Japanese
//! legacy encodings the one with fewer impossible sequences wins. The surprising rule: the csv crate takes
//! any quotes, so the text is walked beside it, and quotes that do not close are refused: they would swallow
//! rows without a word.

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use super::{Cell, Formula, Look, Meter, ReadError, Sheet, Value, Workbook};

/// Reads the whole file as one sheet without a name of its own.
pub fn read(bytes: &[u8], name: &str, meter: &mut Meter) -> Result<Workbook, ReadError> {
    let (encoding, bom, label) = guess(bytes)?;
    let (text, damaged) = encoding.decode_without_bom_handling(&bytes[bom..]);
    if text
        .chars()
        .take(100_000)
        .filter(|c| *c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace()))
        .count()
        * 20
        > text.chars().take(100_000).count()
    {
        return Err(ReadError::NotText);
    }
    let delimiter = delimiter(&text, name);
    let mut sheet = Sheet { name: sheet_name(name), ..Sheet::default() };
    let mut records = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(64 << 10)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut walk = Walk { bytes: text.as_bytes(), delimiter, at: 0, line: 1 };
    // The row is the one that a spreadsheet shows: blank lines count, line breaks within quotes do not.
    let mut row = 0_u32;
    while records.read_record(&mut record).map_err(ReadError::damaged)? {
        row = row.saturating_add(walk.record()?);
        for (column, field) in record.iter().enumerate() {
            if field.trim().is_empty() {
                continue;
            }
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            if column >= 16_384 {
                return Err(ReadError::Hostile("cell out of range"));
            }
            meter.cell()?;
            meter.text(field.len())?;
            let value = Value::Text(field.into());
            sheet.put(row, column, Cell { value, formula: Formula::Typed, look: Look::General });
        }
        row = row.saturating_add(1);
    }
    Ok(Workbook {
        format: format!("csv ({label})"),
        sheets: vec![sheet],
        damaged_text: damaged,
        is_text: true,
    })
}

/// Goes over the text in step with the reader.
struct Walk<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    at: usize,
    /// Line of the text as an editor counts, from 1.
    line: u32,
}

impl Walk<'_> {
    /// Steps over one record; gives the number of blank lines before it, which the reader skips.
    fn record(&mut self) -> Result<u32, ReadError> {
        let mut blank = 0_u32;
        while self.line_end() {
            blank = blank.saturating_add(1);
        }
        while let Some(first) = self.bytes.get(self.at) {
            if *first == b'"' {
                self.quoted()?;
            } else {
                while self.bytes.get(self.at).is_some_and(|b| !self.ends_field(*b)) {
                    self.at += 1;
                }
            }
            if self.bytes.get(self.at) != Some(&self.delimiter) {
                self.line_end();
                break;
            }
            self.at += 1;
        }
        Ok(blank)
    }

    /// Steps over a quoted field; behind its last quote only a delimiter or the end of the line may follow.
    fn quoted(&mut self) -> Result<(), ReadError> {
        let opened = ReadError::OpenQuote { line: self.line };
        self.at += 1;
        loop {
            match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                (None, _) => return Err(opened),
                (Some(b'"'), Some(b'"')) => self.at += 2,
                (Some(b'"'), _) => break,
                _ if self.line_end() => {}
                _ => self.at += 1,
            }
        }
        self.at += 1;
        match self.bytes.get(self.at) {
            Some(b) if !self.ends_field(*b) => Err(opened),
            _ => Ok(()),
        }
    }

    fn ends_field(&self, byte: u8) -> bool {
        byte == self.delimiter || byte == b'\r' || byte == b'\n'
    }

    /// Steps over one end of a line: LF, CRLF or CR.
    fn line_end(&mut self) -> bool {
        let length = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => return false,
        };
        self.at += length;
        self.line = self.line.saturating_add(1);
        true
    }
}

fn sheet_name(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).chars().take(31).collect()
}

fn guess(bytes: &[u8]) -> Result<(&'static Encoding, usize, &'static str), ReadError> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let label = if encoding == UTF_8 { "UTF-8 BOM" } else { encoding.name() };
        return Ok((encoding, length, label));
    }
    let head = &bytes[..bytes.len().min(64 << 10)];
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even + odd > 0 {
        // Line ends and commas are enough: in UTF-16 every one of them has a zero half, all on one side.
        let pairs = head.len() / 2;
        // An ideographic space (U+3000) puts a few on the other side.
        return match () {
            () if odd > even * 3 && odd * 50 > pairs => Ok((UTF_16LE, 0, "UTF-16LE")),
            () if even > odd * 3 && even * 50 > pairs => Ok((UTF_16BE, 0, "UTF-16BE")),
            () => Err(ReadError::NotText),
        };
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok((UTF_8, 0, "UTF-8"));
    }
    let wrong = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(head);
        let halfwidth = text.chars().filter(|c| ('\u{FF61}'..='\u{FF9F}').contains(c)).count();
        text.chars().filter(|c| *c == '\u{FFFD}').count() * 4 + halfwidth
    };
    if wrong(EUC_JP) < wrong(SHIFT_JIS) { Ok((EUC_JP, 0, "EUC-JP")) } else { Ok((SHIFT_JIS, 0, "CP932")) }
}

/// The separator that splits the first lines most often outside quotes.
fn delimiter(text: &str, name: &str) -> u8 {
    if name.to_ascii_lowercase().ends_with(".tsv") {
        return b'\t';
    }
    let mut counts = [(b',', 0_usize), (b'\t', 0), (b';', 0)];
    let mut quoted = false;
    for c in text.bytes().take(64 << 10) {
        match c {
            b'"' => quoted = !quoted,
            c if !quoted => {
                if let Some(count) = counts.iter_mut().find(|(d, _)| *d == c) {
                    count.1 += 1;
                }
            }
            _ => {}
        }
    }
    let best = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    counts.iter().find(|(_, n)| *n == best).map_or(b',', |(d, _)| *d)
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, read};
    use super::*;

    /// Rows from 1, each with its first cell.
    fn rows(text: &str) -> Result<Vec<(u32, String)>, ReadError> {
        let book = read(text.as_bytes(), "a.csv", &Limits::default())?;
        let first = |row: &super::super::Row| match row.cells.first().map(|(_, cell)| &cell.value) {
            Some(Value::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        Ok(book.sheets[0].rows.iter().map(|row| (row.index + 1, first(row))).collect())
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        for end in ["\n", "\r\n"] {
            for (lines, expected) in [
                (vec!["見出し,列", "甲,1", "乙,2"], vec![(1, "見出し"), (2, "甲"), (3, "乙")]),
                (vec!["", "見出し,列", "甲,1"], vec![(2, "見出し"), (3, "甲")]),
                (vec!["見出し,列", "", "", "甲,1", "", "乙,2"], vec![(1, "見出し"), (4, "甲"), (6, "乙")]),
                (
                    vec!["見出し,列", "甲,\"一\n二\n三\"", "", "乙,2"],
                    vec![(1, "見出し"), (2, "甲"), (4, "乙")],
                ),
                (
                    vec!["見出し,列", "", "\"甲\",", "\"\"\"乙\"\"\",2"],
                    vec![(1, "見出し"), (3, "甲"), (4, "\"乙\"")],
                ),
            ] {
                let expected: Vec<(u32, String)> =
                    expected.iter().map(|(n, s)| (*n, (*s).to_owned())).collect();
                assert_eq!(rows(&lines.join(end)).unwrap(), expected, "{lines:?} {end:?}");
            }
        }
    }

    #[test]
    fn quotes_that_do_not_close_are_named_by_the_line_where_they_open() {
        let table = |change: fn(usize) -> &'static str| {
            (1..=50).map(|n| format!("{}課題{n},事業,R8\n", change(n))).collect::<String>()
        };
        let two = table(|n| if n == 5 || n == 20 { "\"" } else { "" });
        let one = table(|n| if n == 5 { "\"" } else { "" });
        for (text, line) in [
            (two.as_str(), 5),
            (one.as_str(), 5),
            ("見出し,列\n甲,\"閉じた\"続き\n", 2),
            ("見出し,列\n甲,\"一\n二\"\n乙,\"開いたまま", 4),
        ] {
            assert_eq!(rows(text), Err(ReadError::OpenQuote { line }), "{text}");
        }
        let inner = "見出し,列\n5\" の管,1\n";
        assert_eq!(
            rows(inner).unwrap()[1],
            (2, "5\" の管".to_owned()),
            "a quote inside a plain field is a letter"
        );
    }
}
