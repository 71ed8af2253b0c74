//! Why a pair was chosen, why not, and what would let it in: asked of the stored question, verified by solving again.

use std::time::{Duration, Instant};

use uuid::Uuid;

use super::model::{NODES, Run};
use super::question::Candidate;
use crate::matching::engine::{
    self, Change, Difference, Instance, MILLIONTH, Objective, Options, Pair, Scaled, SessionFile, Status,
    solve,
};

/// The longest that one page looks for changes.
const PATIENCE: Duration = Duration::from_secs(8);

/// What the question says of a pair.
#[derive(Debug)]
pub enum Standing {
    Chosen {
        locked: bool,
        /// What the objective would lose without the pair.
        loss: Option<Scaled>,
        without: Option<Difference>,
    },
    NotChosen {
        /// What the objective would lose if the pair were locked.
        loss: Option<Scaled>,
        displaced: Option<Difference>,
        changes: Vec<Change>,
    },
    /// Not in the question: the rules, the shortlist or a side keep it out.
    Outside {
        /// With the pair listed at its own value, all else equal: whether it comes in.
        comes_in: bool,
        changes: Vec<Change>,
        displaced: Option<Difference>,
    },
}

/// Answers for one pair of a stored max-sum version; `None` when the file does not know task or slot.
pub fn standing(
    file: &SessionFile,
    run: &Run,
    task: Uuid,
    slot: Uuid,
    own: Option<Candidate>,
) -> Option<Standing> {
    let deadline = Instant::now() + PATIENCE;
    let stop = || Instant::now() >= deadline;
    let options = Options { stop: &stop, node_limit: NODES };
    let (left, right) = (task.to_string(), slot.to_string());
    let instance = &file.instance;
    let (l, r) = (instance.find_left(&left)?, instance.find_right(&right)?);
    if instance.find_pair(l, r).is_none() {
        // A pair that the rules keep out has no score: what value it would need is all that can be said.
        if own.is_none_or(|candidate| candidate.score.is_none()) {
            let why = engine::why_not(instance, &file.solution, &left, &right, &options).ok()?;
            return Some(Standing::Outside { comes_in: false, changes: why.changes, displaced: None });
        }
        return Some(outside(file, run, (l, r), own, &options));
    }
    let chosen = file.solution.assignment.iter().any(|link| link.left == left && link.right == right);
    if chosen {
        let why = engine::why(instance, &file.solution, &left, &right, &options).ok()?;
        return Some(Standing::Chosen { locked: why.locked, loss: why.loss_without, without: why.without });
    }
    let why = engine::why_not(instance, &file.solution, &left, &right, &options).ok()?;
    Some(Standing::NotChosen { loss: why.loss_if_locked, displaced: why.displaced, changes: why.changes })
}

/// Lists the pair at its own value and solves again; where that is not enough, asks what else it would take.
fn outside(
    file: &SessionFile,
    run: &Run,
    (l, r): (u32, u32),
    own: Option<Candidate>,
    options: &Options<'_>,
) -> Standing {
    let own = own.map(|candidate| Candidate {
        // A refusal taken back counts as acceptable.
        upstream: candidate.upstream.map(|level| level.min(3)),
        receiving: candidate.receiving.map(|level| level.min(3)),
        ..candidate
    });
    let value = own.map_or(0, |candidate| candidate.parts(run).total() * MILLIONTH);
    let wider = with_pair(&file.instance, l, r, value, own.map_or(0, |candidate| candidate.cost));
    let solution = solve(&wider, Objective::MaxSum, options);
    let (left, right) = (wider.left[l as usize].id.clone(), wider.right[r as usize].id.clone());
    let inside = solution.status == Status::Optimal
        && solution.assignment.iter().any(|link| link.left == left && link.right == right);
    if inside {
        let displaced = Some(engine::diff(&file.solution, &solution));
        return Standing::Outside { comes_in: true, changes: Vec::new(), displaced };
    }
    let changes = engine::why_not(&wider, &solution, &left, &right, options).map(|why| why.changes);
    Standing::Outside { comes_in: false, changes: changes.unwrap_or_default(), displaced: None }
}

fn with_pair(instance: &Instance, left: u32, right: u32, value: i64, cost: i64) -> Instance {
    let mut wider = instance.clone();
    let at = wider.pairs.partition_point(|pair| (pair.left, pair.right) < (left, right));
    wider.pairs.insert(at, Pair { left, right, value, cost });
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    for list in [&mut wider.locks, &mut wider.forbids, &mut wider.previous] {
        list.iter_mut().filter(|pair| **pair >= at).for_each(|pair| *pair += 1);
    }
    // The stored lists of preferences do not matter for the greatest sum.
    wider.left_preferences = vec![None; wider.left.len()];
    wider.right_preferences = vec![None; wider.right.len()];
    wider
}
