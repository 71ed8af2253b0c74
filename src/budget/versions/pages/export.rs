//! A version as xlsx or CSV in the form of the import template, with what it is and when it was written.

use serde::Deserialize;

use crate::export::{CsvTable, Datum, Encoding, Format, Provenance};
use crate::web::{Asked, Cx, Outcome, Page, Visible, download};

use super::super::model::{Line, Version};
use super::super::{export as form, queries};

/// The format asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ExportQuery {
    format: String,
}

pub async fn export(cx: Cx, version: Visible<Version>, Asked(query): Asked<ExportQuery>) -> Outcome {
    let format = Format::from_code(&query.format).unwrap_or(Format::Xlsx);
    let stored = queries::lines(cx.pool(), &[version.id.0]).await?;
    let lines: Vec<&Line> = stored.iter().map(|(_, s)| &s.line).collect();
    let page = super::frame(&cx, version.slot.name(cx.l));
    let facts = facts(&cx, &page, &version);
    let name =
        format!("予算_{}_v{}.{}", version.slot.code().replace('/', "_"), version.number, format.extension());
    let bytes = match format {
        Format::Xlsx => form::xlsx(version.slot, &lines, &facts)?,
        Format::Csv | Format::CsvSjis => csv(format, &form::rows(version.slot, &lines), facts, cx.l),
    };
    Ok(download(bytes, format.content_type(), &name))
}

/// What the file says of itself. Amounts are left out, so that no reader takes them for a table.
fn facts(cx: &Cx, page: &Page, version: &Version) -> form::Facts {
    let l = cx.l;
    [
        (l.t("内容", "Content"), version.slot.name(l)),
        (l.t("版", "Version"), format!("v{} {}", version.number, version.state.name(l))),
        (l.t("版の識別子", "Version id"), version.id.to_string()),
        (l.t("条件", "Query"), page.here()),
        (l.t("出力日時", "Written"), page.moment(&cx.now)),
        (l.t("出力者", "By"), cx.viewer.name(l).to_owned()),
    ]
    .map(|(label, text)| (label.to_owned(), text))
    .into()
}

fn csv(format: Format, rows: &[Vec<String>], facts: form::Facts, l: crate::web::Language) -> Vec<u8> {
    let encoding = if format == Format::Csv { Encoding::Utf8WithMark } else { Encoding::Cp932 };
    let mut table = CsvTable::new(encoding);
    let mut out = rows.first().map(|head| table.head(head)).unwrap_or_default();
    for row in rows.iter().skip(1) {
        let cells: Vec<Datum> = row
            .iter()
            .map(|text| text.parse::<i64>().map_or_else(|_| Datum::text(text), Datum::Number))
            .collect();
        out.extend(table.row(&cells));
    }
    // One field a line, as in the workbook: two could be taken for the head of a table when the file is read again.
    let facts = facts.into_iter().map(|(label, text)| (format!("{label}：{text}"), String::new())).collect();
    out.extend(table.foot(&Provenance(facts), l.t("置き換えた文字", "Replaced characters")));
    out
}
