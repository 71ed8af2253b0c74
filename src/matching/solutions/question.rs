//! From the rows of a session to the question for the engine. Pure: the same rows give the same instance.
//!
//! Ids are those of the database, so the answer needs no translation. Ceilings nest: slot type, program, integrated
//! project, all; a program belongs to the project of its slots (the sessions slice gives every slot of a program the same).

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::model::{Parts, REFUSED, Run};
use crate::matching::engine::{BadInput, Draft, DraftGroup, Instance, MILLIONTH};

/// A receiving slot type.
#[derive(Clone, Debug)]
pub struct Slot {
    pub id: Uuid,
    pub program: Uuid,
    pub project: Option<Uuid>,
    pub min: u32,
    pub max: u32,
    pub budget: Option<i64>,
}

/// A ceiling over several slots.
#[derive(Clone, Debug)]
pub struct Ceiling {
    /// `program`, `project` or `all`.
    pub kind: String,
    pub of: Option<Uuid>,
    pub max: Option<u32>,
    pub budget: Option<i64>,
}

impl Ceiling {
    /// Whether a slot of this program and project stands below it.
    pub fn holds(&self, program: Uuid, project: Option<Uuid>) -> bool {
        match self.kind.as_str() {
            "program" => self.of == Some(program),
            "project" => self.of.is_some() && self.of == project,
            _ => true,
        }
    }
}

/// A pair that may be chosen, as far as the rules go.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub task: Uuid,
    pub slot: Uuid,
    pub score: Option<i32>,
    pub cost: i64,
    pub upstream: Option<i16>,
    pub receiving: Option<i16>,
}

impl Candidate {
    /// Either side has said no.
    pub fn is_refused(&self) -> bool {
        self.upstream == Some(REFUSED) || self.receiving == Some(REFUSED)
    }

    pub fn parts(&self, run: &Run) -> Parts {
        run.weights.parts(self.score, self.upstream, self.receiving)
    }
}

/// A lock or a forbid in force, or a pair that was agreed or declined after an earlier adoption.
#[derive(Clone, Copy, Debug)]
pub struct Fixed {
    pub task: Uuid,
    pub slot: Uuid,
    pub forbid: bool,
    /// By an agreement: no lock of the session changes it.
    pub settled: bool,
}

impl Fixed {
    pub fn is_about(&self, task: Uuid, slot: Uuid) -> bool {
        (self.task, self.slot) == (task, slot)
    }

    /// Both sides have agreed to the pair: its place and its money are taken.
    pub fn is_agreed(&self) -> bool {
        self.settled && !self.forbid
    }

    /// Whether these pairs keep it.
    pub fn is_kept_by(&self, mut pairs: impl Iterator<Item = (Uuid, Uuid)>) -> bool {
        pairs.any(|(task, slot)| self.is_about(task, slot)) != self.forbid
    }
}

/// Everything the question is made of.
#[derive(Clone, Debug, Default)]
pub struct Material {
    pub tasks: Vec<Uuid>,
    pub slots: Vec<Slot>,
    pub ceilings: Vec<Ceiling>,
    pub candidates: Vec<Candidate>,
    pub fixed: Vec<Fixed>,
    pub previous: Vec<(Uuid, Uuid)>,
}

/// The id of a group in the instance.
pub fn group_id(kind: &str, of: Option<Uuid>) -> String {
    of.map_or_else(|| kind.to_owned(), |of| format!("{kind}:{of}"))
}

/// The question of a run.
pub fn instance(material: &Material, run: &Run) -> Result<Instance, BadInput> {
    let mut draft = Draft::new();
    for task in &material.tasks {
        draft.left(&task.to_string(), 0, 1)?;
    }
    for slot in &material.slots {
        let min = if run.minimums { slot.min } else { 0 };
        draft.right(&slot.id.to_string(), min, Some(slot.max), slot.budget)?;
    }
    // What is agreed stands, whatever was said before.
    let agreed = |c: &Candidate| material.fixed.iter().any(|f| f.is_agreed() && f.is_about(c.task, c.slot));
    let open: Vec<&Candidate> = material.candidates.iter().filter(|c| !c.is_refused() || agreed(c)).collect();
    for candidate in &open {
        let value = candidate.parts(run).total() * MILLIONTH;
        draft.pair(&candidate.task.to_string(), &candidate.slot.to_string(), value, candidate.cost)?;
    }
    for group in groups(material) {
        draft.group(group)?;
    }
    for fixed in &material.fixed {
        let (task, slot) = (fixed.task.to_string(), fixed.slot.to_string());
        if fixed.forbid { draft.forbid(&task, &slot) } else { draft.lock(&task, &slot) }
    }
    if run.change_penalty > 0 {
        draft.change_penalty(run.change_penalty * MILLIONTH)?;
        for (task, slot) in &material.previous {
            draft.previous(&task.to_string(), &slot.to_string());
        }
    }
    preferences(&mut draft, &open, run);
    draft.build()
}

/// Each side likes best what it said it wishes most, then what is worth most, then the first id.
fn preferences(draft: &mut Draft, open: &[&Candidate], run: &Run) {
    let mut tasks: BTreeMap<Uuid, Vec<(i16, i64, Uuid)>> = BTreeMap::new();
    let mut slots: BTreeMap<Uuid, Vec<(i16, i64, Uuid)>> = BTreeMap::new();
    for candidate in open {
        let worth = -candidate.parts(run).total();
        // Unanswered stands behind acceptable.
        let (up, down) = (candidate.upstream.unwrap_or(REFUSED), candidate.receiving.unwrap_or(REFUSED));
        tasks.entry(candidate.task).or_default().push((up, worth, candidate.slot));
        slots.entry(candidate.slot).or_default().push((down, worth, candidate.task));
    }
    let named = |mut list: Vec<(i16, i64, Uuid)>| -> Vec<String> {
        list.sort_unstable();
        list.into_iter().map(|(_, _, id)| id.to_string()).collect()
    };
    for (task, list) in tasks {
        draft.left_preference(&task.to_string(), &named(list));
    }
    for (slot, list) in slots {
        draft.right_preference(&slot.to_string(), &named(list));
    }
}

/// Programs within projects within all, as far as they have a ceiling or something with one inside.
fn groups(material: &Material) -> Vec<DraftGroup> {
    let ceiling: HashMap<(&str, Option<Uuid>), &Ceiling> =
        material.ceilings.iter().map(|c| ((c.kind.as_str(), c.of), c)).collect();
    let mut programs: BTreeMap<Uuid, (Option<Uuid>, Vec<String>)> = BTreeMap::new();
    let mut slots: Vec<&Slot> = material.slots.iter().collect();
    slots.sort_by_key(|slot| slot.id);
    for slot in slots {
        let entry = programs.entry(slot.program).or_insert((slot.project, Vec::new()));
        entry.1.push(slot.id.to_string());
    }
    let mut made = Vec::new();
    let mut projects: BTreeMap<Option<Uuid>, Vec<String>> = BTreeMap::new();
    for (program, (project, members)) in programs {
        let above = projects.entry(project).or_default();
        match ceiling.get(&("program", Some(program))) {
            Some(limit) => {
                above.push(group_id("program", Some(program)));
                made.push(group(group_id("program", Some(program)), members, limit));
            }
            None => above.extend(members),
        }
    }
    let mut all = Vec::new();
    for (project, members) in projects {
        match project.and_then(|of| ceiling.get(&("project", Some(of)))) {
            Some(limit) => {
                all.push(group_id("project", project));
                made.push(group(group_id("project", project), members, limit));
            }
            None => all.extend(members),
        }
    }
    if let Some(limit) = ceiling.get(&("all", None)) {
        made.push(group(group_id("all", None), all, limit));
    }
    made
}

fn group(id: String, members: Vec<String>, limit: &Ceiling) -> DraftGroup {
    DraftGroup { id, members, max: limit.max, budget: limit.budget }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matching::engine::{Objective, Options, Status, solve};

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn slot(n: u128, program: u128, project: u128, max: u32) -> Slot {
        Slot { id: id(n), program: id(program), project: Some(id(project)), min: 0, max, budget: None }
    }

    fn candidate(task: u128, slot: u128, score: i32) -> Candidate {
        Candidate {
            task: id(task),
            slot: id(slot),
            score: Some(score),
            cost: 10,
            upstream: Some(2),
            receiving: Some(2),
        }
    }

    fn material() -> Material {
        Material {
            tasks: vec![id(1), id(2), id(3)],
            slots: vec![slot(11, 21, 31, 2), slot(12, 21, 31, 2), slot(13, 22, 31, 2)],
            ceilings: vec![
                Ceiling { kind: "program".into(), of: Some(id(21)), max: Some(2), budget: None },
                Ceiling { kind: "all".into(), of: None, max: None, budget: Some(25) },
            ],
            candidates: vec![candidate(1, 11, 9_000), candidate(2, 12, 8_000), candidate(3, 13, 7_000)],
            ..Material::default()
        }
    }

    fn chosen(material: &Material) -> Vec<(Uuid, Uuid)> {
        let instance = instance(material, &Run::default()).expect("a fair question");
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        let read = |id: &str| Uuid::parse_str(id).expect("an id");
        solution.assignment.iter().map(|link| (read(&link.left), read(&link.right))).collect()
    }

    #[test]
    fn ceilings_nest_and_bind() {
        let instance = instance(&material(), &Run::default()).expect("a fair question");
        let groups: Vec<&str> = instance.groups.iter().map(|g| g.id.as_str()).collect();
        assert_eq!(groups.len(), 2, "the project has no ceiling: its members stand directly below all");
        assert!(groups.contains(&"all"));
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        assert_eq!((solution.status, solution.assignment.len()), (Status::Optimal, 2), "25 yen pay for two");
    }

    #[test]
    fn a_pair_that_a_side_refuses_is_not_in_the_question() {
        let mut material = material();
        material.candidates[0].receiving = Some(REFUSED);
        let instance = instance(&material, &Run::default()).expect("a fair question");
        assert_eq!(instance.pairs.len(), 2);
    }

    #[test]
    fn what_is_agreed_stands_with_its_cost_and_what_is_declined_stays_out() {
        let mut material = material();
        material.candidates[2].receiving = Some(REFUSED);
        let settled = |task, slot, forbid| Fixed { task: id(task), slot: id(slot), forbid, settled: true };
        material.fixed = vec![settled(3, 13, false), settled(1, 11, true)];
        let chosen = chosen(&material);
        assert_eq!(chosen, [(id(2), id(12)), (id(3), id(13))], "25 yen pay for one beside the agreed one");
        assert!(material.fixed.iter().all(|f| f.is_kept_by(chosen.iter().copied())));
        assert!(!settled(2, 12, true).is_kept_by(chosen.iter().copied()));
        assert!(!settled(1, 11, false).is_kept_by(chosen.iter().copied()));
    }

    proptest! {
        /// Whatever of a first round is agreed or declined: the second keeps it, and both stay below the ceiling.
        #[test]
        fn money_is_spent_once_over_two_rounds(
            pairs in prop::collection::vec((1_u128..7, 11_u128..14, 0_i32..10_000, 1_i64..40), 1..16),
            settled in prop::collection::vec(0_u8..3, 16),
            ceiling in 0_i64..100,
        ) {
            let mut material = Material {
                tasks: (1..7).map(id).collect(),
                ceilings: vec![Ceiling { kind: "all".into(), of: None, max: None, budget: Some(ceiling) }],
                ..material()
            };
            material.candidates.clear();
            for (task, place, score, cost) in pairs {
                let next = Candidate { cost, ..candidate(task, place, score) };
                if !material.candidates.iter().any(|c| (c.task, c.slot) == (next.task, next.slot)) {
                    material.candidates.push(next);
                }
            }
            let first = chosen(&material);
            for ((task, slot), what) in first.into_iter().zip(settled).filter(|(_, what)| *what < 2) {
                material.fixed.push(Fixed { task, slot, forbid: what == 1, settled: true });
            }
            let second = chosen(&material);
            let paid = material.candidates.iter().filter(|c| second.contains(&(c.task, c.slot)));
            prop_assert!(paid.map(|c| c.cost).sum::<i64>() <= ceiling);
            prop_assert!(material.fixed.iter().all(|f| f.is_kept_by(second.iter().copied())));
        }
    }

    #[test]
    fn rows_in_another_order_ask_the_same() {
        let mut other = material();
        other.tasks.reverse();
        other.slots.reverse();
        other.candidates.reverse();
        other.ceilings.reverse();
        let ask = |material: &Material| instance(material, &Run::default()).expect("a fair question");
        assert_eq!(ask(&material()), ask(&other));
    }
}
