//! Good assignments under mixed costs: round a relaxation, then exchange as long as something gains.

use super::relax::{Fixed, Relaxation};

/// Exchanges that one walk may try: what bounds its time, the same on every machine.
const MOST_TRIES: u64 = 6_000_000;

/// The entries that exchanges may touch.
pub(super) struct Scope {
    entries: Vec<usize>,
    of_left: Vec<Vec<usize>>,
    of_right: Vec<Vec<usize>>,
}

impl Scope {
    /// Entries that are not ruled out, and those of an assignment.
    pub fn new(relaxation: &Relaxation, ruled: &Fixed, also: Option<&[bool]>) -> Scope {
        let network = relaxation.network;
        let mut scope = Scope {
            entries: Vec::new(),
            of_left: vec![Vec::new(); network.left_max.len()],
            of_right: vec![Vec::new(); network.rights],
        };
        for entry in 0..ruled.len() {
            if ruled[entry] != Some(false) || also.is_some_and(|on| on[entry]) {
                scope.entries.push(entry);
                scope.of_left[network.entry_left[entry] as usize].push(entry);
                scope.of_right[network.entry_right[entry] as usize].push(entry);
            }
        }
        scope
    }

    pub fn entries(&self) -> &[usize] {
        &self.entries
    }
}

/// An assignment with what it uses.
#[derive(Clone)]
pub(super) struct Draft<'a> {
    relaxation: &'a Relaxation<'a>,
    scope: &'a Scope,
    pub on: Vec<bool>,
    left: Vec<u32>,
    load: Vec<u32>,
    yen: Vec<i128>,
    weight: i128,
    /// Rights and lefts where something changed since exchanges were last looked for.
    stirred_right: Vec<bool>,
    stirred_left: Vec<bool>,
    tries: u64,
}

impl<'a> Draft<'a> {
    pub fn empty(relaxation: &'a Relaxation<'a>, scope: &'a Scope) -> Draft<'a> {
        let network = relaxation.network;
        let nodes = network.high.len();
        Draft {
            relaxation,
            scope,
            on: vec![false; network.weight.len()],
            left: vec![0; network.left_max.len()],
            load: vec![0; nodes],
            yen: vec![0; nodes],
            weight: 0,
            stirred_right: vec![true; network.rights],
            stirred_left: vec![true; network.left_max.len()],
            tries: 0,
        }
    }

    /// Adds entries in this order as long as they fit and gain or are needed, then sees to the minimums.
    pub fn filled(relaxation: &'a Relaxation<'a>, scope: &'a Scope, order: &[usize]) -> Draft<'a> {
        let network = relaxation.network;
        let mut draft = Draft::empty(relaxation, scope);
        for &entry in order {
            if network.weight[entry] > 0
                || network.left_min[network.entry_left[entry] as usize] > 0
                || network.low[network.entry_right[entry] as usize] > 0
            {
                draft.add(entry);
            }
        }
        draft.meet_minimums(order);
        draft
    }

    /// The same assignment, to be improved within a scope.
    pub fn of(relaxation: &'a Relaxation<'a>, scope: &'a Scope, on: &[bool]) -> Draft<'a> {
        let mut draft = Draft::empty(relaxation, scope);
        (0..on.len()).filter(|&entry| on[entry]).for_each(|entry| draft.switch(entry));
        draft
    }

    /// Total weight.
    pub fn weight(&self) -> i128 {
        self.weight
    }

    /// Exchanges tried so far.
    pub fn tries(&self) -> u64 {
        self.tries
    }

    /// Whether the walk has had its share.
    pub fn is_tired(&self) -> bool {
        self.tries > MOST_TRIES
    }

    /// Takes over how tired another walk has become.
    pub fn rest(&mut self, other: &Draft) {
        self.tries = other.tries;
    }

    /// How many places are missing at the left and the right of an entry.
    fn missing(&self, entry: usize) -> u32 {
        let network = self.relaxation.network;
        let (left, right) = (network.entry_left[entry] as usize, network.entry_right[entry] as usize);
        network.left_min[left].saturating_sub(self.left[left])
            + network.low[right].saturating_sub(self.load[right])
    }

    /// Brings in what minimums ask for, at the expense of whoever can spare it.
    fn meet_minimums(&mut self, order: &[usize]) {
        let network = self.relaxation.network;
        if network.left_min.iter().all(|&min| min == 0) && network.low.iter().all(|&low| low == 0) {
            return;
        }
        for _ in 0..3 {
            for &entry in order {
                if !self.on[entry] && self.missing(entry) > 0 {
                    self.force(entry);
                }
            }
        }
    }

    /// Brings an entry in if that leaves fewer places missing: out goes what its left has elsewhere, and at its right
    /// one or two others.
    fn force(&mut self, entry: usize) {
        if self.add(entry) {
            return;
        }
        let network = self.relaxation.network;
        let (left, right) = (network.entry_left[entry], network.entry_right[entry] as usize);
        let spare = |draft: &Self, other: &usize| draft.on[*other];
        let own: Vec<usize> = network.entries(left).filter(|other| spare(self, other)).collect();
        let members: Vec<usize> =
            self.scope.of_right[right].iter().copied().filter(|other| spare(self, other)).collect();
        let full = self.left[left as usize] >= network.left_max[left as usize];
        let givers: Vec<Option<usize>> = if full { own.into_iter().map(Some).collect() } else { vec![None] };
        let outs = std::iter::once(None).chain(members.into_iter().map(Some));
        for out in outs {
            for &giver in &givers {
                let change: Vec<usize> = [Some(entry), giver, out].into_iter().flatten().collect();
                if giver.is_some() && giver == out {
                    continue;
                }
                let missing = |draft: &Self| change.iter().map(|&at| draft.missing(at)).sum::<u32>();
                let before = missing(self);
                change.iter().for_each(|&at| self.switch(at));
                if change.iter().all(|&at| self.within_ceilings(at)) && missing(self) < before {
                    return;
                }
                change.iter().for_each(|&at| self.switch(at));
            }
        }
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
        self.weight += if on { network.weight[entry] } else { -network.weight[entry] };
        self.stirred_left[network.entry_left[entry] as usize] = true;
        self.stirred_right[network.entry_right[entry] as usize] = true;
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
        self.tries += 1;
        let (weight, stirred) = (self.weight, self.stirring(entries));
        entries.iter().for_each(|&entry| self.switch(entry));
        if entries.iter().all(|&entry| self.within_ceilings(entry) && self.above_minimums(entry)) {
            return true;
        }
        entries.iter().for_each(|&entry| self.switch(entry));
        debug_assert_eq!(weight, self.weight);
        // Nothing happened after all.
        for (&entry, (left, right)) in entries.iter().zip(stirred) {
            let network = self.relaxation.network;
            self.stirred_left[network.entry_left[entry] as usize] = left;
            self.stirred_right[network.entry_right[entry] as usize] = right;
        }
        false
    }

    fn stirring(&self, entries: &[usize]) -> [(bool, bool); 5] {
        let network = self.relaxation.network;
        let mut stirred = [(false, false); 5];
        for (slot, &entry) in stirred.iter_mut().zip(entries) {
            *slot = (
                self.stirred_left[network.entry_left[entry] as usize],
                self.stirred_right[network.entry_right[entry] as usize],
            );
        }
        stirred
    }

    /// Moves a few entries at random (from `chance`, so always the same ones): out with some, in with others.
    pub fn disturb(&mut self, chance: &mut u64) {
        let mut next = || {
            // Xorshift.
            *chance ^= *chance << 13;
            *chance ^= *chance >> 7;
            *chance ^= *chance << 17;
            *chance
        };
        let (network, scope) = (self.relaxation.network, self.scope);
        if scope.entries.is_empty() {
            return;
        }
        for _ in 0..3 {
            let entry = scope.entries[(next() % scope.entries.len() as u64) as usize];
            if self.on[entry] {
                self.try_switch(&[entry]);
                continue;
            }
            // Force it in: everyone in the way at its left and its right goes out.
            let mut change = vec![entry];
            let left = network.entry_left[entry];
            let mut own: Vec<usize> = network.entries(left).filter(|&other| self.on[other]).collect();
            own.sort_by_key(|&other| network.weight[other]);
            change
                .extend(own.first().filter(|_| self.left[left as usize] >= network.left_max[left as usize]));
            if self.try_switch(&change) {
                continue;
            }
            let right = network.entry_right[entry] as usize;
            let members: Vec<usize> =
                scope.of_right[right].iter().copied().filter(|&other| self.on[other]).collect();
            for _ in 0..3.min(members.len()) {
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
    /// makes room for a third. Looks only where something changed. `stop` is asked now and then.
    pub fn improve(&mut self, stop: &dyn Fn() -> bool) {
        while !stop() && !self.is_tired() {
            let network = self.relaxation.network;
            let stirred: Vec<usize> = self
                .scope
                .entries
                .iter()
                .copied()
                .filter(|&entry| {
                    self.stirred_left[network.entry_left[entry] as usize]
                        || self.stirred_right[network.entry_right[entry] as usize]
                })
                .collect();
            if stirred.is_empty() {
                return;
            }
            self.stirred_left.fill(false);
            self.stirred_right.fill(false);
            self.improve_single(&stirred);
            self.improve_pairs(&stirred, stop);
        }
    }

    fn gain(&self, entry: usize) -> i128 {
        let weight = self.relaxation.network.weight[entry];
        if self.on[entry] { -weight } else { weight }
    }

    fn improve_single(&mut self, entries: &[usize]) {
        let (network, scope) = (self.relaxation.network, self.scope);
        for &entry in entries {
            if self.gain(entry) > 0 && self.try_switch(&[entry]) || self.on[entry] {
                continue;
            }
            for &other in &scope.of_left[network.entry_left[entry] as usize] {
                if self.on[other]
                    && self.gain(entry) + self.gain(other) > 0
                    && self.try_switch(&[entry, other])
                {
                    break;
                }
            }
        }
    }

    /// For every entry that might come in at a right: who there could go out, and where to.
    fn improve_pairs(&mut self, entries: &[usize], stop: &dyn Fn() -> bool) {
        let (network, scope) = (self.relaxation.network, self.scope);
        for (at, &entry) in entries.iter().enumerate() {
            if at % 64 == 0 && (stop() || self.is_tired()) {
                return;
            }
            if self.on[entry] {
                continue;
            }
            let (left, right) = (network.entry_left[entry] as usize, network.entry_right[entry] as usize);
            // What this left gives up, if anything.
            let own = scope.of_left[left]
                .iter()
                .copied()
                .filter(|&other| self.on[other])
                .min_by_key(|&other| network.weight[other]);
            let full = self.left[left] >= network.left_max[left];
            let given_up = if full { own } else { None };
            if full && given_up.is_none() {
                continue;
            }
            let base = self.gain(entry) + given_up.map_or(0, |own| self.gain(own));
            'out: for &out in &scope.of_right[right] {
                if !self.on[out] || Some(out) == given_up || network.entry_left[out] as usize == left {
                    continue;
                }
                let mut change = [entry, out, 0, 0];
                let mut size = 2;
                if let Some(own) = given_up {
                    (change[size], size) = (own, size + 1);
                }
                let total = base + self.gain(out);
                if total > 0 && self.try_switch(&change[..size]) {
                    break;
                }
                for &elsewhere in &scope.of_left[network.entry_left[out] as usize] {
                    if !self.on[elsewhere] && total + self.gain(elsewhere) > 0 {
                        change[size] = elsewhere;
                        if self.try_switch(&change[..=size]) {
                            break 'out;
                        }
                    }
                }
            }
        }
    }
}
