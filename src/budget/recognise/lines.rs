//! From a recognised region to lines: each figure with its year, stage, kind, program, project and ministry.

use std::collections::HashMap;

use crate::budget::model::{Form, Kind, Line, Stage, Table};
use crate::budget::sheet::cell_name;
use crate::budget::vocabulary::{Role, key};
use crate::kernel::FiscalYear;

use super::columns::Layout;
use super::grid::Grid;
use super::region::{AmountColumn, BodyRow, Figure, Region, RowKind};

/// What a table is told from its neighbours by: year, stage and round.
type Place = (Option<FiscalYear>, Option<Stage>, Option<u8>);

/// The lines of a region, one table per year and stage, in the order in which they first appear.
pub fn tables(sheet: &str, region: &Region) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    let mut places: HashMap<Place, usize> = HashMap::new();
    for row in region.rows.iter().filter(|r| r.kind == RowKind::Line) {
        for (i, (column, figure)) in region.amounts.iter().zip(&row.figures).enumerate() {
            if column.is_total && !region.only_totals() && !region.stands_for_parts(row, i) {
                continue;
            }
            let (amount_yen, within_yen) = match figure {
                Figure::Yen(yen) => (Some(*yen), None),
                Figure::Within(of) => (None, *of),
                Figure::Blank | Figure::Nothing | Figure::Unreadable => continue,
            };
            let (year, stage) = (region.year_of(row, column), region.stage_of(row, column));
            let rounds = matches!(stage, Some(Stage::Supplementary | Stage::Adjustment));
            let round = column.round.or(row.round).or(region.round).filter(|_| rounds);
            let at = *places.entry((year, stage, round)).or_insert_with(|| {
                out.push(Table {
                    sheet: sheet.to_owned(),
                    range: region.range(),
                    header_rows: (region.header.0..=region.header.1)
                        .filter(|r| *r < region.body)
                        .map(|r| r + 1)
                        .collect(),
                    unit: column.unit.or(region.unit),
                    fiscal_year: year,
                    stage,
                    round,
                    form: region.form,
                    lines: Vec::new(),
                });
                out.len() - 1
            });
            let mut note = row.note.clone();
            if matches!(figure, Figure::Within(_)) {
                note = if note.is_empty() { "内数".to_owned() } else { format!("内数 / {note}") };
            }
            out[at].lines.push(Line {
                program: row.program.clone(),
                project: column
                    .project
                    .map(str::to_owned)
                    .or_else(|| row.project.clone())
                    .or_else(|| region.title.project.map(str::to_owned)),
                ministry: column
                    .ministry
                    .map(str::to_owned)
                    .or_else(|| row.ministry.clone())
                    .or_else(|| region.title.ministry.map(str::to_owned)),
                kind: region.kind_of(row, column, stage),
                amount_yen,
                within_yen,
                cell: cell_name(row.row, column.index),
                note,
                counted: row.counted,
            });
        }
    }
    out
}

impl Region {
    /// A table whose only amount column is called 計 has its lines there.
    pub fn only_totals(&self) -> bool {
        self.amounts.iter().all(|a| a.is_total)
    }

    /// 内数 in a column of totals, with nothing in the columns of its parts: the row is stated there alone. Of several
    /// such totals (計, 合計) the first is the line.
    fn stands_for_parts(&self, row: &BodyRow, total: usize) -> bool {
        let own = &self.amounts[total];
        // A plain 計 covers every stage of its year, 「要求 計」 the requests alone.
        let staged = own.stage.is_some() && !own.weak_stage;
        let alike = |c: &AmountColumn| {
            self.year_of(row, c) == self.year_of(row, own)
                && (!staged || self.stage_of(row, c) == self.stage_of(row, own))
                && (own.ministry.is_none() || c.ministry == own.ministry)
                && (own.project.is_none() || c.project == own.project)
        };
        matches!(row.figures[total], Figure::Within(_))
            && self.amounts.iter().zip(&row.figures).enumerate().filter(|(_, (c, _))| alike(c)).all(
                |(i, (c, figure))| match (c.is_total, figure) {
                    (false, figure) => matches!(figure, Figure::Blank | Figure::Nothing),
                    (true, Figure::Within(_)) => i >= total,
                    (true, _) => true,
                },
            )
    }

    pub fn year_of(&self, row: &BodyRow, column: &AmountColumn) -> Option<FiscalYear> {
        column.year.or(row.year).or(self.year)
    }

    pub fn stage_of(&self, row: &BodyRow, column: &AmountColumn) -> Option<Stage> {
        let strong = column.stage.filter(|_| !column.weak_stage);
        // 「令和7年度予算額」 beside a request for R8 is the budget in force, not a request.
        let other_year = column.own_year && column.year != self.year;
        strong
            .or(row.stage)
            .or_else(|| column.stage.filter(|_| other_year))
            .or_else(|| match column.kind.or(row.money) {
                Some(Kind::Supplementary) => Some(Stage::Supplementary),
                Some(Kind::Adjustment) => Some(Stage::Adjustment),
                _ => None,
            })
            .or(self.stage)
            .or(column.stage)
            .or_else(|| {
                matches!(column.kind.or(row.money), Some(Kind::CarryOver | Kind::Reserve))
                    .then_some(Stage::Initial)
            })
    }

    fn kind_of(&self, row: &BodyRow, column: &AmountColumn, stage: Option<Stage>) -> Kind {
        column.kind.or(row.money).or(self.title.kind).unwrap_or(match stage {
            Some(Stage::Supplementary) => Kind::Supplementary,
            Some(Stage::Adjustment) => Kind::Adjustment,
            _ => Kind::Initial,
        })
    }
}

/// Of several publications of one figure the newest counts: 公表年度 / review_year tells them apart.
pub fn keep_newest_editions(grid: &Grid<'_>, layout: &Layout, region: &mut Region) {
    let Some(column) = layout.dimension(Role::Edition) else { return };
    let identity = |row: &BodyRow| {
        (
            key(row.program.as_deref().unwrap_or("")),
            row.ministry.clone(),
            row.project.clone(),
            row.money,
            row.year,
        )
    };
    let editions: Vec<i64> =
        region.rows.iter().map(|r| grid.label(r.row, column).trim().parse().unwrap_or(0)).collect();
    let mut newest = HashMap::new();
    for (row, edition) in region.rows.iter().zip(&editions) {
        let known = newest.entry(identity(row)).or_insert(*edition);
        *known = (*known).max(*edition);
    }
    for (row, edition) in region.rows.iter_mut().zip(editions) {
        row.counted = newest.get(&identity(row)).is_none_or(|n| *n == edition);
    }
}

/// The shape of the table, by what its columns and rows vary over.
pub fn form(layout: &Layout, region: &Region) -> Form {
    let parts: Vec<&AmountColumn> = region.amounts.iter().filter(|a| !a.is_total).collect();
    let distinct = |f: &dyn Fn(&AmountColumn) -> Option<String>| {
        let mut seen: Vec<String> = parts.iter().filter_map(|a| f(a)).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    };
    let lines: Vec<&BodyRow> = region.rows.iter().filter(|r| r.kind == RowKind::Line).collect();
    let status_rows = lines.iter().filter(|r| r.money.is_some() || r.stage.is_some()).count();
    let carry = parts.iter().any(|a| a.kind == Some(Kind::CarryOver))
        || lines.iter().any(|r| r.money == Some(Kind::CarryOver));
    if carry && (distinct(&|a| a.kind.map(|k| k.code().to_owned())) >= 2 || status_rows >= 2) {
        return Form::Review;
    }
    if distinct(&|a| a.project.map(str::to_owned)) >= 2 {
        return Form::Wide;
    }
    if distinct(&|a| a.ministry.map(str::to_owned)) >= 2 {
        return Form::Ministries;
    }
    if distinct(&|a| a.year.filter(|_| a.own_year).map(|y| y.short())) >= 2 {
        return Form::Years;
    }
    if distinct(&|a| a.stage.map(|s| s.code().to_owned()))
        + distinct(&|a| a.kind.map(|k| k.code().to_owned()))
        >= 3
    {
        return Form::Kinds;
    }
    let by_project = !lines.is_empty() && lines.iter().all(|r| r.project.is_some());
    if by_project && region.title.program.is_some() && layout.dimension(Role::Program).is_none() {
        return Form::ProgramSheet;
    }
    Form::Long
}
