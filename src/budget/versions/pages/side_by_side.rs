//! Stages of one year side by side, and years side by side with renamed and merged programs in one row.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::model::Stage;
use crate::budget::tabs::{MoneyTab, tabs};
use crate::export::{CsvTable, Datum, Encoding, Format, Provenance, XlsxTable};
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::programs::{self, Lineage, family};
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, PageError, download, paths, render};

use super::super::model::Slot;
use super::super::queries::{self, ProgramSum};
use super::super::routes;
use super::frame;

/// Years shown side by side.
const YEARS: usize = 8;

/// A table of programs by columns, with totals both ways where they mean something.
#[derive(Clone, Debug, Default)]
struct Matrix {
    heads: Vec<Head>,
    rows: Vec<Row>,
    totals: Vec<i64>,
}

/// A column.
#[derive(Clone, Debug, Default)]
struct Head {
    label: String,
    href: String,
}

/// A row: a program, a family of programs, or a member of the family above.
#[derive(Clone, Debug, Default)]
struct Row {
    name: String,
    href: String,
    note: String,
    member: bool,
    cells: Vec<Cell>,
    /// Last column minus the one before it.
    change: Option<i64>,
}

/// A sum with the way to its lines; nothing where the budget has no line.
#[derive(Clone, Debug, Default)]
struct Cell {
    yen: Option<i64>,
    within: bool,
    href: String,
}

#[derive(Template)]
#[template(path = "budget/versions/matrix.html")]
struct MatrixPage {
    page: Page,
    lead: &'static str,
    years: Vec<Choice>,
    stages: Vec<Choice>,
    lineage: Option<bool>,
    matrix: Matrix,
    note: &'static str,
    change_label: String,
    xlsx_href: String,
    csv_href: String,
}

impl MatrixPage {
    fn yen(&self, yen: &i64) -> String {
        self.page.yen(&Yen(*yen))
    }

    fn signed(&self, yen: &i64) -> String {
        if *yen > 0 { format!("+{}", self.yen(yen)) } else { self.yen(yen) }
    }
}

/// What the tables may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MatrixQuery {
    year: String,
    stage: String,
    /// `off` shows every program on a row of its own.
    lineage: String,
    format: String,
}

/// Who a row is about: a program, else the name that the budget prints.
type Subject = (Option<Uuid>, Option<String>);

fn subject(sum: &ProgramSum) -> Subject {
    match sum.program_id {
        Some(id) => (Some(id), None),
        None => (None, sum.program_name.clone()),
    }
}

pub async fn stages(cx: Cx, Asked(query): Asked<MatrixQuery>) -> Outcome {
    let l = cx.l;
    let known = queries::years(cx.pool()).await?;
    let asked = query.year.parse::<FiscalYear>().ok();
    let year =
        asked.or_else(|| known.iter().copied().find(|y| *y == cx.fiscal_year())).or(known.first().copied());
    let year = year.unwrap_or_else(|| cx.fiscal_year());
    let sums = queries::program_sums(cx.pool(), year, year).await?;
    let catalogue = catalogue::of(&cx).await?;
    let slots: BTreeSet<Slot> = sums.iter().map(|s| s.slot).collect();
    let slots: Vec<Slot> = slots.into_iter().collect();
    let mut matrix = Matrix {
        heads: slots.iter().map(|s| Head { label: s.stage_name(l), href: version_of(&sums, *s) }).collect(),
        totals: slots.iter().map(|s| sums.iter().filter(|p| p.slot == *s).map(|p| p.yen).sum()).collect(),
        ..Matrix::default()
    };
    let mut places: HashMap<Subject, usize> = HashMap::new();
    for sum in &sums {
        let at = *places.entry(subject(sum)).or_insert_with(|| {
            matrix.rows.push(Row {
                cells: vec![Cell::default(); slots.len()],
                ..named(&cx, &catalogue, &subject(sum))
            });
            matrix.rows.len() - 1
        });
        if let Some(column) = slots.iter().position(|s| *s == sum.slot) {
            matrix.rows[at].cells[column] = cell(sum);
        }
    }
    sort(&mut matrix.rows, &catalogue, &places);
    // 要求と要望の和から政府案、当初へ: what became of the wish.
    let of = |row: &Row, stage: Stage| {
        let found: Vec<i64> = slots
            .iter()
            .zip(&row.cells)
            .filter(|(s, _)| s.stage == stage)
            .filter_map(|(_, c)| c.yen)
            .collect();
        (!found.is_empty()).then(|| found.iter().sum::<i64>())
    };
    for row in &mut matrix.rows {
        let wish = match (of(row, Stage::Request), of(row, Stage::SpecialRequest)) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0) + b.unwrap_or(0)),
        };
        row.change = wish.and_then(|wish| Some(of(row, Stage::Initial).or(of(row, Stage::Draft))? - wish));
    }
    let change_label = if matrix.rows.iter().any(|r| r.change.is_some()) {
        l.t("決定−要求", "Decided − requested")
    } else {
        ""
    };
    let page = frame(
        &cx,
        match l {
            crate::web::Language::Ja => format!("{} 段階の比較", year.japanese()),
            crate::web::Language::En => format!("Stages of {}", year.english()),
        },
    );
    let mut years: Vec<Choice> =
        known.iter().map(|y| Choice::new(y.short(), y.short(), *y == year)).collect();
    if !known.contains(&year) {
        years.insert(0, Choice::new(year.short(), year.short(), true));
    }
    if let Some(format) = Format::from_code(&query.format) {
        return file(&cx, &page, &matrix, change_label, format, &format!("予算_段階比較_{}", year.short()));
    }
    let here =
        |format: &str| paths::with_query("/budget/stages", &[("year", &year.short()), ("format", format)]);
    render(&MatrixPage {
        lead: l.t(
            "有効な版を事業ごとに並べます。金額から明細と出所のセルへ進めます。",
            "The versions in force by program. Each amount leads to its lines and the cells they came from.",
        ),
        years,
        stages: Vec::new(),
        lineage: None,
        matrix,
        note: l.t(
            "「0」は0円、「－」は明細なし。「内数」は加えていません。",
            "0 is zero yen, a dash is no line; amounts within others are not added.",
        ),
        change_label: change_label.to_owned(),
        xlsx_href: here("xlsx"),
        csv_href: here("csv"),
        page: page.beside(tabs(&cx, MoneyTab::Stages)),
    })
}

pub async fn years(cx: Cx, Asked(query): Asked<MatrixQuery>) -> Outcome {
    let l = cx.l;
    let stage = Stage::from_code(&query.stage).unwrap_or(Stage::Initial);
    let known = queries::years(cx.pool()).await?;
    let sums: Vec<ProgramSum> = match (known.last(), known.first()) {
        (Some(first), Some(last)) => queries::program_sums(cx.pool(), *first, *last).await?,
        _ => Vec::new(),
    };
    let sums: Vec<ProgramSum> = sums.into_iter().filter(|s| s.slot.stage == stage).collect();
    let mut columns: Vec<FiscalYear> =
        sums.iter().map(|s| s.slot.year).collect::<BTreeSet<_>>().into_iter().collect();
    columns.drain(..columns.len().saturating_sub(YEARS));
    let catalogue = catalogue::of(&cx).await?;
    let register = programs::register(&cx).await?;
    let joined = query.lineage != "off";
    let matrix = years_matrix(&cx, &catalogue, if joined { &register.lineage } else { &[] }, &columns, &sums);
    let page = frame(&cx, l.t("年度の比較", "Years side by side"));
    let change_label = if columns.len() > 1 { l.t("前年度差", "On the year before") } else { "" };
    if let Some(format) = Format::from_code(&query.format) {
        return file(&cx, &page, &matrix, change_label, format, &format!("予算_年度比較_{}", stage.code()));
    }
    let here = |format: &str| {
        paths::with_query(
            "/budget/years",
            &[("stage", stage.code()), ("lineage", &query.lineage), ("format", format)],
        )
    };
    render(&MatrixPage {
        lead: l.t(
            "改称・統合・分割された事業は系譜で一つの行にまとめ、内訳をその下に示します。",
            "Programs that were renamed, merged or split share a row through their lineage; the members stand below.",
        ),
        years: Vec::new(),
        stages: Stage::ALL.iter().map(|s| Choice::new(s.code(), l.t(s.japanese(), s.english()), *s == stage)).collect(),
        lineage: Some(joined),
        matrix,
        note: l.t(
            "補正・調整費は年度内の全回の合計です。「0」は0円、「－」は明細なし。",
            "Supplementary budgets and the adjustment fund are summed over their rounds. 0 is zero yen, a dash is no line.",
        ),
        change_label: change_label.to_owned(),
        xlsx_href: here("xlsx"),
        csv_href: here("csv"),
        page: page.beside(tabs(&cx, MoneyTab::Years)),
    })
}

fn years_matrix(
    cx: &Cx,
    catalogue: &Catalogue,
    lineage: &[Lineage],
    columns: &[FiscalYear],
    sums: &[ProgramSum],
) -> Matrix {
    let mut by_subject: BTreeMap<Subject, Vec<&ProgramSum>> = BTreeMap::new();
    for sum in sums.iter().filter(|s| columns.contains(&s.slot.year)) {
        by_subject.entry(subject(sum)).or_default().push(sum);
    }
    let cells = |sums: &[&ProgramSum]| -> Vec<Cell> {
        columns
            .iter()
            .map(|year| {
                let of: Vec<&&ProgramSum> = sums.iter().filter(|s| s.slot.year == *year).collect();
                match of[..] {
                    [] => Cell::default(),
                    [one] => cell(one),
                    _ => Cell {
                        yen: Some(of.iter().map(|s| s.yen).sum()),
                        within: of.iter().any(|s| s.within > 0),
                        href: paths::with_query("/budget/versions", &[("year", &year.short())]),
                    },
                }
            })
            .collect()
    };
    let change = |cells: &[Cell]| match cells {
        [.., before, last] if before.yen.is_some() || last.yen.is_some() => {
            Some(last.yen.unwrap_or(0) - before.yen.unwrap_or(0))
        }
        _ => None,
    };
    let mut done: BTreeSet<Uuid> = BTreeSet::new();
    let mut families: Vec<Vec<Row>> = Vec::new();
    for (who, own) in &by_subject {
        let row = |who: &Subject, sums: &[&ProgramSum], member: bool| {
            let cells = cells(sums);
            Row { member, change: change(&cells), cells, ..named(cx, catalogue, who) }
        };
        let Some(id) = who.0 else {
            families.push(vec![row(who, own, false)]);
            continue;
        };
        if !done.insert(id) {
            continue;
        }
        let relatives: Vec<Uuid> = family::members(lineage, id)
            .into_iter()
            .filter(|m| by_subject.contains_key(&(Some(*m), None)))
            .collect();
        done.extend(&relatives);
        if relatives.len() < 2 {
            families.push(vec![row(who, own, false)]);
            continue;
        }
        let depths = family::depths(lineage, &family::members(lineage, id));
        let mut members: Vec<(usize, Uuid)> =
            relatives.iter().map(|m| (depths.get(m).copied().unwrap_or(0), *m)).collect();
        members.sort_unstable();
        let all: Vec<&ProgramSum> =
            relatives.iter().flat_map(|m| by_subject[&(Some(*m), None)].clone()).collect();
        let newest = members.last().map_or(id, |(_, m)| *m);
        let mut head = row(&(Some(newest), None), &all, false);
        head.note = cx.l.t("系譜で合算", "summed over its lineage").to_owned();
        let mut rows = vec![head];
        rows.extend(
            members.iter().map(|(_, m)| row(&(Some(*m), None), &by_subject[&(Some(*m), None)], true)),
        );
        families.push(rows);
    }
    families.sort_by_key(|rows| {
        let last = rows[0].cells.iter().rev().find_map(|c| c.yen).unwrap_or(0);
        (
            std::cmp::Reverse(rows[0].cells.last().and_then(|c| c.yen)),
            std::cmp::Reverse(last),
            rows[0].name.clone(),
        )
    });
    Matrix {
        heads: columns
            .iter()
            .map(|y| Head {
                label: y.short(),
                href: paths::with_query("/budget/versions", &[("year", &y.short())]),
            })
            .collect(),
        totals: columns
            .iter()
            .map(|y| sums.iter().filter(|s| s.slot.year == *y).map(|s| s.yen).sum())
            .collect(),
        rows: families.into_iter().flatten().collect(),
    }
}

/// A row without its cells.
fn named(cx: &Cx, catalogue: &Catalogue, (id, name): &Subject) -> Row {
    let l = cx.l;
    match id.and_then(|id| catalogue.program(id)) {
        Some(p) => Row {
            name: p.name(l).to_owned(),
            href: format!("/programs/{}", p.code),
            note: p.code.clone(),
            ..Row::default()
        },
        None => Row {
            name: name.clone().unwrap_or_else(|| l.t("（事業なし）", "(no program)").to_owned()),
            note: if name.is_some() {
                l.t("登録なし", "not registered").to_owned()
            } else {
                String::new()
            },
            ..Row::default()
        },
    }
}

fn cell(sum: &ProgramSum) -> Cell {
    let href = match (sum.line, sum.program_id) {
        (Some(line), _) => routes::line(line),
        (None, Some(program)) => {
            paths::with_query(&routes::version(sum.version), &[("program", &program.to_string())])
        }
        (None, None) => routes::version(sum.version),
    };
    Cell { yen: Some(sum.yen), within: sum.within > 0, href }
}

fn version_of(sums: &[ProgramSum], slot: Slot) -> String {
    sums.iter().find(|s| s.slot == slot).map(|s| routes::version(s.version)).unwrap_or_default()
}

/// Programs in the order of the catalogue, then names that are not registered, then money of no program.
fn sort(rows: &mut Vec<Row>, catalogue: &Catalogue, places: &HashMap<Subject, usize>) {
    let mut order: Vec<(usize, String, usize)> = places
        .iter()
        .map(|((id, name), at)| {
            let place = id.and_then(|id| catalogue.programs.iter().position(|p| p.id == id));
            let rank = place.unwrap_or(if name.is_some() { usize::MAX - 1 } else { usize::MAX });
            (rank, name.clone().unwrap_or_default(), *at)
        })
        .collect();
    order.sort();
    *rows = order.into_iter().map(|(_, _, at)| rows[at].clone()).collect();
}

/// The table as a file: whole yen, with the query, the time and the person.
fn file(
    cx: &Cx,
    page: &Page,
    matrix: &Matrix,
    change_label: &str,
    format: Format,
    name: &str,
) -> Result<axum::response::Response, PageError> {
    let l = cx.l;
    let mut labels = vec![l.t("コード", "Code").to_owned(), l.t("事業", "Program").to_owned()];
    labels.extend(matrix.heads.iter().map(|h| format!("{}{}", h.label, l.t("（円）", " (yen)"))));
    if !change_label.is_empty() {
        labels.push(format!("{change_label}{}", l.t("（円）", " (yen)")));
    }
    let amount = |yen: Option<i64>| yen.map_or(Datum::Empty, Datum::Number);
    let mut rows: Vec<Vec<Datum>> = Vec::new();
    for row in &matrix.rows {
        let name = if row.member { format!("　└ {}", row.name) } else { row.name.clone() };
        let mut cells = vec![Datum::text(&row.note), Datum::text(name)];
        cells.extend(row.cells.iter().map(|c| amount(c.yen)));
        if !change_label.is_empty() {
            cells.push(amount(row.change));
        }
        rows.push(cells);
    }
    let mut total = vec![Datum::Empty, Datum::text(l.t("合計", "Total"))];
    total.extend(matrix.totals.iter().map(|y| Datum::Number(*y)));
    rows.push(total);
    let facts = Provenance(
        [
            (l.t("内容", "Content"), page.title.clone()),
            (l.t("条件", "Query"), page.here()),
            (
                l.t("予算版", "Versions"),
                matrix.heads.iter().map(|h| format!("{} {}", h.label, h.href)).collect::<Vec<_>>().join("; "),
            ),
            (l.t("出力日時", "Written"), page.moment(&cx.now)),
            (l.t("出力者", "By"), cx.viewer.name(l).to_owned()),
        ]
        .map(|(label, text)| (label.to_owned(), text))
        .into(),
    );
    let bytes = if format == Format::Xlsx {
        let widths: Vec<u16> = labels.iter().enumerate().map(|(i, _)| if i == 1 { 48 } else { 18 }).collect();
        let mut table = XlsxTable::new(l.t("比較", "Comparison"), &labels, &widths)?;
        for row in &rows {
            table.row(row)?;
        }
        table.finish(l.t("出力情報", "About"), &facts)?
    } else {
        let encoding = if format == Format::Csv { Encoding::Utf8WithMark } else { Encoding::Cp932 };
        let mut table = CsvTable::new(encoding);
        let mut out = table.head(&labels);
        for row in &rows {
            out.extend(table.row(row));
        }
        out.extend(table.foot(&facts, l.t("置き換えた文字", "Replaced characters")));
        out
    };
    Ok(download(bytes, format.content_type(), &format!("{name}.{}", format.extension())))
}
