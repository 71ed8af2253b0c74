//! The best whole choice of one right: a knapsack with a count, by dynamic programming over undominated states.

use super::Fault;

/// Most states before the check gives up.
const MOST_STATES: usize = 3_000_000;

pub(super) struct Bag {
    pub min: i128,
    pub max: i128,
    pub budget: Option<i128>,
    /// Prices that guide the pruning; any are valid.
    pub place: i128,
    pub yen: i128,
    /// Profit of what is taken in any case.
    pub sure: i128,
    /// Profit and cost.
    pub items: Vec<(i128, i128)>,
}

#[derive(Clone, Copy)]
struct State {
    count: i128,
    spent: i128,
    profit: i128,
}

impl Bag {
    /// What an item is worth beyond the guiding prices.
    pub fn beyond(&self, &(profit, cost): &(i128, i128)) -> i128 {
        profit - self.place - if self.budget.is_some() { self.yen * cost } else { 0 }
    }

    /// What no choice is worth more than, by the guiding prices alone.
    pub fn ceiling(&self) -> i128 {
        let count = if self.place >= 0 { self.max } else { self.min.max(0) };
        let yen = self.budget.map_or(0, |budget| self.yen * budget);
        self.sure
            + self.place * count
            + yen
            + self.items.iter().map(|item| self.beyond(item).max(0)).sum::<i128>()
    }

    /// The greatest profit within count and budget; `None` when they cannot be kept.
    pub fn best(mut self) -> Result<Option<i128>, Fault> {
        let budget = self.budget.unwrap_or(i128::MAX >> 1);
        if self.max < 0 || budget < 0 || self.min > self.items.len() as i128 {
            return Ok(None);
        }
        let price = if self.budget.is_some() { self.yen } else { 0 };
        let beyond = |&(profit, cost): &(i128, i128)| profit - self.place - price * cost;
        // Those that are surely in or out come first, so that the rest decides late.
        self.items.sort_by_key(|item| (-beyond(item).abs(), item.1));
        let mut after = vec![0; self.items.len() + 1];
        for at in (0..self.items.len()).rev() {
            after[at] = after[at + 1] + beyond(&self.items[at]).max(0);
        }
        let hope = |state: &State, at: usize| {
            let places =
                if self.place >= 0 { self.max - state.count } else { (self.min - state.count).max(0) };
            let yen = if self.budget.is_some() { price * (budget - state.spent) } else { 0 };
            state.profit + self.place * places + yen + after[at]
        };
        let mut states = vec![State { count: 0, spent: 0, profit: 0 }];
        let mut best = (self.min <= 0).then_some(0);
        for (at, &(profit, cost)) in self.items.iter().enumerate() {
            let taken = states.iter().map(|state| State {
                count: state.count + 1,
                spent: state.spent + cost,
                profit: state.profit + profit,
            });
            let mut next: Vec<State> =
                taken.filter(|state| state.count <= self.max && state.spent <= budget).collect();
            let reached = next.iter().filter(|state| state.count >= self.min).map(|state| state.profit).max();
            best = best.max(reached);
            next.extend_from_slice(&states);
            next.retain(|state| best.is_none_or(|best| hope(state, at + 1) > best));
            next.sort_unstable_by(|a, b| {
                a.count.cmp(&b.count).then(a.spent.cmp(&b.spent)).then(b.profit.cmp(&a.profit))
            });
            // Of equal counts, more money must have bought more.
            let mut kept: Vec<State> = Vec::with_capacity(next.len());
            for state in next {
                if kept.last().is_none_or(|last| last.count != state.count || last.profit < state.profit) {
                    kept.push(state);
                }
            }
            if kept.len() > MOST_STATES {
                return Err(Fault::new(
                    "検証に時間がかかりすぎます",
                    "a whole choice has too many states to check",
                ));
            }
            states = kept;
        }
        Ok(best.map(|best| best + self.sure))
    }
}
