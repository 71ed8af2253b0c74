//! ods (OpenDocument spreadsheet), streamed. Repeated empty cells and rows cost nothing; repeated filled ones are counted.

use quick_xml::events::BytesStart;

use super::package::Package;
use super::xml::{Token, Xml, attribute, attribute_number, local};
use super::{Area, Cell, Formula, Look, Meter, ReadError, Sheet, Value, Workbook};

/// Reads all tables of `content.xml`.
pub fn read(package: &mut Package<'_>, meter: &mut Meter) -> Result<Workbook, ReadError> {
    refuse_encrypted(package, meter)?;
    let mut book = Workbook { format: "ods".into(), ..Workbook::default() };
    let mut xml = Xml::new(package.part("content.xml")?, meter);
    let mut reader = Reader::default();
    loop {
        let skip = match xml.next()? {
            Token::Open(start) => reader.open(&start, meter)?,
            Token::Close(name) => {
                if let Some(sheet) = reader.close(&name, meter)? {
                    meter.sheets(book.sheets.len() + 1)?;
                    book.sheets.push(sheet);
                }
                false
            }
            Token::Text(text) => {
                reader.text(&text, meter)?;
                false
            }
            Token::End => break,
        };
        if skip {
            xml.skip()?;
        }
    }
    meter.unpacked(xml.consumed());
    if !reader.is_spreadsheet {
        return Err(ReadError::Foreign("OpenDocument"));
    }
    if book.sheets.is_empty() {
        return Err(ReadError::damaged("no table"));
    }
    Ok(book)
}

fn refuse_encrypted(package: &mut Package<'_>, meter: &mut Meter) -> Result<(), ReadError> {
    if !package.has("META-INF/manifest.xml") {
        return Ok(());
    }
    let mut xml = Xml::new(package.part("META-INF/manifest.xml")?, meter);
    loop {
        match xml.next()? {
            Token::Open(start) if local(start.name().as_ref()) == "encryption-data" => {
                return Err(ReadError::Encrypted);
            }
            Token::End => break,
            _ => {}
        }
    }
    meter.unpacked(xml.consumed());
    Ok(())
}

#[derive(Default)]
struct Reader {
    is_spreadsheet: bool,
    sheet: Option<Sheet>,
    row: u32,
    row_repeat: u32,
    row_cells: Vec<(u32, u32, Cell)>,
    column: u32,
    column_of_columns: u32,
    cell: Option<Open>,
    in_paragraph: usize,
}

struct Open {
    repeat: u32,
    span: (u32, u32),
    kind: String,
    value: Option<f64>,
    date: Option<String>,
    yes: bool,
    has_formula: bool,
    is_error: bool,
    text: String,
}

impl Reader {
    /// Returns true when the element is to be skipped whole.
    fn open(&mut self, start: &BytesStart<'_>, meter: &mut Meter) -> Result<bool, ReadError> {
        match local(start.name().as_ref()) {
            "spreadsheet" => self.is_spreadsheet = true,
            "table" => {
                if self.sheet.is_some() {
                    return Ok(true);
                }
                let name = attribute(start, "name").map(|v| v.into_owned()).unwrap_or_default();
                meter.text(name.len())?;
                self.sheet = Some(Sheet { name, ..Sheet::default() });
                (self.row, self.column_of_columns) = (0, 0);
            }
            "table-column" => {
                let repeat = attribute_number(start, "number-columns-repeated").unwrap_or(1).clamp(1, 16_384);
                if is_collapsed(start)
                    && let Some(sheet) = self.sheet.as_mut()
                {
                    meter.extra()?;
                    sheet.hidden_columns.push((self.column_of_columns, self.column_of_columns + repeat - 1));
                }
                self.column_of_columns = self.column_of_columns.saturating_add(repeat);
            }
            "table-row" => {
                self.row_repeat = attribute_number(start, "number-rows-repeated").unwrap_or(1).max(1);
                self.column = 0;
                self.row_cells.clear();
                if is_collapsed(start)
                    && let Some(sheet) = self.sheet.as_mut()
                {
                    meter.extra()?;
                    sheet.hidden_rows.push((self.row, self.row.saturating_add(self.row_repeat - 1)));
                }
            }
            "table-cell" | "covered-table-cell" => {
                let number = |name| attribute(start, name).and_then(|v| v.trim().parse::<f64>().ok());
                let kind = attribute(start, "value-type").map(|v| v.into_owned()).unwrap_or_default();
                self.cell = Some(Open {
                    repeat: attribute_number(start, "number-columns-repeated").unwrap_or(1).max(1),
                    span: (
                        attribute_number(start, "number-rows-spanned").unwrap_or(1).max(1),
                        attribute_number(start, "number-columns-spanned").unwrap_or(1).max(1),
                    ),
                    value: number("value").filter(|v| v.is_finite()),
                    date: attribute(start, "date-value").map(|v| v.into_owned()),
                    yes: attribute(start, "boolean-value").as_deref() == Some("true"),
                    has_formula: attribute(start, "formula").is_some(),
                    is_error: start.attributes().with_checks(false).flatten().any(|a| &*a.value == "error"),
                    kind,
                    text: String::new(),
                });
            }
            "p" | "h" => {
                if let Some(cell) = self.cell.as_mut() {
                    if !cell.text.is_empty() {
                        cell.text.push('\n');
                    }
                    self.in_paragraph += 1;
                }
            }
            "s" => {
                let count = attribute_number(start, "c").unwrap_or(1).min(64) as usize;
                self.text(&" ".repeat(count), meter)?;
            }
            "line-break" => self.text("\n", meter)?,
            "tab" => self.text("\t", meter)?,
            "annotation" | "ruby-text" | "tracked-changes" | "shapes" | "dde-links" => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn text(&mut self, text: &str, meter: &Meter) -> Result<(), ReadError> {
        if self.in_paragraph > 0
            && let Some(cell) = self.cell.as_mut()
        {
            if cell.text.len() + text.len() > meter.limits.token_bytes {
                return Err(ReadError::Hostile("oversized text"));
            }
            cell.text.push_str(text);
        }
        Ok(())
    }

    fn close(&mut self, name: &str, meter: &mut Meter) -> Result<Option<Sheet>, ReadError> {
        match name {
            "p" | "h" => self.in_paragraph = self.in_paragraph.saturating_sub(1),
            "table-cell" | "covered-table-cell" => self.close_cell(meter)?,
            "table-row" => self.close_row(meter)?,
            "table" => return Ok(self.sheet.take()),
            _ => {}
        }
        Ok(None)
    }

    fn close_cell(&mut self, meter: &mut Meter) -> Result<(), ReadError> {
        let Some(open) = self.cell.take() else { return Ok(()) };
        self.in_paragraph = 0;
        let (repeat, span, column) = (open.repeat, open.span, self.column);
        self.column = self.column.saturating_add(repeat);
        if span != (1, 1)
            && let Some(sheet) = self.sheet.as_mut()
        {
            meter.extra()?;
            let bottom = self.row.saturating_add(span.0 - 1).min(1_048_575);
            let right = column.saturating_add(span.1 - 1).min(16_383);
            sheet.merged.push(Area { top: self.row, left: column, bottom, right });
        }
        if let Some(cell) = finish(open) {
            if column.saturating_add(repeat) > 16_384 {
                return Err(ReadError::Hostile("cell out of range"));
            }
            self.row_cells.push((column, repeat, cell));
        }
        Ok(())
    }

    fn close_row(&mut self, meter: &mut Meter) -> Result<(), ReadError> {
        let repeat = std::mem::replace(&mut self.row_repeat, 1).max(1);
        let first = self.row;
        self.row = self.row.saturating_add(repeat);
        let Some(sheet) = self.sheet.as_mut() else { return Ok(()) };
        if self.row_cells.is_empty() {
            return Ok(());
        }
        if first.saturating_add(repeat) > 1_048_576 {
            return Err(ReadError::Hostile("cell out of range"));
        }
        for row in first..first + repeat {
            for (column, times, cell) in &self.row_cells {
                for i in 0..*times {
                    meter.cell()?;
                    if let Value::Text(text) = &cell.value {
                        meter.text(text.len().min(if row == first && i == 0 { usize::MAX } else { 0 }))?;
                    }
                    sheet.put(row, column + i, cell.clone());
                }
            }
        }
        self.row_cells.clear();
        Ok(())
    }
}

fn finish(open: Open) -> Option<Cell> {
    let text = open.text.trim();
    let value = match open.kind.as_str() {
        "float" | "currency" | "percentage" => open.value.map(Value::Number),
        "date" | "time" => Some(Value::Text(open.date.as_deref().unwrap_or(text).into())),
        "boolean" => Some(Value::Bool(open.yes)),
        _ if open.is_error || (open.has_formula && text.starts_with('#')) => {
            Some(Value::Error(text.chars().take(16).collect::<String>().into()))
        }
        _ if !text.is_empty() => Some(Value::Text(open.text.as_str().into())),
        _ => None,
    };
    let look = match open.kind.as_str() {
        "date" | "time" => Look::Date,
        "percentage" => Look::Percent,
        _ => Look::General,
    };
    match (value, open.has_formula) {
        (Some(value), computed) => {
            Some(Cell { value, formula: if computed { Formula::Computed } else { Formula::Typed }, look })
        }
        (None, true) if open.kind.is_empty() || open.kind == "float" => {
            Some(Cell { value: Value::Empty, formula: Formula::WithoutResult, look })
        }
        (None, _) => None,
    }
}

fn is_collapsed(start: &BytesStart<'_>) -> bool {
    attribute(start, "visibility").is_some_and(|v| v != "visible")
}
