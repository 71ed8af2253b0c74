//! A sharper bound for mixed costs: prices for the lefts, and every right fills its budget exactly.
//!
//! Where the linear relaxation may take half a task to use up a budget, here each right chooses whole tasks: the best
//! set within its places and its yen, at "weight − price of the left". Few distinct costs make this quick.

use super::prices::{FINE, PriceList};
use super::relax::{Fixed, Relaxation, YEN_UNIT};
use std::collections::BTreeMap;

/// Most steps per right; beyond, the price bound of that right is used.
const MOST_STEPS: u32 = 8_000;

/// The bound at these prices, in units of a billionth / (`FINE` · `YEN_UNIT`); `None` when there is no choice.
pub(super) fn bound(
    relaxation: &Relaxation,
    prices: &PriceList,
    left_prices: &[i128],
    fixed: &Fixed,
) -> Option<i128> {
    let mut total = sum_of_limits(relaxation, prices, left_prices);
    for bag in bags(relaxation, prices, left_prices, fixed) {
        total += bag.best()?.0;
    }
    Some(total)
}

/// What the limits of lefts and groups earn at their prices.
fn sum_of_limits(relaxation: &Relaxation, prices: &PriceList, left_prices: &[i128]) -> i128 {
    let network = relaxation.network;
    let lefts = left_prices
        .iter()
        .enumerate()
        .map(|(left, &price)| price * i128::from(left_count(relaxation, left, price)) * YEN_UNIT);
    let groups = (network.rights..network.high.len()).map(|node| {
        let count = if prices.place[node] >= 0 { network.high[node] } else { network.low[node] };
        prices.place[node] * i128::from(count) * YEN_UNIT
            + prices.yen[node] * relaxation.budget[node].unwrap_or(0)
    });
    lefts.chain(groups).sum()
}

/// How many places of a left its price pays for.
fn left_count(relaxation: &Relaxation, left: usize, price: i128) -> u32 {
    let network = relaxation.network;
    let count = if price >= 0 { network.left_max[left] } else { network.left_min[left] };
    // A left has no more places than entries, so "unlimited" stays finite.
    count.min(network.entries(left as u32).len() as u32)
}

/// The rights with what each may choose from at these prices.
fn bags(relaxation: &Relaxation, prices: &PriceList, left_prices: &[i128], fixed: &Fixed) -> Vec<Bag> {
    let network = relaxation.network;
    let mut bags: Vec<Bag> = (0..network.rights).map(|right| Bag::new(relaxation, prices, right)).collect();
    for (entry, fixed) in fixed.iter().enumerate() {
        if *fixed == Some(false) {
            continue;
        }
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
            Some(_) => bag.take(cost, profit, entry),
            None => bag.offer(cost, profit, entry),
        }
    }
    bags
}

/// What a search for better prices may do.
pub(super) struct Effort<'a> {
    pub rounds: usize,
    pub stop: &'a dyn Fn() -> bool,
    /// Told the whole choices of a round, dearest first; answers with the best weight known.
    pub seen: &'a mut dyn FnMut(&[u32]) -> Option<i128>,
}

/// The best prices found, and what the rights choose there.
pub(super) struct Improved {
    pub prices: PriceList,
    pub chosen: Vec<u32>,
}

/// Moves the prices of lefts and groups, by subgradient steps, to where the bound by whole choices is lower. The prices
/// at the rights that come back guide the choices there. `None` when some right has no choice at all.
pub(super) fn improve(
    relaxation: &Relaxation,
    start: &PriceList,
    fixed: &Fixed,
    effort: Effort,
) -> Option<Improved> {
    let network = relaxation.network;
    let nodes = network.rights..network.high.len();
    let usual = relaxation.usual_cost();
    let mut here = Point::of(start, usual);
    let mut best: Option<(f64, Point, Improved)> = None;
    let (mut stride, mut since) = (1.0, 0);
    for _ in 0..effort.rounds.max(1) {
        if best.is_some() && ((effort.stop)() || stride < 0.02) {
            break;
        }
        let prices = here.prices(relaxation, start, usual);
        let left_prices = prices.left.as_deref().unwrap_or_default();
        let mut total = sum_of_limits(relaxation, &prices, left_prices);
        let mut used = Used::none(relaxation);
        let mut all = Vec::new();
        let mut guided = prices.clone();
        for (right, mut bag) in bags(relaxation, &prices, left_prices, fixed).into_iter().enumerate() {
            bag.guide();
            (guided.place[right], guided.yen[right]) = (bag.place / YEN_UNIT, bag.rate);
            let (worth, chosen) = bag.best()?;
            total += worth;
            chosen.iter().for_each(|&entry| used.add(relaxation, entry as usize, usual));
            all.extend(chosen);
        }
        let total = total as f64 / YEN_UNIT as f64;
        let reached = (effort.seen)(&all);
        let goal = reached.map_or(total - total.abs() * 0.001, |reached| reached as f64 * FINE as f64);
        if best.as_ref().is_none_or(|best| total < best.0) {
            best = Some((total, here.clone(), Improved { prices: guided, chosen: all }));
            since = 0;
        } else {
            since += 1;
            if since >= 8
                && let Some((_, point, _)) = &best
            {
                (stride, since) = (stride * 0.5, 0);
                here = point.clone();
                continue;
            }
        }
        if total <= goal {
            break;
        }
        let slope = here.slope(relaxation, &used, nodes.clone(), usual);
        let norm: f64 = slope.left.iter().chain(&slope.place).chain(&slope.yen).map(|g| g * g).sum();
        if norm == 0.0 {
            break;
        }
        here.step(relaxation, &slope, stride * (total - goal) / norm);
    }
    best.map(|(_, _, improved)| improved)
}

/// Fixes entries that no choice above `reached` can contain, or do without: at each right what an entry is worth beyond
/// its guiding prices, against what these leave between the bound and `reached`.
pub(super) fn rule_out(relaxation: &Relaxation, prices: &PriceList, reached: i128, fixed: &mut Fixed) {
    let Some(left_prices) = &prices.left else { return };
    let mut total = sum_of_limits(relaxation, prices, left_prices);
    let mut rooms = Vec::new();
    for bag in bags(relaxation, prices, left_prices, fixed) {
        let ceiling = bag.ceiling();
        let items: Vec<(u32, i128)> = bag
            .classes
            .iter()
            .flat_map(|(&cost, items)| items.iter().map(move |&(profit, entry)| (cost, profit, entry)))
            .map(|(cost, profit, entry)| (entry, profit - bag.place - bag.rate * cost))
            .collect();
        let Some((worth, _)) = bag.best() else { return };
        total += worth;
        rooms.push((ceiling - worth, items));
    }
    for (room, items) in rooms {
        for (entry, beyond) in items {
            // Taking what is not worth it, or leaving what is, costs its difference.
            if relaxation.floor(total + room - beyond.abs()) <= reached {
                fixed[entry as usize] = Some(beyond > 0);
            }
        }
    }
}

/// What whole choices use of lefts and groups.
struct Used {
    left: Vec<f64>,
    place: Vec<f64>,
    /// In usual costs.
    yen: Vec<f64>,
}

impl Used {
    fn none(relaxation: &Relaxation) -> Used {
        let network = relaxation.network;
        let nodes = vec![0.0; network.high.len()];
        Used { left: vec![0.0; network.left_max.len()], place: nodes.clone(), yen: nodes }
    }

    fn add(&mut self, relaxation: &Relaxation, entry: usize, usual: f64) {
        let network = relaxation.network;
        self.left[network.entry_left[entry] as usize] += 1.0;
        for node in network.chain(network.entry_right[entry]).skip(1) {
            let node = node as usize;
            self.place[node] += 1.0;
            self.yen[node] += relaxation.cost[entry] as f64 / usual;
        }
    }
}

/// Prices in floating point: of lefts, of places in groups, of usual costs in groups.
#[derive(Clone)]
struct Point {
    left: Vec<f64>,
    place: Vec<f64>,
    yen: Vec<f64>,
}

impl Point {
    fn of(prices: &PriceList, usual: f64) -> Point {
        Point {
            left: prices.left.iter().flatten().map(|&price| price as f64).collect(),
            place: prices.place.iter().map(|&price| price as f64).collect(),
            yen: prices.yen.iter().map(|&price| price as f64 * usual / YEN_UNIT as f64).collect(),
        }
    }

    fn prices(&self, relaxation: &Relaxation, guides: &PriceList, usual: f64) -> PriceList {
        let mut prices = guides.clone();
        prices.left = Some(self.left.iter().map(|price| price.round() as i128).collect());
        for node in relaxation.network.rights..prices.place.len() {
            prices.place[node] = self.place[node].round() as i128;
            if relaxation.budget[node].is_some() {
                prices.yen[node] = ((self.yen[node] * YEN_UNIT as f64 / usual).round() as i128).max(0);
            }
        }
        prices
    }

    /// How the bound changes with each price.
    fn slope(
        &self,
        relaxation: &Relaxation,
        used: &Used,
        nodes: std::ops::Range<usize>,
        usual: f64,
    ) -> Point {
        let network = relaxation.network;
        let mut slope = Point {
            left: vec![0.0; self.left.len()],
            place: vec![0.0; self.place.len()],
            yen: vec![0.0; self.yen.len()],
        };
        for (left, slope) in slope.left.iter_mut().enumerate() {
            let price = self.left[left].round() as i128;
            *slope = f64::from(left_count(relaxation, left, price)) - used.left[left];
            if price <= 0 && *slope > 0.0 && network.left_min[left] == 0 {
                *slope = 0.0;
            }
        }
        for node in nodes {
            slope.place[node] = f64::from(network.high[node]) - used.place[node];
            if self.place[node] <= 0.0 && slope.place[node] > 0.0 {
                slope.place[node] = 0.0;
            }
            if let Some(budget) = relaxation.budget[node] {
                slope.yen[node] = budget as f64 / usual - used.yen[node];
                if self.yen[node] <= 0.0 && slope.yen[node] > 0.0 {
                    slope.yen[node] = 0.0;
                }
            }
        }
        slope
    }

    fn step(&mut self, relaxation: &Relaxation, slope: &Point, length: f64) {
        let least = |left: usize| if relaxation.network.left_min[left] == 0 { 0.0 } else { f64::MIN };
        for (left, price) in self.left.iter_mut().enumerate() {
            *price = (*price - length * slope.left[left]).max(least(left));
        }
        for node in relaxation.network.rights..self.place.len() {
            self.place[node] = (self.place[node] - length * slope.place[node]).max(0.0);
            self.yen[node] = (self.yen[node] - length * slope.yen[node]).max(0.0);
        }
    }
}

/// One right with what it may choose from.
struct Bag {
    low: i64,
    high: i64,
    /// `None` without a budget over differing costs.
    yen: Option<i128>,
    taken: i128,
    sure: Vec<u32>,
    /// Guiding prices: per place and per unit of yen.
    place: i128,
    rate: i128,
    /// Profits by cost, sorted by [`Bag::best`].
    classes: BTreeMap<i128, Vec<(i128, u32)>>,
}

impl Bag {
    fn new(relaxation: &Relaxation, prices: &PriceList, right: usize) -> Bag {
        Bag {
            low: i64::from(relaxation.network.low[right]),
            high: i64::from(relaxation.network.high[right]),
            yen: relaxation.budget[right],
            taken: 0,
            sure: Vec::new(),
            place: prices.place[right] * YEN_UNIT,
            rate: if relaxation.budget[right].is_some() { prices.yen[right] } else { 0 },
            classes: BTreeMap::new(),
        }
    }

    fn take(&mut self, cost: i128, profit: i128, entry: usize) {
        self.low -= 1;
        self.high -= 1;
        self.yen = self.yen.map(|yen| yen - cost);
        self.taken += profit;
        self.sure.push(entry as u32);
    }

    fn offer(&mut self, cost: i128, profit: i128, entry: usize) {
        let class = if self.yen.is_some() { cost } else { 0 };
        self.classes.entry(class).or_default().push((profit, entry as u32));
    }

    /// Finds better guiding prices: in turn the best price of a place and the best price of a yen, the other given.
    fn guide(&mut self) {
        let items: Vec<(i128, i128)> = self
            .classes
            .iter()
            .flat_map(|(&cost, items)| items.iter().map(move |&(profit, _)| (cost, profit)))
            .collect();
        let places = self.high.max(0) as usize;
        for _ in 0..3 {
            if let Some(yen) = self.yen {
                // The rate at which what is worth it just uses up the budget.
                let mut by_rate: Vec<(i128, i128)> = items
                    .iter()
                    .filter(|(_, profit)| profit - self.place > 0)
                    .map(|&(cost, profit)| ((profit - self.place) / cost.max(1), cost))
                    .collect();
                by_rate.sort_unstable_by(|a, b| b.cmp(a));
                let mut spent = 0;
                let critical = by_rate.iter().find(|&&(_, cost)| {
                    spent += cost;
                    spent > yen
                });
                self.rate = critical.map_or(0, |&(rate, _)| rate.max(0));
            }
            let mut worth: Vec<i128> = items
                .iter()
                .map(|&(cost, profit)| profit - self.rate * cost)
                .filter(|&worth| worth > 0)
                .collect();
            worth.sort_unstable_by(|a, b| b.cmp(a));
            let price = worth.get(places).copied().unwrap_or(0);
            // Prices are whole, so that they can be printed.
            self.place = price / YEN_UNIT * YEN_UNIT;
        }
    }

    /// What no choice of this right is worth more than, by the guiding prices alone.
    fn ceiling(&self) -> i128 {
        let count = if self.place >= 0 { self.high } else { self.low };
        let yen = self.yen.map_or(0, |yen| self.rate * yen);
        let items = self.classes.iter().flat_map(|(&cost, items)| {
            items.iter().map(move |&(profit, _)| (profit - self.place - self.rate * cost).max(0))
        });
        self.taken + self.place * i128::from(count) + yen + items.sum::<i128>()
    }

    /// The best total within places and yen with the entries chosen (none where only a ceiling was found); `None` when
    /// the limits cannot be kept.
    fn best(mut self) -> Option<(i128, Vec<u32>)> {
        let offered: usize = self.classes.values().map(Vec::len).sum();
        if self.high < 0 || self.low > offered as i64 || self.yen.is_some_and(|yen| yen < 0) {
            return None;
        }
        let yen = self.yen.unwrap_or(0);
        self.low = self.low.max(0);
        let mut classes: Vec<Class> = std::mem::take(&mut self.classes)
            .into_iter()
            .map(|(cost, items)| self.class(cost, items))
            .collect();
        // What matters most first.
        classes.sort_by(|a, b| b.surplus.cmp(&a.surplus).then(a.cost.cmp(&b.cost)));
        let mut after = vec![0; classes.len() + 1];
        for at in (0..classes.len()).rev() {
            after[at] = after[at + 1] + classes[at].surplus;
        }
        let mut filling = Filling {
            bag: &self,
            classes: &classes,
            after: &after,
            best: None,
            numbers: vec![0; classes.len()],
            best_numbers: Vec::new(),
            steps: 0,
        };
        filling.step(0, self.high, yen, 0);
        let exact = filling.steps <= MOST_STEPS;
        let found = if exact { filling.best } else { Some(filling.ceiling(0, self.high, yen, 0)) };
        let numbers = filling.best_numbers;
        let mut chosen = self.sure;
        for (class, &number) in classes.iter().zip(&numbers) {
            chosen.extend(class.items.iter().take(number).map(|&(_, entry)| entry));
        }
        found.map(|found| (found + self.taken, chosen))
    }

    fn class(&self, cost: i128, mut items: Vec<(i128, u32)>) -> Class {
        items.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let worth = |profit: i128| profit - self.place - self.rate * cost;
        let liked = items.iter().filter(|&&(profit, _)| worth(profit) > 0).count();
        let surplus = items[..liked].iter().map(|&(profit, _)| worth(profit)).sum();
        let mut sums = vec![0];
        for &(profit, _) in &items {
            sums.push(sums[sums.len() - 1] + profit);
        }
        Class { cost, liked, surplus, sums, items }
    }
}

/// Tasks of one cost at one right: whoever takes k of them takes the best k.
struct Class {
    cost: i128,
    /// How many are worth their price, and what they are worth beyond it.
    liked: usize,
    surplus: i128,
    sums: Vec<i128>,
    /// Profit and entry, best first.
    items: Vec<(i128, u32)>,
}

struct Filling<'a> {
    bag: &'a Bag,
    classes: &'a [Class],
    after: &'a [i128],
    best: Option<i128>,
    /// How many of each class: now, and in the best so far.
    numbers: Vec<usize>,
    best_numbers: Vec<usize>,
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
                self.best_numbers.clone_from(&self.numbers);
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
                    self.numbers[at] = number as usize;
                    self.step(at + 1, places - number, yen - cost, worth + class.sums[number as usize]);
                }
                if distance == 0 {
                    break;
                }
            }
        }
    }
}
