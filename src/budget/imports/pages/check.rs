//! What the check of a workbook found, by sheet and cell, with what to do.

use askama::Template;

use crate::budget::check::Report;
use crate::budget::findings::{Finding, Severity};
use crate::budget::versions::Version;
use crate::budget::versions::queries as versions;
use crate::kernel::{BudgetImportId, Yen};
use crate::web::view::Figure;
use crate::web::{AtPath, Cx, Outcome, Page, Section, render};

use super::super::model::{Import, State};
use super::super::routes;
use super::{StepLink, find, size, steps};

/// Findings shown; the rest is counted.
const SHOWN: usize = 300;

#[derive(Template)]
#[template(path = "budget/imports/show.html")]
struct ShowPage {
    page: Page,
    import: Import,
    steps: Vec<StepLink>,
    lead: String,
    figures: Vec<Figure>,
    tables: Vec<TableRow>,
    findings: Vec<FindingRow>,
    more_findings: usize,
    versions: Vec<Version>,
    is_draft: bool,
    refused: bool,
    may_act: bool,
}

/// A recognised table.
struct TableRow {
    sheet: String,
    href: String,
    range: String,
    form: &'static str,
    year: String,
    stage: String,
    unit: String,
    lines: usize,
    yen: Yen,
}

/// A finding with the way to its cell.
struct FindingRow {
    tone: &'static str,
    word: &'static str,
    place: String,
    href: String,
    code: &'static str,
    text: String,
}

pub async fn show(cx: Cx, AtPath(id): AtPath<BudgetImportId>) -> Outcome {
    let import = find(&cx, id).await?;
    let (_, reading) = super::read(&cx, &import).await?;
    let report = &reading.report;
    let l = cx.l;
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity()));
    let count = |severity| findings.iter().filter(|f| f.severity() == severity).count();
    let errors = count(Severity::Error);
    let figures = [
        (l.t("表", "Tables"), report.regions.iter().filter(|r| !r.skipped).count()),
        (l.t("明細", "Lines"), report.line_count()),
        (l.t("エラー", "Errors"), errors),
        (l.t("警告", "Warnings"), count(Severity::Warning)),
        (l.t("情報", "Infos"), count(Severity::Info)),
    ]
    .map(|(label, n)| Figure { label: label.to_owned(), value: n.to_string(), ..Figure::default() });
    let page = cx
        .page(Section::Budget, import.file_name.clone())
        .crumb(l.t("予算", "Budget"), "/budget/versions")
        .crumb(l.t("予算の取込", "Budget import"), "/budget/imports");
    let lead = format!(
        "{} · {} · {} · {}",
        import.format,
        size(import.bytes),
        page.moment(&import.created_at),
        import.created_by.as_deref().unwrap_or(l.t("コマンド", "command line"))
    );
    render(&ShowPage {
        steps: steps(&cx, &import, 0),
        lead,
        figures: figures.into(),
        tables: tables(&cx, &import, report),
        more_findings: findings.len().saturating_sub(SHOWN),
        findings: findings.iter().take(SHOWN).map(|f| finding(&cx, &import, f)).collect(),
        versions: versions::of_import(cx.pool(), id).await?,
        is_draft: import.state == State::Draft,
        refused: errors > 0,
        may_act: cx.viewer.is_administrator(),
        import,
        page,
    })
}

fn tables(cx: &Cx, import: &Import, report: &Report) -> Vec<TableRow> {
    let l = cx.l;
    let nothing = || l.t("不明", "not known").to_owned();
    report
        .tables
        .iter()
        .take(SHOWN)
        .map(|t| TableRow {
            sheet: t.sheet.clone(),
            href: routes::sheet(import.id, &t.sheet, t.range.split(':').next().unwrap_or_default()),
            range: t.range.clone(),
            form: l.t(t.form.japanese(), t.form.english()),
            year: t.fiscal_year.map_or_else(nothing, |y| y.short()),
            stage: t.stage.map_or_else(nothing, |s| {
                let round = t.round.map(|r| format!(" {r}")).unwrap_or_default();
                format!("{}{round}", l.t(s.japanese(), s.english()))
            }),
            unit: t.unit.map_or_else(nothing, |u| l.t(u.japanese(), u.english()).to_owned()),
            lines: t.lines.len(),
            yen: Yen(t.lines.iter().filter(|l| l.counted).filter_map(|l| l.amount_yen).sum()),
        })
        .collect()
}

fn finding(cx: &Cx, import: &Import, f: &Finding) -> FindingRow {
    let l = cx.l;
    let (word, tone) = match f.severity() {
        Severity::Error => (l.t("エラー", "Error"), "bad"),
        Severity::Warning => (l.t("警告", "Warning"), "warn"),
        Severity::Info => (l.t("情報", "Info"), "ok"),
    };
    let place = match (f.sheet.as_str(), f.cell.as_str()) {
        ("", _) => l.t("ファイル全体", "whole file").to_owned(),
        (sheet, "") => sheet.to_owned(),
        (sheet, cell) => format!("{sheet}!{cell}"),
    };
    let href = if f.sheet.is_empty() { String::new() } else { routes::sheet(import.id, &f.sheet, &f.cell) };
    FindingRow { tone, word, place, href, code: f.code.code(), text: f.message.in_language(l).to_owned() }
}

impl ShowPage {
    fn yen(&self, version: &Version) -> String {
        self.page.yen_with_unit(&Yen(version.total_yen))
    }

    fn preview_href(&self) -> String {
        routes::preview(self.import.id)
    }

    fn mapping_href(&self) -> String {
        routes::mapping(self.import.id)
    }
}
