//! Writes a draft as xlsx, ods or text, by hand, so that every oddity can be expressed.

use std::fmt::Write as _;
use std::io::Write as _;

use nakadachi::budget::sheet::{cell_name, column_name};

use super::draft::{Draft, DraftSheet, Ink};

/// How a draft is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    XlsxInline,
    Ods,
    Xls,
    Utf8,
    Utf8Bom,
    Cp932,
    Utf16Le,
    Utf16Be,
    Tsv,
}

impl Format {
    pub const ALL: [Self; 10] = [
        Self::Xlsx,
        Self::XlsxInline,
        Self::Ods,
        Self::Xls,
        Self::Utf8,
        Self::Utf8Bom,
        Self::Cp932,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Tsv,
    ];

    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx | Self::XlsxInline => "xlsx",
            Self::Ods => "ods",
            Self::Xls => "xls",
            Self::Tsv => "tsv",
            _ => "csv",
        }
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::Utf8 | Self::Utf8Bom | Self::Cp932 | Self::Utf16Le | Self::Utf16Be | Self::Tsv)
    }
}

/// The bytes of the draft; text formats hold the first sheet only.
pub fn bytes(draft: &Draft, format: Format) -> Vec<u8> {
    match format {
        Format::Xlsx => xlsx(draft, false),
        Format::XlsxInline => xlsx(draft, true),
        Format::Ods => ods(draft),
        Format::Xls => super::write_xls::xls(draft),
        Format::Utf8 => separated(&draft.sheets[0], ',').into_bytes(),
        Format::Utf8Bom => [b"\xEF\xBB\xBF", separated(&draft.sheets[0], ',').as_bytes()].concat(),
        Format::Tsv => separated(&draft.sheets[0], '\t').into_bytes(),
        Format::Cp932 => {
            let text =
                separated(&draft.sheets[0], ',').replace('〜', "～").replace('−', "－").replace('硏', "研");
            encoding_rs::SHIFT_JIS.encode(&text).0.into_owned()
        }
        Format::Utf16Le => {
            let text = format!("\u{FEFF}{}", separated(&draft.sheets[0], ','));
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Format::Utf16Be => {
            separated(&draft.sheets[0], ',').encode_utf16().flat_map(u16::to_be_bytes).collect()
        }
    }
}

fn separated(sheet: &DraftSheet, delimiter: char) -> String {
    let last_column = sheet.cells.keys().map(|(_, c)| *c).max().unwrap_or(0);
    let mut out = String::new();
    for row in 0..=sheet.last_row() {
        for column in 0..=last_column {
            if column > 0 {
                out.push(delimiter);
            }
            let text = match sheet.cells.get(&(row, column)) {
                None => continue,
                Some(Ink::Text(text)) => text.clone(),
                Some(Ink::Number(n) | Ink::Formula(_, Some(n))) => grouped(*n),
                Some(Ink::Formula(_, None)) => String::new(),
                Some(Ink::Error(error)) => (*error).to_owned(),
                Some(Ink::Date(_)) => "2025/7/1".to_owned(),
                Some(Ink::Percent(p)) => format!("{}%", p * 100.0),
            };
            if text.contains([delimiter, '"', '\n']) {
                let _ = write!(out, "\"{}\"", text.replace('"', "\"\""));
            } else {
                out.push_str(&text);
            }
        }
        out.push_str("\r\n");
    }
    out
}

/// Thousands commas, as a spreadsheet exports what it shows.
fn grouped(n: f64) -> String {
    if n.fract() != 0.0 {
        return format!("{n}");
    }
    let digits = nakadachi::kernel::yen::group_thousands(&format!("{}", n.abs()));
    if n < 0.0 { format!("▲{digits}") } else { digits }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn pack(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in parts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn xlsx(draft: &Draft, inline: bool) -> Vec<u8> {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut strings: Vec<String> = Vec::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut tabs = String::new();
    let mut relations = String::new();
    for (i, sheet) in draft.sheets.iter().enumerate() {
        let n = i + 1;
        let state = if sheet.hidden { " state=\"hidden\"" } else { "" };
        let _ =
            write!(tabs, "<sheet name=\"{}\" sheetId=\"{n}\"{state} r:id=\"rId{n}\"/>", escape(&sheet.name));
        let _ = write!(
            relations,
            "<Relationship Id=\"rId{n}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        );
        let mut xml = format!("{head}<worksheet xmlns=\"{main}\"><dimension ref=\"A1:XFD1048576\"/>");
        if !sheet.hidden_columns.is_empty() {
            xml.push_str("<cols>");
            for column in &sheet.hidden_columns {
                let _ = write!(xml, "<col min=\"{0}\" max=\"{0}\" width=\"0\" hidden=\"1\"/>", column + 1);
            }
            xml.push_str("</cols>");
        }
        xml.push_str("<sheetData>");
        for row in 0..=sheet.last_row() {
            let hidden = if sheet.hidden_rows.contains(&row) { " hidden=\"1\"" } else { "" };
            let _ = write!(xml, "<row r=\"{}\"{hidden}>", row + 1);
            for ((_, column), ink) in sheet.cells.range((row, 0)..=(row, u32::MAX)) {
                let place = cell_name(row, *column);
                let _ = match ink {
                    Ink::Text(text) if inline => write!(
                        xml,
                        "<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                        escape(text)
                    ),
                    Ink::Text(text) => {
                        strings.push(text.clone());
                        write!(xml, "<c r=\"{place}\" t=\"s\"><v>{}</v></c>", strings.len() - 1)
                    }
                    Ink::Number(value) => write!(xml, "<c r=\"{place}\" s=\"1\"><v>{value}</v></c>"),
                    Ink::Formula(text, Some(value)) => {
                        write!(xml, "<c r=\"{place}\" s=\"1\"><f>{}</f><v>{value}</v></c>", escape(text))
                    }
                    Ink::Formula(text, None) => {
                        write!(xml, "<c r=\"{place}\" s=\"1\"><f>{}</f></c>", escape(text))
                    }
                    Ink::Error(error) => write!(xml, "<c r=\"{place}\" t=\"e\"><v>{error}</v></c>"),
                    Ink::Date(day) => write!(xml, "<c r=\"{place}\" s=\"2\"><v>{day}</v></c>"),
                    Ink::Percent(p) => write!(xml, "<c r=\"{place}\" s=\"3\"><v>{p}</v></c>"),
                };
            }
            xml.push_str("</row>");
        }
        xml.push_str("</sheetData>");
        if !sheet.merges.is_empty() {
            xml.push_str("<mergeCells>");
            for (top, left, bottom, right) in &sheet.merges {
                let _ = write!(
                    xml,
                    "<mergeCell ref=\"{}:{}\"/>",
                    cell_name(*top, *left),
                    cell_name(*bottom, *right)
                );
            }
            xml.push_str("</mergeCells>");
        }
        xml.push_str("</worksheet>");
        parts.push((format!("xl/worksheets/sheet{n}.xml"), xml));
    }
    let n = draft.sheets.len();
    let _ = write!(
        relations,
        "<Relationship Id=\"rId{}\" Type=\"{office}/styles\" Target=\"styles.xml\"/>",
        n + 1
    );
    let _ = write!(
        relations,
        "<Relationship Id=\"rId{}\" Type=\"{office}/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>",
        n + 2
    );
    let package = "http://schemas.openxmlformats.org/package/2006";
    parts.push(("[Content_Types].xml".into(), format!("{head}<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>")));
    parts.push(("_rels/.rels".into(), format!("{head}<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")));
    parts.push((
        "xl/workbook.xml".into(),
        format!("{head}<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{tabs}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".into(),
        format!("{head}<Relationships xmlns=\"{package}/relationships\">{relations}</Relationships>"),
    ));
    parts.push(("xl/styles.xml".into(), format!("{head}<styleSheet xmlns=\"{main}\"><numFmts count=\"1\"><numFmt numFmtId=\"176\" formatCode=\"#,##0;&quot;▲ &quot;#,##0\"/></numFmts><cellXfs count=\"4\"><xf numFmtId=\"0\"/><xf numFmtId=\"176\"/><xf numFmtId=\"14\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>")));
    let mut shared = format!("{head}<sst xmlns=\"{main}\" count=\"{0}\" uniqueCount=\"{0}\">", strings.len());
    for (i, text) in strings.iter().enumerate() {
        // Every third text in two runs, with furigana, as Japanese files have it.
        let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        let _ = if i % 3 == 0 {
            write!(
                shared,
                "<si><r><t xml:space=\"preserve\">{}</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">{}</t></r><rPh sb=\"0\" eb=\"1\"><t>ヨミ</t></rPh></si>",
                escape(&text[..middle]),
                escape(&text[middle..])
            )
        } else {
            write!(shared, "<si><t xml:space=\"preserve\">{}</t></si>", escape(text))
        };
    }
    shared.push_str("</sst>");
    parts.push(("xl/sharedStrings.xml".into(), shared));
    pack(&parts)
}

fn ods(draft: &Draft) -> Vec<u8> {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\"><office:body><office:spreadsheet>",
    );
    for sheet in &draft.sheets {
        let _ = write!(xml, "<table:table table:name=\"{}\">", escape(&sheet.name));
        let last_column = sheet.cells.keys().map(|(_, c)| *c).max().unwrap_or(0);
        for column in 0..=last_column {
            let hidden =
                if sheet.hidden_columns.contains(&column) { " table:visibility=\"collapse\"" } else { "" };
            let _ = write!(xml, "<table:table-column{hidden}/>");
        }
        for row in 0..=sheet.last_row() {
            let hidden = if sheet.hidden_rows.contains(&row) { " table:visibility=\"collapse\"" } else { "" };
            let _ = write!(xml, "<table:table-row{hidden}>");
            let mut blanks = 0;
            for column in 0..=last_column {
                let merge = sheet.merges.iter().find(|m| (m.0, m.1) == (row, column));
                let Some(ink) = sheet.cells.get(&(row, column)) else {
                    blanks += 1;
                    continue;
                };
                if blanks > 0 {
                    let _ = write!(xml, "<table:table-cell table:number-columns-repeated=\"{blanks}\"/>");
                    blanks = 0;
                }
                let span = merge.map_or(String::new(), |m| {
                    format!(
                        " table:number-rows-spanned=\"{}\" table:number-columns-spanned=\"{}\"",
                        m.2 - m.0 + 1,
                        m.3 - m.1 + 1
                    )
                });
                let _ = match ink {
                    Ink::Text(text) => write!(
                        xml,
                        "<table:table-cell office:value-type=\"string\"{span}>{}</table:table-cell>",
                        text.split('\n')
                            .map(|p| format!(
                                "<text:p>{}</text:p>",
                                escape(p).replace("  ", "<text:s text:c=\"2\"/>")
                            ))
                            .collect::<String>()
                    ),
                    Ink::Number(value) => write!(
                        xml,
                        "<table:table-cell office:value-type=\"float\" office:value=\"{value}\"{span}><text:p>{value}</text:p></table:table-cell>"
                    ),
                    Ink::Formula(text, Some(value)) => write!(
                        xml,
                        "<table:table-cell table:formula=\"of:={}\" office:value-type=\"float\" office:value=\"{value}\"{span}><text:p>{value}</text:p></table:table-cell>",
                        escape(text)
                    ),
                    Ink::Formula(text, None) => {
                        write!(xml, "<table:table-cell table:formula=\"of:={}\"{span}/>", escape(text))
                    }
                    Ink::Error(error) => write!(
                        xml,
                        "<table:table-cell table:formula=\"of:=X1\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"{span}><text:p>{error}</text:p></table:table-cell>"
                    ),
                    Ink::Date(_) => write!(
                        xml,
                        "<table:table-cell office:value-type=\"date\" office:date-value=\"2025-07-01\"{span}><text:p>7/1</text:p></table:table-cell>"
                    ),
                    Ink::Percent(p) => write!(
                        xml,
                        "<table:table-cell office:value-type=\"percentage\" office:value=\"{p}\"{span}><text:p>x%</text:p></table:table-cell>"
                    ),
                };
            }
            let _ = write!(
                xml,
                "<table:table-cell table:number-columns-repeated=\"{}\"/></table:table-row>",
                16_384 - last_column - 1 + blanks
            );
        }
        let _ = write!(
            xml,
            "<table:table-row table:number-rows-repeated=\"{}\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row></table:table>",
            1_048_576 - sheet.last_row() - 1
        );
    }
    xml.push_str("</office:spreadsheet></office:body></office:document-content>");
    pack(&[
        ("mimetype".into(), "application/vnd.oasis.opendocument.spreadsheet".into()),
        ("content.xml".into(), xml),
    ])
}

/// `B4:H4`, for sums.
pub fn stretch(row: u32, from: u32, to: u32) -> String {
    format!("{}{}:{}{}", column_name(from), row + 1, column_name(to), row + 1)
}
