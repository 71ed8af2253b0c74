//! The report of a check as JSON and as text for a terminal.

use std::fmt::Write as _;
use std::io::ErrorKind;

use serde_json::{Map, Value, json};

use super::check::{Report, Totals};
use super::findings::{Finding, Severity};
use super::model::Table;
use super::positions::words;
use super::sheet::ReadError;
use super::totals::show;
use super::versions::model::has_rounds;
use crate::kernel::{Language, Said};

/// The JSON of `docs/budget-format.md`.
pub fn json(report: &Report, language: Language) -> Value {
    let totals: Map<String, Value> = report
        .totals_by_round()
        .iter()
        .map(|((year, stage, round), t)| {
            let budget = format!("{}/{}", year.year(), stage.code());
            (if *round > 1 { format!("{budget}/{round}") } else { budget }, totals_json(t))
        })
        .collect();
    json!({
        "tables": report.tables.iter().map(table_json).collect::<Vec<_>>(),
        "totals": totals,
        "findings": report.findings.iter().map(|f| json!({
            "severity": f.severity(),
            "code": f.code.code(),
            "sheet": f.sheet,
            "cell": f.cell,
            "message": f.message.in_language(language),
        })).collect::<Vec<_>>(),
    })
}

/// The same shape for a file that could not be read: no tables, one finding.
pub fn unreadable(error: &ReadError, language: Language) -> Value {
    refused(error.code(), error.message().in_language(language))
}

/// The code of a file that could not be opened.
pub const UNOPENED: &str = "unopened";

/// What to do about a file that could not be opened.
pub fn unopened(error: &std::io::Error) -> Said {
    match error.kind() {
        ErrorKind::NotFound => Said::new(
            "ファイルが見つかりません。名前と場所を確かめてください。",
            "There is no such file. Check its name and folder.",
        ),
        ErrorKind::IsADirectory => Said::new(
            "フォルダです。中のファイルを指定してください。",
            "This is a folder. Name the files in it.",
        ),
        ErrorKind::PermissionDenied => Said::new(
            "ファイルを読む権限がありません。権限を確かめてください。",
            "The file may not be read. Check its permissions.",
        ),
        _ => Said::new(
            format!("ファイルを開けません（{error}）。"),
            format!("The file cannot be opened ({error})."),
        ),
    }
}

/// A report without tables and with one finding about the file.
pub fn refused(code: &str, message: &str) -> Value {
    json!({
        "tables": [],
        "totals": {},
        "findings": [{
            "severity": Severity::Error,
            "code": code,
            "sheet": "",
            "cell": "",
            "message": message,
        }],
    })
}

fn table_json(table: &Table) -> Value {
    let mut out = json!({
        "sheet": table.sheet,
        "range": table.range,
        "header_rows": table.header_rows,
        "unit": table.unit.map(|u| u.japanese()),
        "fiscal_year": table.fiscal_year.map(|y| y.year()),
        "stage": table.stage.map(|s| s.code()),
        "form": table.form.code(),
        "lines": table.lines.iter().map(|l| json!({
            "program": l.program,
            "project": l.project,
            "ministry": l.ministry,
            "kind": l.kind.code(),
            "amount_yen": l.amount_yen,
            "cell": l.cell,
            "note": l.note,
        })).collect::<Vec<_>>(),
    });
    if table.stage.is_some_and(has_rounds) {
        out["round"] = json!(table.round.unwrap_or(1));
    }
    out
}

/// Control totals as JSON, in yen.
pub fn totals_json(totals: &Totals) -> Value {
    json!({
        "amount_yen": totals.amount,
        "without_program_yen": totals.without_program,
        "ministry": totals.by_ministry,
        "project": totals.by_project,
        "program": totals.by_program,
        "kind": totals.by_kind.iter().map(|(k, v)| (k.code().to_owned(), json!(v))).collect::<Map<_, _>>(),
    })
}

/// The report for a terminal.
pub fn text(report: &Report, language: Language) -> String {
    let mut out = String::new();
    let t = |ja, en| language.t(ja, en);
    let _ = writeln!(out, "{} ({})", report.file, report.format);
    for table in &report.tables {
        let _ = writeln!(
            out,
            "  {} {} · {} {} · {} · {} · {} · {} · {} {}",
            table.sheet,
            table.range,
            t("見出し行", "header rows"),
            table.header_rows.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
            table.unit.map_or(t("単位なし", "no unit"), |u| u.japanese()),
            table.fiscal_year.map_or_else(|| t("年度なし", "no year").to_owned(), |y| y.short()),
            table.stage.map_or_else(
                || t("段階なし", "no stage").to_owned(),
                |s| words::stage(language, s, table.round.unwrap_or(1).into())
            ),
            t(table.form.japanese(), table.form.english()),
            table.lines.len(),
            t("行", "lines"),
        );
    }
    let _ = writeln!(out, "{}: {}", t("明細", "Lines"), report.line_count());
    for ((year, stage, round), totals) in &report.totals_by_round() {
        let _ = writeln!(
            out,
            "{} {} {}: {}",
            t("合計", "Total"),
            year.short(),
            words::stage(language, *stage, (*round).into()),
            show(totals.amount, None)
        );
        for (name, map) in
            [(t("省庁", "ministry"), &totals.by_ministry), (t("プロジェクト", "project"), &totals.by_project)]
        {
            for (key, yen) in map {
                let _ = writeln!(out, "    {name} {key}: {}", show(*yen, None));
            }
        }
        for (kind, yen) in &totals.by_kind {
            let _ = writeln!(
                out,
                "    {} {}: {}",
                t("種別", "kind"),
                t(kind.japanese(), kind.english()),
                show(*yen, None)
            );
        }
        let _ = writeln!(out, "    {} {}", totals.by_program.len(), t("事業", "programs"));
    }
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity()));
    for finding in &findings {
        let place = match (finding.sheet.as_str(), finding.cell.as_str()) {
            ("", "") => String::new(),
            (sheet, "") => format!(" {sheet}"),
            (sheet, cell) => format!(" {sheet}!{cell}"),
        };
        let severity = t(finding.severity().japanese(), finding.severity().english());
        let _ = writeln!(
            out,
            "{severity} [{}]{place}: {}",
            finding.code.code(),
            finding.message.in_language(language)
        );
    }
    let count = |severity| findings.iter().filter(|f| f.severity() == severity).count();
    let _ = writeln!(
        out,
        "{} {} · {} {} · {} {}",
        t("エラー", "errors"),
        count(Severity::Error),
        t("警告", "warnings"),
        count(Severity::Warning),
        t("情報", "infos"),
        count(Severity::Info),
    );
    out
}
