//! The kernel: exact maximum-weight flow by successive shortest paths on the few receiving nodes.
//!
//! Lefts enter one by one. Each unit looks for the cheapest chain of exchanges "take a place at r, move someone from r
//! to r', …, until a place is free or someone steps out" with Dijkstra over rights and groups only: what it costs to
//! move anyone from r to r' is the top of a heap. Node potentials keep all costs non-negative and end up as dual
//! values. Lower bounds are rewards that outweigh everything else, so a solution that misses one proves infeasibility.

use super::levels;
use super::network::{Cost, NONE, Network};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Above this many rights the pairwise heaps would take too much memory; members are scanned instead.
const HEAPS_UP_TO: usize = 1024;

/// A flow with potentials that prove it optimal.
#[derive(Clone, Debug)]
pub(super) struct Flow<'n, C> {
    pub net: &'n Network,
    /// Weight of an entry.
    pub weight: Vec<C>,
    /// Reward for a unit of a lower bound.
    pub big: C,
    /// Whether an entry is chosen.
    pub on: Vec<bool>,
    /// Places each left has.
    pub count: Vec<u32>,
    /// Flow from each right and group to its parent.
    pub load: Vec<u32>,
    /// Residual arc u → v of cost c has c + potential[u] − potential[v] ≥ 0; the root's is 0.
    pub potential: Vec<C>,
    /// Chosen entries of each right.
    pub members: Vec<Vec<u32>>,
    position: Vec<u32>,
    moves: Option<Moves<C>>,
}

/// Heaps over single exchanges; entries that no longer apply are dropped when they reach the top.
#[derive(Clone, Debug)]
struct Moves<C> {
    /// `between[r * rights + s]`: (loss, chosen entry at r, free entry at s).
    between: Vec<BinaryHeap<Reverse<(C, u32, u32)>>>,
    /// (loss, entry) of lefts that may step out of r without falling below their minimum.
    out: Vec<BinaryHeap<Reverse<(C, u32)>>>,
    /// The same for lefts that would fall below it.
    forced_out: Vec<BinaryHeap<Reverse<(C, u32)>>>,
}

/// How a node was reached.
#[derive(Clone, Copy, Debug)]
enum From {
    Start(u32),
    Move(u32, u32),
    Up(u32),
    Down(u32),
    Out(u32),
}

struct Search<C> {
    /// Keys from here on are of no interest.
    limit: C,
    key: Vec<C>,
    from: Vec<From>,
    seen: Vec<bool>,
    settled: Vec<u32>,
    done: Vec<bool>,
    queue: BinaryHeap<Reverse<(C, u32)>>,
}

impl<'n, C: Cost> Flow<'n, C> {
    /// Solves the network: every lower bound that can be met is met, then the weight is greatest.
    pub fn solve(net: &'n Network) -> Flow<'n, C> {
        if levels::suits(net) { levels::solve(net) } else { Flow::by_exchanges(net) }
    }

    /// As [`Flow::solve`], one left after the other.
    pub fn by_exchanges(net: &'n Network) -> Flow<'n, C> {
        let mut flow = Flow::empty(net);
        let nodes = net.parent.len();
        let mut search = Search {
            limit: C::default(),
            key: vec![C::default(); nodes],
            from: vec![From::Start(0); nodes],
            seen: vec![false; nodes],
            settled: Vec::with_capacity(nodes),
            done: vec![false; nodes],
            queue: BinaryHeap::with_capacity(nodes),
        };
        for left in flow.order() {
            while flow.count[left as usize] < net.left_max[left as usize] {
                let needed = flow.count[left as usize] < net.left_min[left as usize];
                let reward = if needed { flow.big } else { C::default() };
                if !flow.place(left, reward, &mut search) {
                    break;
                }
            }
        }
        flow
    }

    /// Any order gives the same optimum in the end; the most valuable first means the fewest exchanges on the way.
    fn order(&self) -> Vec<u32> {
        let best = |left: u32| self.net.entries(left).map(|entry| self.weight[entry]).max();
        let mut order: Vec<(Option<C>, u32)> =
            (0..self.net.left_max.len() as u32).map(|left| (best(left), left)).collect();
        order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        order.into_iter().map(|(_, left)| left).collect()
    }

    fn empty(net: &'n Network) -> Flow<'n, C> {
        let rights = net.rights;
        let heaps = rights <= HEAPS_UP_TO;
        let moves = heaps.then(|| Moves {
            between: vec![BinaryHeap::new(); rights * rights],
            out: vec![BinaryHeap::new(); rights],
            forced_out: vec![BinaryHeap::new(); rights],
        });
        Flow { moves, ..Flow::bare(net) }
    }

    /// Nothing chosen, no heaps; the potential of a node is what its chain to the root earns in lower bounds.
    pub fn bare(net: &'n Network) -> Flow<'n, C> {
        let (entries, nodes, rights) = (net.entry_pair.len(), net.parent.len(), net.rights);
        let big = C::of(net.dominating());
        let mut potential = vec![C::default(); nodes];
        // Parents come after their children only among rights; walk each chain from the top.
        for node in 0..nodes as u32 - 1 {
            let mut sum = C::default();
            for step in chain(net, node) {
                if net.low[step as usize].min(net.high[step as usize]) > 0 {
                    sum += big;
                }
            }
            potential[node as usize] = sum;
        }
        Flow {
            net,
            weight: net.weight.iter().map(|&weight| C::of(weight)).collect(),
            big,
            on: vec![false; entries],
            count: vec![0; net.left_max.len()],
            load: vec![0; nodes],
            potential,
            members: vec![Vec::new(); rights],
            position: vec![0; entries],
            moves: None,
        }
    }

    /// Drops the heaps; from here on only [`super::polish`] changes the flow.
    pub fn forget_moves(&mut self) {
        self.moves = None;
    }

    /// Chosen entries in order.
    pub fn chosen(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.on.len()).filter(|&entry| self.on[entry])
    }

    /// Whether every lower bound is met.
    pub fn is_feasible(&self) -> bool {
        let lefts = self.count.iter().zip(&self.net.left_min).all(|(count, min)| count >= min);
        lefts && self.net.low.iter().zip(&self.load).all(|(low, load)| load >= low)
    }

    /// Cost of one more unit from a node to its parent; `None` when full.
    pub fn up_cost(&self, node: u32) -> Option<C> {
        let (load, node) = (self.load[node as usize], node as usize);
        if load >= self.net.high[node] {
            None
        } else if load < self.net.low[node] {
            Some(-self.big)
        } else {
            Some(C::default())
        }
    }

    /// Cost of one unit less from a node to its parent; `None` when empty.
    pub fn down_cost(&self, node: u32) -> Option<C> {
        let (load, node) = (self.load[node as usize], node as usize);
        if load == 0 {
            None
        } else if load <= self.net.low[node] {
            Some(self.big)
        } else {
            Some(C::default())
        }
    }

    /// Finds one more place for a left if that gains anything, moving others as needed.
    fn place(&mut self, left: u32, reward: C, search: &mut Search<C>) -> bool {
        let root = self.net.root();
        search.clear(reward);
        for entry in self.net.entries(left) {
            if !self.on[entry] {
                let right = self.net.entry_right[entry];
                let key = -self.weight[entry] - self.potential[right as usize];
                search.reach(right, key, From::Start(entry as u32));
            }
        }
        let mut length = reward;
        let mut found = false;
        while let Some((key, node)) = search.next() {
            if node == root {
                (length, found) = (key, true);
                break;
            }
            search.settle(node);
            self.leave(node, key, search);
        }
        for &node in &search.settled {
            let key = search.key[node as usize];
            self.potential[node as usize] += key - length;
        }
        if found {
            self.augment(left, search);
        }
        found
    }

    /// Relaxes every residual arc out of a node.
    fn leave(&mut self, node: u32, key: C, search: &mut Search<C>) {
        let here = key + self.potential[node as usize];
        if let Some(cost) = self.up_cost(node) {
            let parent = self.net.parent[node as usize];
            search.reach(parent, here + cost - self.potential[parent as usize], From::Up(node));
        }
        for &child in &self.net.children[node as usize] {
            if let Some(cost) = self.down_cost(child) {
                search.reach(child, here + cost - self.potential[child as usize], From::Down(child));
            }
        }
        if (node as usize) < self.net.rights {
            match self.moves.take() {
                Some(mut moves) => {
                    self.leave_by_heaps(node, here, &mut moves, search);
                    self.moves = Some(moves);
                }
                None => self.leave_by_scan(node, here, search),
            }
        }
    }

    fn leave_by_heaps(&self, node: u32, here: C, moves: &mut Moves<C>, search: &mut Search<C>) {
        let (net, rights) = (self.net, self.net.rights);
        let row = &mut moves.between[node as usize * rights..][..rights];
        for (other, heap) in row.iter_mut().enumerate() {
            while let Some(&Reverse((cost, stay, go))) = heap.peek() {
                // Even an outdated top is no dearer than what lies below it.
                if !search.wants(other, here + cost - self.potential[other]) {
                    break;
                }
                if self.on[stay as usize] && !self.on[go as usize] {
                    search.reach(other as u32, here + cost - self.potential[other], From::Move(stay, go));
                    break;
                }
                heap.pop();
            }
        }
        let may_leave = |entry: u32| {
            let left = net.entry_left[entry as usize] as usize;
            self.count[left] > net.left_min[left]
        };
        let root = net.root() as usize;
        let heap = &mut moves.out[node as usize];
        while let Some(&Reverse((cost, entry))) = heap.peek() {
            if !search.wants(root, here + cost) {
                break;
            }
            if self.on[entry as usize] && may_leave(entry) {
                search.reach(net.root(), here + cost, From::Out(entry));
                break;
            }
            heap.pop();
        }
        let heap = &mut moves.forced_out[node as usize];
        while let Some(&Reverse((cost, entry))) = heap.peek() {
            if !search.wants(root, here + cost + self.big) {
                break;
            }
            if self.on[entry as usize] && !may_leave(entry) {
                search.reach(net.root(), here + cost + self.big, From::Out(entry));
                break;
            }
            heap.pop();
        }
    }

    fn leave_by_scan(&self, node: u32, here: C, search: &mut Search<C>) {
        let net = self.net;
        for &entry in &self.members[node as usize] {
            let loss = self.weight[entry as usize];
            let left = net.entry_left[entry as usize];
            let forced = self.count[left as usize] <= net.left_min[left as usize];
            let cost = if forced { loss + self.big } else { loss };
            search.reach(net.root(), here + cost, From::Out(entry));
            for other in net.entries(left) {
                if !self.on[other] {
                    let right = net.entry_right[other];
                    let key = here + loss - self.weight[other] - self.potential[right as usize];
                    search.reach(right, key, From::Move(entry, other as u32));
                }
            }
        }
    }

    /// Applies the chain of exchanges that ends at the root.
    fn augment(&mut self, left: u32, search: &Search<C>) {
        let mut node = self.net.root();
        loop {
            match search.from[node as usize] {
                From::Up(child) => {
                    self.load[child as usize] += 1;
                    node = child;
                }
                From::Down(child) => {
                    self.load[child as usize] -= 1;
                    node = self.net.parent[child as usize];
                }
                From::Out(entry) => {
                    self.change_count(self.net.entry_left[entry as usize], false);
                    self.switch(entry, false);
                    node = self.net.entry_right[entry as usize];
                }
                From::Move(stay, go) => {
                    self.switch(stay, false);
                    self.switch(go, true);
                    node = self.net.entry_right[stay as usize];
                }
                From::Start(entry) => {
                    self.switch(entry, true);
                    self.change_count(left, true);
                    return;
                }
            }
        }
    }

    /// Chooses or drops an entry and offers the exchanges this opens.
    pub fn switch(&mut self, entry: u32, on: bool) {
        let at = entry as usize;
        let right = self.net.entry_right[at] as usize;
        self.on[at] = on;
        if on {
            self.position[at] = self.members[right].len() as u32;
            self.members[right].push(entry);
        } else {
            let hole = self.position[at] as usize;
            self.members[right].swap_remove(hole);
            if let Some(&moved) = self.members[right].get(hole) {
                self.position[moved as usize] = hole as u32;
            }
        }
        self.offer(entry, on);
    }

    fn offer(&mut self, entry: u32, on: bool) {
        let Some(moves) = &mut self.moves else { return };
        let (net, rights) = (self.net, self.net.rights);
        let left = net.entry_left[entry as usize];
        let mut exchange = |stay: usize, go: usize| {
            let cost = self.weight[stay] - self.weight[go];
            let cell = net.entry_right[stay] as usize * rights + net.entry_right[go] as usize;
            moves.between[cell].push(Reverse((cost, stay as u32, go as u32)));
        };
        for other in net.entries(left) {
            if other != entry as usize && self.on[other] != on {
                if on { exchange(entry as usize, other) } else { exchange(other, entry as usize) }
            }
        }
        if on {
            self.offer_out(entry);
        }
    }

    fn offer_out(&mut self, entry: u32) {
        let Some(moves) = &mut self.moves else { return };
        let left = self.net.entry_left[entry as usize] as usize;
        let right = self.net.entry_right[entry as usize] as usize;
        let item = Reverse((self.weight[entry as usize], entry));
        moves.out[right].push(item);
        if self.net.left_min[left] > 0 {
            moves.forced_out[right].push(item);
        }
    }

    /// A left has one place more or less; at its minimum the price of stepping out changes.
    pub fn change_count(&mut self, left: u32, more: bool) {
        let count = &mut self.count[left as usize];
        *count = if more { *count + 1 } else { *count - 1 };
        if self.net.left_min[left as usize] > 0 {
            for entry in self.net.entries(left) {
                if self.on[entry] {
                    self.offer_out(entry as u32);
                }
            }
        }
    }
}

/// Nodes from `node` up to, without, the root.
fn chain(net: &Network, node: u32) -> impl Iterator<Item = u32> + '_ {
    let root = net.root();
    std::iter::successors(Some(node), move |&node| Some(net.parent[node as usize]))
        .take_while(move |&node| node != root && node != NONE)
}

impl<C: Cost> Search<C> {
    fn clear(&mut self, limit: C) {
        self.limit = limit;
        self.seen.fill(false);
        self.done.fill(false);
        self.settled.clear();
        self.queue.clear();
    }

    /// Whether reaching a node at this key would help.
    fn wants(&self, node: usize, key: C) -> bool {
        key < self.limit && !self.done[node] && !(self.seen[node] && self.key[node] <= key)
    }

    fn reach(&mut self, node: u32, key: C, from: From) {
        let at = node as usize;
        if !self.wants(at, key) {
            return;
        }
        if at + 1 == self.key.len() {
            self.limit = key;
        }
        self.seen[at] = true;
        self.key[at] = key;
        self.from[at] = from;
        // The root, highest of all numbers, comes first among equals: nothing behind it is of interest.
        self.queue.push(Reverse((key, !node)));
    }

    fn next(&mut self) -> Option<(C, u32)> {
        while let Some(Reverse((key, node))) = self.queue.pop() {
            let node = !node;
            if !self.done[node as usize] && self.key[node as usize] == key {
                return Some((key, node));
            }
        }
        None
    }

    fn settle(&mut self, node: u32) {
        self.done[node as usize] = true;
        self.settled.push(node);
    }
}
