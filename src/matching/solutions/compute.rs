//! One run of the solver: question in, answer with proof, checker's verdict and session file out. Pure but for the
//! stop watch, which only says how long it took and, past [`PATIENCE`], ends a search whose gap is then printed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{Aim, NODES, Run};
use super::queries::Chosen;
use super::question::{self, Material};
use crate::matching::checker::{self, Verdict};
use crate::matching::engine::{
    BadInput, Certificate, Instance, MILLIONTH, MarginalValue, Options, SOLVER_VERSION, Scaled, SessionFile,
    Solution, Status, marginal_values, solve,
};

/// The longest that a run looks for something better.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest that the price of one lock is looked for.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// A lock in force with what it fixes.
#[derive(Clone, Debug)]
pub struct LockAsked {
    pub id: Uuid,
    pub task: Uuid,
    pub slot: Uuid,
}

/// What a run found.
#[derive(Debug)]
pub struct Computed {
    pub solution: Solution,
    pub pairs: Vec<Chosen>,
    pub lock_costs: Vec<(Uuid, Option<i64>)>,
    pub blocking: Value,
    pub conflict: Value,
    pub verdict: &'static str,
    pub verdict_words: Value,
    pub inputs_hash: String,
    pub file: SessionFile,
    pub milliseconds: i32,
}

/// Runs the solver on the material.
pub fn compute(
    material: &Material,
    run: &Run,
    locks: &[LockAsked],
    record: Value,
) -> Result<Computed, BadInput> {
    let instance = question::instance(material, run)?;
    let begun = Instant::now();
    let (solution, complete) = solve_within(&instance, run.aim, PATIENCE);
    let milliseconds = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    let text = instance.to_json();
    let (verdict, verdict_words) = check(&text, &solution);
    let inputs_hash = sha256(&text);
    let lock_costs = locks.iter().map(|lock| (lock.id, price_of(&instance, &solution, run, lock))).collect();
    let pairs = chosen(&instance, &solution);
    let blocking = match &solution.certificate {
        Certificate::Stable(proof) => json!(proof.blocking),
        _ => json!([]),
    };
    let conflict = json!(solution.conflict);
    let file = SessionFile::limited(instance, run.aim.objective(), complete, record, solution.clone(), NODES);
    Ok(Computed {
        solution,
        pairs,
        lock_costs,
        blocking,
        conflict,
        verdict,
        verdict_words,
        inputs_hash,
        file,
        milliseconds,
    })
}

/// The word of a status in the database.
pub fn status_code(status: Status) -> &'static str {
    match status {
        Status::Optimal => "optimal",
        Status::Feasible => "feasible",
        Status::Infeasible => "infeasible",
    }
}

/// A number of the engine as the database keeps it.
pub fn millionths(value: Option<Scaled>) -> Option<i64> {
    value.and_then(Scaled::millionths)
}

pub fn solver_version() -> i32 {
    i32::try_from(SOLVER_VERSION).unwrap_or(i32::MAX)
}

/// The answer, and whether the search ended by itself.
pub fn solve_within(instance: &Instance, aim: Aim, patience: Duration) -> (Solution, bool) {
    let deadline = Instant::now() + patience;
    let stopped = std::cell::Cell::new(false);
    let stop = || {
        let late = Instant::now() >= deadline;
        stopped.set(stopped.get() || late);
        late
    };
    let solution = solve(instance, aim.objective(), &Options { stop: &stop, node_limit: NODES });
    (solution, !stopped.get())
}

fn check(instance: &str, solution: &Solution) -> (&'static str, Value) {
    match checker::verify(instance.as_bytes(), solution.to_json().as_bytes()) {
        Ok(Verdict::Proven(ja, en)) => ("proven", json!({ "ja": ja, "en": en })),
        Ok(Verdict::Refuted(ja, en)) => ("refuted", json!({ "ja": ja, "en": en })),
        Err(unreadable) => ("refuted", json!({ "ja": unreadable.0, "en": unreadable.1 })),
    }
}

/// What the objective would gain without this lock; nothing where there is no sum to compare.
fn price_of(instance: &Instance, solution: &Solution, run: &Run, lock: &LockAsked) -> Option<i64> {
    if run.aim != Aim::MaxSum {
        return None;
    }
    let with = solution.objective?;
    let left = instance.find_left(&lock.task.to_string())?;
    let right = instance.find_right(&lock.slot.to_string())?;
    let pair = instance.find_pair(left, right)?;
    let mut without = instance.clone();
    without.locks.retain(|&other| other != pair);
    without.forbids.retain(|&other| other != pair);
    let (free, ended) = solve_within(&without, run.aim, LOCK_PATIENCE);
    if !ended || free.status != Status::Optimal {
        return None;
    }
    Scaled(free.objective?.0 - with.0).millionths()
}

/// The engine's values of more room, and the dearest candidate of each slot.
pub fn margins(file: &SessionFile) -> (Option<Vec<MarginalValue>>, HashMap<Uuid, i64>) {
    let deadline = Instant::now() + PATIENCE;
    let stop = || Instant::now() >= deadline;
    let margins = marginal_values(&file.instance, &Options { stop: &stop, node_limit: NODES });
    let mut dearest = HashMap::new();
    for pair in &file.instance.pairs {
        if let Ok(slot) = Uuid::parse_str(&file.instance.right[pair.right as usize].id) {
            let most = dearest.entry(slot).or_insert(0);
            *most = pair.cost.max(*most);
        }
    }
    (margins, dearest)
}

/// Chosen pairs with value and cost, in the order of ids.
pub fn chosen(instance: &Instance, solution: &Solution) -> Vec<Chosen> {
    let find = |link: &crate::matching::engine::Link| {
        let pair = instance.find_pair(instance.find_left(&link.left)?, instance.find_right(&link.right)?)?;
        let facts = &instance.pairs[pair as usize];
        Some(Chosen {
            task: Uuid::parse_str(&link.left).ok()?,
            slot: Uuid::parse_str(&link.right).ok()?,
            value: facts.value / MILLIONTH,
            cost: facts.cost,
            locked: instance.is_locked(pair),
        })
    };
    solution.assignment.iter().filter_map(find).collect()
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(text.as_bytes()))
}
