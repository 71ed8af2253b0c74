//! A sheet with its merged cells filled in, and each cell classed as figure, label or nothing.

use std::collections::HashMap;

use crate::budget::number::{self, Amount, Decimal, Reading};
use crate::budget::sheet::{Area, Cell, Formula, Look, Row, Sheet, Value};

/// Merged areas larger than this, and covered cells beyond this number, are left as they are stored.
const LARGEST_MERGE: u64 = 20_000;
const MOST_COVERED: usize = 200_000;

/// A sheet seen through its merged cells.
pub struct Grid<'a> {
    pub sheet: &'a Sheet,
    covered: HashMap<(u32, u32), Area>,
    /// Text files have no typed numbers, so a number in a text cell is nothing unusual there.
    pub is_text: bool,
}

/// What stands in a cell, as far as a table is concerned.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Blank,
    /// An amount; `Some` reading when it came as text.
    Figure {
        amount: Amount,
        typed_as_text: Option<Reading>,
    },
    Label(String),
    Date,
    Percent,
    Error(String),
    WithoutResult,
}

impl<'a> Grid<'a> {
    pub fn new(sheet: &'a Sheet, is_text: bool) -> Self {
        let mut covered = HashMap::new();
        for area in &sheet.merged {
            let size = u64::from(area.bottom - area.top + 1) * u64::from(area.right - area.left + 1);
            if size > LARGEST_MERGE || covered.len() > MOST_COVERED {
                continue;
            }
            for row in area.top..=area.bottom {
                for column in area.left..=area.right {
                    covered.insert((row, column), *area);
                }
            }
        }
        Self { sheet, covered, is_text }
    }

    /// The merged area a cell belongs to.
    pub fn merged(&self, row: u32, column: u32) -> Option<Area> {
        self.covered.get(&(row, column)).copied()
    }

    /// The cell whose value is seen at a place.
    pub fn anchor(&self, row: u32, column: u32) -> (u32, u32) {
        self.merged(row, column).map_or((row, column), |area| (area.top, area.left))
    }

    /// What is seen at a place, merged cells included.
    pub fn content(&self, row: u32, column: u32) -> Content {
        let (row, column) = self.anchor(row, column);
        self.sheet.cell(row, column).map_or(Content::Blank, content)
    }

    /// The label seen at a place; numbers as they are written. Empty for nothing.
    pub fn label(&self, row: u32, column: u32) -> String {
        let (row, column) = self.anchor(row, column);
        self.sheet.cell(row, column).map_or_else(String::new, label)
    }

    pub fn row(&self, index: u32) -> Option<&Row> {
        let rows = &self.sheet.rows;
        rows.binary_search_by_key(&index, |r| r.index).ok().map(|i| &rows[i])
    }
}

/// The text of a cell, numbers included.
pub fn label(cell: &Cell) -> String {
    match &cell.value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(n) => format!("{n}"),
        Value::Bool(b) => b.to_string(),
        Value::Error(e) => e.to_string(),
        Value::Empty => String::new(),
    }
}

/// Classes a cell.
pub fn content(cell: &Cell) -> Content {
    if cell.formula == Formula::WithoutResult {
        return Content::WithoutResult;
    }
    match &cell.value {
        Value::Empty => Content::Blank,
        Value::Error(text) => Content::Error(text.to_string()),
        Value::Bool(b) => Content::Label(b.to_string()),
        Value::Number(n) => match cell.look {
            Look::Date => Content::Date,
            Look::Percent => Content::Percent,
            look => match Decimal::from_f64(*n) {
                Some(mut value) => {
                    if let Look::Thousands(times) = look {
                        for _ in 0..times {
                            value = value.thousandth();
                        }
                    }
                    Content::Figure { amount: Amount::Bare(value), typed_as_text: None }
                }
                None => Content::Label(format!("{n}")),
            },
        },
        Value::Text(text)
            if cell.look == Look::Date
                && text.contains('-')
                && text.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            Content::Date
        }
        Value::Text(text) => match number::read(text) {
            Some(reading) => Content::Figure { amount: reading.amount.clone(), typed_as_text: Some(reading) },
            None => Content::Label(text.trim().to_owned()),
        },
    }
}

impl Content {
    /// A figure or a dash: what stands in an amount column.
    pub fn is_figure(&self) -> bool {
        matches!(self, Self::Figure { .. })
    }

    /// A figure that is more than a dash.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Figure { amount, .. } if *amount != Amount::Nothing)
    }

    /// A number that could be a year or a running number in a header.
    pub fn is_small_whole(&self) -> bool {
        let Self::Figure { amount: Amount::Bare(n), .. } = self else { return false };
        let small = (0..=99).contains(&n.whole()) || (1990..=2100).contains(&n.whole());
        small && *n == Decimal::from_int(n.whole())
    }
}
