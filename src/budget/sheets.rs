//! Tables of money as files: what was asked, when, by whom and from which version stands in each file. A download is a
//! POST, because it leaves an entry in the audit.

use serde::Deserialize;
use serde_json::json;

use crate::audit::Event;
use crate::export::{CsvTable, Datum, Encoding, Format, Provenance, XlsxTable};
use crate::kernel::{FiscalYear, Said, clock};
use crate::web::{Cx, Outcome, PageError, download};

/// The form of a download.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FileForm {
    pub format: String,
}

/// A table ready to be written.
pub struct Sheet {
    /// What it is: the name of the sheet and of the file.
    pub title: String,
    pub labels: Vec<String>,
    pub widths: Vec<u16>,
    pub rows: Vec<Vec<Datum>>,
    /// What was asked, and the version of the figures: label and text.
    pub asked: Vec<(String, String)>,
}

/// 令和7年度 or FY2025.
pub fn year_text(cx: &Cx, year: FiscalYear) -> String {
    if cx.l.is_ja() { year.japanese() } else { year.english() }
}

/// Writes the table in the format that was chosen, and notes in the audit who took it out.
pub async fn send(cx: &Cx, form: &FileForm, sheet: Sheet) -> Outcome {
    let Some(format) = Format::from_code(&form.format) else {
        return Err(PageError::Refused(Said::new(
            "ファイルの形式を選んでください。",
            "Choose a format of the file.",
        )));
    };
    let details = json!({ "table": sheet.title, "asked": sheet.asked, "format": format.code(), "rows": sheet.rows.len() });
    let event = Event::new("budget.export", "budget_table", cx.facts.path.as_str(), details);
    cx.state.notes.note(cx.pool(), cx.actor(), cx.now, event).await?;
    let l = cx.l;
    let at = cx.now.with_timezone(&clock::JST);
    let mut origin =
        vec![(l.t("出典", "Source").to_owned(), format!("{}　{}", l.t("仲立ち", "Nakadachi"), sheet.title))];
    origin.extend(sheet.asked.iter().cloned());
    origin.push((l.t("照会", "Query").to_owned(), format!("{}?{}", cx.facts.path, cx.facts.query)));
    origin.push((l.t("金額", "Amounts").to_owned(), l.t("円", "JPY").to_owned()));
    origin.push((l.t("出力日時", "Written at").to_owned(), at.format("%Y-%m-%d %H:%M:%S JST").to_string()));
    origin.push((
        l.t("出力者", "Written by").to_owned(),
        format!("{} <{}>", cx.viewer.name(l), cx.viewer.email),
    ));
    let origin = Provenance(origin);
    let name = format!("{}_{}.{}", sheet.title, at.format("%Y%m%d-%H%M"), format.extension());
    let bytes = match format {
        Format::Xlsx => xlsx(cx, sheet, &origin)?,
        Format::Csv => csv(cx, &sheet, &origin, Encoding::Utf8WithMark),
        Format::CsvSjis => csv(cx, &sheet, &origin, Encoding::Cp932),
    };
    Ok(download(bytes, format.content_type(), &name))
}

fn xlsx(cx: &Cx, sheet: Sheet, origin: &Provenance) -> anyhow::Result<Vec<u8>> {
    // A sheet's name holds 31 characters.
    let name: String = sheet.title.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect();
    let mut table = XlsxTable::new(&name, &sheet.labels, &sheet.widths)?;
    for row in &sheet.rows {
        table.row(row)?;
    }
    Ok(table.finish(cx.l.t("出力条件", "Origin"), origin)?)
}

fn csv(cx: &Cx, sheet: &Sheet, origin: &Provenance, encoding: Encoding) -> Vec<u8> {
    let mut table = CsvTable::new(encoding);
    let mut bytes = table.head(&sheet.labels);
    for row in &sheet.rows {
        bytes.extend(table.row(row));
    }
    let lost = cx.l.t("Shift_JISにない文字（〓に置換）", "Characters that Shift_JIS lacks (written as 〓)");
    bytes.extend(table.foot(origin, lost));
    bytes
}
