//! The kernel where few different values occur: primal-dual, all lefts at once.
//!
//! Declared interest has four levels, a count of pairs has one; then thousands of chains cost the same, and looking for
//! them one by one, as [`super::flow`] does, crosses the same ties again and again. Here Dijkstra finds the length of the
//! best chains, blocking flows (Dinic) apply all chains of that length together, and the next length follows: as many
//! rounds as there are lengths. The flow and its potentials are as good as those of the other kernel; ties are settled
//! afterwards by id, so the answer is the same to the byte.

use super::flow::Flow;
use super::network::{Cost, Network};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// More steps between the least and the greatest weight than this, and chains come in too many lengths.
const STEPS: i128 = 64;

/// Fewer entries than this, and the other kernel is as quick.
const ENTRIES: usize = 2_000;

const UNSEEN: u32 = u32::MAX;

/// Whether the weights of a network are few levels with equal steps between them.
pub(super) fn suits(net: &Network) -> bool {
    let (Some(least), Some(most)) = (net.weight.iter().min(), net.weight.iter().max()) else { return false };
    let step = net.weight.iter().fold(0, |step, weight| gcd(step, weight - least));
    net.weight.len() >= ENTRIES && (most - least) <= STEPS * step.max(1)
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Solves the network: every lower bound that can be met is met, then the weight is greatest.
pub(super) fn solve<C: Cost>(net: &Network) -> Flow<'_, C> {
    let mut rounds = Rounds::begin(net);
    while rounds.lengthen() {
        while rounds.layer() {
            rounds.fill();
        }
    }
    rounds.flow
}

/// Vertices: lefts first, then the nodes of the network. Chains begin at the lefts and end at the root.
struct Rounds<'n, C> {
    flow: Flow<'n, C>,
    lefts: usize,
    /// Potential per left; those of the nodes are the flow's.
    left_potential: Vec<C>,
    /// Layer of each vertex on shortest chains.
    layer: Vec<u32>,
    /// The next arc of each vertex to be tried in this blocking flow.
    cursor: Vec<u32>,
}

/// A residual arc.
#[derive(Clone, Copy)]
enum Arc {
    /// A left takes this entry.
    Take(u32),
    /// A right gives up this entry; its left looks for another.
    Give(u32),
    Up,
    Down(u32),
}

impl<'n, C: Cost> Rounds<'n, C> {
    fn begin(net: &'n Network) -> Self {
        let mut flow = Flow::<C>::bare(net);
        let lefts = net.left_max.len();
        let none = C::default();
        // Low enough everywhere that no residual arc is cheaper than its potentials say.
        let left_potential: Vec<C> =
            net.left_min.iter().map(|&min| if min > 0 { -flow.big } else { none }).collect();
        let least = left_potential.iter().min().copied().unwrap_or_default();
        let most = flow.weight.iter().copied().max().unwrap_or_default().max(none);
        let highest = (0..net.rights).map(|right| flow.potential[right]).max().unwrap_or_default();
        let shift = least - most - highest;
        flow.potential.iter_mut().for_each(|potential| *potential += shift);
        let vertices = lefts + net.parent.len();
        Self { flow, lefts, left_potential, layer: vec![UNSEEN; vertices], cursor: vec![0; vertices] }
    }

    fn root(&self) -> usize {
        self.lefts + self.flow.net.root() as usize
    }

    fn potential(&self, vertex: usize) -> C {
        match vertex.checked_sub(self.lefts) {
            None => self.left_potential[vertex],
            Some(node) => self.flow.potential[node],
        }
    }

    /// Cost of one more place for a left, without potentials.
    fn start_cost(&self, left: usize) -> Option<C> {
        let (net, count) = (self.flow.net, self.flow.count[left]);
        if count >= net.left_max[left] {
            None
        } else if count < net.left_min[left] {
            Some(-self.flow.big)
        } else {
            Some(C::default())
        }
    }

    /// The arc at a place of a vertex's list: `None` at its end, `Some(None)` where nothing leads on.
    fn arc(&self, vertex: usize, at: u32) -> Option<Option<(Arc, usize, C)>> {
        let (flow, net) = (&self.flow, self.flow.net);
        let Some(node) = vertex.checked_sub(self.lefts) else {
            let entries = net.entries(vertex as u32);
            let entry = entries.start + at as usize;
            if entry >= entries.end {
                return None;
            }
            let to = self.lefts + net.entry_right[entry] as usize;
            return Some((!flow.on[entry]).then(|| (Arc::Take(entry as u32), to, -flow.weight[entry])));
        };
        if at == 0 {
            if node == net.root() as usize {
                return Some(None);
            }
            let up = flow.up_cost(node as u32);
            return Some(up.map(|cost| (Arc::Up, self.lefts + net.parent[node] as usize, cost)));
        }
        let children = &net.children[node];
        let at = at as usize - 1;
        if let Some(&child) = children.get(at) {
            let down = flow.down_cost(child);
            return Some(down.map(|cost| (Arc::Down(child), self.lefts + child as usize, cost)));
        }
        let members = flow.members.get(node)?;
        let &entry = members.get(at - children.len())?;
        let to = net.entry_left[entry as usize] as usize;
        Some(Some((Arc::Give(entry), to, flow.weight[entry as usize])))
    }

    /// Raises potentials until the best chains cost nothing; false when no chain gains anything any more.
    fn lengthen(&mut self) -> bool {
        let none = C::default();
        let root = self.root();
        let gap = -self.flow.potential[root - self.lefts];
        let mut key: Vec<Option<C>> = vec![None; self.layer.len()];
        let mut done = vec![false; self.layer.len()];
        let mut queue = BinaryHeap::new();
        for (left, first) in key.iter_mut().enumerate().take(self.lefts) {
            if let Some(cost) = self.start_cost(left) {
                let at = cost - self.left_potential[left];
                *first = Some(at);
                queue.push(Reverse((at, left as u32)));
            }
        }
        let mut length = gap;
        while let Some(Reverse((at, vertex))) = queue.pop() {
            let vertex = vertex as usize;
            if at >= gap {
                break;
            }
            if std::mem::replace(&mut done[vertex], true) {
                continue;
            }
            if vertex == root {
                length = at;
                break;
            }
            let here = at + self.potential(vertex);
            let mut cursor = 0;
            while let Some(arc) = self.arc(vertex, cursor) {
                cursor += 1;
                let Some((_, to, cost)) = arc else { continue };
                let reached = here + cost - self.potential(to);
                if !done[to] && key[to].is_none_or(|known| reached < known) {
                    key[to] = Some(reached);
                    queue.push(Reverse((reached, to as u32)));
                }
            }
        }
        if length == none {
            // Nothing to raise.
            return gap > none;
        }
        for vertex in 0..key.len() {
            let raise = key[vertex].filter(|key| *key < length).unwrap_or(length);
            match vertex.checked_sub(self.lefts) {
                None => self.left_potential[vertex] += raise,
                Some(node) => self.flow.potential[node] += raise,
            }
        }
        length < gap
    }

    fn is_free(&self, from: usize, to: usize, cost: C) -> bool {
        cost + self.potential(from) == self.potential(to)
    }

    /// Puts vertices on layers along chains that cost nothing; false when none reaches the root.
    fn layer(&mut self) -> bool {
        self.layer.fill(UNSEEN);
        self.cursor.fill(0);
        let root = self.root();
        let mut row: Vec<usize> = Vec::new();
        for left in 0..self.lefts {
            if self.start_cost(left).is_some_and(|cost| cost == self.left_potential[left]) {
                self.layer[left] = 0;
                row.push(left);
            }
        }
        let mut depth = 0;
        while !row.is_empty() {
            depth += 1;
            let mut next = Vec::new();
            for &vertex in &row {
                let mut cursor = 0;
                while let Some(arc) = self.arc(vertex, cursor) {
                    cursor += 1;
                    let Some((_, to, cost)) = arc else { continue };
                    if self.layer[to] == UNSEEN && self.is_free(vertex, to, cost) {
                        self.layer[to] = depth;
                        next.push(to);
                    }
                }
            }
            if self.layer[root] != UNSEEN {
                return true;
            }
            row = next;
        }
        false
    }

    /// A blocking flow: chains from layer to layer until none is left.
    fn fill(&mut self) {
        let mut chain = Vec::new();
        for left in 0..self.lefts {
            while self.layer[left] == 0
                && self.start_cost(left).is_some_and(|cost| cost == self.left_potential[left])
                && self.walk(left, &mut chain)
            {
                self.flow.change_count(left as u32, true);
                self.apply(&chain);
            }
        }
    }

    /// Walks from a left to the root, leaving out what proved to lead nowhere.
    fn walk(&mut self, left: usize, chain: &mut Vec<(usize, Arc)>) -> bool {
        chain.clear();
        let root = self.root();
        let mut vertex = left;
        while vertex != root {
            match self.arc(vertex, self.cursor[vertex]) {
                Some(Some((arc, to, cost)))
                    if self.layer[to] == self.layer[vertex] + 1 && self.is_free(vertex, to, cost) =>
                {
                    chain.push((vertex, arc));
                    vertex = to;
                }
                Some(_) => self.cursor[vertex] += 1,
                None => {
                    self.layer[vertex] = UNSEEN;
                    let Some((before, _)) = chain.pop() else { return false };
                    self.cursor[before] += 1;
                    vertex = before;
                }
            }
        }
        true
    }

    fn apply(&mut self, chain: &[(usize, Arc)]) {
        for &(vertex, arc) in chain {
            match arc {
                // What a right gives up is swapped with its last: the cursor there stays.
                Arc::Take(entry) => self.flow.switch(entry, true),
                Arc::Give(entry) => self.flow.switch(entry, false),
                Arc::Up => self.flow.load[vertex - self.lefts] += 1,
                Arc::Down(child) => self.flow.load[child as usize] -= 1,
            }
        }
    }
}
