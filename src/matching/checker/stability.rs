//! Blocking pairs, from the definition.
//!
//! A pair blocks when the left would gain (it has room, or likes the right better than the worst place it could give
//! up) and the right would take it: dropping only partners it likes less, worst first, all ceilings above it hold.

use super::Fault;
use super::question::Question;
use super::{feasible, question};
use std::cmp::Ordering;
use std::collections::HashSet;

/// Blocking pairs of an assignment, sorted.
pub(super) fn blocking(question: &Question, chosen: &[usize]) -> Vec<usize> {
    let chosen: HashSet<usize> = chosen.iter().copied().collect();
    let mut blocking: Vec<usize> = (0..question.pairs.len())
        .filter(|&pair| !chosen.contains(&pair) && blocks(question, &chosen, pair))
        .collect();
    blocking.sort_unstable();
    blocking
}

/// Whether `attempt` is stable and yet leaves a minimum unmet, with quotas alone: then every stable assignment does.
pub(super) fn rules_out(question: &Question, attempt: &[(String, String)]) -> Result<bool, Fault> {
    let pairs = attempt.iter().map(|(left, right)| question.pair(left, right)).collect::<Option<Vec<_>>>();
    let Some(pairs) = pairs else {
        return Err(Fault::new("許されない組があります", "a pair that is not allowed"));
    };
    let (left, count, _) = feasible::tally(question, &pairs);
    let short =
        |used: &[i128], sides: &[question::Side]| used.iter().zip(sides).any(|(used, side)| *used < side.min);
    let unmet = short(&left, &question.left) || short(&count, &question.nodes);
    Ok(unmet && blocking(question, &pairs).is_empty())
}

fn blocks(question: &Question, chosen: &HashSet<usize>, pair: usize) -> bool {
    let wish = &question.pairs[pair];
    if question.forbids.contains(&pair)
        || left_order(question, pair, pair).is_none()
        || right_order(question, pair, pair).is_none()
    {
        return false;
    }
    let movable = |other: &&usize| chosen.contains(other) && !question.locks.contains(other);
    let mut given_up = HashSet::new();
    let held = question.of_left[wish.left].iter().filter(|other| chosen.contains(other)).count() as i128;
    if question.left[wish.left].max.is_some_and(|max| held >= max) {
        let worst = question.of_left[wish.left]
            .iter()
            .filter(movable)
            .copied()
            .max_by(|&a, &b| left_order(question, a, b).unwrap_or(Ordering::Equal));
        match worst {
            Some(worst) if left_order(question, pair, worst) == Some(Ordering::Less) => {
                given_up.insert(worst)
            }
            _ => return false,
        };
    }
    let mut worse: Vec<usize> = chosen
        .iter()
        .copied()
        .filter(|other| {
            question.pairs[*other].right == wish.right
                && !question.locks.contains(other)
                && !given_up.contains(other)
        })
        .filter(|&other| right_order(question, pair, other) == Some(Ordering::Less))
        .collect();
    worse.sort_unstable_by(|&a, &b| right_order(question, a, b).unwrap_or(Ordering::Equal));
    loop {
        if fits(question, chosen, &given_up, pair) {
            return true;
        }
        match worse.pop() {
            Some(dropped) => given_up.insert(dropped),
            None => return false,
        };
    }
}

fn fits(question: &Question, chosen: &HashSet<usize>, given_up: &HashSet<usize>, extra: usize) -> bool {
    question.above(question.pairs[extra].right).all(|node| {
        let under = chosen.iter().copied().filter(|pair| !given_up.contains(pair)).chain([extra]);
        let under =
            under.filter(|&pair| question.above(question.pairs[pair].right).any(|above| above == node));
        let (count, yen) =
            under.fold((0, 0), |(count, yen), pair| (count + 1, yen + question.pairs[pair].cost));
        question.nodes[node].max.is_none_or(|max| count <= max)
            && question.nodes[node].budget.is_none_or(|budget| yen <= budget)
    })
}

/// `Less` when the left likes `a` better than `b`; `None` when it does not accept one of them.
fn left_order(question: &Question, a: usize, b: usize) -> Option<Ordering> {
    let pair = |at: usize| &question.pairs[at];
    match question.left_wishes.get(&pair(a).left) {
        Some(list) => {
            let place = |at: usize| list.iter().position(|&right| right == pair(at).right);
            Some(place(a)?.cmp(&place(b)?))
        }
        None => {
            let id = |at: usize| &question.nodes[pair(at).right].id;
            Some(pair(b).value.cmp(&pair(a).value).then_with(|| id(a).cmp(id(b))))
        }
    }
}

/// The same for the right's liking.
fn right_order(question: &Question, a: usize, b: usize) -> Option<Ordering> {
    let pair = |at: usize| &question.pairs[at];
    match question.right_wishes.get(&pair(a).right) {
        Some(list) => {
            let place = |at: usize| list.iter().position(|&left| left == pair(at).left);
            Some(place(a)?.cmp(&place(b)?))
        }
        None => {
            let id = |at: usize| &question.left[pair(at).left].id;
            Some(pair(b).value.cmp(&pair(a).value).then_with(|| id(a).cmp(id(b))))
        }
    }
}
