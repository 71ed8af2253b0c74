//! A sharper bound for mixed costs: prices for the lefts, and every right fills its budget exactly.
//!
//! Where the linear relaxation may take half a task to use up a budget, here each right chooses whole tasks: the best
//! set within its places and its yen, at "weight − price of the left". Few distinct costs make this quick.

use super::prices::{FINE, PriceList};
use super::relax::{Fixed, Relaxation, YEN_UNIT};
use std::collections::BTreeMap;

/// Most steps per right; beyond, the price bound of that right is used.
const MOST_STEPS: u32 = 8_000;

/// The bound at these prices, in units of a millionth / (`FINE` · `YEN_UNIT`); `None` when there is no choice.
pub(super) fn bound(
    relaxation: &Relaxation,
    prices: &PriceList,
    left_prices: &[i128],
    fixed: &Fixed,
) -> Option<i128> {
    let network = relaxation.network;
    let rights = network.rights;
    let mut total = 0;
    for (left, &price) in left_prices.iter().enumerate() {
        let count = if price >= 0 { network.left_max[left] } else { network.left_min[left] };
        // A left has no more places than entries, so "unlimited" stays finite.
        let count = count.min(network.entries(left as u32).len() as u32);
        total += price * i128::from(count) * YEN_UNIT;
    }
    for node in rights..network.high.len() {
        let count = if prices.place[node] >= 0 { network.high[node] } else { network.low[node] };
        total += prices.place[node] * i128::from(count) * YEN_UNIT
            + prices.yen[node] * relaxation.budget[node].unwrap_or(0);
    }
    let mut bags: Vec<Bag> = (0..rights).map(|right| Bag::new(relaxation, prices, right)).collect();
    for (entry, fixed) in fixed.iter().enumerate() {
        let right = network.entry_right[entry];
        let cost = relaxation.cost[entry];
        let above: i128 = network
            .chain(right)
            .skip(1)
            .map(|node| prices.place[node as usize] * YEN_UNIT + prices.yen[node as usize] * cost)
            .sum();
        let left = network.entry_left[entry] as usize;
        let profit = network.weight[entry] * FINE * YEN_UNIT - left_prices[left] * YEN_UNIT - above;
        let bag = &mut bags[right as usize];
        match fixed {
            Some(false) => {}
            Some(true) => bag.take(cost, profit),
            None => bag.offer(cost, profit),
        }
    }
    for bag in bags {
        total += bag.best()?;
    }
    Some(total)
}

/// One right with what it may choose from.
struct Bag {
    low: i64,
    high: i64,
    /// `None` without a budget over differing costs.
    yen: Option<i128>,
    taken: i128,
    /// Guiding prices: per place and per unit of yen.
    place: i128,
    rate: i128,
    /// Profits by cost, sorted by [`Bag::best`].
    classes: BTreeMap<i128, Vec<i128>>,
}

impl Bag {
    fn new(relaxation: &Relaxation, prices: &PriceList, right: usize) -> Bag {
        Bag {
            low: i64::from(relaxation.network.low[right]),
            high: i64::from(relaxation.network.high[right]),
            yen: relaxation.budget[right],
            taken: 0,
            place: prices.place[right] * YEN_UNIT,
            rate: if relaxation.budget[right].is_some() { prices.yen[right] } else { 0 },
            classes: BTreeMap::new(),
        }
    }

    fn take(&mut self, cost: i128, profit: i128) {
        self.low -= 1;
        self.high -= 1;
        self.yen = self.yen.map(|yen| yen - cost);
        self.taken += profit;
    }

    fn offer(&mut self, cost: i128, profit: i128) {
        let class = if self.yen.is_some() { cost } else { 0 };
        self.classes.entry(class).or_default().push(profit);
    }

    /// The best total within places and yen; `None` when the limits cannot be kept.
    fn best(mut self) -> Option<i128> {
        let offered: usize = self.classes.values().map(Vec::len).sum();
        if self.high < 0 || self.low > offered as i64 || self.yen.is_some_and(|yen| yen < 0) {
            return None;
        }
        let yen = self.yen.unwrap_or(0);
        self.low = self.low.max(0);
        let mut classes: Vec<Class> = std::mem::take(&mut self.classes)
            .into_iter()
            .map(|(cost, profits)| self.class(cost, profits))
            .collect();
        // What matters most first.
        classes.sort_by(|a, b| b.surplus.cmp(&a.surplus).then(a.cost.cmp(&b.cost)));
        let mut after = vec![0; classes.len() + 1];
        for at in (0..classes.len()).rev() {
            after[at] = after[at + 1] + classes[at].surplus;
        }
        let mut filling = Filling { bag: &self, classes: &classes, after: &after, best: None, steps: 0 };
        filling.step(0, self.high, yen, 0);
        let found = if filling.steps > MOST_STEPS {
            Some(filling.ceiling(0, self.high, yen, 0))
        } else {
            filling.best
        };
        found.map(|found| found + self.taken)
    }

    fn class(&self, cost: i128, mut profits: Vec<i128>) -> Class {
        profits.sort_unstable_by(|a, b| b.cmp(a));
        let worth = |profit: i128| profit - self.place - self.rate * cost;
        let liked = profits.iter().filter(|&&profit| worth(profit) > 0).count();
        let surplus = profits[..liked].iter().map(|&profit| worth(profit)).sum();
        let mut sums = vec![0];
        for profit in profits {
            sums.push(sums[sums.len() - 1] + profit);
        }
        Class { cost, liked, surplus, sums }
    }
}

/// Tasks of one cost at one right: whoever takes k of them takes the best k.
struct Class {
    cost: i128,
    /// How many are worth their price, and what they are worth beyond it.
    liked: usize,
    surplus: i128,
    sums: Vec<i128>,
}

struct Filling<'a> {
    bag: &'a Bag,
    classes: &'a [Class],
    after: &'a [i128],
    best: Option<i128>,
    steps: u32,
}

impl Filling<'_> {
    /// No completion from here is worth more.
    fn ceiling(&self, at: usize, places: i64, yen: i128, worth: i128) -> i128 {
        let least = (self.bag.low - (self.bag.high - places)).max(0);
        let count = if self.bag.place >= 0 { places } else { least };
        worth + self.bag.place * i128::from(count) + self.bag.rate * yen + self.after[at]
    }

    fn step(&mut self, at: usize, places: i64, yen: i128, worth: i128) {
        self.steps += 1;
        if self.steps > MOST_STEPS
            || self.best.is_some_and(|best| self.ceiling(at, places, yen, worth) <= best)
        {
            return;
        }
        let Some(class) = self.classes.get(at) else {
            if self.bag.high - places >= self.bag.low && self.best.is_none_or(|best| worth > best) {
                self.best = Some(worth);
            }
            return;
        };
        let affordable = if class.cost > 0 && self.bag.yen.is_some() { yen / class.cost } else { i128::MAX };
        let most = (class.sums.len() as i64 - 1).min(places).min(affordable.min(i128::from(i64::MAX)) as i64);
        let start = (class.liked as i64).min(most);
        // The number it likes, then ever further from it on both sides.
        for distance in 0..=most {
            for number in [start - distance, start + distance] {
                if (0..=most).contains(&number) && (distance > 0 || number == start) {
                    let cost = if self.bag.yen.is_some() { class.cost * i128::from(number) } else { 0 };
                    self.step(at + 1, places - number, yen - cost, worth + class.sums[number as usize]);
                }
                if distance == 0 {
                    break;
                }
            }
        }
    }
}
