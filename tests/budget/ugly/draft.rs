//! A workbook on the drawing board: cells, merges, hidden stretches, and what each cell is for.

use std::collections::BTreeMap;

use nakadachi::budget::model::{Kind, Stage};

/// A cell before it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Ink {
    Text(String),
    Number(f64),
    /// Formula text and its stored result.
    Formula(String, Option<f64>),
    Error(&'static str),
    /// Day number, shown as a date.
    Date(f64),
    Percent(f64),
}

/// What a cell is for, so that faults know where to strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Leaf,
    RowTotal,
    ColumnTotal,
    Corner,
    Difference,
    Program,
    Project,
    Ministry,
    Unit,
    Year,
    Title,
    Heading,
    /// A heading that names a project, ministry or year over amounts.
    AmountHeading,
    Stated,
    Kind,
}

#[derive(Clone, Debug, Default)]
pub struct DraftSheet {
    pub name: String,
    pub hidden: bool,
    pub cells: BTreeMap<(u32, u32), Ink>,
    /// top, left, bottom, right.
    pub merges: Vec<(u32, u32, u32, u32)>,
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<u32>,
    pub tags: Vec<(Tag, u32, u32)>,
}

#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub sheets: Vec<DraftSheet>,
}

/// One line that a reader must find.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    pub program: Option<String>,
    pub project: Option<String>,
    pub ministry: Option<String>,
    pub kind: Kind,
    pub year: i32,
    pub stage: Stage,
    /// None for 内数.
    pub yen: Option<i64>,
}

/// A drawn workbook with its truth.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// Without its ending.
    pub file: String,
    pub draft: Draft,
    pub expected: Vec<Expected>,
    /// True when the unit is 百万円 or 億円, so that small differences are rounding.
    pub rounded: bool,
    /// Yen per unit of the table.
    pub unit: i64,
}

impl DraftSheet {
    pub fn text(&mut self, row: u32, column: u32, text: impl Into<String>) {
        self.cells.insert((row, column), Ink::Text(text.into()));
    }

    pub fn number(&mut self, row: u32, column: u32, number: f64) {
        self.cells.insert((row, column), Ink::Number(number));
    }

    pub fn tag(&mut self, tag: Tag, row: u32, column: u32) {
        self.tags.push((tag, row, column));
    }

    pub fn merge(&mut self, top: u32, left: u32, bottom: u32, right: u32) {
        if (top, left) != (bottom, right) {
            self.merges.push((top, left, bottom, right));
        }
    }

    pub fn last_row(&self) -> u32 {
        self.cells.keys().map(|(r, _)| *r).max().unwrap_or(0)
    }

    pub fn tagged(&self, tag: Tag) -> Vec<(u32, u32)> {
        self.tags.iter().filter(|(t, ..)| *t == tag).map(|(_, r, c)| (*r, *c)).collect()
    }
}
