//! Good assignments under mixed costs: round a relaxation, then exchange as long as something gains.

use super::relax::Relaxation;

/// An assignment with what it uses.
#[derive(Clone)]
pub(super) struct Draft<'a> {
    relaxation: &'a Relaxation<'a>,
    pub on: Vec<bool>,
    left: Vec<u32>,
    load: Vec<u32>,
    yen: Vec<i128>,
}

impl<'a> Draft<'a> {
    pub fn empty(relaxation: &'a Relaxation<'a>) -> Draft<'a> {
        let network = relaxation.network;
        let nodes = network.high.len();
        Draft {
            relaxation,
            on: vec![false; network.weight.len()],
            left: vec![0; network.left_max.len()],
            load: vec![0; nodes],
            yen: vec![0; nodes],
        }
    }

    /// Total weight.
    pub fn weight(&self) -> i128 {
        self.on
            .iter()
            .zip(&self.relaxation.network.weight)
            .filter(|&(&on, _)| on)
            .map(|(_, weight)| weight)
            .sum()
    }

    /// Whether lower bounds hold; ceilings always do.
    pub fn meets_minimums(&self) -> bool {
        let network = self.relaxation.network;
        self.left.iter().zip(&network.left_min).all(|(count, min)| count >= min)
            && self.load.iter().zip(&network.low).all(|(load, low)| load >= low)
    }

    /// Adds an entry if every ceiling allows it.
    pub fn add(&mut self, entry: usize) -> bool {
        if self.on[entry] {
            return false;
        }
        self.switch(entry);
        if self.within_ceilings(entry) {
            return true;
        }
        self.switch(entry);
        false
    }

    fn switch(&mut self, entry: usize) {
        let network = self.relaxation.network;
        self.on[entry] = !self.on[entry];
        let on = self.on[entry];
        let change = |count: &mut u32| *count = if on { *count + 1 } else { *count - 1 };
        change(&mut self.left[network.entry_left[entry] as usize]);
        let cost = if on { self.relaxation.cost[entry] } else { -self.relaxation.cost[entry] };
        for node in network.chain(network.entry_right[entry]) {
            change(&mut self.load[node as usize]);
            self.yen[node as usize] += cost;
        }
    }

    fn within_ceilings(&self, entry: usize) -> bool {
        let network = self.relaxation.network;
        let left = network.entry_left[entry] as usize;
        self.left[left] <= network.left_max[left]
            && network.chain(network.entry_right[entry]).all(|node| {
                let node = node as usize;
                self.load[node] <= network.high[node]
                    && self.relaxation.budget[node].is_none_or(|budget| self.yen[node] <= budget)
            })
    }

    fn above_minimums(&self, entry: usize) -> bool {
        let network = self.relaxation.network;
        let left = network.entry_left[entry] as usize;
        self.left[left] >= network.left_min[left]
            && network
                .chain(network.entry_right[entry])
                .all(|node| self.load[node as usize] >= network.low[node as usize])
    }

    /// Switches all of these if that keeps every limit.
    fn try_switch(&mut self, entries: &[usize]) -> bool {
        entries.iter().for_each(|&entry| self.switch(entry));
        if entries.iter().all(|&entry| self.within_ceilings(entry) && self.above_minimums(entry)) {
            return true;
        }
        entries.iter().for_each(|&entry| self.switch(entry));
        false
    }

    /// Moves a few entries at random (from `chance`, so always the same ones): out with some, in with others.
    pub fn disturb(&mut self, chance: &mut u64) {
        let entries = self.on.len() as u64;
        let mut next = || {
            // Xorshift.
            *chance ^= *chance << 13;
            *chance ^= *chance >> 7;
            *chance ^= *chance << 17;
            *chance
        };
        let network = self.relaxation.network;
        for _ in 0..3 {
            let entry = (next() % entries) as usize;
            if self.on[entry] {
                self.try_switch(&[entry]);
                continue;
            }
            // Force it in: everyone in the way at its left and its right goes out.
            let right = network.entry_right[entry];
            let mut out: Vec<usize> =
                network.entries(network.entry_left[entry]).filter(|&other| self.on[other]).collect();
            let mut change = vec![entry];
            change.append(&mut out);
            if self.try_switch(&change) {
                continue;
            }
            let members: Vec<usize> = (0..self.on.len())
                .filter(|&other| self.on[other] && network.entry_right[other] == right)
                .collect();
            for _ in 0..4.min(members.len()) {
                let other = members[(next() % members.len() as u64) as usize];
                if !change.contains(&other) {
                    change.push(other);
                    if self.try_switch(&change) {
                        break;
                    }
                }
            }
        }
    }

    /// Exchanges until nothing gains: one in, one out, a move, one for another, two changing places, and a move that
    /// makes room for a third. `stop` is asked now and then.
    pub fn improve(&mut self, stop: &dyn Fn() -> bool) {
        loop {
            let mut better = self.improve_single();
            better |= self.improve_pairs(stop);
            if !better || stop() {
                return;
            }
        }
    }

    fn gain(&self, entry: usize) -> i128 {
        let weight = self.relaxation.network.weight[entry];
        if self.on[entry] { -weight } else { weight }
    }

    fn improve_single(&mut self) -> bool {
        let network = self.relaxation.network;
        let mut better = false;
        for entry in 0..self.on.len() {
            if self.gain(entry) > 0 && self.try_switch(&[entry]) {
                better = true;
                continue;
            }
            if self.on[entry] {
                continue;
            }
            for other in network.entries(network.entry_left[entry]) {
                if self.on[other]
                    && self.gain(entry) + self.gain(other) > 0
                    && self.try_switch(&[entry, other])
                {
                    better = true;
                    break;
                }
            }
        }
        better
    }

    /// For every entry that might come in at a right: who there could go out, and where to.
    fn improve_pairs(&mut self, stop: &dyn Fn() -> bool) -> bool {
        let network = self.relaxation.network;
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); network.rights];
        for entry in (0..self.on.len()).filter(|&entry| self.on[entry]) {
            members[network.entry_right[entry] as usize].push(entry);
        }
        let mut better = false;
        for entry in 0..self.on.len() {
            if entry % 64 == 0 && stop() {
                return better;
            }
            if self.on[entry] {
                continue;
            }
            let right = network.entry_right[entry] as usize;
            // What this left gives up, if anything.
            let left = network.entry_left[entry];
            let own = network
                .entries(left)
                .filter(|&other| self.on[other])
                .min_by_key(|&other| network.weight[other]);
            let full = self.left[left as usize] >= network.left_max[left as usize];
            let given_up = if full { own } else { None };
            if full && given_up.is_none() {
                continue;
            }
            let base = self.gain(entry) + given_up.map_or(0, |own| self.gain(own));
            'out: for at in 0..members[right].len() {
                let out = members[right][at];
                if !self.on[out]
                    || network.entry_right[out] as usize != right
                    || Some(out) == given_up
                    || network.entry_left[out] == left
                {
                    continue;
                }
                let mut change = vec![entry, out];
                change.extend(given_up);
                let total = base + self.gain(out);
                if total > 0 && self.try_switch(&change) {
                    better = true;
                    self.note(&change, &mut members);
                    break;
                }
                for elsewhere in network.entries(network.entry_left[out]) {
                    if !self.on[elsewhere] && total + self.gain(elsewhere) > 0 {
                        change.push(elsewhere);
                        if self.try_switch(&change) {
                            better = true;
                            self.note(&change, &mut members);
                            break 'out;
                        }
                        change.pop();
                    }
                }
            }
        }
        better
    }

    fn note(&self, changed: &[usize], members: &mut [Vec<usize>]) {
        for &entry in changed.iter().filter(|&&entry| self.on[entry]) {
            members[self.relaxation.network.entry_right[entry] as usize].push(entry);
        }
    }
}
