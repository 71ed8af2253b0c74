//! Text tables: CSV, TSV or semicolons, in UTF-8, UTF-16, CP932 (Windows Shift_JIS) or EUC-JP.
//!
//! A byte-order mark decides; else NUL bytes betray UTF-16, valid UTF-8 is UTF-8, and of the two Japanese legacy
//! encodings the one with fewer impossible sequences wins.

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
    // The row is the line that a person sees in an editor; a quoted field may span several.
    let mut row = 0_u32;
    let mut next_line = 1_u64;
    while records.read_record(&mut record).map_err(ReadError::damaged)? {
        let line = record.position().map_or(next_line, csv::Position::line);
        row = row.saturating_add(u32::try_from(line.saturating_sub(next_line)).unwrap_or(u32::MAX));
        next_line = records.position().line();
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
