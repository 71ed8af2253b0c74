//! What more room would gain: one more place, or 10,000,000 yen more, at each right and in each group.

use super::explain::best;
use super::instance::Instance;
use super::number::Scaled;
use super::solve::Options;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What more room at a right, or in a group, would be worth.
///
/// New places and new money come from outside, so they pass every ceiling between the one named and the outermost
/// group: the figure is what the objective gains, by solving again, when its own limit and those of the groups that hold
/// it, directly or not, rise together by the same amount. Only limits that bind rise: those without room for one pair
/// more, before or after the others rose. Limits that turn out to be worth nothing are left as they are, so that what is
/// named must rise together for the figure. The value of places leaves all money as it is, that of money all places.
/// What a raised group lets in may stand at another of its receivers, wherever it gains most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MarginalValue {
    /// Id of the right or of the group.
    pub at: String,
    /// Objective gained by one more place.
    pub one_more_place: Scaled,
    /// Rights and groups whose maximum must rise for that, from the inside out; empty when nothing is gained.
    pub place_limits: Vec<String>,
    /// Objective gained by [`MARGINAL_YEN`] more.
    pub more_yen: Scaled,
    /// Rights and groups whose budget must rise for that, from the inside out; empty when nothing is gained.
    pub yen_limits: Vec<String>,
}

/// The step in which the value of money is stated, in yen.
pub const MARGINAL_YEN: i64 = 10_000_000;

/// What one more place and 10,000,000 yen more would gain at each right and then in each group.
///
/// `None` without a proven optimum, be it of the question or of a changed one (the search was stopped).
pub fn marginal_values(instance: &Instance, options: &Options) -> Option<Vec<MarginalValue>> {
    let mut margins = Margins { instance, options, dearest: dearest(instance), answers: HashMap::new() };
    let rights = (0..instance.right.len() as u32).map(Ceiling::Right);
    let groups = (0..instance.groups.len() as u32).map(Ceiling::Group);
    rights.chain(groups).map(|at| margins.at(at)).collect()
}

/// A receiver of limits: its maximum and its budget.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Ceiling {
    Right(u32),
    Group(u32),
}

/// Which of its limits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Room {
    Places,
    Yen,
}

impl Ceiling {
    fn id(self, instance: &Instance) -> &str {
        match self {
            Ceiling::Right(right) => &instance.right[right as usize].id,
            Ceiling::Group(group) => &instance.groups[group as usize].id,
        }
    }

    fn limit(self, instance: &Instance, room: Room) -> Option<i64> {
        let (max, budget) = match self {
            Ceiling::Right(right) => {
                let right = &instance.right[right as usize];
                (right.max, right.budget)
            }
            Ceiling::Group(group) => {
                let group = &instance.groups[group as usize];
                (group.max, group.budget)
            }
        };
        match room {
            Room::Places => max.map(i64::from),
            Room::Yen => budget,
        }
    }

    fn raise(self, instance: &mut Instance, room: Room) {
        let (max, budget) = match self {
            Ceiling::Right(right) => {
                let right = &mut instance.right[right as usize];
                (&mut right.max, &mut right.budget)
            }
            Ceiling::Group(group) => {
                let group = &mut instance.groups[group as usize];
                (&mut group.max, &mut group.budget)
            }
        };
        match room {
            Room::Places => *max = max.map(|max| max.saturating_add(1)),
            Room::Yen => *budget = budget.map(|budget| budget.saturating_add(MARGINAL_YEN)),
        }
    }

    /// Itself and the groups that hold it, from the inside out.
    fn chain(self, instance: &Instance) -> Vec<Ceiling> {
        let mut next = match self {
            Ceiling::Right(right) => instance.right[right as usize].group,
            Ceiling::Group(group) => instance.groups[group as usize].parent,
        };
        let mut chain = vec![self];
        while let Some(group) = next {
            chain.push(Ceiling::Group(group));
            next = instance.groups[group as usize].parent;
        }
        chain
    }
}

/// The dearest pair that may be chosen below each right and group, in yen.
fn dearest(instance: &Instance) -> HashMap<Ceiling, i64> {
    let mut dearest = HashMap::new();
    for (at, pair) in instance.pairs.iter().enumerate() {
        if instance.is_forbidden(at as u32) {
            continue;
        }
        for ceiling in Ceiling::Right(pair.right).chain(instance) {
            let most = dearest.entry(ceiling).or_insert(0);
            *most = pair.cost.max(*most);
        }
    }
    dearest
}

/// What an optimum is worth, and the places and yen that it takes below each right and group.
struct Answer {
    worth: i128,
    used: HashMap<Ceiling, (i64, i64)>,
}

impl Answer {
    fn of(instance: &Instance, options: &Options) -> Option<Answer> {
        let solution = best(instance, options)?;
        let mut used: HashMap<Ceiling, (i64, i64)> = HashMap::new();
        for link in &solution.assignment {
            let pair =
                instance.find_pair(instance.find_left(&link.left)?, instance.find_right(&link.right)?)?;
            let pair = &instance.pairs[pair as usize];
            for ceiling in Ceiling::Right(pair.right).chain(instance) {
                let (places, yen) = used.entry(ceiling).or_insert((0, 0));
                *places += 1;
                *yen += pair.cost;
            }
        }
        Some(Answer { worth: solution.objective?.0, used })
    }

    fn used(&self, at: Ceiling, room: Room) -> i64 {
        let (places, yen) = self.used.get(&at).copied().unwrap_or_default();
        match room {
            Room::Places => places,
            Room::Yen => yen,
        }
    }
}

/// Solves the question with limits raised, each set of them once: many rights stand below the same ceilings.
struct Margins<'a> {
    instance: &'a Instance,
    options: &'a Options<'a>,
    dearest: HashMap<Ceiling, i64>,
    answers: HashMap<(Room, Vec<Ceiling>), Answer>,
}

impl Margins<'_> {
    fn at(&mut self, at: Ceiling) -> Option<MarginalValue> {
        let (one_more_place, place_limits) = self.gain(at, Room::Places)?;
        let (more_yen, yen_limits) = self.gain(at, Room::Yen)?;
        let at = at.id(self.instance).to_owned();
        Some(MarginalValue { at, one_more_place, place_limits, more_yen, yen_limits })
    }

    /// What more room gains, and whose limits must rise together for it.
    fn gain(&mut self, at: Ceiling, room: Room) -> Option<(Scaled, Vec<String>)> {
        let instance = self.instance;
        let chain = at.chain(instance);
        let need = match room {
            Room::Places => 1,
            Room::Yen => self.dearest.get(&at).copied().unwrap_or(0),
        };
        let base = self.answer(room, &[])?.worth;
        let mut raised: Vec<Ceiling> = Vec::new();
        let worth = loop {
            let answer = self.answer(room, &raised)?;
            let binds = |ceiling: Ceiling| {
                ceiling.limit(instance, room).is_some_and(|limit| limit - answer.used(ceiling, room) < need)
            };
            let (before, worth) = (raised.len(), answer.worth);
            raised = chain.iter().copied().filter(|c| raised.contains(c) || binds(*c)).collect();
            if raised.len() == before {
                break worth;
            }
        };
        if worth <= base {
            return Some((Scaled(0), Vec::new()));
        }
        for &ceiling in &chain {
            let fewer: Vec<Ceiling> = raised.iter().copied().filter(|other| *other != ceiling).collect();
            if fewer.len() < raised.len() && self.answer(room, &fewer)?.worth == worth {
                raised = fewer;
            }
        }
        let limits = raised.iter().map(|ceiling| ceiling.id(instance).to_owned()).collect();
        Some((Scaled(worth - base), limits))
    }

    /// The answer with these limits raised, listed from the inside out.
    fn answer(&mut self, room: Room, raised: &[Ceiling]) -> Option<&Answer> {
        let answer: &Answer = match self.answers.entry((room, raised.to_vec())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let mut changed = self.instance.clone();
                raised.iter().for_each(|ceiling| ceiling.raise(&mut changed, room));
                free.insert(Answer::of(&changed, self.options)?)
            }
        };
        Some(answer)
    }
}
