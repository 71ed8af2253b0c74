//! Left-proposing deferred acceptance with quotas, and the blocking pairs of any assignment.
//!
//! Without stated preferences a side prefers by value, ties by id. A pair blocks when both would gain by it and, by
//! dropping only partners each likes less, every ceiling would still hold. With quotas (and ceilings that amount to
//! quotas) the result has no blocking pair; under group ceilings or mixed costs it may have some, and they are listed.
//! Where the proposals leave a minimum unmet: with quotas alone no stable assignment meets it, and that is the answer;
//! under other ceilings the answer is the assignment of the greatest sum with its blocking pairs.

use super::conflict::minimum_words;
use super::instance::Instance;
use super::network::Network;
use super::number::Scaled;
use super::solution::{Certificate, Conflict, Limit, Link, Solution, StableProof, Status};
use super::solve::{self, Options, links, locked_out, with_locks};
use std::collections::BTreeSet;

pub(super) fn solve(instance: &Instance, options: &Options) -> Solution {
    let Ok(network) = Network::new(instance, |pair| Some(i128::from(instance.pairs[pair as usize].value)))
    else {
        return locked_out(instance);
    };
    let market = Market::new(instance, &network);
    let held = market.propose();
    let unmet = unmet_minimum(instance, &network, &held);
    let chosen: Vec<u32> = held
        .iter()
        .enumerate()
        .filter(|&(_, &held)| held)
        .map(|(entry, _)| network.entry_pair[entry])
        .collect();
    let assignment = links(instance, &with_locks(instance, &chosen));
    match unmet {
        None => with_blocking(instance, assignment, links(instance, &market.blocking(&held))),
        Some(unmet) => short_of(instance, assignment, unmet, options),
    }
}

fn with_blocking(instance: &Instance, assignment: Vec<Link>, blocking: Vec<Link>) -> Solution {
    let chosen: Vec<u32> = assignment.iter().filter_map(|link| find(instance, link)).collect();
    let sum = instance.worth(&chosen);
    Solution {
        status: if blocking.is_empty() { Status::Optimal } else { Status::Feasible },
        objective: Some(sum),
        bound: Some(sum),
        assignment,
        certificate: stable_proof(sum, blocking, Vec::new()),
        conflict: Vec::new(),
        seconds: 0.0,
    }
}

/// The answer where the proposals leave a minimum unmet.
fn short_of(instance: &Instance, attempt: Vec<Link>, unmet: Conflict, options: &Options) -> Solution {
    let greatest = solve::max_sum(instance, options);
    if greatest.assignment.is_empty() {
        // No assignment at all, or none found in the time given.
        return greatest;
    }
    if !instance.has_quotas_alone() {
        let blocking = blocking_pairs(instance, &greatest.assignment);
        return with_blocking(instance, greatest.assignment, blocking);
    }
    let chosen: Vec<u32> = attempt.iter().filter_map(|link| find(instance, link)).collect();
    let proof = stable_proof(instance.worth(&chosen), Vec::new(), attempt);
    solve::no_assignment(vec![unmet], proof)
}

fn stable_proof(sum: Scaled, blocking: Vec<Link>, attempt: Vec<Link>) -> Certificate {
    Certificate::Stable(StableProof { sum, blocking, attempt, digest: String::new() })
}

fn find(instance: &Instance, link: &Link) -> Option<u32> {
    instance.find_pair(instance.find_left(&link.left)?, instance.find_right(&link.right)?)
}

/// Pairs of `assignment`'s instance that would both rather have each other than what they were given.
///
/// Pairs of `assignment` that are not listed in the instance are passed over.
pub fn blocking_pairs(instance: &Instance, assignment: &[Link]) -> Vec<Link> {
    let Ok(network) = Network::new(instance, |pair| Some(i128::from(instance.pairs[pair as usize].value)))
    else {
        return Vec::new();
    };
    let mut given: Vec<u32> = assignment.iter().filter_map(|link| find(instance, link)).collect();
    given.sort_unstable();
    let held: Vec<bool> = network.entry_pair.iter().map(|pair| given.binary_search(pair).is_ok()).collect();
    links(instance, &Market::new(instance, &network).blocking(&held))
}

struct Market<'a> {
    instance: &'a Instance,
    network: &'a Network,
    /// Entries each left accepts and is accepted by, best first.
    wishes: Vec<Vec<u32>>,
    /// Place of an entry in its left's and its right's order; [`REFUSED`] when one side does not list the other.
    left_rank: Vec<u32>,
    right_rank: Vec<u32>,
}

const REFUSED: u32 = u32::MAX;

impl<'a> Market<'a> {
    fn new(instance: &'a Instance, network: &'a Network) -> Market<'a> {
        let entries = network.entry_pair.len();
        let (mut left_rank, mut right_rank) = (vec![REFUSED; entries], vec![REFUSED; entries]);
        let mut of_right = vec![Vec::new(); network.rights];
        for (entry, &right) in network.entry_right.iter().enumerate() {
            of_right[right as usize].push(entry as u32);
        }
        let rank = |own: Vec<u32>, stated: &Option<Vec<u32>>, other: &[u32], ranks: &mut [u32]| {
            let mut own: Vec<(i128, u32)> = match stated {
                Some(stated) => own
                    .into_iter()
                    .filter_map(|entry| {
                        Some((stated.iter().position(|&id| id == other[entry as usize])? as i128, entry))
                    })
                    .collect(),
                None => own.into_iter().map(|entry| (-network.weight[entry as usize], entry)).collect(),
            };
            own.sort_unstable();
            for (at, &(_, entry)) in own.iter().enumerate() {
                ranks[entry as usize] = at as u32;
            }
        };
        let none = None;
        for left in 0..instance.left.len() {
            let own = network.entries(left as u32).map(|entry| entry as u32).collect();
            rank(
                own,
                instance.left_preferences.get(left).unwrap_or(&none),
                &network.entry_right,
                &mut left_rank,
            );
        }
        for (right, own) in of_right.into_iter().enumerate() {
            rank(
                own,
                instance.right_preferences.get(right).unwrap_or(&none),
                &network.entry_left,
                &mut right_rank,
            );
        }
        let wishes = (0..instance.left.len() as u32)
            .map(|left| {
                let mut wishes: Vec<u32> = network
                    .entries(left)
                    .map(|entry| entry as u32)
                    .filter(|&entry| {
                        left_rank[entry as usize] != REFUSED && right_rank[entry as usize] != REFUSED
                    })
                    .collect();
                wishes.sort_unstable_by_key(|&entry| left_rank[entry as usize]);
                wishes
            })
            .collect();
        Market { instance, network, wishes, left_rank, right_rank }
    }

    /// Deferred acceptance; tells for each entry whether it is held in the end.
    fn propose(&self) -> Vec<bool> {
        let network = self.network;
        let mut held = vec![false; network.entry_pair.len()];
        let mut tally = Tally::new(self.instance, network);
        // Held entries of each right, best first.
        let mut books: Vec<BTreeSet<(u32, u32)>> = vec![BTreeSet::new(); network.rights];
        let mut count = vec![0; network.left_max.len()];
        let mut next = vec![0; network.left_max.len()];
        let mut waiting: Vec<u32> = (0..network.left_max.len() as u32).rev().collect();
        while let Some(left) = waiting.pop() {
            let at = left as usize;
            while count[at] < network.left_max[at] && next[at] < self.wishes[at].len() {
                let entry = self.wishes[at][next[at]];
                next[at] += 1;
                held[entry as usize] = true;
                count[at] += 1;
                let right = network.entry_right[entry as usize];
                books[right as usize].insert((self.right_rank[entry as usize], entry));
                tally.change(entry, 1);
                while let Some(node) = tally.exceeded(right) {
                    let rejected = self.rejected(node, &books);
                    held[rejected as usize] = false;
                    books[network.entry_right[rejected as usize] as usize]
                        .remove(&(self.right_rank[rejected as usize], rejected));
                    tally.change(rejected, -1);
                    let loser = network.entry_left[rejected as usize];
                    count[loser as usize] -= 1;
                    if loser != left {
                        waiting.push(loser);
                    }
                }
            }
        }
        held
    }

    /// Whom an exceeded node turns away: a right its least preferred, a group the least value (ties: later ids).
    fn rejected(&self, node: u32, books: &[BTreeSet<(u32, u32)>]) -> u32 {
        let inside = (0..self.network.rights as u32)
            .filter(|&right| self.network.chain(right).any(|above| above == node));
        let worst = inside.flat_map(|right| {
            let book = &books[right as usize];
            if right == node {
                book.iter().next_back().into_iter().copied().collect::<Vec<_>>()
            } else {
                book.iter().copied().collect()
            }
        });
        worst
            .map(|(_, entry)| entry)
            .min_by_key(|&entry| (self.network.weight[entry as usize], std::cmp::Reverse(entry)))
            .expect("an exceeded node holds something")
    }

    fn blocking(&self, held: &[bool]) -> Vec<u32> {
        let network = self.network;
        let mut tally = Tally::new(self.instance, network);
        let mut of_right = vec![Vec::new(); network.rights];
        for entry in (0..held.len()).filter(|&entry| held[entry]) {
            tally.change(entry as u32, 1);
            of_right[network.entry_right[entry] as usize].push(entry as u32);
        }
        for held in &mut of_right {
            held.sort_unstable_by_key(|&entry| self.right_rank[entry as usize]);
        }
        let mut blocking = Vec::new();
        for (left, wishes) in self.wishes.iter().enumerate() {
            let own: Vec<u32> =
                network.entries(left as u32).filter(|&entry| held[entry]).map(|entry| entry as u32).collect();
            let full = own.len() as u32 >= network.left_max[left];
            let worst = own.iter().copied().max_by_key(|&entry| self.left_rank[entry as usize]);
            for &wish in wishes.iter().filter(|&&wish| !held[wish as usize]) {
                let gives_up = match (full, worst) {
                    (false, _) => None,
                    (true, Some(worst)) if self.left_rank[worst as usize] > self.left_rank[wish as usize] => {
                        Some(worst)
                    }
                    _ => continue,
                };
                if self.would_accept(
                    wish,
                    gives_up,
                    &of_right[network.entry_right[wish as usize] as usize],
                    &mut tally,
                ) {
                    blocking.push(network.entry_pair[wish as usize]);
                }
            }
        }
        blocking.sort_unstable();
        blocking
    }

    /// Whether the right of `wish` can take it, dropping only entries it likes less, worst first.
    fn would_accept(&self, wish: u32, gives_up: Option<u32>, book: &[u32], tally: &mut Tally) -> bool {
        let right = self.network.entry_right[wish as usize];
        let mut changed = vec![(wish, 1)];
        changed.extend(gives_up.map(|entry| (entry, -1)));
        changed.iter().for_each(|&(entry, by)| tally.change(entry, by));
        let mut worse = book.iter().rev().filter(|&&entry| {
            Some(entry) != gives_up && self.right_rank[entry as usize] > self.right_rank[wish as usize]
        });
        let accepted = loop {
            if tally.exceeded(right).is_none() {
                break true;
            }
            let Some(&dropped) = worse.next() else { break false };
            tally.change(dropped, -1);
            changed.push((dropped, -1));
        };
        changed.iter().for_each(|&(entry, by)| tally.change(entry, -by));
        accepted
    }
}

/// Counts and yen used at every node.
struct Tally<'a> {
    instance: &'a Instance,
    network: &'a Network,
    count: Vec<i64>,
    yen: Vec<i128>,
    ceiling: Vec<Option<i128>>,
}

impl<'a> Tally<'a> {
    fn new(instance: &'a Instance, network: &'a Network) -> Tally<'a> {
        let nodes = network.high.len();
        let mut ceiling = vec![None; nodes];
        for limit in &network.ceilings {
            ceiling[limit.node as usize] = Some(limit.budget);
        }
        Tally { instance, network, count: vec![0; nodes], yen: vec![0; nodes], ceiling }
    }

    fn change(&mut self, entry: u32, by: i64) {
        let cost = self.instance.pairs[self.network.entry_pair[entry as usize] as usize].cost;
        for node in self.network.chain(self.network.entry_right[entry as usize]) {
            self.count[node as usize] += by;
            self.yen[node as usize] += i128::from(by * cost);
        }
    }

    /// The innermost node above `right` whose ceiling is exceeded.
    fn exceeded(&self, right: u32) -> Option<u32> {
        self.network.chain(right).find(|&node| {
            let at = node as usize;
            self.count[at] > i64::from(self.network.high[at])
                || self.ceiling[at].is_some_and(|ceiling| self.yen[at] > ceiling)
        })
    }
}

/// The first minimum the proposals leave unmet. With quotas alone every stable assignment fills the same places, so none
/// can meet it.
fn unmet_minimum(instance: &Instance, network: &Network, held: &[bool]) -> Option<Conflict> {
    let mut left = vec![0; network.left_min.len()];
    let mut right = vec![0; network.rights];
    for entry in (0..held.len()).filter(|&entry| held[entry]) {
        left[network.entry_left[entry] as usize] += 1;
        right[network.entry_right[entry] as usize] += 1;
    }
    let mut lefts = (0..left.len()).filter(|&at| left[at] < network.left_min[at]);
    let mut rights = (0..right.len()).filter(|&at| right[at] < network.low[at]);
    let (kind, id, min) = match (lefts.next(), rights.next()) {
        (Some(at), _) => (Limit::LeftMin, &instance.left[at].id, instance.left[at].min),
        (None, Some(at)) => (Limit::RightMin, &instance.right[at].id, instance.right[at].min),
        (None, None) => return None,
    };
    Some(Conflict::new(kind, vec![id.clone()], minimum_words(kind, id, min)))
}
