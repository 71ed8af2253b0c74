//! Finding header rows and reading what each column is for, through one to five levels of merged headings.

use crate::budget::outline::Outline;
use crate::budget::vocabulary::{Facets, Role, facets, role};

use super::grid::{Content, Grid};

/// Deepest header met is four levels.
const MOST_LEVELS: u32 = 5;

/// One column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    pub index: u32,
    /// The headings above it, outermost first, repeated ones once.
    pub path: Vec<String>,
    pub role: Option<Role>,
    pub facets: Facets,
}

/// The header of a table: its rows and columns.
#[derive(Clone, Debug)]
pub struct Header {
    pub top: u32,
    pub bottom: u32,
    /// The first row of the body; the top itself where a person said that there are no headings.
    pub body: u32,
    pub columns: Vec<Column>,
}

/// How the labels of a row look as a header.
#[derive(Default)]
struct Score {
    names: usize,
    /// Names of columns that are no words for a total.
    roles: usize,
    /// Bare numbers that could be years, with their columns.
    years: Vec<(i64, u32)>,
    facet_columns: Vec<u32>,
    other: usize,
    amounts: usize,
}

/// Whether a row is the main row of a header: names of columns, at least one of them for amounts, and no amounts.
pub fn is_header(grid: &Grid<'_>, row: u32) -> bool {
    let Some(cells) = grid.row(row) else { return false };
    if cells.cells.len() < 2 {
        return false;
    }
    // An ordinary row has a figure, mostly at its end: most rows are refused here, before any word is looked up.
    let is_plain_figure = |cell: &crate::budget::sheet::Cell| {
        let content = super::grid::content(cell);
        content.is_figure() && !(content.is_small_whole() && year_like(&content))
    };
    if cells.cells.iter().rev().take(3).any(|(_, cell)| is_plain_figure(cell)) {
        return false;
    }
    let mut score = Score::default();
    for (column, cell) in &cells.cells {
        // More unknown words than known ones can no longer make a header.
        if score.other * 2 > cells.cells.len() {
            return false;
        }
        match super::grid::content(cell) {
            Content::Label(text) => score.add(&text, *column),
            content if content.is_small_whole() && year_like(&content) => {
                score.years.push((year_of(&content), *column))
            }
            Content::Blank => {}
            _ => return false,
        }
    }
    // 2023, 2024, 2025 are years; a lone 1,999 is one only beside the name of a column.
    let lone = score.years.len() == 1 && score.roles > 0;
    if !(score.years.is_empty() || lone || are_years(&score.years)) {
        return false;
    }
    score.facet_columns.extend(score.years.iter().map(|(_, column)| *column));
    let facets = score.facet_columns.len();
    if score.amounts + facets == 0 || score.other > score.names + facets {
        return false;
    }
    if score.names >= 1 {
        return score.names + facets >= 2;
    }
    // No name of a column at all: years or projects alone make a header where figures stand right below them.
    let below = grid.sheet.rows.iter().skip(grid.sheet.rows.partition_point(|r| r.index <= row)).take(4);
    let filled = |column: u32| {
        below.clone().any(|r| r.cell(column).is_some_and(|c| super::grid::content(c).is_number()))
    };
    facets >= 2
        && score.other <= 1
        && score.facet_columns.iter().filter(|c| filled(**c)).count() * 2 >= facets
}

fn year_like(content: &Content) -> bool {
    matches!(content, Content::Figure { amount: crate::budget::number::Amount::Bare(n), .. } if n.whole() > 99)
}

fn year_of(content: &Content) -> i64 {
    match content {
        Content::Figure { amount: crate::budget::number::Amount::Bare(n), .. } => n.whole(),
        _ => 0,
    }
}

/// Two or more numbers that count up or down by one.
fn are_years(numbers: &[(i64, u32)]) -> bool {
    let steps: Vec<i64> = numbers.windows(2).map(|w| w[1].0 - w[0].0).collect();
    !steps.is_empty() && (steps.iter().all(|s| *s == 1) || steps.iter().all(|s| *s == -1))
}

impl Score {
    fn add(&mut self, text: &str, column: u32) {
        if text.chars().count() > 60 {
            self.other += 1;
            return;
        }
        let (role, facets) = (role(text), facets(text));
        self.roles += usize::from(role.is_some());
        if role.is_some() || facets.total {
            self.names += 1;
        } else if facets.any() {
            self.facet_columns.push(column);
        } else {
            self.other += 1;
        }
        if role == Some(Role::Amount) || (facets.any() && !matches!(role, Some(Role::Note | Role::Aside))) {
            self.amounts += 1;
        }
    }
}

/// Reads the header around its main row.
pub fn read(grid: &Grid<'_>, main: u32, floor: u32) -> Header {
    let mut bottom = main;
    for area in grid.sheet.merged.iter().filter(|a| a.top <= main && a.bottom >= main) {
        // A heading merged downwards shows how deep the header is.
        if area.bottom > bottom
            && area.bottom - main < MOST_LEVELS
            && !grid.label(area.top, area.left).is_empty()
        {
            bottom = bottom.max(area.bottom.min(last_label_row(grid, area.bottom, main)));
        }
    }
    while bottom - main < MOST_LEVELS && continues(grid, main, bottom + 1) {
        bottom += 1;
    }
    let mut top = main;
    while top > floor && main - top < MOST_LEVELS && is_upper_level(grid, top - 1, top) {
        top -= 1;
    }
    Header { top, bottom, body: bottom + 1, columns: columns(grid, top, bottom) }
}

/// Body rows looked at for columns that no heading reaches.
const BODY_SAMPLE: usize = 60;

/// The header where a person says it lies: every column in use, under the headings there are.
pub fn outlined(grid: &Grid<'_>, outline: &Outline) -> Header {
    let body = outline.body();
    let (top, bottom) = outline.headings.unwrap_or((body, body));
    let mut found = outline.headings.map(|(top, bottom)| columns(grid, top, bottom)).unwrap_or_default();
    let (first, last) = outline.columns.unwrap_or_else(|| {
        let from = grid.sheet.rows.partition_point(|r| r.index < body);
        let rows = grid.sheet.rows[from..].iter().take_while(|r| outline.last.is_none_or(|l| r.index <= l));
        let used = rows.take(BODY_SAMPLE).filter_map(|r| Some((r.cells.first()?.0, r.cells.last()?.0)));
        let headed = found.first().zip(found.last()).map(|(a, z)| (a.index, z.index));
        used.chain(headed).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default()
    });
    found.retain(|c| (first..=last).contains(&c.index));
    let bare = |index| Column { index, path: Vec::new(), role: None, facets: Facets::default() };
    let columns = (first..=last.min(first.saturating_add(400)))
        .map(|index| found.iter().find(|c| c.index == index).cloned().unwrap_or_else(|| bare(index)))
        .collect();
    Header { top, bottom, body, columns }
}

/// The lowest row down to `bottom` that still holds labels and no figures.
fn last_label_row(grid: &Grid<'_>, bottom: u32, main: u32) -> u32 {
    let mut row = main;
    while row < bottom {
        let Some(cells) = grid.row(row + 1) else { break };
        if cells.cells.iter().any(|(_, c)| super::grid::content(c).is_number()) {
            break;
        }
        row += 1;
    }
    row
}

/// Whether the row below is one more level: labels that say something, under group headings, and no figures.
fn continues(grid: &Grid<'_>, main: u32, row: u32) -> bool {
    let Some(cells) = grid.row(row) else { return false };
    let first_used = grid.row(main).and_then(|r| r.cells.first()).map_or(0, |(c, _)| *c);
    let (mut meaningful, mut under_group, mut meaningless) = (0, 0, 0);
    let mut years = Vec::new();
    for (column, cell) in &cells.cells {
        match super::grid::content(cell) {
            Content::Label(text) => {
                let says = role(&text).is_some() || facets(&text).any() || facets(&text).unit.is_some();
                if says {
                    meaningful += 1;
                } else {
                    meaningless += 1;
                }
                let above = grid.merged(row - 1, *column).filter(|a| a.right > a.left).is_some()
                    || grid.label(row - 1, *column).is_empty()
                    || (row > main && *column > first_used);
                if above && *column > first_used {
                    under_group += 1;
                }
            }
            content if content.is_small_whole() && year_like(&content) => {
                years.push((year_of(&content), *column));
                meaningful += 1;
                under_group += 1;
            }
            Content::Blank => {}
            _ => return false,
        }
    }
    if !years.is_empty() && !are_years(&years) {
        return false;
    }
    let own_label = |column: u32| {
        let label = grid.label(row, column);
        (!label.is_empty() && grid.anchor(row, column).0 == row && role(&label).is_none()).then_some(label)
    };
    // Under 番号 | 事業名 the band 【文部科学省】 stands in the second column: it begins the body.
    let band = |column: u32| {
        own_label(column).is_some_and(|label| facets(&label).unit.is_none())
            && holds_names(grid, (main, row), column)
    };
    let starts_a_row = own_label(first_used).is_some() || cells.cells.iter().any(|(column, _)| band(*column));
    meaningful > 0 && under_group > 0 && meaningless <= meaningful && !starts_a_row
}

/// Whether the nearest heading from `main` down to above `row` is that of a column of names.
fn holds_names(grid: &Grid<'_>, (main, row): (u32, u32), column: u32) -> bool {
    let Some(above) = (main..row).rev().find(|r| !grid.label(*r, column).is_empty()) else { return false };
    match role(&grid.label(above, column)) {
        Some(Role::Program) => true,
        // 区分 over several columns is a group heading.
        Some(Role::Open) => grid.merged(above, column).is_none_or(|a| a.right == a.left),
        _ => false,
    }
}

/// Whether the row above is an outer level: group headings over several columns, not a title.
fn is_upper_level(grid: &Grid<'_>, row: u32, below: u32) -> bool {
    let (Some(cells), Some(lower)) = (grid.row(row), grid.row(below)) else { return false };
    let first_used = lower.cells.first().map_or(0, |(c, _)| *c);
    let last_used = lower.cells.last().map_or(0, |(c, _)| *c);
    let mut groups = 0;
    for (column, cell) in &cells.cells {
        let Content::Label(text) = super::grid::content(cell) else { return false };
        let says = facets(&text);
        if !says.any() && role(&text).is_none() {
            // A unit in the corner belongs to the title block, anything else makes this row a title.
            if says.unit.is_some() {
                continue;
            }
            return false;
        }
        let width = grid.merged(row, *column).map_or(1, |a| a.right - a.left + 1);
        let over_all =
            grid.merged(row, *column).is_some_and(|a| a.left <= first_used && a.right >= last_used);
        if over_all || (*column <= first_used && role(&text).is_none()) {
            return false;
        }
        if width > 1 || *column < last_used || cells.cells.len() > 1 {
            groups += 1;
        }
    }
    groups > 0
}

/// The columns with their headings; group headings without merged cells reach right to the next one.
fn columns(grid: &Grid<'_>, top: u32, bottom: u32) -> Vec<Column> {
    let (mut first, mut last) = (u32::MAX, 0);
    for row in top..=bottom {
        if let Some(cells) = grid.row(row) {
            for (column, _) in &cells.cells {
                first = first.min(*column);
                let right = grid.merged(row, *column).map_or(*column, |a| a.right);
                last = last.max(right.min(column.saturating_add(400)));
            }
        }
    }
    let lowest_label = |column: u32| (top..=bottom).rev().find(|row| !grid.label(*row, column).is_empty());
    let mut out: Vec<Column> = Vec::new();
    for index in first..=last.min(first.saturating_add(2_000)) {
        let mut path: Vec<String> = Vec::new();
        let lowest = lowest_label(index);
        for row in top..=bottom {
            let mut text = grid.label(row, index);
            if text.is_empty() && lowest.is_some_and(|low| row < low) && grid.merged(row, index).is_none() {
                text = heading_to_the_left(grid, row, index, first, top, bottom).unwrap_or_default();
            }
            if !text.is_empty() && path.last() != Some(&text) {
                path.push(text);
            }
        }
        // Small numbers under the headings ((1), 1, 2 …) number the columns.
        if path.len() > 1
            && path.last().is_some_and(|t| t.trim_matches(['(', ')', '（', '）']).parse::<u8>().is_ok())
        {
            path.pop();
        }
        let facets = path
            .iter()
            .map(|t| facets(t))
            .reduce(|outer, inner| outer.refined_by(&inner))
            .unwrap_or_default();
        let role = path.iter().rev().find_map(|t| role(t));
        out.push(Column { index, path, role, facets });
    }
    out
}

/// The group heading that an unmerged blank belongs to: the nearest to the left, if something stands below it too.
fn heading_to_the_left(
    grid: &Grid<'_>,
    row: u32,
    column: u32,
    first: u32,
    top: u32,
    bottom: u32,
) -> Option<String> {
    let mut at = column;
    while at > first {
        at -= 1;
        // An outer heading that changes ends the reach of the inner one.
        if row > top
            && grid.label(row - 1, at) != grid.label(row - 1, column)
            && !grid.label(row - 1, column).is_empty()
        {
            return None;
        }
        let text = grid.label(row, at);
        if !text.is_empty() {
            let groups = (row + 1..=bottom)
                .any(|below| grid.anchor(below, at).0 > row && !grid.label(below, at).is_empty());
            let dimension = role(&text).is_some_and(|r| !matches!(r, Role::Amount)) && !facets(&text).any();
            return (groups && !dimension).then_some(text);
        }
    }
    None
}

impl Column {
    /// All headings as one line.
    pub fn heading(&self) -> String {
        self.path.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The path without the innermost heading when that one is a word for a total.
    pub fn group_path(&self) -> &[String] {
        match self.path.split_last() {
            Some((last, outer)) if crate::budget::vocabulary::is_total(last) => outer,
            _ => &self.path,
        }
    }
}
