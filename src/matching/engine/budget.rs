//! Mixed costs under yen ceilings: exact branch and bound over the linear relaxation.
//!
//! The relaxation's prices are rounded to integers and every bound is evaluated exactly from them, so the search tree
//! with the prices at its leaves is a proof that the checker can repeat. Pairs that cannot be part of anything better
//! are ruled out by the first prices; what remains is usually a small core. A search that is stopped reports the best
//! assignment so far and the proven bound.

use super::best::Best;
use super::instance::Instance;
use super::local::Draft;
use super::network::Network;
use super::number::Scaled;
use super::prices::{FINE, PriceList};
use super::relax::{Fixed, Relaxation};
use super::simplex::{Column, End, Simplex};
use super::solution::{Branch, Certificate, Proof, Solution, Status};
use super::solve::{self, Options, links, sum_weight, with_locks};
use super::subgradient;
use std::collections::BinaryHeap;

/// Most rows of a relaxation; beyond, prices come from the subgradient alone.
const MOST_ROWS: usize = 1200;

/// Disturbances tried at the root.
const KICKS: usize = 150;

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
        table: Vec::new(),
        tree: vec![Slot::Open],
        core: None,
    };
    search.run();
    search.outcome(instance)
}

/// A place in the tree; open places become leaves in the end.
enum Slot {
    Open,
    Split { entry: usize, inside: u32, out: u32 },
    Leaf { prices: u32 },
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
    table: Vec<PriceList>,
    tree: Vec<Slot>,
    core: Option<Core>,
}

/// What a node turned out to be.
enum Look {
    Closed(u32),
    Split { entry: usize, first: bool, bound: i128, prices: u32 },
}

impl Search<'_> {
    fn run(&mut self) {
        self.start();
        let mut open = BinaryHeap::new();
        let root = Node { bound: i128::MAX, slot: 0, path: Vec::new(), prices: 0 };
        let mut next = Some(root);
        while let Some(node) = next.take().or_else(|| open.pop()) {
            if self.tree.len() >= self.options.node_limit || ((self.options.stop)() && !self.table.is_empty())
            {
                open.push(node);
                break;
            }
            if self.reached().is_some_and(|reached| node.bound <= reached) {
                self.tree[node.slot as usize] = Slot::Leaf { prices: node.prices };
                continue;
            }
            match self.look(&node) {
                Look::Closed(prices) => self.tree[node.slot as usize] = Slot::Leaf { prices },
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
            self.tree[node.slot as usize] = Slot::Leaf { prices: node.prices };
        }
    }

    fn reached(&self) -> Option<i128> {
        self.best.as_ref().map(|best| best.0)
    }

    /// First prices by subgradient where the relaxation would be too large, and a first assignment from them.
    fn start(&mut self) {
        let relaxation = self.relaxation;
        let rows = relaxation.network.left_max.len() + relaxation.network.high.len();
        if rows <= MOST_ROWS {
            return;
        }
        let prices = subgradient::prices(relaxation, self.options.stop);
        let gains = relaxation.gains(&prices);
        let mut order: Vec<usize> = (0..gains.len()).collect();
        order.sort_unstable_by_key(|&entry| (-gains[entry], entry));
        self.table.push(prices);
        self.fill(&order);
        self.rule_out();
    }

    /// Adds entries in this order as long as they fit and gain, improves, and keeps the result if it is better.
    fn fill(&mut self, order: &[usize]) {
        let network = self.relaxation.network;
        let mut draft = Draft::empty(self.relaxation);
        for &entry in order {
            if network.weight[entry] > 0
                || network.left_min[network.entry_left[entry] as usize] > 0
                || network.low[network.entry_right[entry] as usize] > 0
            {
                draft.add(entry);
            }
        }
        if draft.meets_minimums() {
            draft.improve(self.options.stop);
            self.keep(draft);
        }
    }

    /// Leaves the best assignment by small disturbances, improves, and keeps what is better: always the same walk.
    fn wander(&mut self) -> bool {
        let Some((before, on)) = self.best.clone() else { return false };
        let mut here = Draft::empty(self.relaxation);
        (0..on.len()).filter(|&entry| on[entry]).for_each(|entry| {
            here.add(entry);
        });
        let mut chance = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..KICKS {
            if (self.options.stop)() {
                break;
            }
            let mut there = here.clone();
            there.disturb(&mut chance);
            there.improve(self.options.stop);
            if there.weight() >= here.weight() && there.meets_minimums() {
                here = there;
            }
        }
        self.keep(here);
        self.reached() > Some(before)
    }

    fn keep(&mut self, draft: Draft) -> bool {
        let weight = draft.weight();
        if self.reached().is_some_and(|reached| reached >= weight) {
            return false;
        }
        self.best = Some((weight, draft.on));
        true
    }

    /// After a better assignment: more entries can be ruled out, and the core shrinks.
    fn rule_out(&mut self) {
        let (Some(reached), Some(first)) = (self.reached(), self.table.first()) else { return };
        self.relaxation.rule_out(first, reached, &mut self.ruled);
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
        // Fixed against what has been ruled out since: nothing better in here.
        let Some(fixed) = self.fixed(node) else { return Look::Closed(node.prices) };
        let mut best = (node.bound, node.prices);
        if !self.table.is_empty() {
            match self.bound_by(node.prices, &fixed) {
                None => return Look::Closed(node.prices),
                Some(bound) => best = best.min((bound, node.prices)),
            }
        }
        if self.closed(best.0) {
            return Look::Closed(best.1);
        }
        if self.core.is_none() {
            self.core = Core::new(self.relaxation, &self.ruled);
        }
        let Some(mut core) = self.core.take() else { return self.split_any(&fixed, best) };
        let look = self.look_at_core(&mut core, &fixed, best);
        // A better assignment has already discarded the core.
        if self.core.is_none() && !core.stale {
            self.core = Some(core);
        }
        look
    }

    fn look_at_core(&mut self, core: &mut Core, fixed: &Fixed, mut best: (i128, u32)) -> Look {
        let end = core.solve(fixed);
        if let End::Infeasible(ray) = &end {
            for sign in [1.0, -1.0] {
                let prices = core.prices(
                    self.relaxation,
                    &ray.iter().map(|value| value * sign).collect::<Vec<_>>(),
                    true,
                );
                if self.relaxation.excludes(&prices, fixed) {
                    return Look::Closed(self.add(prices));
                }
            }
            return self.split_any(fixed, best);
        }
        let prices = core.prices(self.relaxation, &core.simplex.duals(), false);
        let mine = self.add(prices);
        let is_root = mine == 0;
        match self.bound_by(mine, fixed) {
            None => return Look::Closed(mine),
            Some(bound) if is_root || (bound, mine) < best => best = (bound, mine),
            Some(_) => {}
        }
        if self.closed(best.0) {
            return Look::Closed(best.1);
        }
        let better =
            if is_root { self.round(core, fixed) | self.wander() } else { self.round_plainly(core, fixed) };
        if better || is_root {
            self.rule_out();
            core.stale = true;
            if self.closed(best.0) {
                return Look::Closed(best.1);
            }
        }
        if let Some(sharper) = self.sharpen(core, mine, fixed) {
            let Some(bound) = self.bound_by(sharper, fixed) else { return Look::Closed(sharper) };
            if self.closed(bound) {
                return Look::Closed(sharper);
            }
            if bound < best.0 {
                best = (bound, sharper);
            } else {
                self.table.pop();
            }
        }
        if best.1 != mine && mine > 0 && mine + 1 == self.table.len() as u32 {
            self.table.pop();
        }
        match core.most_fractional(fixed) {
            Some((entry, x)) => Look::Split { entry, first: x >= 0.5, bound: best.0, prices: best.1 },
            None => self.split_any(fixed, best),
        }
    }

    fn closed(&self, bound: i128) -> bool {
        self.reached().is_some_and(|reached| bound <= reached)
    }

    fn add(&mut self, prices: PriceList) -> u32 {
        self.table.push(prices);
        self.table.len() as u32 - 1
    }

    fn bound_by(&self, prices: u32, fixed: &Fixed) -> Option<i128> {
        self.relaxation.bound(&self.table[prices as usize], fixed)
    }

    /// The relaxation's prices with those of the lefts, for the bound by whole choices.
    fn sharpen(&mut self, core: &Core, prices: u32, fixed: &Fixed) -> Option<u32> {
        core.most_fractional(fixed)?;
        let left = core.left_prices(self.relaxation);
        // Without any price this would be no such bound.
        left.iter().any(|&price| price != 0).then_some(())?;
        let prices = PriceList { left: Some(left), ..self.table[prices as usize].clone() };
        Some(self.add(prices))
    }

    /// Rounds the relaxation to an assignment; whether it is the best so far.
    fn round(&mut self, core: &Core, fixed: &Fixed) -> bool {
        let network = self.relaxation.network;
        let mut order: Vec<(f64, usize)> = (0..network.weight.len())
            .filter_map(|entry| match (fixed[entry], core.column[entry]) {
                (Some(true), _) => Some((2.0, entry)),
                (Some(false), _) => None,
                (None, Some(column)) => Some((core.simplex.x(column as usize), entry)),
                (None, None) => Some((0.0, entry)),
            })
            .collect();
        let reduced = |entry: usize| {
            core.column[entry].map_or(0.0, |column| core.simplex.reduced_cost(column as usize))
        };
        order.sort_unstable_by(|a, b| {
            b.0.total_cmp(&a.0).then_with(|| reduced(a.1).total_cmp(&reduced(b.1))).then(a.1.cmp(&b.1))
        });
        let before = self.reached();
        let order: Vec<usize> = order.into_iter().map(|(_, entry)| entry).collect();
        self.fill(&order);
        self.reached() > before
    }

    /// Takes a relaxation without fractions as it is.
    fn round_plainly(&mut self, core: &Core, fixed: &Fixed) -> bool {
        if core.most_fractional(fixed).is_some() {
            return false;
        }
        self.round(core, fixed)
    }

    /// Nothing fractional left to decide, yet the node is not closed: decide any entry, or show it impossible.
    fn split_any(&mut self, fixed: &Fixed, best: (i128, u32)) -> Look {
        let prices =
            if self.table.is_empty() { self.add(PriceList::free(self.relaxation.network)) } else { best.1 };
        if let Some(entry) = (0..fixed.len()).find(|&entry| fixed[entry].is_none()) {
            return Look::Split { entry, first: true, bound: best.0, prices };
        }
        let mut draft = Draft::empty(self.relaxation);
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

    fn outcome(self, instance: &Instance) -> Best {
        let network = self.relaxation.network;
        let mut bound = self.reached();
        // Bounds of all leaves, with everything ruled out in the end.
        let mut stack = vec![(0u32, self.ruled.clone())];
        while let Some((slot, fixed)) = stack.pop() {
            match self.tree[slot as usize] {
                Slot::Split { entry, inside, out } => {
                    for (child, chosen) in [(inside, true), (out, false)] {
                        if fixed[entry].is_none_or(|known| known == chosen) {
                            let mut fixed = fixed.clone();
                            fixed[entry] = Some(chosen);
                            stack.push((child, fixed));
                        }
                    }
                }
                Slot::Leaf { prices } => {
                    let prices = &self.table[prices as usize];
                    if let Some(own) = self.relaxation.bound(prices, &fixed)
                        && bound.is_none_or(|bound| own > bound)
                        && !self.relaxation.excludes(prices, &fixed)
                    {
                        bound = Some(own);
                    }
                }
                Slot::Open => {}
            }
        }
        let proof = self.proof(instance);
        match (self.best, bound) {
            (Some((weight, on)), bound) => {
                let chosen =
                    (0..on.len()).filter(|&entry| on[entry]).map(|entry| network.entry_pair[entry]).collect();
                Best::Found { chosen, weight, bound: bound.unwrap_or(weight), proof }
            }
            (None, Some(bound)) => Best::Open { bound, proof },
            (None, None) => Best::None(proof),
        }
    }

    fn proof(&self, instance: &Instance) -> Proof {
        // Only the prices in use, the first always.
        let mut number = vec![None; self.table.len()];
        let mut used: Vec<&PriceList> = Vec::new();
        let mut name = |at: u32| -> u32 {
            *number[at as usize].get_or_insert_with(|| {
                used.push(&self.table[at as usize]);
                used.len() as u32 - 1
            })
        };
        if !self.table.is_empty() {
            name(0);
        }
        let pair = |entry: usize| {
            let (left, right) = instance.ids(self.relaxation.network.entry_pair[entry]);
            (left.to_owned(), right.to_owned())
        };
        let mut tree: Vec<Branch> = self
            .tree
            .iter()
            .map(|slot| match *slot {
                Slot::Split { entry, inside, out } => Branch::Split { pair: pair(entry), inside, out },
                Slot::Leaf { prices } => Branch::Leaf { prices: name(prices) },
                Slot::Open => Branch::Leaf { prices: 0 },
            })
            .collect();
        if let [Branch::Leaf { prices: 0 }] = tree[..]
            && self.ruled.iter().all(Option::is_none)
        {
            tree.clear();
        }
        Proof {
            prices: used.into_iter().map(|prices| prices.named(instance)).collect(),
            tree,
            ..Proof::default()
        }
    }
}

/// The linear relaxation over the entries that are not ruled out.
struct Core {
    simplex: Simplex,
    /// Column of an entry.
    column: Vec<Option<u32>>,
    /// Rows: lefts first, then these.
    node_rows: Vec<NodeRow>,
    left_rows: usize,
    /// Row of each left that still has a choice.
    left_row: Vec<Option<u32>>,
    /// Largest weight, by which the simplex's costs are divided.
    unit: f64,
    stale: bool,
}

struct NodeRow {
    node: u32,
    /// What a row over yen is divided by.
    yen: Option<f64>,
}

impl Core {
    /// `None` when there are too many rows even so.
    fn new(relaxation: &Relaxation, ruled: &Fixed) -> Option<Core> {
        let network = relaxation.network;
        let entries: Vec<usize> = (0..ruled.len()).filter(|&entry| ruled[entry] != Some(false)).collect();
        let mut below = vec![0u32; network.high.len()];
        let mut left_row = vec![None; network.left_max.len()];
        let mut bounds: Vec<(f64, f64)> = Vec::new();
        for &entry in &entries {
            let left = network.entry_left[entry] as usize;
            left_row[left].get_or_insert_with(|| {
                bounds.push((
                    f64::from(network.left_min[left]),
                    f64::from(network.left_max[left].min(1 << 20)),
                ));
                bounds.len() as u32 - 1
            });
            network.chain(network.entry_right[entry]).for_each(|node| below[node as usize] += 1);
        }
        let left_rows = bounds.len();
        let mut node_rows = Vec::new();
        let mut rows_of = vec![(None, None); network.high.len()];
        for node in 0..network.high.len() {
            if network.high[node] < below[node] || network.low[node] > 0 {
                rows_of[node].0 = Some(bounds.len() as u32);
                bounds.push((
                    f64::from(network.low[node]),
                    f64::from(network.high[node].max(network.low[node])),
                ));
                node_rows.push(NodeRow { node: node as u32, yen: None });
            }
            if let Some(budget) = relaxation.budget[node] {
                let divisor = (budget as f64).max(1.0);
                rows_of[node].1 = Some((bounds.len() as u32, divisor));
                bounds.push((0.0, budget as f64 / divisor));
                node_rows.push(NodeRow { node: node as u32, yen: Some(divisor) });
            }
        }
        if bounds.len() > MOST_ROWS {
            return None;
        }
        let unit = network.weight.iter().map(|weight| weight.abs()).max().unwrap_or(0).max(1) as f64;
        let mut column = vec![None; network.weight.len()];
        let mut columns: Vec<(f64, Column)> = Vec::with_capacity(entries.len());
        for &entry in &entries {
            column[entry] = Some(columns.len() as u32);
            let mut rows: Column =
                left_row[network.entry_left[entry] as usize].map(|row| (row, 1.0)).into_iter().collect();
            for node in network.chain(network.entry_right[entry]) {
                let (count, yen) = rows_of[node as usize];
                rows.extend(count.map(|row| (row, 1.0)));
                rows.extend(
                    yen.filter(|_| relaxation.cost[entry] != 0)
                        .map(|(row, divisor)| (row, relaxation.cost[entry] as f64 / divisor)),
                );
            }
            columns.push((-(network.weight[entry] as f64) / unit, rows));
        }
        Some(Core {
            simplex: Simplex::new(&columns, &bounds),
            column,
            node_rows,
            left_rows,
            left_row,
            unit,
            stale: false,
        })
    }

    fn solve(&mut self, fixed: &Fixed) -> End {
        for (entry, column) in self.column.iter().enumerate() {
            let Some(column) = column else { continue };
            let (low, high) = match fixed[entry] {
                None => (0.0, 1.0),
                Some(true) => (1.0, 1.0),
                Some(false) => (0.0, 0.0),
            };
            self.simplex.bound(*column as usize, low, high);
        }
        self.simplex.solve()
    }

    /// Prices of the lefts.
    fn left_prices(&self, relaxation: &Relaxation) -> Vec<i128> {
        let network = relaxation.network;
        let duals = self.simplex.duals();
        let price = |(left, row): (usize, &Option<u32>)| {
            let price = row.map_or(0, |row| (-duals[row as usize] * self.unit * FINE as f64).round() as i128);
            if network.left_min[left] == 0 { price.max(0) } else { price }
        };
        self.left_row.iter().enumerate().map(price).collect()
    }

    /// Row multipliers as integer prices.
    fn prices(&self, relaxation: &Relaxation, duals: &[f64], ray: bool) -> PriceList {
        let mut prices = PriceList::free(relaxation.network);
        // A ray has no scale of its own: give it one that survives rounding.
        let unit = if ray { 1e6 * FINE as f64 } else { self.unit * FINE as f64 };
        for (row, dual) in self.node_rows.iter().zip(&duals[self.left_rows..]) {
            let price = -dual * unit;
            let node = row.node as usize;
            match row.yen {
                Some(divisor) => {
                    prices.yen[node] = ((price / divisor * 1e9).round() as i128).clamp(0, 1 << 90)
                }
                None if relaxation.network.low[node] == 0 => {
                    prices.place[node] = (price.round() as i128).clamp(0, 1 << 80)
                }
                None => prices.place[node] = (price.round() as i128).clamp(-(1 << 80), 1 << 80),
            }
        }
        prices
    }

    /// The entry nearest to one half.
    fn most_fractional(&self, fixed: &Fixed) -> Option<(usize, f64)> {
        let mut found: Option<(f64, usize, f64)> = None;
        for (entry, column) in self.column.iter().enumerate() {
            let Some(column) = column.filter(|_| fixed[entry].is_none()) else { continue };
            let x = self.simplex.x(column as usize);
            let distance = (x - 0.5).abs();
            if distance < 0.5 - 1e-7 && found.is_none_or(|(best, ..)| distance < best) {
                found = Some((distance, entry, x));
            }
        }
        found.map(|(_, entry, x)| (entry, x))
    }
}
