//! From any optimal flow to *the* optimal flow, and its prices.
//!
//! Prices are recomputed as shortest distances from the root, which makes the price of a receiver exactly what one more
//! place there would gain. Ties are settled by id: among all optimal assignments the result is the one that contains
//! the first pair (by left id, then right id) whenever any optimal assignment does, then the second, and so on. So the
//! answer depends on the question alone, not on the way it was found.

use super::flow::Flow;
use super::network::Cost;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Distance of each node from the root in the residual network of a feasible optimal flow: valid dual potentials.
pub(super) fn distances<C: Cost>(flow: &Flow<C>) -> Vec<C> {
    let net = flow.net;
    let (root, nodes) = (net.root(), net.parent.len());
    let mut key: Vec<Option<C>> = vec![None; nodes];
    let mut done = vec![false; nodes];
    let mut queue = BinaryHeap::new();
    let mut reach = |node: u32, at: C, done: &[bool], queue: &mut BinaryHeap<Reverse<(C, u32)>>| {
        let key = &mut key[node as usize];
        if !done[node as usize] && key.is_none_or(|known| at < known) {
            *key = Some(at);
            queue.push(Reverse((at, node)));
        }
    };
    reach(root, C::default(), &done, &mut queue);
    let potential = |node: u32| flow.potential[node as usize];
    while let Some(Reverse((at, node))) = queue.pop() {
        if std::mem::replace(&mut done[node as usize], true) {
            continue;
        }
        let here = at + potential(node);
        if node != root && flow.load[node as usize] < net.high[node as usize] {
            let parent = net.parent[node as usize];
            reach(parent, here - potential(parent), &done, &mut queue);
        }
        for &child in &net.children[node as usize] {
            if flow.load[child as usize] > net.low[child as usize] {
                reach(child, here - potential(child), &done, &mut queue);
            }
        }
        if node == root {
            for left in 0..flow.count.len() as u32 {
                if flow.count[left as usize] < net.left_max[left as usize] {
                    for entry in net.entries(left).filter(|&entry| !flow.on[entry]) {
                        let right = net.entry_right[entry];
                        reach(right, here - flow.weight[entry] - potential(right), &done, &mut queue);
                    }
                }
            }
        } else if (node as usize) < net.rights {
            for &stay in &flow.members[node as usize] {
                for entry in net.entries(net.entry_left[stay as usize]).filter(|&entry| !flow.on[entry]) {
                    let right = net.entry_right[entry];
                    let cost = flow.weight[stay as usize] - flow.weight[entry];
                    reach(right, here + cost - potential(right), &done, &mut queue);
                }
            }
        }
    }
    // What cannot be reached keeps its potential, lifted past everything that can.
    let lift = key.iter().flatten().copied().max().unwrap_or_default();
    key.iter().zip(&flow.potential).map(|(key, &potential)| potential + key.unwrap_or(lift)).collect()
}

/// Replaces the flow by the first optimal one in the order of ids; `distance` stays valid.
pub(super) fn settle_ties<C: Cost>(flow: &mut Flow<C>, distance: &[C]) {
    flow.forget_moves();
    let lefts = flow.count.len() as u32;
    let nodes = flow.net.parent.len();
    let mut ties = Ties {
        freedom: Vec::new(),
        at: vec![Vec::new(); flow.net.rights],
        entering: Vec::new(),
        links: (nodes <= LINKS_UP_TO).then(|| Links::new(nodes)),
        flow,
        distance,
    };
    for left in 0..lefts {
        let freedom = ties.freedom_of(left);
        ties.freedom.push(None);
        ties.set(left, freedom);
    }
    for left in 0..lefts {
        // From here on this left moves only for its own sake.
        ties.link(left, false);
        ties.improve(left);
        ties.freedom[left as usize] = None;
    }
}

/// Above this many nodes the table of links would take too much memory; lefts are scanned instead.
const LINKS_UP_TO: usize = 1025;

/// How many lefts offer a free exchange from one node to another: by count, and as bits for searching.
struct Links {
    nodes: usize,
    words: usize,
    count: Vec<u32>,
    bits: Vec<u64>,
}

impl Links {
    fn new(nodes: usize) -> Links {
        let words = nodes.div_ceil(64);
        Links { nodes, words, count: vec![0; nodes * nodes], bits: vec![0; nodes * words] }
    }

    fn change(&mut self, from: u32, to: u32, more: bool) {
        let (from, to) = (from as usize, to as usize);
        let count = &mut self.count[from * self.nodes + to];
        *count = if more { *count + 1 } else { *count - 1 };
        let bit = 1 << (to % 64);
        let word = &mut self.bits[from * self.words + to / 64];
        *word = if *count > 0 { *word | bit } else { *word & !bit };
    }

    fn row(&self, from: u32) -> &[u64] {
        &self.bits[from as usize * self.words..][..self.words]
    }
}

/// Nodes that no search for this left has come to yet, as bits.
struct Open(Vec<u64>);

impl Open {
    fn all(nodes: usize) -> Open {
        Open(vec![u64::MAX; nodes.div_ceil(64)])
    }

    /// Comes to a node; false when a search was there before.
    fn take(&mut self, node: u32) -> bool {
        let (word, bit) = (node as usize / 64, 1 << (node % 64));
        let open = self.0[word] & bit != 0;
        self.0[word] &= !bit;
        open
    }
}

struct Ties<'a, 'n, C> {
    flow: &'a mut Flow<'n, C>,
    distance: &'a [C],
    freedom: Vec<Option<Box<Freedom>>>,
    /// Lefts that have, or had, a free choice at a right; checked when used.
    at: Vec<Vec<u32>>,
    entering: Vec<u32>,
    /// Exchanges offered by the lefts that are still to come.
    links: Option<Links>,
}

/// What a left may do without changing the objective.
#[derive(Clone, Default)]
struct Freedom {
    inside: Vec<u32>,
    outside: Vec<u32>,
    moves: bool,
    enters: bool,
    leaves: bool,
}

#[derive(Clone, Copy)]
enum Step {
    Start,
    /// By some left, to be found, from this node.
    Some(u32),
    Move(u32, u32),
    Enter(u32),
    Out(u32),
    Up(u32),
    Down(u32),
}

impl<C: Cost> Ties<'_, '_, C> {
    fn standing(&self, entry: usize) -> C {
        self.flow.weight[entry] + self.distance[self.flow.net.entry_right[entry] as usize]
    }

    fn freedom_of(&self, left: u32) -> Option<Box<Freedom>> {
        let (flow, net, zero) = (&*self.flow, self.flow.net, C::default());
        let (on, off): (Vec<usize>, Vec<usize>) = net.entries(left).partition(|&entry| flow.on[entry]);
        let worst = on.iter().map(|&entry| self.standing(entry)).min();
        let best = off.iter().map(|&entry| self.standing(entry)).max();
        let count = flow.count[left as usize];
        let moves = worst.is_some() && worst == best;
        let enters = count < net.left_max[left as usize] && best == Some(zero);
        let leaves = count > net.left_min[left as usize] && worst == Some(zero);
        if !(moves || enters || leaves) {
            return None;
        }
        let tight = |entries: Vec<usize>, level: Option<C>| -> Vec<u32> {
            entries
                .into_iter()
                .filter(|&entry| Some(self.standing(entry)) == level)
                .map(|entry| entry as u32)
                .collect()
        };
        Some(Box::new(Freedom { inside: tight(on, worst), outside: tight(off, best), moves, enters, leaves }))
    }

    fn set(&mut self, left: u32, freedom: Option<Box<Freedom>>) {
        self.link(left, false);
        if let Some(freedom) = &freedom {
            if freedom.enters {
                self.entering.push(left);
            }
            for &entry in &freedom.inside {
                self.at[self.flow.net.entry_right[entry as usize] as usize].push(left);
            }
        }
        self.freedom[left as usize] = freedom;
        self.link(left, true);
    }

    /// Counts the exchanges of a left in or out.
    fn link(&mut self, left: u32, more: bool) {
        let (Some(links), Some(freedom)) = (&mut self.links, &self.freedom[left as usize]) else { return };
        let net = self.flow.net;
        let (root, right) = (net.root(), |entry: u32| net.entry_right[entry as usize]);
        for &stay in &freedom.inside {
            if freedom.leaves {
                links.change(right(stay), root, more);
            }
            if freedom.moves {
                freedom.outside.iter().for_each(|&go| links.change(right(stay), right(go), more));
            }
        }
        if freedom.enters {
            freedom.outside.iter().for_each(|&go| links.change(root, right(go), more));
        }
    }

    /// Brings in each pair of `left`, in order, that can come in at no loss with the lefts before it unchanged.
    fn improve(&mut self, left: u32) {
        let mut open_nodes = Open(Vec::new());
        let mut from = 0;
        while let Some(freedom) = &self.freedom[left as usize] {
            let open = freedom.moves || freedom.enters;
            let Some(&entry) = freedom.outside.iter().find(|&&entry| open && entry >= from) else { return };
            from = entry + 1;
            if open_nodes.0.is_empty() {
                open_nodes = Open::all(self.flow.net.parent.len());
            }
            if let Some((trail, end)) = self.trail(left, entry, &mut open_nodes) {
                self.apply(left, entry, &trail, end);
                open_nodes.0.clear();
            }
        }
    }

    /// A chain of free exchanges from the right of `entry` back to `left`: steps per node, and the node it ends at.
    fn trail(&self, left: u32, entry: u32, open: &mut Open) -> Option<(Vec<Option<Step>>, u32)> {
        let net = self.flow.net;
        let root = net.root();
        let own = self.freedom[left as usize].as_ref()?;
        let start = net.entry_right[entry as usize];
        let mut steps: Vec<Option<Step>> = vec![None; net.parent.len()];
        // The nearest first: a short chain is quick to apply.
        let mut row = VecDeque::new();
        if !open.take(start) {
            return None;
        }
        steps[start as usize] = Some(Step::Start);
        row.push_back(start);
        while let Some(node) = row.pop_front() {
            let returns = own.moves
                && own
                    .inside
                    .iter()
                    .any(|&inside| inside > entry && net.entry_right[inside as usize] == node);
            if returns || (node == root && own.enters) {
                return Some((steps, node));
            }
            let mut reach = |next: u32, step: Step| {
                if open.take(next) {
                    steps[next as usize] = Some(step);
                    row.push_back(next);
                }
            };
            let level = |node: u32| self.distance[node as usize];
            if node != root && self.flow.load[node as usize] < net.high[node as usize] {
                let parent = net.parent[node as usize];
                if level(parent) == level(node) {
                    reach(parent, Step::Up(node));
                }
            }
            for &child in &net.children[node as usize] {
                if self.flow.load[child as usize] > net.low[child as usize] && level(child) == level(node) {
                    reach(child, Step::Down(child));
                }
            }
            if let Some(links) = &self.links {
                for (word, &offered) in links.row(node).iter().enumerate() {
                    let mut bits = offered & open.0[word];
                    open.0[word] &= !bits;
                    while bits != 0 {
                        let next = word as u32 * 64 + bits.trailing_zeros();
                        bits &= bits - 1;
                        steps[next as usize] = Some(Step::Some(node));
                        row.push_back(next);
                    }
                }
                continue;
            }
            if node != root && node as usize >= net.rights {
                continue;
            }
            let others = if node == root { &self.entering } else { &self.at[node as usize] };
            for &other in others.iter().filter(|&&other| other > left) {
                let Some(freedom) = &self.freedom[other as usize] else { continue };
                if node == root {
                    if freedom.enters {
                        freedom
                            .outside
                            .iter()
                            .for_each(|&go| reach(net.entry_right[go as usize], Step::Enter(go)));
                    }
                    continue;
                }
                let Some(&stay) = freedom.inside.iter().find(|&&stay| net.entry_right[stay as usize] == node)
                else {
                    continue;
                };
                if freedom.leaves {
                    reach(root, Step::Out(stay));
                }
                if freedom.moves {
                    freedom
                        .outside
                        .iter()
                        .for_each(|&go| reach(net.entry_right[go as usize], Step::Move(stay, go)));
                }
            }
        }
        None
    }

    /// A left after `left` that offers the exchange counted between two nodes. Those met on the way that offer nothing
    /// there any more, or have had their turn, are taken off the list.
    fn found(&mut self, left: u32, from: u32, to: u32) -> Step {
        let net = self.flow.net;
        let root = net.root();
        let right = |entry: u32| net.entry_right[entry as usize];
        let offers = if from == root { &mut self.entering } else { &mut self.at[from as usize] };
        let mut at = 0;
        while let Some(&other) = offers.get(at) {
            let freedom = self.freedom[other as usize].as_deref().filter(|_| other > left);
            let stay = freedom.and_then(|free| free.inside.iter().copied().find(|&stay| right(stay) == from));
            let Some(freedom) =
                freedom.filter(|free| if from == root { free.enters } else { stay.is_some() })
            else {
                offers.swap_remove(at);
                continue;
            };
            at += 1;
            if to == root {
                if let (true, Some(stay)) = (freedom.leaves, stay) {
                    return Step::Out(stay);
                }
                continue;
            }
            let go = freedom.outside.iter().copied().find(|&go| right(go) == to);
            match (go, stay) {
                (Some(go), None) => return Step::Enter(go),
                (Some(go), Some(stay)) if freedom.moves => return Step::Move(stay, go),
                _ => {}
            }
        }
        unreachable!("an exchange that is counted is offered by some left")
    }

    fn apply(&mut self, left: u32, entry: u32, steps: &[Option<Step>], end: u32) {
        let net = self.flow.net;
        let mut touched = Vec::new();
        let mut node = end;
        while let Some(step) = steps[node as usize] {
            let step = if let Step::Some(from) = step { self.found(left, from, node) } else { step };
            match step {
                Step::Some(_) => unreachable!("replaced above"),
                Step::Start => break,
                Step::Up(child) => {
                    self.flow.load[child as usize] += 1;
                    node = child;
                }
                Step::Down(child) => {
                    self.flow.load[child as usize] -= 1;
                    node = net.parent[child as usize];
                }
                Step::Move(stay, go) => {
                    self.flow.switch(stay, false);
                    self.flow.switch(go, true);
                    touched.push(net.entry_left[stay as usize]);
                    node = net.entry_right[stay as usize];
                }
                Step::Out(stay) => {
                    self.flow.switch(stay, false);
                    self.flow.change_count(net.entry_left[stay as usize], false);
                    touched.push(net.entry_left[stay as usize]);
                    node = net.entry_right[stay as usize];
                }
                Step::Enter(go) => {
                    self.flow.switch(go, true);
                    self.flow.change_count(net.entry_left[go as usize], true);
                    touched.push(net.entry_left[go as usize]);
                    node = net.root();
                }
            }
        }
        self.flow.switch(entry, true);
        if end == net.root() {
            self.flow.change_count(left, true);
        } else if let Some(inside) = net
            .entries(left)
            .find(|&own| own as u32 > entry && self.flow.on[own] && net.entry_right[own] == end)
        {
            self.flow.switch(inside as u32, false);
        }
        self.freedom[left as usize] = self.freedom_of(left);
        for other in touched {
            let freedom = self.freedom_of(other);
            self.set(other, freedom);
        }
    }
}
