//! What the tables were taken for: the sheet with its regions coloured, and the form that corrects them.

use std::collections::HashSet;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::budget::check::{AmountMeaning, Meaning, Report, Seen};
use crate::budget::corrections::TableCorrection;
use crate::budget::findings::{Code, Severity};
use crate::budget::model::Stage;
use crate::budget::names::{Match, normal};
use crate::budget::sheet::{column_name, place_of};
use crate::budget::versions::model::has_rounds;
use crate::budget::vocabulary::{PROJECTS_BY_TERM, Role};
use crate::kernel::{BudgetImportId, Language};
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
    names: Vec<NameForm>,
    headings: Vec<String>,
    errors: FieldErrors,
    problem: Option<String>,
    may_edit: bool,
    known_from: Option<String>,
}

/// The form of one table.
struct TableForm {
    field: usize,
    anchor: String,
    range: String,
    form: &'static str,
    skip: bool,
    units: Vec<Choice>,
    year: String,
    year_now: String,
    stages: Vec<Choice>,
    has_rounds: bool,
    round: String,
    round_now: String,
    columns: Vec<ColumnForm>,
}

/// One column of a table.
struct ColumnForm {
    index: u32,
    letter: String,
    heading: String,
    meaning: String,
    understood: bool,
    said: String,
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
        .map(|(i, r)| table_form(l, i, r, import.corrections.tables.get(&r.anchor).unwrap_or(&plain)))
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

fn table_form(l: Language, field: usize, region: &Seen, said: &TableCorrection) -> TableForm {
    let as_is = |now: Option<&str>| match now {
        Some(now) => format!("{}{now}", l.t("読み取り：", "As read: ")),
        None => l.t("選んでください", "Choose").to_owned(),
    };
    let unit_now = region.unit.map(|u| l.t(u.japanese(), u.english()));
    let mut units =
        vec![Choice::new("", as_is(unit_now.filter(|_| said.unit.is_none())), said.unit.is_none())];
    units.extend(
        forms::UNITS
            .iter()
            .map(|(code, u)| Choice::new(*code, l.t(u.japanese(), u.english()), said.unit == Some(*u))),
    );
    let stage_now = region.stage.map(|s| l.t(s.japanese(), s.english()));
    let mut stages =
        vec![Choice::new("", as_is(stage_now.filter(|_| said.stage.is_none())), said.stage.is_none())];
    stages.extend(
        Stage::ALL
            .iter()
            .map(|s| Choice::new(s.code(), l.t(s.japanese(), s.english()), said.stage == Some(*s))),
    );
    let amounts = region.meanings.iter().filter_map(|(_, m)| match m {
        Meaning::Amount(a) => a.stage,
        _ => None,
    });
    TableForm {
        field,
        anchor: region.anchor.clone(),
        range: region.range.clone(),
        form: l.t(region.form.japanese(), region.form.english()),
        skip: said.skip,
        units,
        year: said.year.map(|y| y.short()).unwrap_or_default(),
        year_now: region.year.map_or_else(|| l.t("不明", "not known").to_owned(), |y| y.short()),
        stages,
        has_rounds: region.stage.into_iter().chain(amounts).any(has_rounds),
        round: said.round.map(|r| r.to_string()).unwrap_or_default(),
        round_now: region.round.unwrap_or(1).to_string(),
        columns: region
            .headings
            .iter()
            .map(|(index, heading)| {
                let meaning = region.meanings.iter().find(|(c, _)| c == index).map(|(_, m)| m);
                ColumnForm {
                    index: *index,
                    letter: column_name(*index),
                    heading: heading.clone(),
                    meaning: meaning
                        .map_or_else(|| l.t("読み取らない", "Not read").to_owned(), |m| words(l, m)),
                    understood: meaning.is_some(),
                    said: said.columns.get(index).cloned().unwrap_or_default(),
                }
            })
            .collect(),
    }
}

/// What a column was taken for, in words.
fn words(l: Language, meaning: &Meaning) -> String {
    match meaning {
        Meaning::Names => l.t("事業名（行の見出し）", "Names of the rows").to_owned(),
        Meaning::Aside => l.t("照合のみ（増減など）", "Checked only (differences)").to_owned(),
        Meaning::Dimension(role) => dimension(l, *role).to_owned(),
        Meaning::Amount(a) => amount(l, a),
    }
}

fn dimension(l: Language, role: Role) -> &'static str {
    match role {
        Role::Program => l.t("事業名", "Program"),
        Role::Project => l.t("プロジェクト", "Project"),
        Role::Ministry => l.t("所管府省", "Ministry"),
        Role::Kind => l.t("種別", "Kind"),
        Role::Stage => l.t("段階", "Stage"),
        Role::Year => l.t("年度", "Fiscal year"),
        Role::Unit => l.t("単位", "Unit"),
        Role::Amount => l.t("金額", "Amount"),
        Role::Note => l.t("備考", "Note"),
        Role::Serial => l.t("番号（読み取らない）", "Running number (not read)"),
        Role::Code | Role::Open => l.t("行を区別する文字", "Text that tells rows apart"),
        Role::Edition => l.t("公表年度", "Year of publication"),
        Role::Aside => l.t("照合のみ", "Checked only"),
    }
}

fn amount(l: Language, a: &AmountMeaning) -> String {
    let mut parts: Vec<String> =
        vec![if a.total { l.t("合計", "Total") } else { l.t("金額", "Amount") }.to_owned()];
    parts.extend(a.year.map(|y| y.short()));
    parts.extend(a.stage.map(|s| l.t(s.japanese(), s.english()).to_owned()));
    let kind = a.kind.filter(|k| a.stage.is_none_or(|s| s.code() != k.code()));
    parts.extend(kind.map(|k| l.t(k.japanese(), k.english()).to_owned()));
    parts.extend(a.project.map(str::to_owned));
    parts.extend(a.ministry.map(str::to_owned));
    parts.extend(a.unit.map(|u| l.t(u.japanese(), u.english()).to_owned()));
    parts.join(" · ")
}

/// Headings offered for a column: what the vocabulary knows.
fn headings() -> Vec<String> {
    let fixed = [
        "無視",
        "事業名",
        "プロジェクト",
        "所管",
        "種別",
        "段階",
        "年度",
        "単位",
        "金額",
        "計",
        "備考",
        "当初予算額",
        "補正予算額",
        "基金",
        "調整費",
        "前年度から繰越し",
        "翌年度へ繰越し",
        "予備費",
        "要求額",
        "要望額",
        "政府案",
        "執行額",
        "文部科学省",
        "厚生労働省",
        "経済産業省",
        "総務省",
        "内閣府",
        "等",
    ];
    let mut out: Vec<String> = fixed.iter().map(|w| (*w).to_owned()).collect();
    for name in PROJECTS_BY_TERM.iter().rev().flat_map(|(_, names)| names.iter()) {
        if !out.iter().any(|known| known == name) {
            out.push((*name).to_owned());
        }
    }
    out
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
    match actions::correct(cx.pool(), &cx.actor(), (&import, version), &corrections, cx.now).await? {
        Ok(()) => {
            let stay = !get("stay").is_empty();
            let to = if stay { routes::sheet(id, get("sheet"), "") } else { routes::preview(id) };
            Ok(Redirected::to(to)
                .saying(cx.l.t("対応を保存しました。", "The meaning was saved."))
                .into_response())
        }
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
            let n = table.field;
            table.skip = typed(format!("skip-{n}")).is_some();
            table.year = typed(format!("year-{n}")).unwrap_or_default();
            table.round = typed(format!("round-{n}")).unwrap_or_default();
            for (choices, name) in [(&mut table.units, "unit"), (&mut table.stages, "stage")] {
                let value = typed(format!("{name}-{n}")).unwrap_or_default();
                for choice in choices {
                    choice.chosen = choice.value == value;
                }
            }
            for column in &mut table.columns {
                column.said = typed(format!("column-{n}-{}", column.index)).unwrap_or_default();
            }
        }
        for name in &mut self.names {
            let value = typed(format!("program-{}", name.field)).unwrap_or_default();
            for choice in &mut name.choices {
                choice.chosen = choice.value == value;
            }
        }
    }
}
