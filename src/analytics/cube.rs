//! Task-years grouped by everything that a page of figures cuts by; sums over any cut are made in memory.
//!
//! The counting rule is the agency's: one lead investigator is one task; money includes indirect cost. A task with
//! several tags counts whole where tasks are counted, and in equal shares where a split must add up.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use uuid::Uuid;

use crate::kernel::Yen;

use super::split::{UNITS_PER_TASK, evenly};

/// Task-years that agree in all of this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub fiscal_year: i16,
    pub program: Uuid,
    pub project: Option<Uuid>,
    /// The first is the main phase.
    pub phases: Vec<i16>,
    pub diseases: Vec<i16>,
    pub is_new: bool,
    pub tasks: i64,
    pub yen: Yen,
}

/// Tasks and money of a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub tasks: i64,
    pub new_tasks: i64,
    pub yen: Yen,
    pub new_yen: Yen,
}

impl Sum {
    pub fn continuing_tasks(&self) -> i64 {
        self.tasks - self.new_tasks
    }

    pub fn continuing_yen(&self) -> Yen {
        self.yen - self.new_yen
    }

    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Adds a group whole.
    pub fn add(&mut self, group: &Group) {
        *self += Self {
            tasks: group.tasks,
            new_tasks: if group.is_new { group.tasks } else { 0 },
            yen: group.yen,
            new_yen: if group.is_new { group.yen } else { Yen::ZERO },
        };
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.tasks += other.tasks;
        self.new_tasks += other.new_tasks;
        self.yen = self.yen + other.yen;
        self.new_yen = self.new_yen + other.new_yen;
    }
}

/// What a tag holds: its tasks counted whole, and its share of tasks and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Tasks that carry the tag, counted whole.
    pub tasks: i64,
    /// Share of tasks in units of 1/27,720 task; over all tags of a cut they add up to its tasks.
    pub units: i64,
    /// Share of money; over all tags of a cut they add up to its money, to the yen.
    pub yen: Yen,
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.tasks += other.tasks;
        self.units += other.units;
        self.yen = self.yen + other.yen;
    }
}

/// Which tag of a task splits it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Axis {
    #[default]
    Phase,
    Disease,
}

impl Axis {
    pub fn code(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Disease => "disease",
        }
    }

    /// The tags of a group on this axis.
    pub fn tags(self, group: &Group) -> &[i16] {
        match self {
            Self::Phase => &group.phases,
            Self::Disease => &group.diseases,
        }
    }
}

/// Shares by tag; `None` is a task without a tag on the axis.
pub type Split = BTreeMap<Option<i16>, Share>;

/// Splits a group over its tags in equal shares.
pub fn split_group(axis: Axis, group: &Group, into: &mut Split) {
    let tags = axis.tags(group);
    if tags.is_empty() {
        *into.entry(None).or_default() +=
            Share { tasks: group.tasks, units: group.tasks * UNITS_PER_TASK, yen: group.yen };
        return;
    }
    let units = evenly(group.tasks * UNITS_PER_TASK, tags.len());
    let money = evenly(group.yen.0, tags.len());
    for ((tag, units), yen) in tags.iter().zip(units).zip(money) {
        *into.entry(Some(*tag)).or_default() += Share { tasks: group.tasks, units, yen: Yen(yen) };
    }
}

/// The groups that one viewer may know: those of open tasks, shared with others, and the viewer's own.
#[derive(Clone, Debug, Default)]
pub struct Cube {
    pub parts: Vec<Arc<Vec<Group>>>,
}

impl Cube {
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The sum of the groups that `keep` wants.
    pub fn sum(&self, keep: impl Fn(&Group) -> bool) -> Sum {
        let mut sum = Sum::default();
        self.groups().filter(|g| keep(g)).for_each(|g| sum.add(g));
        sum
    }

    /// Sums by fiscal year, in order.
    pub fn by_year(&self, keep: impl Fn(&Group) -> bool) -> BTreeMap<i16, Sum> {
        let mut years: BTreeMap<i16, Sum> = BTreeMap::new();
        self.groups().filter(|g| keep(g)).for_each(|g| years.entry(g.fiscal_year).or_default().add(g));
        years
    }

    /// Shares by tag.
    pub fn split(&self, axis: Axis, keep: impl Fn(&Group) -> bool) -> Split {
        let mut split = Split::new();
        self.groups().filter(|g| keep(g)).for_each(|g| split_group(axis, g, &mut split));
        split
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_group()(
            fiscal_year in 2020_i16..2027, program in 0_u128..5, project in prop::option::of(0_u128..3),
            phases in prop::collection::hash_set(1_i16..9, 0..6), diseases in prop::collection::hash_set(1_i16..9, 0..6),
            is_new: bool, tasks in 1_i64..50, yen in 0_i64..5_000_000_000,
        ) -> Group {
            Group {
                fiscal_year, program: Uuid::from_u128(program), project: project.map(Uuid::from_u128),
                phases: phases.into_iter().collect(), diseases: diseases.into_iter().collect(), is_new, tasks, yen: Yen(yen),
            }
        }
    }

    proptest! {
        #[test]
        fn splits_add_up_to_their_sum(groups in prop::collection::vec(any_group(), 0..60)) {
            let cube = Cube { parts: vec![Arc::new(groups)] };
            for axis in [Axis::Phase, Axis::Disease] {
                let sum = cube.sum(|g| !g.is_new);
                let mut all = Share::default();
                cube.split(axis, |g| !g.is_new).into_values().for_each(|s| all += s);
                prop_assert_eq!(all.yen, sum.yen);
                prop_assert_eq!(all.units, sum.tasks * UNITS_PER_TASK);
            }
            let mut years = Sum::default();
            cube.by_year(|_| true).into_values().for_each(|s| years += s);
            prop_assert_eq!(years, cube.sum(|_| true));
        }
    }
}
