//! What the tables were taken for: the sheet with its regions coloured, and the form that corrects them.

mod tables;

use std::collections::HashSet;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::budget::check::Report;
use crate::budget::corrections::TableCorrection;
use crate::budget::findings::{Code, Severity};
use crate::budget::names::{Match, normal};
use crate::budget::sheet::place_of;
use crate::kernel::BudgetImportId;
use crate::portfolio::catalogue;
use crate::web::view::{Choice, Tab};
use crate::web::{
    Asked, AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, render,
    render_invalid,
};

use super::super::model::{Import, State};
use super::super::reading::Reading;
use super::super::reference::Reference;
use super::super::sheet_view::{self, SheetView, Taken};
use super::super::{actions, forms, routes};
use super::{StepLink, find, steps};
use tables::{AddedForm, TableForm, headings};

/// Unknown names settled on one page; the rest after these.
const NAMES: usize = 60;

#[derive(Template)]
#[template(path = "budget/imports/mapping.html")]
struct MappingPage {
    page: Page,
    import: Import,
    steps: Vec<StepLink>,
    tabs: Vec<Tab>,
    sheet_name: String,
    sheet: SheetView,
    keys: Vec<(&'static str, &'static str)>,
    next_href: Option<String>,
    first_href: Option<String>,
    tables: Vec<TableForm>,
    added: Option<AddedForm>,
    names: Vec<NameForm>,
    headings: Vec<String>,
    errors: FieldErrors,
    problem: Option<String>,
    may_edit: bool,
    known_from: Option<String>,
}

/// A name that no program is known by.
struct NameForm {
    field: usize,
    name: String,
    rows: usize,
    choices: Vec<Choice>,
}

/// Which part of the file is shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SheetQuery {
    pub sheet: String,
    /// First row, as a spreadsheet counts.
    pub row: String,
    /// A cell to be marked and brought into view.
    pub at: String,
}

pub async fn mapping(cx: Cx, AtPath(id): AtPath<BudgetImportId>, Asked(query): Asked<SheetQuery>) -> Outcome {
    let import = find(&cx, id).await?;
    let (reference, reading) = super::read(&cx, &import).await?;
    let page = mapping_page(&cx, import, &reference, &reading, &query, FieldErrors::new()).await?;
    render(&page)
}

async fn mapping_page(
    cx: &Cx,
    import: Import,
    reference: &Reference,
    reading: &Reading,
    query: &SheetQuery,
    errors: FieldErrors,
) -> Result<MappingPage, PageError> {
    let l = cx.l;
    let report = &reading.report;
    let visible: Vec<_> = reading.book.sheets.iter().filter(|s| !s.hidden).collect();
    let first_with_table = report.regions.first().map(|r| r.sheet.as_str());
    let wanted = if query.sheet.is_empty() { first_with_table.unwrap_or_default() } else { &query.sheet };
    let sheet = visible.iter().find(|s| s.name == wanted).or(visible.first()).copied();
    let at = (!query.at.is_empty()).then(|| place_of(&query.at));
    let from = at.map_or_else(
        || query.row.parse::<u32>().unwrap_or(1).saturating_sub(1),
        |(row, _)| if row < 50 { 0 } else { row - 20 },
    );
    let mut view = SheetView::default();
    let (mut next_href, mut first_href) = (None, None);
    if let Some(sheet) = sheet {
        let (rows, next) = sheet_view::window(sheet, from);
        let first_column = at.map_or(0, |(_, column)| column.saturating_sub(sheet_view::COLUMNS - 1));
        let wrong: HashSet<String> = report
            .findings
            .iter()
            .filter(|f| f.sheet == sheet.name && f.severity() > Severity::Info && !f.cell.is_empty())
            .map(|f| f.cell.clone())
            .collect();
        let columns = sheet_view::columns(sheet, first_column);
        view = sheet_view::view(
            l,
            (sheet, reading.book.is_text),
            &report.regions,
            (&rows, &columns),
            &wrong,
            at,
        );
        let href = |row: u32| routes::sheet_row(import.id, &sheet.name, row + 1);
        next_href = next.map(href);
        first_href = (from > 0).then(|| href(0));
    }
    let sheet_name = sheet.map(|s| s.name.clone()).unwrap_or_default();
    let plain = TableCorrection::default();
    let tables = report
        .regions
        .iter()
        .enumerate()
        .filter(|(_, r)| r.sheet == sheet_name)
        .map(|(i, r)| TableForm::new(l, i, r, import.corrections.tables.get(&r.anchor).unwrap_or(&plain)))
        .collect();
    Ok(MappingPage {
        steps: steps(cx, &import, 1),
        tabs: visible
            .iter()
            .take(60)
            .map(|s| Tab {
                label: s.name.clone(),
                href: routes::sheet(import.id, &s.name, ""),
                count: i64::try_from(report.regions.iter().filter(|r| r.sheet == s.name).count()).ok(),
                current: s.name == sheet_name,
            })
            .collect(),
        added: sheet.map(|_| AddedForm::new(l, report.regions.iter().all(|r| r.sheet != sheet_name))),
        sheet_name,
        sheet: view,
        keys: Taken::ALL.iter().map(|t| (t.class(), t.word(l))).collect(),
        next_href,
        first_href,
        tables,
        names: names(cx, &import, report, reference).await?,
        headings: headings(),
        errors,
        problem: None,
        may_edit: cx.viewer.is_administrator() && import.state == State::Draft,
        known_from: import.summary.known_from.clone(),
        page: cx
            .page(Section::Budget, import.file_name.clone())
            .crumb(l.t("予算", "Budget"), "/budget/versions")
            .crumb(l.t("予算の取込", "Budget import"), "/budget/imports"),
        import,
    })
}

/// Names that mean no program yet, with the nearest first; and those that a person settled for this file.
async fn names(
    cx: &Cx,
    import: &Import,
    report: &Report,
    reference: &Reference,
) -> Result<Vec<NameForm>, PageError> {
    let l = cx.l;
    let catalogue = catalogue::of(cx).await?;
    let mut unknown: Vec<(String, usize)> = Vec::new();
    if report.findings.iter().any(|f| matches!(f.code, Code::ProgramUnknown | Code::ProgramMisspelt)) {
        let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for name in report.tables.iter().flat_map(|t| &t.lines).filter_map(|l| l.program.as_deref()) {
            if reference.program(name).is_none() {
                *counts.entry(name).or_default() += 1;
            }
        }
        unknown = counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    }
    unknown.extend(import.corrections.programs.values().map(|c| (c.name.clone(), 0)));
    unknown.truncate(NAMES);
    let forms = unknown.into_iter().enumerate().map(|(field, (name, rows))| {
        let chosen = import.corrections.programs.get(&normal(&name)).map(|c| c.id);
        let near = match reference.programs.find(&name) {
            Match::Near(near) | Match::Unknown(near) => near,
            Match::Known(_) => Vec::new(),
        };
        let as_is = l.t("登録のない名称のまま取り込む", "Import under this name, as no known program");
        let mut choices = vec![Choice::new("", as_is, chosen.is_none())];
        for name in &near {
            if let Some(id) = reference.program(name).filter(|id| chosen != Some(*id)) {
                choices.push(Choice::new(id.to_string(), format!("≒ {name}"), false));
            }
        }
        choices.extend(catalogue.programs.iter().map(|p| {
            Choice::new(p.id.to_string(), format!("{} {}", p.code, p.name(l)), chosen == Some(p.id))
        }));
        NameForm { field, name, rows, choices }
    });
    Ok(forms.collect())
}

pub async fn confirm(
    cx: Cx,
    AtPath(id): AtPath<BudgetImportId>,
    Submitted(pairs): Submitted<Vec<(String, String)>>,
) -> Outcome {
    let import = find(&cx, id).await?;
    let get = |name: &str| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str()).unwrap_or_default();
    let corrections = match forms::corrections(cx.l, &pairs, &import.corrections) {
        Ok(corrections) => corrections,
        Err(errors) => {
            let (reference, reading) = super::read(&cx, &import).await?;
            let query = SheetQuery { sheet: get("sheet").to_owned(), ..SheetQuery::default() };
            let mut page = mapping_page(&cx, import, &reference, &reading, &query, errors).await?;
            page.keep_typed(&pairs);
            return render_invalid(&page);
        }
    };
    let version = get("version").parse::<i32>().unwrap_or(import.version);
    let stay = !get("stay").is_empty();
    let said = (&corrections, !stay);
    match actions::correct(cx.pool(), &cx.actor(), (&import, version), said, cx.now).await? {
        Ok(()) if stay => Ok(Redirected::to(routes::sheet(id, get("sheet"), ""))
            .saying(cx.l.t(
                "保存して読み直しました。確かめたら「この対応で確認し、差分へ」を押してください。",
                "Saved and read again. Once it is right, press “Confirm and see the difference”.",
            ))
            .into_response()),
        Ok(()) => Ok(Redirected::to(routes::preview(id))
            .saying(cx.l.t("対応を確認しました。", "The meaning was confirmed."))
            .into_response()),
        Err(refusal) => {
            let (reference, reading) = super::read(&cx, &import).await?;
            let query = SheetQuery { sheet: get("sheet").to_owned(), ..SheetQuery::default() };
            let mut page =
                mapping_page(&cx, import, &reference, &reading, &query, FieldErrors::new()).await?;
            page.keep_typed(&pairs);
            page.problem = Some(super::said(&refusal).in_language(cx.l).to_owned());
            render_invalid(&page)
        }
    }
}

impl MappingPage {
    /// What was typed stands in the form again.
    fn keep_typed(&mut self, pairs: &[(String, String)]) {
        let typed = |name: String| pairs.iter().find(|(k, _)| *k == name).map(|(_, v)| v.clone());
        for table in &mut self.tables {
            table.keep_typed(&typed);
        }
        if let Some(added) = &mut self.added {
            added.keep_typed(&typed);
        }
        for name in &mut self.names {
            let value = typed(format!("program-{}", name.field)).unwrap_or_default();
            for choice in &mut name.choices {
                choice.chosen = choice.value == value;
            }
        }
    }
}
