//! The flow network behind an instance: lefts, rights, the tree of groups, and one root that everything drains into.
//!
//! Node numbers: rights first, then groups, then the root. A unit of flow goes root → left → right → groups → root.
//! Locks are taken out beforehand (their pair is chosen, their places and yen are used up), forbidden pairs are absent,
//! and a yen ceiling over pairs of one common cost becomes a count.

use super::instance::Instance;

/// Arithmetic of the kernel: `i64` where nothing can overflow, else `i128`.
pub(super) trait Cost:
    Copy
    + Ord
    + Default
    + std::fmt::Debug
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Neg<Output = Self>
    + std::ops::AddAssign
{
    fn of(value: i128) -> Self;
    fn wide(self) -> i128;
}

impl Cost for i64 {
    fn of(value: i128) -> i64 {
        value as i64
    }
    fn wide(self) -> i128 {
        i128::from(self)
    }
}

impl Cost for i128 {
    fn of(value: i128) -> i128 {
        value
    }
    fn wide(self) -> i128 {
        self
    }
}

pub(super) const NONE: u32 = u32::MAX;

/// What the kernel solves: maximise the weight of chosen entries within bounds.
#[derive(Clone, Debug)]
pub(super) struct Network {
    pub left_min: Vec<u32>,
    pub left_max: Vec<u32>,
    pub rights: usize,
    /// Parent of each right and group; the root's is [`NONE`].
    pub parent: Vec<u32>,
    pub children: Vec<Vec<u32>>,
    /// Bounds on the flow from each right and group to its parent.
    pub low: Vec<u32>,
    pub high: Vec<u32>,
    /// Entries of left `l` are `start[l]..start[l + 1]`, sorted by right.
    pub start: Vec<u32>,
    pub entry_left: Vec<u32>,
    pub entry_right: Vec<u32>,
    pub entry_pair: Vec<u32>,
    pub weight: Vec<i128>,
    /// Ceilings in yen that could not be turned into counts.
    pub ceilings: Vec<Ceiling>,
}

/// A yen ceiling over the pairs below a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ceiling {
    pub node: u32,
    /// Yen left after the locked pairs; negative when these alone exceed the budget.
    pub budget: i128,
}

/// Locks that take more than a bound allows, or that are forbidden, leave no network at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Overlocked {
    LeftMax(u32),
    /// A right or group whose maximum or budget is exceeded by locks alone.
    Node(u32),
    /// A pair that is locked and forbidden.
    Pair(u32),
}

impl Network {
    pub fn root(&self) -> u32 {
        self.parent.len() as u32 - 1
    }

    pub fn entries(&self, left: u32) -> std::ops::Range<usize> {
        self.start[left as usize] as usize..self.start[left as usize + 1] as usize
    }

    /// Total weight of chosen pairs (sorted).
    pub fn weight_of(&self, chosen: &[u32]) -> i128 {
        let mut chosen = chosen.iter().peekable();
        let counted =
            self.entry_pair.iter().zip(&self.weight).filter(|&(pair, _)| chosen.next_if_eq(&pair).is_some());
        counted.map(|(_, weight)| weight).sum()
    }

    /// Nodes from a right up to, without, the root.
    pub fn chain(&self, right: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(right), |&node| Some(self.parent[node as usize]))
            .take_while(|&node| node != self.root())
    }

    /// The network of an instance; `weight` gives each pair's weight, `None` leaves the pair out.
    pub fn new(instance: &Instance, weight: impl Fn(u32) -> Option<i128>) -> Result<Network, Overlocked> {
        if let Some(&pair) = instance.locks.iter().find(|&&lock| instance.is_forbidden(lock)) {
            return Err(Overlocked::Pair(pair));
        }
        let (rights, groups) = (instance.right.len(), instance.groups.len());
        let root = (rights + groups) as u32;
        let mut parent = Vec::with_capacity(rights + groups + 1);
        parent.extend(
            instance.right.iter().map(|right| right.group.map_or(root, |group| rights as u32 + group)),
        );
        parent.extend(
            instance.groups.iter().map(|group| group.parent.map_or(root, |group| rights as u32 + group)),
        );
        parent.push(NONE);
        let mut children = vec![Vec::new(); rights + groups + 1];
        for (node, &above) in parent.iter().enumerate().take(rights + groups) {
            children[above as usize].push(node as u32);
        }
        let mut network = Network {
            left_min: instance.left.iter().map(|left| left.min).collect(),
            left_max: instance.left.iter().map(|left| left.max).collect(),
            rights,
            parent,
            children,
            low: instance
                .right
                .iter()
                .map(|right| right.min)
                .chain(instance.groups.iter().map(|_| 0))
                .collect(),
            high: instance
                .right
                .iter()
                .map(|right| right.max)
                .chain(instance.groups.iter().map(|group| group.max))
                .map(|max| max.unwrap_or(NONE))
                .collect(),
            start: Vec::with_capacity(instance.left.len() + 1),
            entry_left: Vec::new(),
            entry_right: Vec::new(),
            entry_pair: Vec::new(),
            weight: Vec::new(),
            ceilings: Vec::new(),
        };
        let mut spent = vec![0i128; rights + groups];
        network.take_locks(instance, &mut spent)?;
        let rest = rest_of_budgets(instance, &spent)?;
        network.list_entries(instance, &rest, weight);
        let below = network.bound_by_entries();
        network.turn_budgets_into_counts(instance, &rest, &below);
        Ok(network)
    }

    fn take_locks(&mut self, instance: &Instance, spent: &mut [i128]) -> Result<(), Overlocked> {
        for &lock in &instance.locks {
            let pair = &instance.pairs[lock as usize];
            let left = pair.left as usize;
            if self.left_max[left] == 0 {
                return Err(Overlocked::LeftMax(pair.left));
            }
            self.left_max[left] -= 1;
            self.left_min[left] = self.left_min[left].saturating_sub(1);
            for node in self.chain(pair.right).collect::<Vec<_>>() {
                let node = node as usize;
                spent[node] += i128::from(pair.cost);
                self.low[node] = self.low[node].saturating_sub(1);
                match self.high[node] {
                    0 => return Err(Overlocked::Node(node as u32)),
                    NONE => {}
                    _ => self.high[node] -= 1,
                }
            }
        }
        Ok(())
    }

    /// Pairs that may be chosen: neither locked nor forbidden, nor dearer than a budget above them.
    fn list_entries(
        &mut self,
        instance: &Instance,
        rest: &[Option<i128>],
        weight: impl Fn(u32) -> Option<i128>,
    ) {
        let (mut locks, mut forbids) = (instance.locks.iter().peekable(), instance.forbids.iter().peekable());
        self.start.push(0);
        let mut left = 0;
        for (at, pair) in instance.pairs.iter().enumerate() {
            while left < pair.left {
                self.start.push(self.entry_pair.len() as u32);
                left += 1;
            }
            let at = at as u32;
            let locked = locks.next_if(|&&lock| lock == at).is_some();
            let forbidden = forbids.next_if(|&&forbid| forbid == at).is_some();
            let too_dear = |node: u32| rest[node as usize].is_some_and(|rest| i128::from(pair.cost) > rest);
            if locked || forbidden || self.chain(pair.right).any(too_dear) {
                continue;
            }
            if let Some(weight) = weight(at) {
                self.entry_left.push(pair.left);
                self.entry_right.push(pair.right);
                self.entry_pair.push(at);
                self.weight.push(weight);
            }
        }
        self.start.resize(instance.left.len() + 1, self.entry_pair.len() as u32);
    }

    /// Counts the entries below each node; one more than that is as good as unlimited (and never binds).
    fn bound_by_entries(&mut self) -> Vec<u32> {
        let mut below = vec![0u32; self.high.len()];
        for &right in &self.entry_right {
            below[right as usize] += 1;
        }
        // A group's entries: add each right's to every group above it.
        for right in 0..self.rights as u32 {
            for node in self.chain(right).skip(1).collect::<Vec<_>>() {
                below[node as usize] += below[right as usize];
            }
        }
        for (high, below) in self.high.iter_mut().zip(&below) {
            *high = (*high).min(below + 1);
        }
        below
    }

    fn turn_budgets_into_counts(&mut self, instance: &Instance, rest: &[Option<i128>], below: &[u32]) {
        if rest.iter().all(Option::is_none) {
            return;
        }
        let mut range: Vec<Option<(i64, i64)>> = vec![None; rest.len()];
        for (&right, &pair) in self.entry_right.iter().zip(&self.entry_pair) {
            let cost = instance.pairs[pair as usize].cost;
            for node in self.chain(right) {
                let range = &mut range[node as usize];
                *range = Some(range.map_or((cost, cost), |(least, most)| (least.min(cost), most.max(cost))));
            }
        }
        for (node, rest) in rest.iter().enumerate() {
            let Some(rest) = *rest else { continue };
            let Some((least, most)) = range[node] else { continue };
            if i128::from(most) * i128::from(self.high[node].min(below[node])) <= rest {
                continue;
            }
            if least == most {
                // The product above exceeds the rest, so the quotient is below a count.
                self.high[node] = (rest / i128::from(most)) as u32;
            } else {
                self.ceilings.push(Ceiling { node: node as u32, budget: rest });
            }
        }
    }

    /// A weight larger than anything a chain of exchanges can gain or lose.
    pub fn dominating(&self) -> i128 {
        let largest = self.weight.iter().map(|weight| weight.abs()).max().unwrap_or(0) + 1;
        largest * (2 * self.parent.len() as i128 + 4)
    }

    /// Whether the kernel's sums fit in 64 bits.
    pub fn fits_small(&self) -> bool {
        let bounded = self.left_min.iter().any(|&min| min > 0) || self.low.iter().any(|&low| low > 0);
        let steps = 4 * (2 * self.parent.len() as i128 + 4);
        let largest = if bounded {
            self.dominating()
        } else {
            self.weight.iter().map(|weight| weight.abs()).max().unwrap_or(0) + 1
        };
        largest * steps < i128::from(i64::MAX)
    }
}

/// Yen left per right and group after the locked pairs; fails when these alone exceed a budget.
fn rest_of_budgets(instance: &Instance, spent: &[i128]) -> Result<Vec<Option<i128>>, Overlocked> {
    let budgets = instance
        .right
        .iter()
        .map(|right| right.budget)
        .chain(instance.groups.iter().map(|group| group.budget));
    let rest: Vec<Option<i128>> =
        budgets.zip(spent).map(|(budget, spent)| Some(i128::from(budget?) - spent)).collect();
    match rest.iter().position(|rest| rest.is_some_and(|rest| rest < 0)) {
        Some(node) => Err(Overlocked::Node(node as u32)),
        None => Ok(rest),
    }
}
