//! A part of a sheet as a page shows it: each cell with the region it was taken for, named in words and coloured.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::budget::check::{Meaning, Seen};
use crate::budget::recognise::{Grid, RowKind};
use crate::budget::sheet::{Sheet, Value, cell_name, column_name};
use crate::budget::vocabulary::unit;
use crate::kernel::Language;
use crate::kernel::yen::group_thousands;

/// Rows and columns shown at once.
pub const ROWS: usize = 60;
pub const COLUMNS: u32 = 40;

/// A stretch of a sheet, ready to print.
#[derive(Clone, Debug, Default)]
pub struct SheetView {
    pub letters: Vec<String>,
    pub rows: Vec<RowView>,
}

/// One row; a gap stands for rows left out.
#[derive(Clone, Debug)]
pub struct RowView {
    pub number: u32,
    pub gap: bool,
    pub hidden: bool,
    pub cells: Vec<CellView>,
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub struct CellView {
    pub name: String,
    pub text: String,
    pub class: String,
    /// What the cell was taken for, in words.
    pub word: &'static str,
    pub colspan: u32,
    pub rowspan: u32,
    /// The cell that the page is about.
    pub here: bool,
}

/// What a cell was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    Title,
    Unit,
    Head,
    Label,
    Value,
    Subtotal,
    Total,
    Note,
    Ignored,
}

impl Taken {
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Unit,
        Self::Head,
        Self::Label,
        Self::Value,
        Self::Subtotal,
        Self::Total,
        Self::Note,
        Self::Ignored,
    ];

    pub fn class(self) -> &'static str {
        match self {
            Self::Title => "sheet-title",
            Self::Unit => "sheet-unit",
            Self::Head => "sheet-head",
            Self::Label => "sheet-label",
            Self::Value => "sheet-value",
            Self::Subtotal => "sheet-subtotal",
            Self::Total => "sheet-total",
            Self::Note => "sheet-note",
            Self::Ignored => "sheet-ignored",
        }
    }

    pub fn word(self, l: Language) -> &'static str {
        match self {
            Self::Title => l.t("表題", "Title"),
            Self::Unit => l.t("単位", "Unit"),
            Self::Head => l.t("見出し", "Header"),
            Self::Label => l.t("項目名", "Names"),
            Self::Value => l.t("金額", "Amounts"),
            Self::Subtotal => l.t("小計", "Subtotal"),
            Self::Total => l.t("合計", "Total"),
            Self::Note => l.t("注記・内訳（加えない）", "Notes, memo (not added)"),
            Self::Ignored => l.t("読み取らない", "Not read"),
        }
    }
}

/// The rows of a window that begins at `from`: stored rows, with short gaps filled. And the row the next one begins at.
pub fn window(sheet: &Sheet, from: u32) -> (Vec<u32>, Option<u32>) {
    let start = sheet.rows.partition_point(|r| r.index < from);
    let mut rows: Vec<u32> = Vec::new();
    for stored in &sheet.rows[start..] {
        if rows.len() >= ROWS {
            return (rows, Some(stored.index));
        }
        if let Some(last) = rows.last().copied()
            && stored.index - last <= 3
        {
            rows.extend(last + 1..stored.index);
        }
        rows.push(stored.index);
    }
    (rows, None)
}

/// The columns in use, at most [`COLUMNS`] from `from`.
pub fn columns(sheet: &Sheet, from: u32) -> Vec<u32> {
    let last = sheet.rows.iter().filter_map(|r| r.cells.last()).map(|(c, _)| *c).max().unwrap_or(0);
    (from..=last.min(from.saturating_add(COLUMNS - 1))).collect()
}

/// The neighbourhood of a cell: a few rows and columns around it, and the header and names of its table.
pub fn neighbourhood(sheet: &Sheet, regions: &[Seen], place: (u32, u32)) -> (Vec<u32>, Vec<u32>) {
    let around = |at: u32, reach: u32| at.saturating_sub(reach)..=at.saturating_add(reach);
    let mut rows: BTreeSet<u32> = around(place.0, 5).collect();
    let mut columns: BTreeSet<u32> = around(place.1, 3).collect();
    if let Some(region) = regions.iter().find(|r| r.sheet == sheet.name && inside(r, place)) {
        rows.extend(region.header.0.saturating_sub(2)..region.body.max(region.header.0 + 1));
        rows.extend(region.rows.iter().rev().find(|r| r.kind == RowKind::Total).map(|r| r.row));
        columns.extend(region.meanings.iter().filter(|(_, m)| *m == Meaning::Names).map(|(c, _)| *c));
    }
    let last = sheet.rows.last().map_or(0, |r| r.index);
    rows.retain(|r| *r <= last);
    (rows.into_iter().collect(), columns.into_iter().collect())
}

fn inside(region: &Seen, place: (u32, u32)) -> bool {
    (region.header.0..=region.bottom).contains(&place.0)
        && (region.columns.0..=region.columns.1).contains(&place.1)
}

/// What each cell of a sheet was taken for.
struct Map<'a> {
    regions: Vec<&'a Seen>,
    rows: HashMap<(usize, u32), (RowKind, bool)>,
}

impl<'a> Map<'a> {
    fn new(sheet: &str, regions: &'a [Seen], shown: &HashSet<u32>) -> Self {
        let regions: Vec<&Seen> = regions.iter().filter(|r| r.sheet == sheet).collect();
        let mut rows = HashMap::new();
        for (i, region) in regions.iter().enumerate() {
            rows.extend(
                region
                    .rows
                    .iter()
                    .filter(|r| shown.contains(&r.row))
                    .map(|r| ((i, r.row), (r.kind, r.grand))),
            );
        }
        Self { regions, rows }
    }

    fn taken(&self, row: u32, column: u32, text: &str) -> Option<Taken> {
        if text.is_empty() {
            return None;
        }
        let Some((i, region)) = self.regions.iter().enumerate().find(|(_, r)| inside(r, (row, column)))
        else {
            return self.outside(row, text);
        };
        if region.skipped {
            return Some(Taken::Ignored);
        }
        if row < region.body {
            return Some(Taken::Head);
        }
        let meaning = region.meanings.iter().find(|(c, _)| *c == column).map(|(_, m)| m);
        match self.rows.get(&(i, row)) {
            None => Some(Taken::Note),
            Some((RowKind::Memo, _)) => Some(Taken::Note),
            Some((RowKind::Total, true)) => Some(Taken::Total),
            Some((RowKind::Total, false)) => Some(Taken::Subtotal),
            Some((RowKind::Line, _)) => Some(match meaning {
                Some(Meaning::Amount(a)) if a.total => Taken::Total,
                Some(Meaning::Amount(_)) => Taken::Value,
                Some(Meaning::Names | Meaning::Dimension(_)) => Taken::Label,
                Some(Meaning::Aside) | None => Taken::Ignored,
            }),
        }
    }

    /// Above a table stands its title, below it notes.
    fn outside(&self, row: u32, text: &str) -> Option<Taken> {
        let below = self.regions.iter().filter(|r| r.header.0 > row).map(|r| r.header.0).min();
        let above = self.regions.iter().filter(|r| r.bottom < row).map(|r| r.bottom).max();
        if unit(text).is_some() && below.is_some() {
            return Some(Taken::Unit);
        }
        match (above, below) {
            (_, Some(head)) if head - row <= 40 => Some(Taken::Title),
            (Some(_), _) => Some(Taken::Note),
            _ => Some(Taken::Ignored),
        }
    }
}

/// Draws rows and columns of a sheet. `wrong` are cells with findings, `here` the cell the page is about.
pub fn view(
    l: Language,
    (sheet, is_text): (&Sheet, bool),
    regions: &[Seen],
    (rows, columns): (&[u32], &[u32]),
    wrong: &HashSet<String>,
    here: Option<(u32, u32)>,
) -> SheetView {
    let grid = Grid::new(sheet, is_text);
    let shown: HashSet<u32> = rows.iter().copied().collect();
    let map = Map::new(&sheet.name, regions, &shown);
    let mut out = SheetView { letters: columns.iter().map(|c| column_name(*c)).collect(), rows: Vec::new() };
    let mut drawn: HashSet<(u32, u32)> = HashSet::new();
    let mut last: Option<u32> = None;
    for row in rows.iter().copied() {
        if last.is_some_and(|l| row > l + 1) {
            out.rows.push(RowView { number: 0, gap: true, hidden: false, cells: Vec::new() });
        }
        last = Some(row);
        let hidden_row = sheet.is_row_hidden(row);
        let mut cells = Vec::new();
        for column in columns.iter().copied() {
            if drawn.contains(&(row, column)) {
                continue;
            }
            let mut cell =
                CellView { name: cell_name(row, column), colspan: 1, rowspan: 1, ..CellView::default() };
            let anchor = grid.anchor(row, column);
            if let Some(area) = grid.merged(row, column) {
                // A span may not cross rows or columns that are left out.
                let right = run(columns, column, area.right);
                let bottom = run(rows, row, area.bottom);
                cell.colspan = right - column + 1;
                cell.rowspan = bottom - row + 1;
                for r in row..=bottom {
                    for c in column..=right {
                        drawn.insert((r, c));
                    }
                }
            }
            cell.text = text_at(sheet, anchor);
            let taken = map.taken(row, column, &cell.text);
            cell.word = taken.map_or("", |t| t.word(l));
            let mut classes: Vec<&str> = taken.map(Taken::class).into_iter().collect();
            if (hidden_row || sheet.is_column_hidden(column)) && !cell.text.is_empty() {
                classes.push("sheet-hidden");
            }
            if wrong.contains(&cell.name) || wrong.contains(&cell_name(anchor.0, anchor.1)) {
                classes.push("sheet-wrong");
            }
            cell.here = here == Some((row, column)) || here == Some(anchor);
            if cell.here {
                classes.push("sheet-here");
            }
            cell.class = classes.join(" ");
            cells.push(cell);
        }
        out.rows.push(RowView { number: row + 1, gap: false, hidden: hidden_row, cells });
    }
    out
}

/// The last index up to `end` that is listed without a gap from `from` on.
fn run(listed: &[u32], from: u32, end: u32) -> u32 {
    let start = listed.partition_point(|i| *i < from);
    let mut last = from;
    for index in listed.iter().skip(start + 1).copied() {
        if index != last + 1 || index > end {
            break;
        }
        last = index;
    }
    last
}

/// The text of a cell as a person reads it.
pub fn text_at(sheet: &Sheet, (row, column): (u32, u32)) -> String {
    let Some(cell) = sheet.cell(row, column) else { return String::new() };
    match &cell.value {
        Value::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => {
            let sign = if *n < 0.0 { "-" } else { "" };
            format!("{sign}{}", group_thousands(&format!("{:.0}", n.abs())))
        }
        Value::Number(n) => format!("{n}"),
        Value::Text(text) => text.trim().chars().take(300).collect(),
        Value::Bool(b) => b.to_string(),
        Value::Error(e) => e.to_string(),
        Value::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::check::check_workbook;
    use crate::budget::names::Programs;
    use crate::budget::sheet::{Limits, read};

    #[test]
    fn every_region_is_named() {
        let text = "令和７年度 当初予算額,,\n,,（単位：千円）\n事業名,医薬品,計\n腎疾患実用化研究事業,10,10\n合計,10,10\n（注）見本,,\n";
        let book = read(text.as_bytes(), "R7.csv", &Limits::default()).unwrap();
        let report = check_workbook(&book, "R7.csv", &Programs::built_in());
        let sheet = &book.sheets[0];
        let (rows, next) = window(sheet, 0);
        assert_eq!(next, None);
        let wrong = HashSet::from(["B4".to_owned()]);
        let shown = view(
            Language::Ja,
            (sheet, true),
            &report.regions,
            (&rows, &columns(sheet, 0)),
            &wrong,
            Some((3, 1)),
        );
        let words: Vec<Vec<&str>> =
            shown.rows.iter().map(|r| r.cells.iter().map(|c| c.word).collect()).collect();
        assert_eq!(words[0][0], "表題");
        assert_eq!(words[1][2], "単位");
        assert_eq!(words[2], ["見出し"; 3]);
        assert_eq!(words[3], ["項目名", "金額", "合計"]);
        assert_eq!(words[4], ["合計"; 3]);
        assert_eq!(words[5][0], "注記・内訳（加えない）");
        let here = &shown.rows[3].cells[1];
        assert!(here.here && here.class.contains("sheet-wrong"), "{}", here.class);
    }

    #[test]
    fn a_span_never_crosses_what_is_left_out() {
        assert_eq!(run(&[1, 2, 3, 7], 1, 9), 3);
        assert_eq!(run(&[1, 2, 3, 7], 2, 2), 2);
    }
}
