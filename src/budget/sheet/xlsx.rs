//! xlsx and xlsm (Office Open XML), streamed: workbook, relations, styles, shared strings, then each sheet once.

use std::collections::HashMap;
use std::sync::Arc;

use super::package::Package;
use super::xml::{Token, Xml, attribute, attribute_is_true, attribute_number, local};
use super::{Area, Cell, Formula, Look, Meter, ReadError, Sheet, Value, Workbook, parse_cell_name};

/// Reads all worksheets in the order of their tabs; chart sheets are left out.
pub fn read(package: &mut Package<'_>, meter: &mut Meter) -> Result<Workbook, ReadError> {
    let main = relations(package, "_rels/.rels", meter)?
        .into_iter()
        .find(|r| r.kind == "officeDocument")
        .map_or_else(|| "xl/workbook.xml".to_owned(), |r| resolve("", &r.target));
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
    let related = relations(package, &format!("{folder}/_rels/{file}.rels"), meter)?;
    let part_of = |kind: &str| related.iter().find(|r| r.kind == kind).map(|r| resolve(folder, &r.target));

    let tabs = tabs(package, &main, meter)?;
    meter.sheets(tabs.len())?;
    let looks = match part_of("styles") {
        Some(part) if package.has(&part) => looks(package, &part, meter)?,
        _ => Vec::new(),
    };
    let strings = match part_of("sharedStrings") {
        Some(part) if package.has(&part) => shared_strings(package, &part, meter)?,
        _ => Vec::new(),
    };

    let mut book = Workbook { format: "xlsx".into(), ..Workbook::default() };
    for tab in tabs {
        let Some(relation) = related.iter().find(|r| r.id == tab.relation && r.kind == "worksheet") else {
            continue;
        };
        let part = resolve(folder, &relation.target);
        let mut sheet = Sheet { name: tab.name, hidden: tab.hidden, ..Sheet::default() };
        read_sheet(package, &part, &looks, &strings, &mut sheet, meter)?;
        book.sheets.push(sheet);
    }
    if book.sheets.is_empty() {
        return Err(ReadError::damaged("no worksheet"));
    }
    Ok(book)
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

fn relations(package: &mut Package<'_>, part: &str, meter: &mut Meter) -> Result<Vec<Relation>, ReadError> {
    let part = part.trim_start_matches('/');
    if !package.has(part) {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    let mut xml = Xml::new(package.part(part)?, meter);
    loop {
        match xml.next()? {
            Token::Open(start) if local(start.name().as_ref()) == "Relationship" => {
                meter.extra()?;
                let get = |name| attribute(&start, name).map(|v| v.into_owned()).unwrap_or_default();
                let kind = get("Type");
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                out.push(Relation { id: get("Id"), kind, target: get("Target") });
            }
            Token::End => break,
            _ => {}
        }
    }
    meter.unpacked(xml.consumed());
    Ok(out)
}

/// A target relative to a folder, as the name of a part.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for piece in target.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.retain(|p| !p.is_empty());
    parts.join("/")
}

struct Tab {
    name: String,
    relation: String,
    hidden: bool,
}

fn tabs(package: &mut Package<'_>, part: &str, meter: &mut Meter) -> Result<Vec<Tab>, ReadError> {
    let mut out = Vec::new();
    let mut xml = Xml::new(package.part(part)?, meter);
    loop {
        match xml.next()? {
            Token::Open(start) if local(start.name().as_ref()) == "sheet" => {
                meter.extra()?;
                let name = attribute(&start, "name").map(|v| v.into_owned()).unwrap_or_default();
                meter.text(name.len())?;
                out.push(Tab {
                    name,
                    relation: attribute(&start, "id").map(|v| v.into_owned()).unwrap_or_default(),
                    hidden: attribute(&start, "state").is_some_and(|s| s != "visible"),
                });
            }
            Token::End => break,
            _ => {}
        }
    }
    meter.unpacked(xml.consumed());
    Ok(out)
}

/// What each cell style makes of a number.
fn looks(package: &mut Package<'_>, part: &str, meter: &mut Meter) -> Result<Vec<Look>, ReadError> {
    let mut own: HashMap<u32, Look> = HashMap::new();
    let mut out = Vec::new();
    let mut in_cell_formats = false;
    let mut xml = Xml::new(package.part(part)?, meter);
    loop {
        match xml.next()? {
            Token::Open(start) => match local(start.name().as_ref()) {
                "numFmt" => {
                    meter.extra()?;
                    if let (Some(id), Some(code)) =
                        (attribute_number(&start, "numFmtId"), attribute(&start, "formatCode"))
                    {
                        own.insert(id, look_of(&code));
                    }
                }
                "cellXfs" => in_cell_formats = true,
                "xf" if in_cell_formats => {
                    meter.extra()?;
                    let id = attribute_number(&start, "numFmtId").unwrap_or(0);
                    out.push(own.get(&id).copied().unwrap_or_else(|| built_in_look(id)));
                }
                _ => {}
            },
            Token::Close(name) if name == "cellXfs" => in_cell_formats = false,
            Token::End => break,
            _ => {}
        }
    }
    meter.unpacked(xml.consumed());
    Ok(out)
}

/// Built-in formats; 27-36 and 50-58 are the Japanese calendar ones.
pub fn built_in_look(id: u32) -> Look {
    match id {
        9 | 10 => Look::Percent,
        14..=22 | 27..=36 | 45..=47 | 50..=58 => Look::Date,
        _ => Look::General,
    }
}

/// Reads a format code: a date, a percentage, or thousands cut off by trailing commas.
pub fn look_of(code: &str) -> Look {
    let mut bare = String::new();
    let mut chars = code.split(';').next().unwrap_or_default().chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if ["h", "hh", "m", "mm", "s", "ss"].contains(&inside.to_ascii_lowercase().as_str()) {
                    return Look::Date;
                }
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            c => bare.push(c.to_ascii_lowercase()),
        }
    }
    if bare.contains('%') {
        return Look::Percent;
    }
    if !bare.contains("general")
        && bare.contains(['y', 'd', 'h', 's', 'g', 'e', 'm'])
        && !bare.contains(['0', '#'])
    {
        return Look::Date;
    }
    let digits_end = bare.rfind(['0', '#', '?']).map_or(0, |i| i + 1);
    match bare[digits_end..].chars().take_while(|c| *c == ',').count() {
        0 => Look::General,
        n => Look::Thousands(u8::try_from(n).unwrap_or(u8::MAX).min(4)),
    }
}

fn shared_strings(
    package: &mut Package<'_>,
    part: &str,
    meter: &mut Meter,
) -> Result<Vec<Arc<str>>, ReadError> {
    let mut out: Vec<Arc<str>> = Vec::new();
    let mut current = String::new();
    let (mut in_text, mut in_reading) = (false, false);
    let mut xml = Xml::new(package.part(part)?, meter);
    loop {
        match xml.next()? {
            Token::Open(start) => match local(start.name().as_ref()) {
                "si" => current.clear(),
                // Furigana of the text: not part of it.
                "rPh" => in_reading = true,
                "t" => in_text = true,
                _ => {}
            },
            Token::Close(name) => match name.as_str() {
                "si" => {
                    meter.text(current.len())?;
                    out.push(unescape_controls(&current).into());
                }
                "rPh" => in_reading = false,
                "t" => in_text = false,
                _ => {}
            },
            Token::Text(text) if in_text && !in_reading => append(&mut current, &text, meter)?,
            Token::Text(_) => {}
            Token::End => break,
        }
    }
    meter.unpacked(xml.consumed());
    Ok(out)
}

fn append(to: &mut String, text: &str, meter: &Meter) -> Result<(), ReadError> {
    if to.len() + text.len() > meter.limits.token_bytes {
        return Err(ReadError::Hostile("oversized text"));
    }
    to.push_str(text);
    Ok(())
}

/// `_x000D_` and the like stand for control characters; a carriage return becomes nothing, others a blank.
fn unescape_controls(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        match code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                out.push_str(&rest[..at]);
                match c {
                    '\r' => {}
                    '\n' | '\t' => out.push(c),
                    c if c.is_control() => out.push(' '),
                    c => out.push(c),
                }
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The cell that is being read.
#[derive(Default)]
struct Open {
    kind: String,
    look: Look,
    has_formula: bool,
    has_value: bool,
    value: String,
}

fn read_sheet(
    package: &mut Package<'_>,
    part: &str,
    looks: &[Look],
    strings: &[Arc<str>],
    sheet: &mut Sheet,
    meter: &mut Meter,
) -> Result<(), ReadError> {
    let (mut row, mut column) = (0_u32, 0_u32);
    let (mut next_row, mut next_column) = (0_u32, 0_u32);
    let mut cell: Option<Open> = None;
    let (mut in_value, mut in_text, mut in_reading) = (false, false, false);
    let mut xml = Xml::new(package.part(part)?, meter);
    loop {
        match xml.next()? {
            Token::Open(start) => match local(start.name().as_ref()) {
                "row" => {
                    row = attribute_number(&start, "r").and_then(|r| r.checked_sub(1)).unwrap_or(next_row);
                    check_place(row, 0)?;
                    next_row = row + 1;
                    next_column = 0;
                    if attribute_is_true(&start, "hidden") {
                        hide(&mut sheet.hidden_rows, row, row, meter)?;
                    }
                }
                "col" if attribute_is_true(&start, "hidden") => {
                    if let (Some(from), Some(to)) =
                        (attribute_number(&start, "min"), attribute_number(&start, "max"))
                    {
                        hide(&mut sheet.hidden_columns, from.saturating_sub(1), to.saturating_sub(1), meter)?;
                    }
                }
                "c" => {
                    (row, column) = match attribute(&start, "r").as_deref().map(parse_cell_name) {
                        Some(Some(place)) => place,
                        Some(None) => return Err(ReadError::damaged("a cell has no proper name")),
                        None => (row, next_column),
                    };
                    check_place(row, column)?;
                    next_column = column + 1;
                    let style = attribute_number(&start, "s").unwrap_or(0) as usize;
                    cell = Some(Open {
                        kind: attribute(&start, "t").map(|v| v.into_owned()).unwrap_or_default(),
                        look: looks.get(style).copied().unwrap_or_default(),
                        ..Open::default()
                    });
                }
                "f" => {
                    if let Some(open) = cell.as_mut() {
                        open.has_formula = true;
                    }
                }
                "v" => {
                    in_value = true;
                    if let Some(open) = cell.as_mut() {
                        open.has_value = true;
                    }
                }
                "t" => in_text = true,
                "rPh" => in_reading = true,
                "mergeCell" => {
                    if let Some(area) = attribute(&start, "ref").as_deref().and_then(parse_area) {
                        meter.extra()?;
                        sheet.merged.push(area);
                    }
                }
                _ => {}
            },
            Token::Close(name) => match name.as_str() {
                "c" => {
                    if let Some(open) = cell.take()
                        && let Some(done) = finish(open, strings, meter)?
                    {
                        meter.cell()?;
                        sheet.put(row, column, done);
                    }
                }
                "v" => in_value = false,
                "t" => in_text = false,
                "rPh" => in_reading = false,
                _ => {}
            },
            Token::Text(text) if in_value || (in_text && !in_reading) => {
                if let Some(open) = cell.as_mut() {
                    append(&mut open.value, &text, meter)?;
                }
            }
            Token::Text(_) => {}
            Token::End => break,
        }
    }
    meter.unpacked(xml.consumed());
    Ok(())
}

fn finish(open: Open, strings: &[Arc<str>], meter: &mut Meter) -> Result<Option<Cell>, ReadError> {
    let formula = match (open.has_formula, open.has_value) {
        (false, _) => Formula::Typed,
        (true, true) => Formula::Computed,
        (true, false) => Formula::WithoutResult,
    };
    let mut kept = |text: &str| -> Result<Option<Value>, ReadError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        meter.text(text.len())?;
        Ok(Some(Value::Text(unescape_controls(text).into())))
    };
    let value = match open.kind.as_str() {
        "s" => {
            let index: usize = open.value.trim().parse().unwrap_or(usize::MAX);
            match strings.get(index) {
                Some(text) if text.trim().is_empty() => None,
                Some(text) => Some(Value::Text(Arc::clone(text))),
                None if open.value.is_empty() => None,
                None => return Err(ReadError::damaged("a shared text is missing")),
            }
        }
        "inlineStr" | "str" => kept(&open.value)?,
        "b" => Some(Value::Bool(open.value.trim() == "1")),
        "e" => Some(Value::Error(open.value.trim().chars().take(16).collect::<String>().into())),
        "d" => kept(&open.value)?,
        _ if open.value.trim().is_empty() => None,
        _ => match open.value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Some(Value::Number(number)),
            _ => kept(&open.value)?,
        },
    };
    Ok(match (value, formula) {
        (Some(value), _) => Some(Cell { value, formula, look: open.look }),
        (None, Formula::WithoutResult) => Some(Cell { value: Value::Empty, formula, look: open.look }),
        (None, _) => None,
    })
}

fn hide(ranges: &mut Vec<(u32, u32)>, from: u32, to: u32, meter: &mut Meter) -> Result<(), ReadError> {
    match ranges.last_mut() {
        Some(last) if last.1 + 1 == from => last.1 = to,
        _ => {
            meter.extra()?;
            ranges.push((from, to));
        }
    }
    Ok(())
}

/// Rows and columns beyond what any spreadsheet program can show are a sign of a forged file.
fn check_place(row: u32, column: u32) -> Result<(), ReadError> {
    if row >= 1_048_576 || column >= 16_384 {
        return Err(ReadError::Hostile("cell out of range"));
    }
    Ok(())
}

fn parse_area(text: &str) -> Option<Area> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let ((top, left), (bottom, right)) = (parse_cell_name(from)?, parse_cell_name(to)?);
    (top <= bottom && left <= right && bottom < 1_048_576 && right < 16_384).then_some(Area {
        top,
        left,
        bottom,
        right,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_formats_are_understood() {
        for (code, look) in [
            ("General", Look::General),
            ("#,##0;\"▲ \"#,##0", Look::General),
            ("#,##0_ ;[Red]\\-#,##0\\ ", Look::General),
            ("#,##0,", Look::Thousands(1)),
            ("#,##0,,\"百万円\"", Look::Thousands(2)),
            ("0.0%", Look::Percent),
            ("yyyy/m/d", Look::Date),
            ("[$-411]ggge\"年\"m\"月\"d\"日\"", Look::Date),
            ("[h]:mm", Look::Date),
            ("0_);(0)", Look::General),
        ] {
            assert_eq!(look_of(code), look, "{code}");
        }
    }

    #[test]
    fn targets_resolve_to_parts() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolve("xl/x", "../styles.xml"), "xl/styles.xml");
    }

    #[test]
    fn escaped_controls_are_undone() {
        assert_eq!(unescape_controls("a_x000D_\nb_x_c_x0041_"), "a\nb_x_cA");
        assert_eq!(unescape_controls("_xあいうえ_"), "_xあいうえ_");
    }
}
