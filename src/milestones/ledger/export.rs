//! The slip ledger as a file.

use crate::export::{CsvTable, Datum, Encoding, Format, Provenance, XlsxTable};
use crate::kernel::clock;
use crate::milestones::types;
use crate::portfolio::catalogue;
use crate::web::{Cx, Outcome, download};

use super::pages::Asking;
use super::queries;

/// Lines of a file at most; the ledger of the whole agency over ten years has fewer.
const LINES: i64 = 200_000;

pub(super) async fn ledger(cx: &Cx, asking: Asking, format: Format) -> Outcome {
    let l = cx.l;
    let types = types::of(cx).await?;
    let c = catalogue::of(cx).await?;
    let filter = super::Filter { after: None, ..asking.filter };
    let entries = queries::entries(&cx.state.read_pool, &filter, &cx.viewer.rights, LINES).await?;
    let labels: Vec<String> = [
        ("日時", "When"),
        ("事業", "Program"),
        ("課題番号", "Number"),
        ("課題名", "Task"),
        ("マイルストーン", "Milestone"),
        ("変更前の期日", "Old due date"),
        ("変更後の期日", "New due date"),
        ("日数", "Days"),
        ("変更前の状態", "Old state"),
        ("変更後の状態", "New state"),
        ("理由コード", "Reason code"),
        ("理由", "Reason"),
        ("説明", "In words"),
        ("記録者", "By"),
    ]
    .map(|(ja, en)| l.t(ja, en).to_owned())
    .to_vec();
    let rows: Vec<Vec<Datum>> = entries
        .iter()
        .map(|e| {
            let line = e.line(&types, l);
            vec![
                Datum::text(e.at.with_timezone(&clock::JST).format("%Y-%m-%d %H:%M").to_string()),
                Datum::text(c.program(e.program_id).map(|p| p.name(l)).unwrap_or_default()),
                Datum::text(line.number),
                Datum::text(line.task),
                Datum::text(line.milestone),
                Datum::text(e.old_due_on.to_string()),
                Datum::text(e.new_due_on.to_string()),
                Datum::Number(i64::from(e.slip_days)),
                Datum::text(e.old_state.name(l)),
                Datum::text(e.new_state.name(l)),
                Datum::text(e.reason.code()),
                Datum::text(line.reason),
                Datum::text(line.remark),
                Datum::text(line.by),
            ]
        })
        .collect();
    let origin = origin(cx, &asking.of, rows.len());
    let at = cx.now.with_timezone(&clock::JST).format("%Y%m%d-%H%M");
    let name = format!("{}_{at}.{}", l.t("期日変更の台帳", "slip-ledger"), format.extension());
    let lost = l.t("Shift_JISにない文字（〓に置換）", "Characters that Shift_JIS lacks (written as 〓)");
    let csv = |encoding| {
        let mut table = CsvTable::new(encoding);
        let mut bytes = table.head(&labels);
        for row in &rows {
            bytes.extend(table.row(row));
        }
        bytes.extend(table.foot(&origin, lost));
        bytes
    };
    let bytes = match format {
        Format::Csv => csv(Encoding::Utf8WithMark),
        Format::CsvSjis => csv(Encoding::Cp932),
        Format::Xlsx => {
            let widths = [16, 32, 18, 60, 32, 12, 12, 8, 10, 10, 14, 22, 60, 16];
            let mut table = XlsxTable::new(l.t("台帳", "Ledger"), &labels, &widths)?;
            for row in &rows {
                table.row(row)?;
            }
            table.finish(l.t("出力条件", "Origin"), &origin)?
        }
    };
    Ok(download(bytes, format.content_type(), &name))
}

fn origin(cx: &Cx, of: &str, lines: usize) -> Provenance {
    let l = cx.l;
    let at = cx.now.with_timezone(&clock::JST).format("%Y-%m-%d %H:%M:%S JST").to_string();
    Provenance(vec![
        (
            l.t("出典", "Source").to_owned(),
            l.t("仲立ち　期日変更の台帳", "Nakadachi, slip ledger").to_owned(),
        ),
        (
            l.t("範囲", "Of").to_owned(),
            if of.is_empty() { l.t("すべて", "All").to_owned() } else { of.to_owned() },
        ),
        (l.t("条件", "Query").to_owned(), cx.facts.query.clone()),
        (l.t("件数", "Lines").to_owned(), lines.to_string()),
        (l.t("出力日時", "Written at").to_owned(), at),
        (l.t("出力者", "Written by").to_owned(), format!("{} <{}>", cx.viewer.name(l), cx.viewer.email)),
    ])
}
