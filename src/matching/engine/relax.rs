//! Exact bounds from prices, under some pairs fixed in or out.
//!
//! Prices are integers (see [`super::prices`]); every bound here is exact and can be repeated by the checker.

use super::instance::Instance;
use super::knapsack;
use super::network::Network;
use super::prices::{FINE, PriceList};

/// Yen prices are per billion yen.
pub(super) const YEN_UNIT: i128 = 1_000_000_000;

/// The parts of a network that a bound needs again and again.
pub(super) struct Relaxation<'a> {
    pub network: &'a Network,
    pub cost: Vec<i128>,
    /// Budget per node, where it could not be turned into a count.
    pub budget: Vec<Option<i128>>,
    /// Every weight is a multiple of this.
    grain: i128,
}

/// Whether an entry is fixed in or out.
pub(super) type Fixed = Vec<Option<bool>>;

impl<'a> Relaxation<'a> {
    pub fn new(instance: &'a Instance, network: &'a Network) -> Relaxation<'a> {
        let mut budget = vec![None; network.high.len()];
        for ceiling in &network.ceilings {
            budget[ceiling.node as usize] = Some(ceiling.budget);
        }
        let cost =
            network.entry_pair.iter().map(|&pair| i128::from(instance.pairs[pair as usize].cost)).collect();
        let grain = network.weight.iter().copied().fold(0, gcd);
        Relaxation { network, cost, budget, grain: grain.max(1) }
    }

    /// The mean cost of an entry.
    pub fn usual_cost(&self) -> f64 {
        let sum: i128 = self.cost.iter().sum();
        (sum as f64 / self.cost.len().max(1) as f64).max(1.0)
    }

    /// What each entry gains at these prices, in units of a billionth / (`FINE` · `YEN_UNIT`).
    pub fn gains(&self, prices: &PriceList) -> Vec<i128> {
        let network = self.network;
        let mut place = vec![0; network.rights];
        let mut yen = vec![0; network.rights];
        for right in 0..network.rights as u32 {
            for node in network.chain(right) {
                place[right as usize] += prices.place[node as usize];
                yen[right as usize] += prices.yen[node as usize];
            }
        }
        (0..self.cost.len())
            .map(|entry| {
                let right = network.entry_right[entry] as usize;
                network.weight[entry] * FINE * YEN_UNIT
                    - place[right] * YEN_UNIT
                    - yen[right] * self.cost[entry]
            })
            .collect()
    }

    /// What the limits earn at these prices.
    fn limits(&self, prices: &PriceList) -> i128 {
        let node = |at: usize| {
            let (low, high) = (i128::from(self.network.low[at]), i128::from(self.network.high[at]));
            let place = prices.place[at];
            let places = if place >= 0 { place * high } else { place * low };
            places * YEN_UNIT + prices.yen[at] * self.budget[at].unwrap_or(0)
        };
        (0..self.network.high.len()).map(node).sum()
    }

    /// The most a left can gain; `None` when it cannot keep its bounds.
    fn choice(&self, left: u32, gains: &[i128], fixed: impl Fn(usize) -> Option<bool>) -> Option<i128> {
        let (mut taken, mut total) = (0, 0);
        let mut free = Vec::new();
        for entry in self.network.entries(left) {
            match fixed(entry) {
                Some(true) => {
                    taken += 1;
                    total += gains[entry];
                }
                Some(false) => {}
                None => free.push(gains[entry]),
            }
        }
        let (min, max) =
            (self.network.left_min[left as usize] as usize, self.network.left_max[left as usize] as usize);
        if taken > max || taken + free.len() < min {
            return None;
        }
        if max - taken == 1 && taken >= min {
            return Some(total + free.into_iter().max().unwrap_or(0).max(0));
        }
        free.sort_unstable_by(|a, b| b.cmp(a));
        for (at, gain) in free.into_iter().take(max - taken).enumerate() {
            if gain <= 0 && taken + at >= min {
                break;
            }
            total += gain;
        }
        Some(total)
    }

    /// What each left gains at prices of places and yen, per place: prices for the lefts.
    pub fn surpluses(&self, prices: &PriceList) -> Vec<i128> {
        let gains = self.gains(prices);
        (0..self.network.left_max.len())
            .map(|left| {
                let mut own = gains[self.network.entries(left as u32)].to_vec();
                own.sort_unstable_by(|a, b| b.cmp(a));
                let last = (self.network.left_max[left] as usize).max(1) - 1;
                own.get(last).map_or(0, |&gain| gain.max(0) / YEN_UNIT)
            })
            .collect()
    }

    /// No choice of entries under these fixings weighs more; `None` when there is no choice.
    pub fn bound(&self, prices: &PriceList, fixed: &Fixed) -> Option<i128> {
        if let Some(left) = &prices.left {
            return knapsack::bound(self, prices, left, fixed).map(|total| self.floor(total));
        }
        let gains = self.gains(prices);
        let mut total = self.limits(prices);
        for left in 0..self.network.left_max.len() as u32 {
            total += self.choice(left, &gains, |entry| fixed[entry])?;
        }
        Some(self.floor(total))
    }

    /// Weights are whole multiples of the grain, and so is every sum.
    pub fn floor(&self, total: i128) -> i128 {
        total.div_euclid(FINE * YEN_UNIT).div_euclid(self.grain) * self.grain
    }

    /// Whether the prices show that nothing at all is possible under these fixings.
    pub fn excludes(&self, prices: &PriceList, fixed: &Fixed) -> bool {
        if prices.left.is_some() {
            return false;
        }
        let gains = self.gains(prices);
        let mut total = self.limits(prices);
        for left in 0..self.network.left_max.len() as u32 {
            let worthless = |entry: usize| gains[entry] - self.network.weight[entry] * FINE * YEN_UNIT;
            let own: Vec<i128> = self.network.entries(left).map(worthless).collect();
            let start = self.network.entries(left).start;
            // The choice works on positions; shift them to this left's own list.
            let mut shifted = vec![0; start];
            shifted.extend(own);
            match self.choice(left, &shifted, |entry| fixed[entry]) {
                Some(choice) => total += choice,
                None => return true,
            }
        }
        total < 0
    }

    /// Fixes every entry that no choice above `reached` can contain, or do without, at these prices and with what is
    /// fixed already.
    pub fn rule_out(&self, prices: &PriceList, reached: i128, fixed: &mut Fixed) {
        if prices.left.is_some() {
            return knapsack::rule_out(self, prices, reached, fixed);
        }
        let gains = self.gains(prices);
        let before = fixed.clone();
        let mut own = Vec::with_capacity(self.network.left_max.len());
        let mut total = self.limits(prices);
        for left in 0..self.network.left_max.len() as u32 {
            let Some(choice) = self.choice(left, &gains, |entry| before[entry]) else { return };
            own.push(choice);
            total += choice;
        }
        for left in 0..self.network.left_max.len() as u32 {
            for entry in self.network.entries(left).filter(|&entry| before[entry].is_none()) {
                for chosen in [true, false] {
                    let with = |other| if other == entry { Some(chosen) } else { before[other] };
                    let choice = self.choice(left, &gains, with);
                    let bound = choice.map(|choice| self.floor(total - own[left as usize] + choice));
                    if bound.is_none_or(|bound| bound <= reached) {
                        fixed[entry] = Some(!chosen);
                        break;
                    }
                }
            }
        }
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}
