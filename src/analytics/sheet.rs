//! The portfolio map as values: projects by phase or by disease area, with programs as boxes.
//!
//! A box is one program within one project and counts its tasks whole and once, so a box, a row total and the
//! sheet's total are exactly the task lists they open. Columns cut across boxes: a task with several tags gives
//! each an equal share, so columns add up to the total, in yen and in tasks.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{Catalogue, Value, Vocabulary};

use super::cube::{Axis, Cube, Share, Split, Sum, split_group};

/// By what boxes are shaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    #[default]
    Amount,
    Count,
}

/// Upper bounds of the shades, exclusive, in yen.
pub const AMOUNT_STEPS: [i64; 5] = [100_000_000, 500_000_000, 1_000_000_000, 3_000_000_000, 10_000_000_000];
/// Upper bounds of the shades, exclusive, in tasks.
pub const COUNT_STEPS: [i64; 5] = [5, 10, 30, 60, 120];
/// Classes of the shades; of ten the six that are told apart in a grey copy.
pub const SHADES: [usize; 6] = [0, 2, 4, 5, 6, 7];

impl Colour {
    pub fn code(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Count => "count",
        }
    }

    /// The shade of a sum.
    pub fn shade(self, sum: &Sum) -> usize {
        let (value, steps) = match self {
            Self::Amount => (sum.yen.0, AMOUNT_STEPS),
            Self::Count => (sum.tasks, COUNT_STEPS),
        };
        SHADES[steps.iter().filter(|step| value >= **step).count()]
    }
}

/// One program within one project.
#[derive(Clone, Debug)]
pub struct ProgramBox {
    pub program: Uuid,
    pub sum: Sum,
    /// One per column.
    pub cells: Vec<Share>,
    /// First and last column that the box covers.
    pub from: usize,
    pub to: usize,
}

/// One project; `None` gathers task-years of which no source names the project.
#[derive(Clone, Debug)]
pub struct Lane {
    pub project: Option<Uuid>,
    pub sum: Sum,
    pub cells: Vec<Share>,
    pub boxes: Vec<ProgramBox>,
}

/// The whole sheet. A column is a tag; `None` gathers tasks without one.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub columns: Vec<Option<i16>>,
    pub column_sums: Vec<Share>,
    pub lanes: Vec<Lane>,
    pub total: Sum,
}

/// Lays out what `cube` holds of `year`.
pub fn sheet(cube: &Cube, catalogue: &Catalogue, year: FiscalYear, axis: Axis) -> Sheet {
    let (sums, splits) = gather(cube, year, axis);
    let mut whole = Split::new();
    for split in splits.values() {
        split.iter().for_each(|(tag, share)| *whole.entry(*tag).or_default() += *share);
    }
    let columns = columns(catalogue, year, axis, &whole);
    let mut total = Sum::default();
    let mut lanes: Vec<Lane> = projects_shown(catalogue, year, &sums)
        .into_iter()
        .map(|project| lane(project, &sums, &splits, &columns, catalogue, axis))
        .collect();
    lanes.iter().for_each(|lane| total += lane.sum);
    for lane in &mut lanes {
        let weight = |b: &ProgramBox| std::cmp::Reverse((b.sum.yen, b.sum.tasks));
        lane.boxes.sort_by_key(|b| (b.from, std::cmp::Reverse(b.to - b.from), weight(b), b.program));
    }
    Sheet { column_sums: row(&whole, &columns), columns, lanes, total }
}

type Place = (Option<Uuid>, Uuid);

fn gather(cube: &Cube, year: FiscalYear, axis: Axis) -> (BTreeMap<Place, Sum>, BTreeMap<Place, Split>) {
    let mut sums: BTreeMap<Place, Sum> = BTreeMap::new();
    let mut splits: BTreeMap<Place, Split> = BTreeMap::new();
    for group in cube.groups().filter(|g| i32::from(g.fiscal_year) == year.year()) {
        let place = (group.project, group.program);
        sums.entry(place).or_default().add(group);
        split_group(axis, group, splits.entry(place).or_default());
    }
    (sums, splits)
}

/// Values in force that year, then others that are in use all the same, then "not set" where there is such a task.
fn columns(catalogue: &Catalogue, year: FiscalYear, axis: Axis, whole: &Split) -> Vec<Option<i16>> {
    let used = |id: i16| whole.contains_key(&Some(id));
    let mut columns: Vec<Option<i16>> = catalogue
        .values_of(vocabulary_of(axis))
        .filter(|tag| holds_in(tag, year) || used(tag.id))
        .map(|tag| Some(tag.id))
        .collect();
    if whole.contains_key(&None) || columns.is_empty() {
        columns.push(None);
    }
    columns
}

/// The vocabulary whose values an axis has.
pub fn vocabulary_of(axis: Axis) -> Vocabulary {
    match axis {
        Axis::Phase => Vocabulary::Phase,
        Axis::Disease => Vocabulary::DiseaseArea,
    }
}

/// A value that is in force in a year.
fn holds_in(value: &Value, year: FiscalYear) -> bool {
    let y = year.year();
    i32::from(value.first_fy) <= y && value.last_fy.is_none_or(|last| y <= i32::from(last))
}

/// All projects of the year's term, then projects of other terms with money that year, then "not stated".
fn projects_shown(catalogue: &Catalogue, year: FiscalYear, sums: &BTreeMap<Place, Sum>) -> Vec<Option<Uuid>> {
    let has_money = |project: Option<Uuid>| sums.keys().any(|(p, _)| *p == project);
    let term = catalogue.term_of(year).map(|t| t.id);
    let own = catalogue.projects.iter().filter(|p| Some(p.term_id) == term);
    let others = catalogue.projects.iter().filter(|p| Some(p.term_id) != term && has_money(Some(p.id)));
    let mut shown: Vec<Option<Uuid>> = own.chain(others).map(|p| Some(p.id)).collect();
    if has_money(None) {
        shown.push(None);
    }
    shown
}

fn lane(
    project: Option<Uuid>,
    sums: &BTreeMap<Place, Sum>,
    splits: &BTreeMap<Place, Split>,
    columns: &[Option<i16>],
    catalogue: &Catalogue,
    axis: Axis,
) -> Lane {
    let mut lane = Lane {
        project,
        sum: Sum::default(),
        cells: vec![Share::default(); columns.len()],
        boxes: Vec::new(),
    };
    for ((_, program), sum) in sums.iter().filter(|((p, _), _)| *p == project) {
        let cells = row(&splits[&(project, *program)], columns);
        lane.sum += *sum;
        lane.cells.iter_mut().zip(&cells).for_each(|(all, one)| *all += *one);
        let (from, to) = match axis {
            Axis::Phase => phase_span(&cells, columns, catalogue),
            Axis::Disease => disease_span(&cells),
        };
        lane.boxes.push(ProgramBox { program: *program, sum: *sum, cells, from, to });
    }
    lane
}

fn row(split: &Split, columns: &[Option<i16>]) -> Vec<Share> {
    columns.iter().map(|tag| split.get(tag).copied().unwrap_or_default()).collect()
}

/// What a cell weighs: its money, or its tasks where the whole box has no money.
fn weights(cells: &[Share]) -> Vec<i128> {
    let money: Yen = cells.iter().map(|c| c.yen).sum();
    cells.iter().map(|c| i128::from(if money == Yen::ZERO { c.units } else { c.yen.0 })).collect()
}

/// From the first to the last phase that holds at least 15 % of the program. "Not applicable" and "not set" lie
/// beside the course of development: they are covered only by a program that is mostly there.
fn phase_span(cells: &[Share], columns: &[Option<i16>], catalogue: &Catalogue) -> (usize, usize) {
    let weights = weights(cells);
    let all: i128 = weights.iter().sum();
    let beside = |i: usize| {
        columns[i].is_none_or(|id| catalogue.value(id).is_none_or(|tag| tag.code == "not_applicable"))
    };
    if let Some(at) = (0..cells.len()).find(|i| beside(*i) && weights[*i] * 2 > all) {
        return (at, at);
    }
    let holds = |i: &usize| !beside(*i) && weights[*i] * 100 >= all * 15 && weights[*i] > 0;
    let first = (0..cells.len()).find(holds);
    let last = (0..cells.len()).rev().find(holds);
    first.zip(last).unwrap_or_else(|| (heaviest(&weights), heaviest(&weights)))
}

/// The area that holds at least half of the program; without one the program lies across all areas.
fn disease_span(cells: &[Share]) -> (usize, usize) {
    let weights = weights(cells);
    let at = heaviest(&weights);
    if weights.get(at).is_some_and(|w| w * 2 >= weights.iter().sum()) {
        (at, at)
    } else {
        (0, cells.len().saturating_sub(1))
    }
}

fn heaviest(weights: &[i128]) -> usize {
    (0..weights.len()).max_by_key(|i| (weights[*i], std::cmp::Reverse(*i))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::cube::Group;
    use super::super::split::UNITS_PER_TASK;
    use super::*;

    fn catalogue() -> Catalogue {
        let value = |id: i16, code: &str| {
            let name = || code.to_owned();
            Value::from_columns(id, "phase", name(), name(), name(), (1990, None))
                .expect("a known vocabulary")
        };
        let values =
            vec![value(1, "basic"), value(2, "applied"), value(3, "nonclinical"), value(4, "not_applicable")];
        Catalogue::new(vec![], vec![], vec![], vec![], values)
    }

    fn share(yen: i64) -> Share {
        Share { tasks: 1, units: 1, yen: Yen(yen) }
    }

    #[test]
    fn a_box_covers_the_phases_that_matter() {
        let columns = [Some(1), Some(2), Some(3), Some(4), None];
        let span = |yen: [i64; 5]| phase_span(&yen.map(share), &columns, &catalogue());
        assert_eq!(span([50, 30, 20, 0, 0]), (0, 2));
        assert_eq!(span([90, 10, 0, 0, 0]), (0, 0), "less than 15 % is not covered");
        assert_eq!(span([20, 0, 40, 40, 0]), (0, 2), "not applicable lies beside");
        assert_eq!(span([10, 0, 0, 0, 90]), (4, 4), "mostly without a phase");
    }

    #[test]
    fn a_program_of_no_area_lies_across_all() {
        assert_eq!(disease_span(&[share(50), share(30), share(20)]), (0, 0));
        assert_eq!(disease_span(&[share(40), share(30), share(30)]), (0, 2));
    }

    proptest! {
        #[test]
        fn the_sheet_adds_up_both_ways(
            rows in prop::collection::vec((0_u128..4, prop::option::of(0_u128..3), prop::collection::hash_set(1_i16..5, 0..4), 0_i64..900_000_007, 1_i64..9), 0..80)
        ) {
            let groups: Vec<Group> = rows.into_iter().map(|(program, project, phases, yen, tasks)| Group {
                fiscal_year: 2025, program: Uuid::from_u128(program), project: project.map(Uuid::from_u128),
                phases: phases.into_iter().collect(), diseases: vec![], is_new: yen % 2 == 0, tasks, yen: Yen(yen),
            }).collect();
            // Projects that the catalogue does not know would vanish: the database's foreign key forbids them.
            let groups: Vec<Group> = groups.into_iter().map(|g| Group { project: None, ..g }).collect();
            let cube = Cube { parts: vec![Arc::new(groups)] };
            let sheet = sheet(&cube, &catalogue(), FiscalYear::new(2025).expect("in range"), Axis::Phase);
            let whole = cube.sum(|_| true);
            prop_assert_eq!(sheet.total, whole);
            prop_assert_eq!(sheet.column_sums.iter().map(|s| s.yen).sum::<Yen>(), whole.yen);
            prop_assert_eq!(sheet.column_sums.iter().map(|s| s.units).sum::<i64>(), whole.tasks * UNITS_PER_TASK);
            for lane in &sheet.lanes {
                prop_assert_eq!(lane.cells.iter().map(|s| s.yen).sum::<Yen>(), lane.sum.yen);
                prop_assert_eq!(lane.boxes.iter().map(|b| b.sum.tasks).sum::<i64>(), lane.sum.tasks);
                prop_assert!(lane.boxes.iter().all(|b| b.from <= b.to && b.to < sheet.columns.len()));
            }
        }
    }
}
