//! Mixed costs under yen ceilings: exact branch and bound over the linear relaxation.
//!
//! The relaxation's prices are rounded to integers and every bound is evaluated exactly from them, so the search tree
//! with the prices at its leaves is a proof that the checker can repeat. Pairs that cannot be part of anything better
//! are ruled out by the first prices; what remains is usually a small core. A search that is stopped reports the best
//! assignment so far and the proven bound.

mod core;
mod proof;
mod root;

use self::core::Core;
use super::best::Best;
use super::instance::Instance;
use super::knapsack::{self, Effort, Improved};
use super::local::{Draft, Scope};
use super::network::Network;
use super::number::Scaled;
use super::prices::{FINE, PriceList};
use super::relax::{Fixed, Relaxation};
use super::simplex::End;
use super::solution::{Certificate, Solution, Status};
use super::solve::{self, Options, links, sum_weight, with_locks};
use std::collections::BinaryHeap;

/// Prices that all tables of a search may hold together; beyond, the proof would be too long to be of use.
const MOST_PRICES: usize = 4_000_000;

/// Entries that rounds of better prices may look at together: what ends a search without a time limit, at the same place on
/// every machine, within about a minute.
const MOST_WORK: u64 = 150_000_000;

/// Rounds in which the prices of a node are improved.
const NODE_ROUNDS: usize = 12;

/// Exchanges that the assignments met in one search for prices may try.
const MOST_TRIES: u64 = 8_000_000;

/// Every so many nodes the relaxation is rounded, whether it looks promising or not.
const ROUND_EVERY: u32 = 32;

/// The answer of a maximum sum under mixed costs.
pub(super) fn solve(instance: &Instance, network: &Network, options: &Options) -> Solution {
    let locked: i128 = instance.locks.iter().filter_map(|&lock| sum_weight(instance)(lock)).sum();
    let constant = instance.worth(&[]).0 + locked;
    let (status, objective, bound, chosen, certificate) = match maximise(instance, network, options) {
        Best::None(proof) => {
            return solve::infeasible(instance, proof, options);
        }
        Best::Found { chosen, weight, bound, proof } => {
            let status = if bound == weight { Status::Optimal } else { Status::Feasible };
            (status, Some(weight), bound, with_locks(instance, &chosen), Certificate::MaxSum(proof))
        }
        Best::Open { bound, proof } => (Status::Feasible, None, bound, Vec::new(), Certificate::Open(proof)),
    };
    Solution {
        status,
        objective: objective.map(|weight| Scaled(weight + constant)),
        bound: Some(Scaled(bound + constant)),
        assignment: links(instance, &chosen),
        certificate,
        conflict: Vec::new(),
        seconds: 0.0,
    }
}

/// The greatest weight under mixed costs, as far as the options allow.
pub(super) fn maximise(instance: &Instance, network: &Network, options: &Options) -> Best {
    let relaxation = Relaxation::new(instance, network);
    let mut search = Search {
        relaxation: &relaxation,
        options,
        best: None,
        ruled: vec![None; network.weight.len()],
        ruling: vec![0],
        table: Vec::new(),
        prices: 0,
        tree: vec![Slot::Open],
        core: None,
        looks: 0,
        work: 0,
    };
    search.run();
    search.outcome(instance)
}

/// A place in the tree; open places become leaves in the end.
enum Slot {
    Open,
    Split {
        entry: usize,
        inside: u32,
        out: u32,
    },
    /// `open` is the bound of what nobody has looked through.
    Leaf {
        prices: u32,
        open: Option<i128>,
    },
}

/// A node to look at.
struct Node {
    bound: i128,
    slot: u32,
    /// Entries fixed on the way, and which prices bound it so far.
    path: Vec<(usize, bool)>,
    prices: u32,
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.slot == other.slot
    }
}
impl Eq for Node {}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Node) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
/// Highest bound first, then the oldest.
impl Ord for Node {
    fn cmp(&self, other: &Node) -> std::cmp::Ordering {
        self.bound.cmp(&other.bound).then(other.slot.cmp(&self.slot))
    }
}

struct Search<'a> {
    relaxation: &'a Relaxation<'a>,
    options: &'a Options<'a>,
    best: Option<(i128, Vec<bool>)>,
    /// Entries that cannot be part of, or missing from, anything better than `best`.
    ruled: Fixed,
    /// The tables that rule them out, one after the other.
    ruling: Vec<u32>,
    table: Vec<PriceList>,
    /// Prices held by all tables.
    prices: usize,
    tree: Vec<Slot>,
    core: Option<Core>,
    looks: u32,
    work: u64,
}

/// What a node turned out to be.
enum Look {
    Closed(u32),
    Split { entry: usize, first: bool, bound: i128, prices: u32 },
}

impl Search<'_> {
    fn run(&mut self) {
        let mut open = BinaryHeap::new();
        let mut next = match self.root() {
            Some((bound, prices)) => Some(Node { bound, slot: 0, path: Vec::new(), prices }),
            None => return,
        };
        while let Some(node) = next.take().or_else(|| open.pop()) {
            if self.is_over() {
                open.push(node);
                break;
            }
            if self.closed(node.bound) {
                self.tree[node.slot as usize] = Slot::Leaf { prices: node.prices, open: None };
                continue;
            }
            match self.look(&node) {
                Look::Closed(prices) => {
                    self.tree[node.slot as usize] = Slot::Leaf { prices, open: None };
                }
                Look::Split { entry, first, bound, prices } => {
                    let slot = self.tree.len() as u32;
                    self.tree[node.slot as usize] = Slot::Split { entry, inside: slot, out: slot + 1 };
                    self.tree.extend([Slot::Open, Slot::Open]);
                    let child = |chosen: bool| {
                        let path = node.path.iter().copied().chain([(entry, chosen)]).collect();
                        Node {
                            bound: bound.min(node.bound),
                            slot: if chosen { slot } else { slot + 1 },
                            path,
                            prices,
                        }
                    };
                    open.push(child(!first));
                    next = Some(child(first));
                }
            }
        }
        for node in open.into_iter().chain(next) {
            let open = Some(node.bound).filter(|&bound| !self.closed(bound));
            self.tree[node.slot as usize] = Slot::Leaf { prices: node.prices, open };
        }
    }

    fn is_over(&self) -> bool {
        self.tree.len() >= self.options.node_limit
            || self.prices > MOST_PRICES
            || self.work > MOST_WORK
            || (self.options.stop)()
    }

    fn reached(&self) -> Option<i128> {
        self.best.as_ref().map(|best| best.0)
    }

    fn closed(&self, bound: i128) -> bool {
        self.reached().is_some_and(|reached| bound <= reached)
    }

    fn keep(&mut self, draft: Draft) -> bool {
        let weight = draft.weight();
        if self.closed(weight) || !draft.meets_minimums() {
            return false;
        }
        self.best = Some((weight, draft.on));
        true
    }

    /// After a better assignment: more entries can be ruled out, and the core shrinks.
    fn rule_out(&mut self) {
        let Some(reached) = self.reached() else { return };
        let mut ruled = vec![None; self.ruled.len()];
        for &at in &self.ruling {
            if let Some(prices) = self.table.get(at as usize) {
                self.relaxation.rule_out(prices, reached, &mut ruled);
            }
        }
        self.ruled = ruled;
        self.core = None;
    }

    fn fixed(&self, node: &Node) -> Option<Fixed> {
        let mut fixed = self.ruled.clone();
        for &(entry, chosen) in &node.path {
            if fixed[entry].is_some_and(|known| known != chosen) {
                return None;
            }
            fixed[entry] = Some(chosen);
        }
        Some(fixed)
    }

    fn look(&mut self, node: &Node) -> Look {
        self.looks += 1;
        // Fixed against what has been ruled out since: nothing better in here.
        let Some(fixed) = self.fixed(node) else { return Look::Closed(node.prices) };
        let mut best = (node.bound, node.prices);
        match self.bound_by(node.prices, &fixed) {
            None => return Look::Closed(node.prices),
            Some(bound) => best.0 = best.0.min(bound),
        }
        if self.closed(best.0) {
            return Look::Closed(best.1);
        }
        if self.core.is_none() {
            self.core = Core::new(self.relaxation, &self.ruled);
        }
        let Some(mut core) = self.core.take() else { return self.look_without_core(&fixed, best) };
        let look = self.look_at_core(&mut core, &fixed, best);
        // A better assignment has made the core smaller: the next node builds it anew.
        if !core.stale {
            self.core = Some(core);
        }
        look
    }

    fn look_at_core(&mut self, core: &mut Core, fixed: &Fixed, mut best: (i128, u32)) -> Look {
        let end = core.solve(fixed, self.options.stop);
        if let End::Infeasible(ray) = &end {
            return match self.exclusion(core, ray, fixed) {
                Some(prices) => Look::Closed(prices),
                None => self.split_any(fixed, best),
            };
        }
        let plain = core.prices(self.relaxation, &core.simplex.duals(), false);
        if let Some(look) = self.take_better(plain.clone(), fixed, &mut best) {
            return look;
        }
        let fraction = core.most_fractional(fixed);
        if (fraction.is_none() || self.looks.is_multiple_of(ROUND_EVERY)) && self.round(core, fixed) {
            core.stale = true;
            if self.closed(best.0) {
                return Look::Closed(best.1);
            }
        }
        let Some((entry, x)) = fraction else { return self.split_any(fixed, best) };
        let start = if self.table[best.1 as usize].left.is_some() {
            self.table[best.1 as usize].clone()
        } else {
            PriceList { left: Some(core.left_prices(self.relaxation)), ..plain }
        };
        let before = self.reached();
        let Some(improved) = self.improve(&start, fixed, NODE_ROUNDS) else {
            return Look::Closed(self.add(start));
        };
        core.stale |= self.reached() > before;
        if let Some(look) = self.take_better(improved.prices, fixed, &mut best) {
            return look;
        }
        Look::Split { entry, first: x >= 0.5, bound: best.0, prices: best.1 }
    }

    /// Too large for a relaxation: whole choices alone, and a left that several rights choose, or none, to branch on.
    fn look_without_core(&mut self, fixed: &Fixed, mut best: (i128, u32)) -> Look {
        let start = self.with_left_prices(best.1);
        let Some(improved) = self.improve(&start, fixed, NODE_ROUNDS) else {
            return Look::Closed(self.add(start));
        };
        let chosen = improved.chosen;
        if let Some(look) = self.take_better(improved.prices, fixed, &mut best) {
            return look;
        }
        match self.disputed(&chosen, fixed) {
            Some(entry) => Look::Split { entry, first: true, bound: best.0, prices: best.1 },
            None => self.split_any(fixed, best),
        }
    }

    /// Uses prices if they bound a node better; an answer when that closes it.
    fn take_better(&mut self, prices: PriceList, fixed: &Fixed, best: &mut (i128, u32)) -> Option<Look> {
        match self.relaxation.bound(&prices, fixed) {
            None => return Some(Look::Closed(self.add(prices))),
            Some(bound) if bound < best.0 => *best = (bound, self.add(prices)),
            Some(_) => {}
        }
        self.closed(best.0).then_some(Look::Closed(best.1))
    }

    /// The weightiest open entry of a left that more rights choose than it may go to.
    fn disputed(&self, chosen: &[u32], fixed: &Fixed) -> Option<usize> {
        let network = self.relaxation.network;
        let mut count = vec![0; network.left_max.len()];
        let left = |entry: u32| network.entry_left[entry as usize] as usize;
        chosen.iter().for_each(|&entry| count[left(entry)] += 1);
        let open = |&entry: &u32| fixed[entry as usize].is_none();
        let weight = |entry: u32| network.weight[entry as usize];
        let over =
            chosen.iter().copied().filter(open).filter(|&e| count[left(e)] > network.left_max[left(e)]);
        over.max_by_key(|&entry| (weight(entry), std::cmp::Reverse(entry))).map(|entry| entry as usize)
    }

    /// Prices with those of the lefts: what each gains at them, where they have none.
    fn with_left_prices(&self, at: u32) -> PriceList {
        let prices = &self.table[at as usize];
        if prices.left.is_some() {
            return prices.clone();
        }
        PriceList { left: Some(self.relaxation.surpluses(prices)), ..prices.clone() }
    }

    /// Better prices for whole choices; assignments met on the way are kept.
    fn improve(&mut self, start: &PriceList, fixed: &Fixed, rounds: usize) -> Option<Improved> {
        let relaxation = self.relaxation;
        let scope = Scope::new(relaxation, &self.ruled, None);
        let gains = relaxation.gains(start);
        let mut rest: Vec<usize> = scope.entries().to_vec();
        rest.sort_unstable_by_key(|&entry| (-gains[entry], entry));
        let (stop, before) = (self.options.stop, self.reached());
        let (mut best, mut seen, mut tries) = (self.best.take(), 0_usize, 0);
        let mut on_the_way = |chosen: &[u32]| {
            seen += 1;
            if (seen == rounds || (rounds > NODE_ROUNDS && seen.is_multiple_of(4))) && tries < MOST_TRIES {
                let mut order: Vec<usize> = chosen.iter().map(|&entry| entry as usize).collect();
                order.sort_by_key(|&entry| (-gains[entry], entry));
                order.extend(&rest);
                let mut draft = Draft::filled(relaxation, &scope, &order);
                draft.improve(stop);
                tries += draft.tries();
                if draft.meets_minimums() && best.as_ref().is_none_or(|(weight, _)| draft.weight() > *weight)
                {
                    best = Some((draft.weight(), draft.on));
                }
            }
            best.as_ref().map(|best| best.0)
        };
        let improved =
            knapsack::improve(relaxation, start, fixed, Effort { rounds, stop, seen: &mut on_the_way });
        self.best = best;
        self.work += seen as u64 * (rest.len() as u64 + 100);
        if self.reached() > before {
            self.rule_out();
        }
        improved
    }

    /// Prices that show a node to hold no assignment at all, from the ray of an impossible relaxation.
    fn exclusion(&mut self, core: &Core, ray: &[f64], fixed: &Fixed) -> Option<u32> {
        for sign in [1.0, -1.0] {
            let ray: Vec<f64> = ray.iter().map(|value| value * sign).collect();
            let prices = core.prices(self.relaxation, &ray, true);
            if self.relaxation.excludes(&prices, fixed) {
                return Some(self.add(prices));
            }
        }
        None
    }

    fn add(&mut self, prices: PriceList) -> u32 {
        self.prices += prices.size();
        self.table.push(prices);
        self.table.len() as u32 - 1
    }

    fn bound_by(&self, prices: u32, fixed: &Fixed) -> Option<i128> {
        self.relaxation.bound(&self.table[prices as usize], fixed)
    }

    /// Rounds the relaxation to an assignment; whether it is the best so far.
    fn round(&mut self, core: &Core, fixed: &Fixed) -> bool {
        let order = core.order(self.relaxation, fixed);
        let scope = Scope::new(self.relaxation, &self.ruled, None);
        let mut draft = Draft::filled(self.relaxation, &scope, &order);
        draft.improve(self.options.stop);
        let better = self.keep(draft);
        if better {
            self.rule_out();
        }
        better
    }

    /// Nothing fractional left to decide, yet the node is not closed: decide any entry, or show it impossible.
    fn split_any(&mut self, fixed: &Fixed, best: (i128, u32)) -> Look {
        if let Some(entry) = (0..fixed.len()).find(|&entry| fixed[entry].is_none()) {
            return Look::Split { entry, first: true, bound: best.0, prices: best.1 };
        }
        let scope = Scope::new(self.relaxation, fixed, None);
        let mut draft = Draft::empty(self.relaxation, &scope);
        let fits = (0..fixed.len()).filter(|&entry| fixed[entry] == Some(true)).all(|entry| draft.add(entry));
        if fits && draft.meets_minimums() {
            if self.keep(draft) {
                self.rule_out();
            }
            // Free of charge, everything fixed weighs exactly what it weighs.
            return Look::Closed(self.add(PriceList::free(self.relaxation.network)));
        }
        Look::Closed(self.add(self.violation(fixed)))
    }

    /// Prices that show a fully fixed node to be impossible: all on one limit it breaks.
    fn violation(&self, fixed: &Fixed) -> PriceList {
        let network = self.relaxation.network;
        let nodes = network.high.len();
        let (mut load, mut yen) = (vec![0u32; nodes], vec![0i128; nodes]);
        for entry in (0..fixed.len()).filter(|&entry| fixed[entry] == Some(true)) {
            for node in network.chain(network.entry_right[entry]) {
                load[node as usize] += 1;
                yen[node as usize] += self.relaxation.cost[entry];
            }
        }
        let mut prices = PriceList::free(network);
        for node in 0..nodes {
            if load[node] > network.high[node] {
                prices.place[node] = FINE;
            } else if load[node] < network.low[node] {
                prices.place[node] = -FINE;
            } else if self.relaxation.budget[node].is_some_and(|budget| yen[node] > budget) {
                prices.yen[node] = FINE;
            } else {
                continue;
            }
            break;
        }
        prices
    }
}
