//! From headings to the meaning of columns: which hold amounts, which hold dimensions, and which neither.

use crate::budget::findings::{Code, Findings};
use crate::budget::model::Stage;
use crate::budget::vocabulary::{self, Role, is_grand_total, is_total, role};

use super::grid::{Content, Grid};
use super::header::{Column, Header};
use super::region::{AmountColumn, Aside};
use super::title::Title;

/// Body rows looked at to decide what a column holds.
const SAMPLE: usize = 60;

/// The columns of one table.
#[derive(Debug, Default)]
pub struct Layout {
    pub amounts: Vec<AmountColumn>,
    pub asides: Vec<Aside>,
    /// The column with the names of the rows.
    pub label: Option<u32>,
    pub dimensions: Vec<(Role, u32)>,
    pub first: u32,
    pub last: u32,
    unknown: Vec<(u32, String)>,
}

/// Decides for a stretch of columns.
pub fn layout(grid: &Grid<'_>, header: &Header, columns: &[Column], title: &Title) -> Layout {
    let mut out = Layout {
        first: columns.first().map_or(0, |c| c.index),
        last: columns.last().map_or(0, |c| c.index),
        ..Layout::default()
    };
    let mut texts: Vec<(u32, bool)> = Vec::new();
    for column in columns {
        let (numbers, labels) = sample(grid, header.body, column.index);
        let heading = column.heading();
        let own = column.path.last().and_then(|t| role(t));
        let f = &column.facets;
        // 「予算の状況」 over a column of words is the name of that column, not a stage.
        let vague = f.year.is_none()
            && f.kind.is_none()
            && f.project.is_none()
            && f.ministry.is_none()
            && !f.total
            && f.weak_stage;
        let words_only = labels > 0 && numbers == 0;
        let says = (f.any() && !(vague && words_only)) || column.role == Some(Role::Amount);
        match own.or(column.role) {
            Some(Role::Aside) => out.asides.push(Aside { index: column.index, heading }),
            Some(role)
                if role != Role::Amount
                    && (own.is_some() || !says)
                    && !(says && column.facets.year.is_none() && numbers > labels) =>
            {
                out.dimensions.push((role, column.index));
                texts.push((column.index, matches!(role, Role::Open | Role::Program)));
            }
            _ if says && (f.any() || !words_only) => {
                out.amounts.push(amount_column(column, title));
            }
            _ if numbers > labels => out.unknown.push((column.index, heading)),
            _ if labels > 0 => {
                out.dimensions.push((Role::Code, column.index));
                texts.push((column.index, column.path.is_empty() || vague));
            }
            _ => {}
        }
    }
    out.label = find(&out, Role::Program).or_else(|| find(&out, Role::Open)).or_else(|| {
        texts.iter().find(|(c, blank)| *blank && out.amounts.iter().all(|a| a.index > *c)).map(|(c, _)| *c)
    });
    if out.label.is_none()
        && find(&out, Role::Project).is_none()
        && find(&out, Role::Ministry).is_none()
        && find(&out, Role::Year).is_none()
    {
        out.label = texts.first().map(|(c, _)| *c).filter(|c| out.amounts.iter().any(|a| a.index > *c));
    }
    if let Some(label) = out.label {
        out.dimensions.retain(|(_, c)| *c != label);
    }
    out
}

impl Layout {
    pub fn dimension(&self, role: Role) -> Option<u32> {
        find(self, role)
    }

    /// Whether this can be a budget table at all.
    pub fn is_budget(&self) -> bool {
        let keyed = self.label.is_some()
            || [Role::Program, Role::Project, Role::Ministry, Role::Year]
                .iter()
                .any(|r| find(self, *r).is_some());
        !self.amounts.is_empty()
            && (keyed
                || self
                    .amounts
                    .iter()
                    .any(|a| a.year.is_some() || a.project.is_some() || a.ministry.is_some()))
    }

    /// Tells what is wrong with the headings.
    pub fn report(&self, header: &Header, findings: &mut Findings) {
        for (column, heading) in &self.unknown {
            let place = (header.bottom, *column);
            if heading.is_empty() {
                findings.at(
                    Code::ColumnUnknown, place,
                    "見出しのない列に数値があります。見出しを入力するか、不要な列であれば削除してください。この列は集計に含めていません。",
                    "Figures stand in a column without a heading. Give it one, or delete the column. It was not counted.",
                );
            } else {
                findings.at(
                    Code::ColumnUnknown, place,
                    format!("列の見出し「{heading}」を解釈できません。プロジェクト・省庁・年度・予算の種別のいずれかの名称に直してください。この列は集計に含めていません。"),
                    format!("The heading “{heading}” is not understood. Use a project, a ministry, a year or a kind of budget. The column was not counted."),
                );
            }
        }
        for (i, column) in self.amounts.iter().enumerate() {
            let twin = self.amounts[..i].iter().find(|other| other.says_same(column));
            if let Some(twin) = twin.filter(|_| !column.is_total) {
                let first = crate::budget::sheet::column_name(twin.index);
                findings.at(
                    Code::DuplicateColumn,
                    (header.bottom, column.index),
                    format!(
                        "{first}列と同じ見出し「{}」です。どちらかの見出しを直すか、列を削除してください。",
                        column.heading
                    ),
                    format!(
                        "Column {first} has the same heading “{}”. Correct one of them or delete the column.",
                        column.heading
                    ),
                );
            }
        }
    }
}

impl AmountColumn {
    fn says_same(&self, other: &Self) -> bool {
        (self.project.is_some()
            || self.ministry.is_some()
            || self.own_year
            || self.kind.is_some()
            || self.stage.is_some())
            && self.is_total == other.is_total
            && vocabulary::key(&self.heading) == vocabulary::key(&other.heading)
            && (self.year, self.stage, self.kind, self.project, self.ministry, self.leaves)
                == (other.year, other.stage, other.kind, other.project, other.ministry, other.leaves)
    }
}

fn find(layout: &Layout, role: Role) -> Option<u32> {
    layout.dimensions.iter().find(|(r, _)| *r == role).map(|(_, c)| *c)
}

/// How many of the first body cells are numbers, and how many texts.
fn sample(grid: &Grid<'_>, from: u32, column: u32) -> (usize, usize) {
    let (mut numbers, mut labels) = (0, 0);
    let start = grid.sheet.rows.partition_point(|r| r.index < from);
    for row in grid.sheet.rows[start..].iter().take(SAMPLE) {
        match row.cell(column).map(super::grid::content) {
            Some(content) if content.is_number() => numbers += 1,
            Some(Content::Label(text)) if text.chars().count() <= 200 => labels += 1,
            Some(Content::WithoutResult | Content::Error(_)) => numbers += 1,
            _ => {}
        }
    }
    (numbers, labels)
}

fn amount_column(column: &Column, title: &Title) -> AmountColumn {
    let facets = &column.facets;
    let own_year = facets.year.is_some();
    let last = column.path.last().map_or("", String::as_str);
    let leaves = facets.leaves;
    AmountColumn {
        index: column.index,
        heading: column.heading(),
        group: column.group_path().to_vec(),
        is_total: is_total(last) || (column.path.len() > 1 && facets.total),
        is_grand_total: is_grand_total(last),
        year: facets.year.and_then(|y| y.resolve(title.year)),
        own_year,
        stage: facets.stage.or_else(|| {
            (facets.kind == Some(crate::budget::model::Kind::Adjustment)).then_some(Stage::Adjustment)
        }),
        weak_stage: facets.weak_stage,
        kind: facets.kind,
        project: facets.project,
        ministry: facets.ministry,
        unit: facets.unit,
        leaves,
        round: column.path.iter().find_map(|t| super::title::round_of(t)),
    }
}
