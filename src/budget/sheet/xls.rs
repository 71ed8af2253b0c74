//! xls (BIFF8, Excel 97-2003): the record stream inside the OLE container. Every record is at most 8 KiB, so memory
//! follows what the file really holds and never the sizes it states. Sources: MS-XLS, MS-CFB.

use std::collections::HashMap;
use std::sync::Arc;

use super::ole::Ole;
use super::xlsx::{built_in_look, look_of};
use super::{Area, Cell, Formula, Look, Meter, ReadError, Sheet, Value, Workbook};

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const CONTINUE: u16 = 0x003C;
const BIFF8: u16 = 0x0600;

/// Reads all worksheets; refuses encrypted files and the formats before 1997.
pub fn read(bytes: &[u8], meter: &mut Meter) -> Result<Workbook, ReadError> {
    let ole = Ole::open(bytes)?;
    if ole.has("EncryptedPackage") || ole.has("EncryptionInfo") {
        return Err(ReadError::Encrypted);
    }
    if !ole.has("Workbook") {
        return Err(match () {
            () if ole.has("Book") => ReadError::OldFormat("Excel 95"),
            () if ole.has("WordDocument") => ReadError::Foreign("Word"),
            () if ole.has("PowerPoint Document") => ReadError::Foreign("PowerPoint"),
            () => ReadError::Foreign("OLE"),
        });
    }
    let stream = ole.stream("Workbook")?;
    let globals = Globals::read(&stream, meter)?;
    meter.sheets(globals.tabs.len())?;
    let mut book = Workbook { format: "xls".into(), ..Workbook::default() };
    for tab in &globals.tabs {
        let mut sheet = Sheet { name: tab.name.clone(), hidden: tab.hidden, ..Sheet::default() };
        read_sheet(&stream, tab.position, &globals, &mut sheet, meter)?;
        book.sheets.push(sheet);
    }
    if book.sheets.is_empty() {
        return Err(ReadError::damaged("no worksheet"));
    }
    Ok(book)
}

struct Tab {
    name: String,
    position: usize,
    hidden: bool,
}

#[derive(Default)]
struct Globals {
    tabs: Vec<Tab>,
    strings: Vec<Arc<str>>,
    looks: Vec<Look>,
}

impl Globals {
    fn read(stream: &[u8], meter: &mut Meter) -> Result<Self, ReadError> {
        let mut globals = Self::default();
        let mut formats: HashMap<u16, Look> = HashMap::new();
        let mut styles: Vec<u16> = Vec::new();
        let mut records = Records { stream, at: 0 };
        let first = records.next()?.ok_or_else(|| ReadError::damaged("no record"))?;
        if first.kind != BOF {
            return Err(ReadError::damaged("no BOF"));
        }
        if u16_at(first.data, 0)? != BIFF8 {
            return Err(ReadError::OldFormat("Excel 95"));
        }
        while let Some(record) = records.next()? {
            let data = record.data;
            match record.kind {
                0x002F => return Err(ReadError::Encrypted),
                0x0085 if data.get(5) == Some(&0) => {
                    meter.extra()?;
                    let name = short_string(data.get(6..).unwrap_or_default())?;
                    meter.text(name.len())?;
                    let hidden = data[4] & 3 != 0;
                    globals.tabs.push(Tab { name, position: u32_at(data, 0)? as usize, hidden });
                }
                0x041E => {
                    meter.extra()?;
                    formats
                        .insert(u16_at(data, 0)?, look_of(&long_string(data.get(2..).unwrap_or_default())?));
                }
                0x00E0 => {
                    meter.extra()?;
                    styles.push(u16_at(data, 2)?);
                }
                0x00FC => globals.strings = shared_strings(data, &mut records, meter)?,
                EOF => break,
                _ => {}
            }
        }
        globals.looks = styles
            .iter()
            .map(|id| formats.get(id).copied().unwrap_or_else(|| built_in_look(u32::from(*id))))
            .collect();
        Ok(globals)
    }

    fn look(&self, data: &[u8]) -> Result<Look, ReadError> {
        Ok(self.looks.get(usize::from(u16_at(data, 4)?)).copied().unwrap_or_default())
    }
}

fn read_sheet(
    stream: &[u8],
    position: usize,
    globals: &Globals,
    sheet: &mut Sheet,
    meter: &mut Meter,
) -> Result<(), ReadError> {
    let mut records = Records { stream, at: position };
    let mut depth = 0_usize;
    let mut awaiting_text: Option<(u32, u32, Look)> = None;
    while let Some(record) = records.next()? {
        let data = record.data;
        match record.kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            // Charts inside the sheet carry cell-like records of their own.
            _ if depth > 1 => {}
            0x0203 => {
                let value = f64::from_le_bytes(eight(data, 6)?);
                put_number(sheet, data, value, Formula::Typed, globals, meter)?;
            }
            0x027E => put_number(sheet, data, rk(u32_at(data, 6)?), Formula::Typed, globals, meter)?,
            0x00BD => {
                let (row, first) = (u16_at(data, 0)?, u16_at(data, 2)?);
                for (i, piece) in (0_u16..)
                    .zip(data.get(4..data.len().saturating_sub(2)).unwrap_or_default().chunks_exact(6))
                {
                    let look = globals.looks.get(usize::from(u16_at(piece, 0)?)).copied().unwrap_or_default();
                    let value = rk(u32_at(piece, 2)?);
                    put(
                        sheet,
                        u32::from(row),
                        u32::from(first) + u32::from(i),
                        Value::Number(value),
                        Formula::Typed,
                        look,
                        meter,
                    )?;
                }
            }
            0x00FD => {
                let index = u32_at(data, 6)? as usize;
                let text = globals
                    .strings
                    .get(index)
                    .ok_or_else(|| ReadError::damaged("a shared text is missing"))?;
                if !text.trim().is_empty() {
                    let (row, column) = place(data)?;
                    put(
                        sheet,
                        row,
                        column,
                        Value::Text(Arc::clone(text)),
                        Formula::Typed,
                        globals.look(data)?,
                        meter,
                    )?;
                }
            }
            0x0204 | 0x00D6 => {
                let text = long_string(data.get(6..).unwrap_or_default())?;
                let (row, column) = place(data)?;
                put_text(sheet, row, column, &text, Formula::Typed, globals.look(data)?, meter)?;
            }
            0x0205 => {
                let (row, column) = place(data)?;
                let code = *data.get(6).ok_or_else(short)?;
                let value = if data.get(7) == Some(&1) { error_value(code) } else { Value::Bool(code != 0) };
                put(sheet, row, column, value, Formula::Typed, globals.look(data)?, meter)?;
            }
            0x0006 => {
                let (row, column) = place(data)?;
                let look = globals.look(data)?;
                let raw = eight(data, 6)?;
                if raw[6..] == [0xFF, 0xFF] {
                    match raw[0] {
                        0 => awaiting_text = Some((row, column, look)),
                        1 => {
                            put(sheet, row, column, Value::Bool(raw[2] != 0), Formula::Computed, look, meter)?
                        }
                        2 => put(sheet, row, column, error_value(raw[2]), Formula::Computed, look, meter)?,
                        _ => {}
                    }
                } else {
                    put_number(sheet, data, f64::from_le_bytes(raw), Formula::Computed, globals, meter)?;
                }
            }
            0x0207 => {
                if let Some((row, column, look)) = awaiting_text.take() {
                    put_text(sheet, row, column, &long_string(data)?, Formula::Computed, look, meter)?;
                }
            }
            0x0208 if u16_at(data, 12).is_ok_and(|flags| flags & 0x20 != 0) => {
                meter.extra()?;
                let row = u32::from(u16_at(data, 0)?);
                sheet.hidden_rows.push((row, row));
            }
            0x007D if u16_at(data, 8).is_ok_and(|flags| flags & 1 != 0) => {
                meter.extra()?;
                sheet.hidden_columns.push((u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?)));
            }
            0x00E5 => {
                for piece in data.get(2..).unwrap_or_default().chunks_exact(8) {
                    meter.extra()?;
                    let at = |i| u16_at(piece, i).map(u32::from);
                    let area = Area { top: at(0)?, bottom: at(2)?, left: at(4)?, right: at(6)? };
                    if area.top <= area.bottom && area.left <= area.right {
                        sheet.merged.push(area);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn put_number(
    sheet: &mut Sheet,
    data: &[u8],
    value: f64,
    formula: Formula,
    globals: &Globals,
    meter: &mut Meter,
) -> Result<(), ReadError> {
    let (row, column) = place(data)?;
    if !value.is_finite() {
        return Err(ReadError::damaged("a number is not a number"));
    }
    put(sheet, row, column, Value::Number(value), formula, globals.look(data)?, meter)
}

fn put_text(
    sheet: &mut Sheet,
    row: u32,
    column: u32,
    text: &str,
    formula: Formula,
    look: Look,
    meter: &mut Meter,
) -> Result<(), ReadError> {
    if text.trim().is_empty() {
        return Ok(());
    }
    meter.text(text.len())?;
    put(sheet, row, column, Value::Text(text.into()), formula, look, meter)
}

fn put(
    sheet: &mut Sheet,
    row: u32,
    column: u32,
    value: Value,
    formula: Formula,
    look: Look,
    meter: &mut Meter,
) -> Result<(), ReadError> {
    meter.cell()?;
    sheet.put(row, column, Cell { value, formula, look });
    Ok(())
}

struct Record<'a> {
    kind: u16,
    data: &'a [u8],
}

struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn next(&mut self) -> Result<Option<Record<'a>>, ReadError> {
        let Some(rest) = self.stream.get(self.at..).filter(|r| r.len() >= 4) else { return Ok(None) };
        let kind = u16_at(rest, 0)?;
        let length = usize::from(u16_at(rest, 2)?);
        let data = rest.get(4..4 + length).ok_or_else(|| ReadError::damaged("a record is cut off"))?;
        self.at += 4 + length;
        Ok(Some(Record { kind, data }))
    }

    fn next_if_continued(&mut self) -> Result<Option<&'a [u8]>, ReadError> {
        let at = self.at;
        match self.next()? {
            Some(record) if record.kind == CONTINUE => Ok(Some(record.data)),
            _ => {
                self.at = at;
                Ok(None)
            }
        }
    }
}

/// The shared strings: a run of texts that may break anywhere into the next CONTINUE record.
fn shared_strings(
    first: &[u8],
    records: &mut Records<'_>,
    meter: &mut Meter,
) -> Result<Vec<Arc<str>>, ReadError> {
    let mut pieces: Vec<&[u8]> = vec![first.get(8..).ok_or_else(short)?];
    while let Some(piece) = records.next_if_continued()? {
        pieces.push(piece);
    }
    let count = u32_at(first, 4)?;
    let mut cursor = Pieces { pieces: &pieces, piece: 0, at: 0 };
    let mut out = Vec::new();
    for _ in 0..count {
        let length = usize::from(u16::from_le_bytes(cursor.take::<2>()?));
        let [mut flags] = cursor.take::<1>()?;
        let runs = if flags & 8 != 0 { usize::from(u16::from_le_bytes(cursor.take::<2>()?)) } else { 0 };
        let extra = if flags & 4 != 0 { u32::from_le_bytes(cursor.take::<4>()?) as usize } else { 0 };
        let mut units: Vec<u16> = Vec::with_capacity(length);
        while units.len() < length {
            if cursor.at_break() {
                // A text that goes on in the next record repeats its width flag there.
                [flags] = cursor.take::<1>()?;
            }
            units.push(if flags & 1 != 0 {
                u16::from_le_bytes(cursor.take::<2>()?)
            } else {
                u16::from(cursor.take::<1>()?[0])
            });
        }
        cursor.skip(runs * 4 + extra)?;
        let text = String::from_utf16_lossy(&units);
        meter.text(text.len())?;
        out.push(text.into());
    }
    Ok(out)
}

struct Pieces<'a> {
    pieces: &'a [&'a [u8]],
    piece: usize,
    at: usize,
}

impl Pieces<'_> {
    /// True when the current record is used up and another follows; moves to it.
    fn at_break(&mut self) -> bool {
        if self.pieces.get(self.piece).is_some_and(|p| self.at >= p.len())
            && self.piece + 1 < self.pieces.len()
        {
            self.piece += 1;
            self.at = 0;
            return true;
        }
        false
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let mut out = [0; N];
        for byte in &mut out {
            while self.pieces.get(self.piece).is_some_and(|p| self.at >= p.len()) {
                self.piece += 1;
                self.at = 0;
            }
            *byte = *self.pieces.get(self.piece).and_then(|p| p.get(self.at)).ok_or_else(short)?;
            self.at += 1;
        }
        Ok(out)
    }

    fn skip(&mut self, mut count: usize) -> Result<(), ReadError> {
        while count > 0 {
            let left = self.pieces.get(self.piece).ok_or_else(short)?.len().saturating_sub(self.at);
            if count <= left {
                self.at += count;
                return Ok(());
            }
            count -= left;
            self.piece += 1;
            self.at = 0;
        }
        Ok(())
    }
}

/// A text with a one-byte length.
fn short_string(data: &[u8]) -> Result<String, ReadError> {
    let length = usize::from(*data.first().ok_or_else(short)?);
    characters(data.get(1..).ok_or_else(short)?, length)
}

/// A text with a two-byte length; one that would run on in a CONTINUE record is cut at the record's end.
fn long_string(data: &[u8]) -> Result<String, ReadError> {
    characters(data.get(2..).ok_or_else(short)?, usize::from(u16_at(data, 0)?))
}

fn characters(data: &[u8], length: usize) -> Result<String, ReadError> {
    let flags = *data.first().ok_or_else(short)?;
    let skip = 1 + if flags & 8 != 0 { 2 } else { 0 } + if flags & 4 != 0 { 4 } else { 0 };
    let body = data.get(skip..).ok_or_else(short)?;
    let units: Vec<u16> = if flags & 1 != 0 {
        body.chunks_exact(2).take(length).map(|c| u16::from_le_bytes([c[0], c[1]])).collect()
    } else {
        body.iter().take(length).map(|b| u16::from(*b)).collect()
    };
    Ok(String::from_utf16_lossy(&units))
}

/// RK: 30 bits of a float or an integer, perhaps in hundredths.
fn rk(raw: u32) -> f64 {
    let value = if raw & 2 != 0 {
        f64::from(raw.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(raw & 0xFFFF_FFFC) << 32)
    };
    if raw & 1 != 0 { value / 100.0 } else { value }
}

fn error_value(code: u8) -> Value {
    Value::Error(
        match code {
            0x00 => "#NULL!",
            0x07 => "#DIV/0!",
            0x0F => "#VALUE!",
            0x17 => "#REF!",
            0x1D => "#NAME?",
            0x24 => "#NUM!",
            _ => "#N/A",
        }
        .into(),
    )
}

fn place(data: &[u8]) -> Result<(u32, u32), ReadError> {
    let (row, column) = (u16_at(data, 0)?, u16_at(data, 2)?);
    if column > 255 {
        return Err(ReadError::Hostile("cell out of range"));
    }
    Ok((u32::from(row), u32::from(column)))
}

fn u16_at(data: &[u8], at: usize) -> Result<u16, ReadError> {
    let piece = data.get(at..at + 2).ok_or_else(short)?;
    Ok(u16::from_le_bytes([piece[0], piece[1]]))
}

fn u32_at(data: &[u8], at: usize) -> Result<u32, ReadError> {
    let piece = data.get(at..at + 4).ok_or_else(short)?;
    Ok(u32::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]))
}

fn eight(data: &[u8], at: usize) -> Result<[u8; 8], ReadError> {
    data.get(at..at + 8).and_then(|p| p.try_into().ok()).ok_or_else(short)
}

fn short() -> ReadError {
    ReadError::damaged("a record is too short")
}
