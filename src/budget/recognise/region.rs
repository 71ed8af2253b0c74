//! One recognised table before it becomes lines: its columns with their meaning, its rows with their figures.

use crate::budget::model::{Form, Kind, Stage};
use crate::budget::vocabulary::Role;
use crate::kernel::FiscalYear;
use crate::kernel::yen::YenUnit;

use super::title::Title;

/// A region of a sheet that is one table.
#[derive(Clone, Debug)]
pub struct Region {
    /// First and last row of the headings; the first row of the body twice where there are none.
    pub header: (u32, u32),
    /// The first row of the body.
    pub body: u32,
    pub columns: (u32, u32),
    pub bottom: u32,
    pub title: Title,
    pub amounts: Vec<AmountColumn>,
    pub asides: Vec<Aside>,
    pub rows: Vec<BodyRow>,
    pub unit: Option<YenUnit>,
    pub year: Option<FiscalYear>,
    pub stage: Option<Stage>,
    /// 第1次, 第2回, where the title, the sheet or the file says so.
    pub round: Option<u8>,
    pub form: Form,
    /// Where corrections of this table are kept; see [`crate::budget::corrections::anchor`].
    pub anchor: String,
    /// The columns with their printed headings.
    pub headings: Vec<(u32, String)>,
    pub dimensions: Vec<(Role, u32)>,
    pub label: Option<u32>,
    /// Set aside by a person: it makes no lines.
    pub skipped: bool,
}

/// A column of amounts and what its headings say of them.
#[derive(Clone, Debug)]
pub struct AmountColumn {
    pub index: u32,
    pub heading: String,
    /// Headings above the word for the total, for finding the parts of a total.
    pub group: Vec<String>,
    pub is_total: bool,
    pub is_grand_total: bool,
    pub year: Option<FiscalYear>,
    /// Whether the year stands in the heading itself.
    pub own_year: bool,
    pub stage: Option<Stage>,
    pub weak_stage: bool,
    pub kind: Option<Kind>,
    pub project: Option<&'static str>,
    pub ministry: Option<&'static str>,
    pub unit: Option<YenUnit>,
    pub leaves: bool,
    pub round: Option<u8>,
}

/// A column such as 増減 that is checked but holds no lines.
#[derive(Clone, Debug)]
pub struct Aside {
    pub index: u32,
    pub heading: String,
}

/// What a row of the body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Line,
    Total,
    /// 「うち○○」, 再掲: inside another row, never added.
    Memo,
}

/// A row of the body.
#[derive(Clone, Debug)]
pub struct BodyRow {
    pub row: u32,
    pub kind: RowKind,
    pub label: String,
    pub program: Option<String>,
    /// For a total inside one program's rows.
    pub of_program: bool,
    pub project: Option<String>,
    pub ministry: Option<String>,
    pub money: Option<Kind>,
    pub stage: Option<Stage>,
    pub round: Option<u8>,
    pub year: Option<FiscalYear>,
    pub note: String,
    /// Running number of the stretch under one group heading.
    pub group: usize,
    pub hidden: bool,
    /// False for an older edition of a row that a newer one replaces.
    pub counted: bool,
    /// One entry per amount column.
    pub figures: Vec<Figure>,
    /// Everything that tells this line from others.
    pub identity: String,
}

/// One amount cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Figure {
    /// Nothing stands there.
    #[default]
    Blank,
    /// A dash.
    Nothing,
    Yen(i64),
    /// 内数, with the amount it is inside of.
    Within(Option<i64>),
    /// Something that could not be read; told in a finding.
    Unreadable,
}

impl Figure {
    /// What it adds to a sum; nothing for a dash or a blank.
    pub fn yen(self) -> Option<i64> {
        match self {
            Self::Yen(yen) => Some(yen),
            _ => None,
        }
    }
}

impl AmountColumn {
    /// Stages that can be added to each other: wishes, drafts, budgets, and what was spent are four things.
    pub fn family(&self, table: Option<Stage>) -> u8 {
        family(self.stage.filter(|_| !self.weak_stage).or(table).or(self.stage))
    }
}

/// See [`AmountColumn::family`].
pub fn family(stage: Option<Stage>) -> u8 {
    match stage {
        Some(Stage::Request | Stage::SpecialRequest) => 0,
        Some(Stage::Draft) => 1,
        Some(Stage::Executed) => 3,
        Some(Stage::Initial | Stage::Supplementary | Stage::Adjustment) | None => 2,
    }
}
