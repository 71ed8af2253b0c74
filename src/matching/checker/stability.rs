//! Blocking pairs, from the definition.
//!
//! A pair blocks when the left would gain (it has room, or likes the right better than the worst place it could give
//! up) and the right would take it: dropping only partners it likes less, worst first, all ceilings above it hold.

use super::question::{Pair, Question, Side};
use super::{Fault, feasible};
use std::collections::HashMap;

/// Place of a partner that is not accepted.
const REFUSED: usize = usize::MAX;

/// Blocking pairs of an assignment, sorted.
pub(super) fn blocking(question: &Question, chosen: &[usize]) -> Vec<usize> {
    let standing = Standing::new(question, chosen);
    (0..question.pairs.len()).filter(|&pair| standing.blocks(pair)).collect()
}

/// Whether `attempt` is stable and yet leaves a minimum unmet, with quotas alone: then every stable assignment does.
pub(super) fn rules_out(question: &Question, attempt: &[(String, String)]) -> Result<bool, Fault> {
    if !quotas_alone(question) {
        return Err(Fault::new(
            "複数の相手にわたる上限や金額の異なる組があるため、この証明は成り立ちません",
            "with ceilings over several rights or mixed costs this is no proof",
        ));
    }
    // Everything but the minimums must be kept.
    let pairs = feasible::check_but_minimums(question, attempt)?;
    let (left, count, _) = feasible::tally(question, &pairs);
    let short = |used: &[i128], sides: &[Side]| used.iter().zip(sides).any(|(used, side)| *used < side.min);
    let unmet = short(&left, &question.left) || short(&count, &question.nodes);
    Ok(unmet && blocking(question, &pairs).is_empty())
}

/// Whether every ceiling counts the pairs of one right: no groups with limits, one cost below each budget.
fn quotas_alone(question: &Question) -> bool {
    let grouped = question.nodes[question.rights..].iter().any(|g| g.max.is_some() || g.budget.is_some());
    let mut cost: HashMap<usize, i128> = HashMap::new();
    let free = |at: usize| !question.locks.contains(&at) && !question.forbids.contains(&at);
    let mixed = question.pairs.iter().enumerate().filter(|&(at, _)| free(at)).any(|(_, pair)| {
        question.nodes[pair.right].budget.is_some()
            && *cost.entry(pair.right).or_insert(pair.cost) != pair.cost
    });
    !grouped && !mixed
}

struct Standing<'a> {
    question: &'a Question,
    chosen: Vec<bool>,
    /// Place of each pair in its left's and its right's order.
    left_place: Vec<usize>,
    right_place: Vec<usize>,
    /// Number of chosen pairs per left.
    held: Vec<i128>,
    /// The chosen pair without lock that each left likes least.
    worst: Vec<Option<usize>>,
    /// Chosen pairs without lock per right, most liked first.
    members: Vec<Vec<usize>>,
    count: Vec<i128>,
    spent: Vec<i128>,
}

impl<'a> Standing<'a> {
    fn new(question: &'a Question, assignment: &[usize]) -> Standing<'a> {
        let (held, count, spent) = feasible::tally(question, assignment);
        let mut chosen = vec![false; question.pairs.len()];
        assignment.iter().for_each(|&pair| chosen[pair] = true);
        let mut standing = Standing {
            question,
            chosen,
            left_place: places(question, question.left.len(), &question.left_wishes, |pair| {
                (pair.left, pair.right, &question.nodes[pair.right].id)
            }),
            right_place: places(question, question.rights, &question.right_wishes, |pair| {
                (pair.right, pair.left, &question.left[pair.left].id)
            }),
            held,
            worst: vec![None; question.left.len()],
            members: vec![Vec::new(); question.rights],
            count,
            spent,
        };
        for &pair in assignment.iter().filter(|pair| !question.locks.contains(pair)) {
            let Pair { left, right, .. } = question.pairs[pair];
            standing.members[right].push(pair);
            let place = |pair: usize| standing.left_place[pair];
            if standing.worst[left].is_none_or(|worst| place(worst) < place(pair)) {
                standing.worst[left] = Some(pair);
            }
        }
        let place = &standing.right_place;
        standing.members.iter_mut().for_each(|members| members.sort_by_key(|&pair| place[pair]));
        standing
    }

    fn blocks(&self, pair: usize) -> bool {
        let question = self.question;
        let wish = &question.pairs[pair];
        if self.chosen[pair]
            || question.forbids.contains(&pair)
            || self.left_place[pair] == REFUSED
            || self.right_place[pair] == REFUSED
        {
            return false;
        }
        let mut dropped = Vec::new();
        if question.left[wish.left].max.is_some_and(|max| self.held[wish.left] >= max) {
            match self.worst[wish.left] {
                Some(worst) if self.left_place[pair] < self.left_place[worst] => dropped.push(worst),
                _ => return false,
            }
        }
        let given_up = dropped.first().copied();
        let mut worse = self.members[wish.right]
            .iter()
            .rev()
            .filter(|&&other| Some(other) != given_up && self.right_place[other] > self.right_place[pair]);
        loop {
            if self.fits(pair, &dropped) {
                return true;
            }
            match worse.next() {
                Some(&other) => dropped.push(other),
                None => return false,
            }
        }
    }

    /// Whether every ceiling above a pair holds with it, and without those dropped.
    fn fits(&self, extra: usize, dropped: &[usize]) -> bool {
        let question = self.question;
        let wish = &question.pairs[extra];
        question.above(wish.right).all(|node| {
            let (mut count, mut spent) = (self.count[node] + 1, self.spent[node] + wish.cost);
            for pair in dropped.iter().map(|&pair| &question.pairs[pair]) {
                if question.above(pair.right).any(|above| above == node) {
                    (count, spent) = (count - 1, spent - pair.cost);
                }
            }
            question.nodes[node].max.is_none_or(|max| count <= max)
                && question.nodes[node].budget.is_none_or(|budget| spent <= budget)
        })
    }
}

/// Place of each pair in the order of one side: as wished, else by value, ties by id. `ends` gives owner, partner and the
/// partner's id.
fn places<'a>(
    question: &'a Question,
    owners: usize,
    wishes: &HashMap<usize, Vec<usize>>,
    ends: impl Fn(&'a Pair) -> (usize, usize, &'a String),
) -> Vec<usize> {
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); owners];
    for (at, pair) in question.pairs.iter().enumerate() {
        own[ends(pair).0].push(at);
    }
    let mut place = vec![REFUSED; question.pairs.len()];
    for (owner, mut pairs) in own.into_iter().enumerate() {
        if let Some(list) = wishes.get(&owner) {
            let wished: HashMap<usize, usize> =
                list.iter().enumerate().map(|(at, &partner)| (partner, at)).collect();
            for pair in pairs {
                place[pair] = wished.get(&ends(&question.pairs[pair]).1).copied().unwrap_or(REFUSED);
            }
            continue;
        }
        pairs.sort_by(|&a, &b| {
            let (a, b) = (&question.pairs[a], &question.pairs[b]);
            b.value.cmp(&a.value).then_with(|| ends(a).2.cmp(ends(b).2))
        });
        pairs.into_iter().enumerate().for_each(|(at, pair)| place[pair] = at);
    }
    place
}
