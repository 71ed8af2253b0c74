//! The whole check of one file: read, recognise, prove; no database.

use std::collections::{BTreeMap, HashMap};

use super::corrections::{Corrections, TableCorrection, signature};
use super::findings::{Code, Finding, Findings, Severity};
use super::model::{Form, Kind, Line, Stage, Table};
use super::names::{Match, Programs};
use super::outline;
use super::recognise::{self, Grid, Region, RowKind, year_of_name};
use super::sheet::{self, Limits, ReadError, Sheet, Workbook};
use super::totals;
use super::versions::model::has_rounds;
use super::vocabulary::{Role, is_grand_total};
use crate::kernel::FiscalYear;
use crate::kernel::yen::YenUnit;

/// What the check of a file came to.
#[derive(Clone, Debug)]
pub struct Report {
    pub file: String,
    pub format: String,
    pub tables: Vec<Table>,
    /// What was recognised on the sheets, for showing it; also tables that were set aside.
    pub regions: Vec<Seen>,
    pub findings: Vec<Finding>,
    /// Control totals by year and stage, all rounds together.
    pub totals: BTreeMap<(FiscalYear, Stage), Totals>,
}

/// A recognised table as it lies on its sheet.
#[derive(Clone, Debug)]
pub struct Seen {
    pub sheet: String,
    /// Where its corrections are kept.
    pub anchor: String,
    /// Its headings without years, hashed: the layout that next year's file may share.
    pub signature: String,
    pub range: String,
    pub header: (u32, u32),
    /// The first row below the headings.
    pub body: u32,
    /// How next year's file finds it, where a person said where it lies.
    pub outline: Option<outline::Remembered>,
    pub columns: (u32, u32),
    pub bottom: u32,
    pub unit: Option<YenUnit>,
    pub year: Option<FiscalYear>,
    pub stage: Option<Stage>,
    pub round: Option<u8>,
    pub form: Form,
    pub skipped: bool,
    pub headings: Vec<(u32, String)>,
    /// Meaning of the columns that have one.
    pub meanings: Vec<(u32, Meaning)>,
    /// The rows of the body.
    pub rows: Vec<SeenRow>,
}

/// A row of a recognised table.
#[derive(Clone, Copy, Debug)]
pub struct SeenRow {
    pub row: u32,
    pub kind: RowKind,
    /// A total of the whole table, not of a part.
    pub grand: bool,
    pub hidden: bool,
}

/// What a column was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The names of the rows.
    Names,
    Dimension(Role),
    Amount(AmountMeaning),
    /// Checked, but without lines: 増減.
    Aside,
}

/// What a column of amounts says about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountMeaning {
    pub total: bool,
    pub year: Option<FiscalYear>,
    pub stage: Option<Stage>,
    pub kind: Option<Kind>,
    pub project: Option<&'static str>,
    pub ministry: Option<&'static str>,
    pub unit: Option<YenUnit>,
}

impl Seen {
    fn of(sheet: &Sheet, region: &Region, said: Option<&TableCorrection>) -> Self {
        let mut meanings: Vec<(u32, Meaning)> = Vec::new();
        meanings.extend(region.label.map(|c| (c, Meaning::Names)));
        meanings.extend(region.dimensions.iter().map(|(role, c)| (*c, Meaning::Dimension(*role))));
        meanings.extend(region.asides.iter().map(|a| (a.index, Meaning::Aside)));
        meanings.extend(region.amounts.iter().map(|a| {
            let amount = AmountMeaning {
                total: a.is_total,
                year: a.year.filter(|_| a.own_year),
                stage: a.stage,
                kind: a.kind,
                project: a.project,
                ministry: a.ministry,
                unit: a.unit,
            };
            (a.index, Meaning::Amount(amount))
        }));
        meanings.sort_by_key(|(column, _)| *column);
        let last_total = region.rows.iter().rev().find(|r| r.kind == RowKind::Total).map(|r| r.row);
        Self {
            sheet: sheet.name.clone(),
            anchor: region.anchor.clone(),
            signature: signature(&region.headings),
            range: region.range(),
            header: region.header,
            body: region.body,
            outline: said.and_then(|s| {
                Some(outline::Remembered::of(sheet, s.outline.as_ref()?, region.columns, &s.columns))
            }),
            columns: region.columns,
            bottom: region.bottom,
            unit: region.unit,
            year: region.year,
            stage: region.stage,
            round: region.round,
            form: region.form,
            skipped: region.skipped,
            headings: region.headings.clone(),
            meanings,
            rows: region
                .rows
                .iter()
                .map(|r| SeenRow {
                    row: r.row,
                    kind: r.kind,
                    grand: r.kind == RowKind::Total
                        && (is_grand_total(&r.label) || Some(r.row) == last_total),
                    hidden: r.hidden,
                })
                .collect(),
        }
    }
}

/// Sums of the lines of one year and stage, in yen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub amount: i64,
    /// Of that, lines that name no program (a control table by ministry or project).
    pub without_program: i64,
    pub by_ministry: BTreeMap<String, i64>,
    pub by_project: BTreeMap<String, i64>,
    pub by_program: BTreeMap<String, i64>,
    pub by_kind: BTreeMap<Kind, i64>,
}

impl Report {
    /// True when nothing was found that must be looked at.
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|f| f.severity() == Severity::Info)
    }

    /// True when the file may be imported: warnings are for the reader to judge, errors are not.
    pub fn is_importable(&self) -> bool {
        !self.tables.is_empty() && self.findings.iter().all(|f| f.severity() < Severity::Error)
    }

    pub fn line_count(&self) -> usize {
        self.tables.iter().map(|t| t.lines.len()).sum()
    }
}

/// Checks a file given as bytes. `name` is its name, for the year it may state.
pub fn check(bytes: &[u8], name: &str, programs: &Programs, limits: &Limits) -> Result<Report, ReadError> {
    let book = sheet::read(bytes, name, limits)?;
    Ok(check_workbook(&book, name, programs))
}

/// Checks a workbook that was read.
pub fn check_workbook(book: &Workbook, name: &str, programs: &Programs) -> Report {
    check_corrected(book, name, programs, &Corrections::default())
}

/// Checks a workbook with what a person corrected about its tables.
pub fn check_corrected(
    book: &Workbook,
    name: &str,
    programs: &Programs,
    corrections: &Corrections,
) -> Report {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut findings = Findings::default();
    let mut names: HashMap<String, Match> = HashMap::new();
    let mut tables: Vec<(usize, Table)> = Vec::new();
    let mut regions_seen = 0;
    let mut seen: Vec<Seen> = Vec::new();
    for sheet in &book.sheets {
        findings.on_sheet(&sheet.name);
        if sheet.hidden {
            if !sheet.is_empty() {
                findings.overall(
                    Code::HiddenCells,
                    "非表示のシートは読み取っていません。必要であれば再表示して保存してください。",
                    "Hidden sheets are not read. Unhide the sheet and save, if it is needed.",
                );
            }
            continue;
        }
        let regions =
            recognise::regions(sheet, book.is_text, file, programs, corrections, &mut names, &mut findings);
        let grid = Grid::new(sheet, book.is_text);
        let before = tables.len();
        for region in &regions {
            seen.push(Seen::of(sheet, region, corrections.tables.get(&region.anchor)));
            if region.skipped {
                continue;
            }
            check_duplicates(region, &mut findings);
            check_unnamed_total(region, &names, &mut findings);
            totals::check(&grid, region, &mut findings);
            check_signs(region, &mut findings);
            tables.extend(recognise::tables(&sheet.name, region).into_iter().map(|t| (regions_seen, t)));
            regions_seen += 1;
        }
        if regions.is_empty() {
            let stated = recognise::stated_tables(sheet, file, programs);
            tables.extend(stated.into_iter().map(|t| {
                regions_seen += 1;
                (regions_seen, t)
            }));
        }
        if tables.len() == before && has_figures(sheet) {
            findings.overall(
                Code::NoTable,
                "数値はありますが、予算の表は見つかりませんでした。このシートは読み取っていません。",
                "The sheet has figures, but no budget table was recognised. It was not read.",
            );
        }
    }
    findings.on_sheet("");
    if book.damaged_text {
        findings.overall(Code::TextDamaged, format!("文字コード（{}）として読めない文字があり、「\u{FFFD}」に置き換えました。UTF-8で保存し直してください。", book.format), format!("Some characters are not valid {} and were replaced. Save the file as UTF-8.", book.format));
    }
    if tables.is_empty() {
        findings.overall(
            Code::NotABudget,
            "予算の表が見つかりません。事業名・プロジェクト・省庁などの見出しと金額の列がある表か確かめてください。",
            "No budget table was found. A table needs headings such as 事業名, a project or a ministry, and a column of amounts.",
        );
    }
    if corrections.tables.values().all(|t| t.year.is_none()) {
        check_file_year(file, &tables, &mut findings);
    }
    check_stages(&tables, &mut findings);
    compare_tables(&mut tables, &mut findings);
    let tables: Vec<Table> = tables.into_iter().map(|(_, t)| t).collect();
    Report {
        file: file.to_owned(),
        format: book.format.clone(),
        totals: add_up(&tables, |year, stage, _| (year, stage)),
        tables,
        regions: seen,
        findings: findings.finish(),
    }
}

fn has_figures(sheet: &Sheet) -> bool {
    sheet.rows.iter().flat_map(|r| &r.cells).filter(|(_, c)| recognise::is_number(c)).take(10).count() >= 10
}

/// One line given twice would be counted twice.
fn check_duplicates(region: &Region, findings: &mut Findings) {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for row in region.rows.iter().filter(|r| r.kind == RowKind::Line && r.counted && !r.identity.is_empty()) {
        if row.program.is_none()
            && row.project.is_none()
            && row.ministry.is_none()
            && row.money.is_none()
            && row.stage.is_none()
            && row.year.is_none()
        {
            continue;
        }
        let (name_ja, name_en) = match row.label.as_str() {
            "" => (String::new(), String::new()),
            name => (format!("（{name}）"), format!(" ({name})")),
        };
        match seen.get(row.identity.as_str()) {
            Some(first) => findings.at(
                Code::DuplicateLine, (row.row, region.columns.0),
                format!("{}行目と同じ内容の行です{name_ja}。重複であれば一方を削除し、別の行であれば区別できる項目を補ってください。", first + 1),
                format!("This row repeats row {}{name_en}. Delete one of them, or add what tells them apart.", first + 1),
            ),
            None => {
                seen.insert(&row.identity, row.row);
            }
        }
    }
}

/// A row under an unknown name that is the sum of all rows above it, in a table where no row is called a total: taken as
/// a line it would double the table.
fn check_unnamed_total(region: &Region, names: &HashMap<String, Match>, findings: &mut Findings) {
    if region.rows.iter().any(|r| r.kind == RowKind::Total) {
        return;
    }
    let mut sums = vec![0_i64; region.amounts.len()];
    let mut above = 0;
    for row in region.rows.iter().filter(|r| r.kind == RowKind::Line) {
        let amounts: Vec<i64> = row.figures.iter().map(|f| f.yen().unwrap_or(0)).collect();
        let is_known = matches!(names.get(&row.label), Some(Match::Known(_)));
        if above >= 2 && !is_known && !row.label.is_empty() && amounts == sums {
            findings.at(
                Code::TotalUnnamed,
                (row.row, region.label.unwrap_or(region.columns.0)),
                format!("「{}」の金額は、上の行の合計と同じです。合計の行であれば「合計」と書くか、取込の「表の対応」で範囲から外してください。このままでは二重に加えます。", row.label),
                format!("The amounts of “{}” are the sum of the rows above. If it is a total, call it 合計, or leave the row out of the range under “Meaning”. As it is, it would be counted twice.", row.label),
            );
        }
        above += usize::from(amounts.iter().any(|yen| *yen != 0));
        for (sum, yen) in sums.iter_mut().zip(&amounts) {
            *sum = sum.saturating_add(*yen);
        }
    }
}

/// A budget cannot be negative; corrections, adjustments, carry-overs and the remainder 「等」 can.
fn check_signs(region: &Region, findings: &mut Findings) {
    for row in region.rows.iter().filter(|r| r.kind == RowKind::Line) {
        for (column, figure) in region.amounts.iter().zip(&row.figures) {
            let may = column.is_total
                || column.leaves
                || column.ministry == Some("等")
                || row.ministry.as_deref() == Some("等")
                || matches!(
                    column.kind.or(row.money),
                    Some(Kind::Supplementary | Kind::Adjustment | Kind::CarryOver | Kind::Reserve)
                )
                || matches!(
                    region.stage_of(row, column),
                    Some(Stage::Supplementary | Stage::Adjustment | Stage::Executed)
                );
            if figure.yen().is_some_and(|y| y < 0) && !may {
                findings.at(
                    Code::NegativeAmount, (row.row, column.index),
                    "当初予算・要求の金額が負になっています。符号を確かめてください（減額は補正・調整費として記載します）。",
                    "An initial budget or request is negative. Check the sign (a reduction belongs to a supplementary budget or adjustment).",
                );
            }
        }
    }
}

fn check_file_year(file: &str, tables: &[(usize, Table)], findings: &mut Findings) {
    let Some(named) = year_of_name(file) else { return };
    let years: Vec<FiscalYear> = tables.iter().filter_map(|(_, t)| t.fiscal_year).collect();
    if !years.is_empty() && !years.contains(&named) {
        let mut shown: Vec<String> = years.iter().map(|y| y.japanese()).collect();
        shown.sort();
        shown.dedup();
        findings.on_sheet(&tables[0].1.sheet);
        findings.overall(
            Code::YearFileName,
            format!("ファイル名の年度は{}ですが、表の年度は{}です。ファイルの取り違えがないか確かめ、どちらかを直してください。", named.japanese(), shown.join("、")),
            format!("The file name says {}, the tables say {}. Check that it is the right file and correct one of them.", named.short(), years.iter().map(|y| y.short()).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")),
        );
        findings.on_sheet("");
    }
}

fn check_stages(tables: &[(usize, Table)], findings: &mut Findings) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for (_, table) in tables.iter().filter(|(_, t)| t.stage.is_none()) {
        if told.contains(&(&table.sheet, &table.range)) {
            continue;
        }
        told.push((&table.sheet, &table.range));
        findings.on_sheet(&table.sheet);
        findings.overall(
            Code::StageMissing,
            format!("表（{}）の段階が分かりません。表題に「概算要求」「政府案」「当初予算」「補正予算」「調整費」のいずれかを入力してください。", table.range),
            format!("The stage of table {} is not stated. Write 概算要求, 政府案, 当初予算, 補正予算 or 調整費 in its title.", table.range),
        );
    }
    findings.on_sheet("");
}

/// One program's figures in one table: sum, lines, and the projects and ministries they name.
struct Share {
    table: usize,
    region: usize,
    sum: i64,
    lines: usize,
    projects: Vec<String>,
    ministries: Vec<String>,
    rounding: i64,
}

/// Two tables of one file may state the same money twice: it counts once, and the two must agree.
fn compare_tables(tables: &mut [(usize, Table)], findings: &mut Findings) {
    type Subject = (Option<FiscalYear>, Option<Stage>, Option<u8>, Kind, String);
    let mut shares: BTreeMap<Subject, Vec<Share>> = BTreeMap::new();
    for (i, (region, table)) in tables.iter().enumerate() {
        for line in table.lines.iter().filter(|l| l.counted) {
            let (Some(program), Some(yen)) = (&line.program, line.amount_yen) else { continue };
            let list = shares
                .entry((table.fiscal_year, table.stage, table.round, line.kind, program.clone()))
                .or_default();
            if list.last().is_none_or(|s| s.table != i) {
                list.push(Share {
                    table: i,
                    region: *region,
                    sum: 0,
                    lines: 0,
                    projects: Vec::new(),
                    ministries: Vec::new(),
                    rounding: 0,
                });
            }
            if let Some(share) = list.last_mut() {
                share.sum = share.sum.saturating_add(yen);
                share.lines += 1;
                share.projects.extend(line.project.clone());
                share.ministries.extend(line.ministry.clone());
                share.rounding +=
                    table.unit.filter(|u| u.size() >= YenUnit::Million.size()).map_or(0, |u| u.size() / 2);
            }
        }
    }
    let mut restated: Vec<(usize, String, Kind)> = Vec::new();
    for ((_, _, _, kind, program), list) in shares.iter().filter(|(_, l)| l.len() > 1) {
        let Some(main) = list.iter().max_by_key(|s| (s.lines, std::cmp::Reverse(s.table))) else { continue };
        for share in list.iter().filter(|s| s.region != main.region) {
            let apart = |a: &[String], b: &[String]| {
                !a.is_empty() && !b.is_empty() && a.iter().all(|x| !b.contains(x))
            };
            if apart(&share.projects, &main.projects) || apart(&share.ministries, &main.ministries) {
                continue;
            }
            let table = &tables[share.table].1;
            findings.on_sheet(&table.sheet);
            let cell = table
                .lines
                .iter()
                .find(|l| l.program.as_ref() == Some(program))
                .map_or(String::new(), |l| l.cell.clone());
            let place = sheet::place_of(&cell);
            if (share.sum - main.sum).abs() > share.rounding + main.rounding {
                let other = &tables[main.table].1;
                findings.at(
                    Code::TablesDisagree, place,
                    format!("「{program}」の金額が、シート「{}」の表（{}）では{}、ここでは{}です。どちらかを直してください。", other.sheet, other.range, totals::show(main.sum, table.unit), totals::show(share.sum, table.unit)),
                    format!("“{program}” has {} on sheet “{}” ({}), here {}. Correct one of them.", totals::show(main.sum, table.unit), other.sheet, other.range, totals::show(share.sum, table.unit)),
                );
            } else {
                restated.push((share.table, program.clone(), *kind));
            }
        }
    }
    let mut told: Vec<usize> = Vec::new();
    for (at, program, kind) in restated {
        let table = &mut tables[at].1;
        for line in table.lines.iter_mut().filter(|l| l.program.as_ref() == Some(&program) && l.kind == kind)
        {
            line.counted = false;
        }
        if !told.contains(&at) {
            told.push(at);
            findings.on_sheet(&table.sheet);
            findings.overall(
                Code::Restated,
                format!(
                    "表（{}）の金額は他の表にも記載されています。一致を確かめ、合計には一度だけ加えました。",
                    table.range
                ),
                format!(
                    "Amounts of table {} stand in another table too. They agree and were counted once.",
                    table.range
                ),
            );
        }
    }
    findings.on_sheet("");
}

impl Report {
    /// Control totals by year, stage and round: 第1次補正 and 第2次補正 are two budgets. 1 where no round is stated, and
    /// for stages without rounds.
    pub fn totals_by_round(&self) -> BTreeMap<(FiscalYear, Stage, u8), Totals> {
        add_up(&self.tables, |year, stage, table| {
            (year, stage, table.round.filter(|_| has_rounds(stage)).unwrap_or(1))
        })
    }
}

/// Totals of the tables that state year and stage, by what `key` makes of them.
fn add_up<K: Ord>(tables: &[Table], key: impl Fn(FiscalYear, Stage, &Table) -> K) -> BTreeMap<K, Totals> {
    let mut out: BTreeMap<K, Totals> = BTreeMap::new();
    for table in tables {
        let (Some(year), Some(stage)) = (table.fiscal_year, table.stage) else { continue };
        let totals = out.entry(key(year, stage, table)).or_default();
        for line in table.lines.iter().filter(|l| l.counted) {
            totals.add(line);
        }
    }
    out
}

impl Totals {
    fn add(&mut self, line: &Line) {
        let Some(yen) = line.amount_yen else { return };
        self.put(
            (line.program.as_deref(), line.project.as_deref(), line.ministry.as_deref()),
            line.kind,
            yen,
        );
    }

    /// Adds an amount with its program, project and ministry.
    pub fn put(
        &mut self,
        (program, project, ministry): (Option<&str>, Option<&str>, Option<&str>),
        kind: Kind,
        yen: i64,
    ) {
        self.amount = self.amount.saturating_add(yen);
        let put = |map: &mut BTreeMap<String, i64>, name: Option<&str>| {
            if let Some(name) = name {
                match map.get_mut(name) {
                    Some(sum) => *sum = sum.saturating_add(yen),
                    None => {
                        map.insert(name.to_owned(), yen);
                    }
                }
            }
        };
        put(&mut self.by_ministry, ministry);
        put(&mut self.by_project, project);
        put(&mut self.by_program, program);
        if program.is_none() {
            self.without_program = self.without_program.saturating_add(yen);
        }
        let sum = self.by_kind.entry(kind).or_default();
        *sum = sum.saturating_add(yen);
    }
}
