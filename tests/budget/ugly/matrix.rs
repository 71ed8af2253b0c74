//! Paints a table of rows × columns with its headings, totals and truth.

use nakadachi::budget::model::{Kind, Stage};

use super::draft::{DraftSheet, Expected, Ink, Tag};
use super::write::stretch;

/// What a column or row says of its figures.
#[derive(Clone, Debug, Default)]
pub struct Dims {
    pub program: Option<String>,
    pub project: Option<String>,
    pub ministry: Option<String>,
    pub kind: Option<Kind>,
    pub year: Option<i32>,
    pub stage: Option<Stage>,
}

#[derive(Clone, Debug)]
pub enum Part {
    Leaf(Dims),
    /// Sum of these rows or columns (indices among the specs).
    Total(Vec<usize>),
    /// First minus second column.
    Difference(usize, usize),
    /// First over second column, in percent.
    Ratio(usize, usize),
    /// A row of text alone.
    Heading,
    Blank,
    /// うち: a share of the row above.
    Memo,
}

#[derive(Clone, Debug)]
pub struct Spec {
    /// Outer to inner headings; rows use the last as their label.
    pub path: Vec<String>,
    pub part: Part,
}

impl Spec {
    pub fn leaf(path: &[&str], dims: Dims) -> Self {
        Self { path: path.iter().map(|s| (*s).to_owned()).collect(), part: Part::Leaf(dims) }
    }

    pub fn total(path: &[&str], over: Vec<usize>) -> Self {
        Self { path: path.iter().map(|s| (*s).to_owned()).collect(), part: Part::Total(over) }
    }

    pub fn other(path: &[&str], part: Part) -> Self {
        Self { path: path.iter().map(|s| (*s).to_owned()).collect(), part }
    }
}

/// How a figure is put down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    Printed,
    Dash,
    Blank,
}

/// The look of a table.
#[derive(Clone, Debug)]
pub struct Look {
    pub top: u32,
    pub left: u32,
    pub corner: String,
    pub serial: bool,
    pub merged: bool,
    pub formulas: bool,
    pub zero: Zero,
    /// Yen per unit.
    pub unit: i64,
    pub decimals: u32,
    /// Negative numbers as text ▲, all numbers as full-width text.
    pub fullwidth: bool,
    pub triangle: bool,
    /// An extra column with the ministry of each row.
    pub ministry_column: Option<String>,
    pub year: i32,
    pub stage: Stage,
    /// Said in the title, for all lines.
    pub common: Dims,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            top: 3,
            left: 0,
            corner: "事業名".into(),
            serial: false,
            merged: true,
            formulas: false,
            zero: Zero::Printed,
            unit: 1_000,
            decimals: 0,
            fullwidth: false,
            triangle: false,
            ministry_column: None,
            year: 2025,
            stage: Stage::Initial,
            common: Dims::default(),
        }
    }
}

/// Paints; `values` gives the true yen of each leaf row × leaf column (none: nothing there). Returns the lines and the
/// first row after the table.
pub fn paint(
    sheet: &mut DraftSheet,
    look: &Look,
    rows: &[Spec],
    columns: &[Spec],
    values: &mut dyn FnMut(usize, usize) -> Option<i64>,
) -> (Vec<Expected>, u32) {
    let levels = u32::try_from(columns.iter().map(|c| c.path.len()).max().unwrap_or(1)).unwrap();
    let mut left = look.left;
    if look.serial {
        heading(sheet, look, look.top, left, levels, "No");
        left += 1;
    }
    let ministry_at = look.ministry_column.as_ref().map(|word| {
        heading(sheet, look, look.top, left, levels, word);
        left += 1;
        left - 1
    });
    heading(sheet, look, look.top, left, levels, &look.corner);
    let label_at = left;
    let first = left + 1;
    paint_headings(sheet, look, first, levels, columns);

    let truth: Vec<Vec<Option<i64>>> = (0..rows.len())
        .map(|r| {
            (0..columns.len())
                .map(|c| match (&rows[r].part, &columns[c].part) {
                    (Part::Leaf(_), Part::Leaf(_)) => values(r, c),
                    _ => None,
                })
                .collect()
        })
        .collect();
    let value = |r: usize, c: usize| -> Option<i64> { cell_value(rows, columns, &truth, r, c) };
    let body = look.top + levels;
    let mut out = Vec::new();
    let mut number = 0;
    for (r, row) in rows.iter().enumerate() {
        let at = body + u32::try_from(r).unwrap();
        if let Some(label) = row.path.last().filter(|l| !l.is_empty()) {
            sheet.text(at, label_at, label.clone());
        }
        let leaf = if let Part::Leaf(dims) = &row.part { Some(dims) } else { None };
        if let Some(dims) = leaf {
            number += 1;
            sheet.tag(if dims.program.is_some() { Tag::Program } else { Tag::Heading }, at, label_at);
            if look.serial {
                sheet.number(at, look.left, f64::from(number));
            }
            if let (Some(column), Some(ministry)) = (ministry_at, &dims.ministry) {
                sheet.text(at, column, ministry.clone());
                sheet.tag(Tag::Ministry, at, column);
            }
        }
        if matches!(row.part, Part::Heading | Part::Blank) {
            continue;
        }
        for (c, column) in columns.iter().enumerate() {
            let place = (at, first + u32::try_from(c).unwrap());
            if let Part::Ratio(a, b) = column.part {
                if let (Some(a), Some(b)) = (value(r, a), value(r, b).filter(|b| *b != 0)) {
                    sheet
                        .cells
                        .insert(place, Ink::Percent((a as f64 / b as f64 * 1_000.0).round() / 1_000.0));
                }
                continue;
            }
            let tag = match (&row.part, &column.part) {
                (_, Part::Difference(..)) => Tag::Difference,
                (Part::Memo, _) => Tag::Heading,
                (Part::Total(_), Part::Total(_)) => Tag::Corner,
                (Part::Total(_), _) => Tag::ColumnTotal,
                (_, Part::Total(_)) => Tag::RowTotal,
                _ => Tag::Leaf,
            };
            let Some(yen) = (if matches!(row.part, Part::Memo) {
                memo_value(columns, &truth[r - 1], c)
            } else {
                value(r, c)
            }) else {
                if tag == Tag::Leaf && look.zero == Zero::Dash {
                    sheet.text(place.0, place.1, "－");
                }
                continue;
            };
            let shown = rounded(yen, look);
            put(sheet, look, place, shown, tag, || formula(rows, columns, r, c, body, first));
            sheet.tag(tag, place.0, place.1);
            if let (Some(own), Part::Leaf(theirs), Tag::Leaf) = (leaf, &column.part, tag) {
                let any = |f: &dyn Fn(&Dims) -> Option<String>| {
                    f(theirs).or_else(|| f(own)).or_else(|| f(&look.common))
                };
                let stage = theirs.stage.or(own.stage).unwrap_or(look.stage);
                out.push(Expected {
                    program: any(&|d| d.program.clone()),
                    project: any(&|d| d.project.clone()),
                    ministry: any(&|d| d.ministry.clone()),
                    kind: theirs.kind.or(own.kind).or(look.common.kind).unwrap_or(match stage {
                        Stage::Supplementary => Kind::Supplementary,
                        Stage::Adjustment => Kind::Adjustment,
                        _ => Kind::Initial,
                    }),
                    year: theirs.year.or(own.year).unwrap_or(look.year),
                    stage,
                    yen: Some((shown * look.unit as f64).round() as i64),
                });
            }
        }
    }
    (out, body + u32::try_from(rows.len()).unwrap())
}

fn cell_value(
    rows: &[Spec],
    columns: &[Spec],
    truth: &[Vec<Option<i64>>],
    r: usize,
    c: usize,
) -> Option<i64> {
    match (&rows[r].part, &columns[c].part) {
        (Part::Leaf(_), Part::Leaf(_)) => truth[r][c],
        (_, Part::Difference(a, b)) => Some(
            cell_value(rows, columns, truth, r, *a).unwrap_or(0)
                - cell_value(rows, columns, truth, r, *b).unwrap_or(0),
        ),
        (_, Part::Total(over)) => {
            Some(over.iter().filter_map(|i| cell_value(rows, columns, truth, r, *i)).sum())
        }
        (Part::Total(over), _) => {
            Some(over.iter().filter_map(|i| cell_value(rows, columns, truth, *i, c)).sum())
        }
        _ => None,
    }
}

/// Half of the row above, cell by cell, so that the memo row adds up too.
fn memo_value(columns: &[Spec], above: &[Option<i64>], c: usize) -> Option<i64> {
    match &columns[c].part {
        Part::Total(over) => Some(over.iter().filter_map(|i| memo_value(columns, above, *i)).sum()),
        _ => above[c].map(|yen| yen / 2_000 * 1_000),
    }
}

fn rounded(yen: i64, look: &Look) -> f64 {
    let scale = 10_f64.powi(i32::try_from(look.decimals).unwrap());
    (yen as f64 / look.unit as f64 * scale).round() / scale
}

fn put(
    sheet: &mut DraftSheet,
    look: &Look,
    place: (u32, u32),
    shown: f64,
    tag: Tag,
    formula: impl Fn() -> String,
) {
    if shown == 0.0 && tag == Tag::Leaf && look.zero != Zero::Printed {
        // The truth holds a zero only where one is printed; see `paint`.
        sheet.number(place.0, place.1, 0.0);
    } else if look.fullwidth {
        let digits = nakadachi::kernel::yen::group_thousands(&format!("{}", shown.abs()));
        let wide: String = digits
            .chars()
            .map(|ch| if ch == ',' { '，' } else { char::from_u32(ch as u32 + 0xFEE0).unwrap() })
            .collect();
        sheet.text(place.0, place.1, if shown < 0.0 { format!("▲{wide}") } else { wide });
    } else if look.triangle && shown < 0.0 {
        sheet.text(
            place.0,
            place.1,
            format!("▲ {}", nakadachi::kernel::yen::group_thousands(&format!("{}", shown.abs()))),
        );
    } else if look.formulas && matches!(tag, Tag::RowTotal | Tag::ColumnTotal | Tag::Corner) {
        sheet.cells.insert(place, Ink::Formula(formula(), Some(shown)));
    } else {
        sheet.number(place.0, place.1, shown);
    }
}

fn formula(rows: &[Spec], columns: &[Spec], r: usize, c: usize, body: u32, first: u32) -> String {
    let n = |i: usize| u32::try_from(i).unwrap();
    match (&rows[r].part, &columns[c].part) {
        (_, Part::Total(over)) => {
            format!("SUM({})", stretch(body + n(r), first + n(over[0]), first + n(*over.last().unwrap())))
        }
        (Part::Total(over), _) => {
            let column = nakadachi::budget::sheet::column_name(first + n(c));
            format!("SUM({column}{}:{column}{})", body + n(over[0]) + 1, body + n(*over.last().unwrap()) + 1)
        }
        _ => String::new(),
    }
}

fn heading(sheet: &mut DraftSheet, look: &Look, top: u32, column: u32, levels: u32, text: &str) {
    sheet.text(top, column, text);
    sheet.tag(Tag::Heading, top, column);
    if look.merged {
        sheet.merge(top, column, top + levels - 1, column);
    }
}

fn paint_headings(sheet: &mut DraftSheet, look: &Look, first: u32, levels: u32, columns: &[Spec]) {
    for level in 0..levels {
        let l = level as usize;
        let mut c = 0;
        while c < columns.len() {
            let path = &columns[c].path;
            let Some(text) = path.get(l) else {
                c += 1;
                continue;
            };
            let is_last = l + 1 == path.len();
            let mut end = c;
            if !is_last {
                while end + 1 < columns.len()
                    && columns[end + 1].path.len() > l + 1
                    && columns[end + 1].path[..=l] == path[..=l]
                {
                    end += 1;
                }
            }
            let at = first + u32::try_from(c).unwrap();
            let to = first + u32::try_from(end).unwrap();
            sheet.text(look.top + level, at, text.clone());
            let is_amount = matches!(columns[c].part, Part::Leaf(_));
            sheet.tag(
                if is_amount && is_last { Tag::AmountHeading } else { Tag::Heading },
                look.top + level,
                at,
            );
            if look.merged {
                let bottom = if is_last { look.top + levels - 1 } else { look.top + level };
                sheet.merge(look.top + level, at, bottom, to);
            }
            c = end + 1;
        }
    }
}
