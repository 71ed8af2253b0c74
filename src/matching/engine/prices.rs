//! Dual values: a price per place (and per yen) at every receiver and group, and the bound they prove.
//!
//! For any prices, let each left choose freely among its pairs at value minus price, pay every receiver's limit at its
//! price, and no assignment can be worth more than the total: weak duality. Optimal prices meet the objective exactly.

use super::flow::Flow;
use super::instance::Instance;
use super::network::{Cost, Network};
use super::number::Price;
use super::solution::{Prices, Proof};
use super::solve::Optimum;
use std::collections::BTreeMap;

pub(super) use super::number::FINE;

/// Prices per node (rights, then groups), in millionths of millionths of value per place and per billion yen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct PriceList {
    pub place: Vec<i128>,
    pub yen: Vec<i128>,
    /// Prices of the lefts: then every right chooses whole pairs (see [`super::knapsack`]).
    pub left: Option<Vec<i128>>,
}

impl PriceList {
    pub fn free(network: &Network) -> PriceList {
        let nodes = network.high.len();
        PriceList { place: vec![0; nodes], yen: vec![0; nodes], left: None }
    }

    /// How many prices it holds.
    pub fn size(&self) -> usize {
        let used = |list: &[i128]| list.iter().filter(|&&price| price != 0).count();
        1 + used(&self.place) + used(&self.yen) + self.left.as_deref().map_or(0, used)
    }

    /// The price of a node is what a unit loses on its way up. Without a lower bound no price is negative.
    pub fn from_distances<C: Cost>(network: &Network, distance: &[C]) -> PriceList {
        let mut prices = PriceList::free(network);
        for node in 0..network.high.len() {
            let price = (distance[network.parent[node] as usize] - distance[node]).wide() * FINE;
            prices.place[node] = if network.low[node] == 0 { price.max(0) } else { price };
        }
        prices
    }

    /// What a place costs at a right with every group above it.
    pub fn of_right(&self, network: &Network, right: u32) -> i128 {
        network.chain(right).map(|node| self.place[node as usize]).sum()
    }

    /// By id, for the certificate.
    pub fn named(&self, instance: &Instance) -> Prices {
        let rights = instance.right.len();
        let right = |list: &[i128]| named(instance.right.iter().map(|right| &right.id).zip(&list[..rights]));
        let groups =
            |list: &[i128]| named(instance.groups.iter().map(|group| &group.id).zip(&list[rights..]));
        Prices {
            left: self.left.as_ref().map_or_else(BTreeMap::new, |left| {
                named(instance.left.iter().map(|left| &left.id).zip(left))
            }),
            right: right(&self.place),
            groups: groups(&self.place),
            right_yen: right(&self.yen),
            groups_yen: groups(&self.yen),
        }
    }
}

fn named<'a>(items: impl Iterator<Item = (&'a String, &'a i128)>) -> BTreeMap<String, Price> {
    items.filter(|&(_, &price)| price != 0).map(|(id, &price)| (id.clone(), Price(price))).collect()
}

/// The certificate of an optimal flow.
pub(super) fn proof(instance: &Instance, network: &Network, optimum: &Optimum) -> Proof {
    Proof {
        left: surpluses(instance, network, optimum),
        prices: vec![optimum.prices.named(instance)],
        ..Proof::default()
    }
}

/// Dual value of each left: what its worst chosen place is worth beyond its price, where its maximum binds.
fn surpluses(instance: &Instance, network: &Network, optimum: &Optimum) -> BTreeMap<String, Price> {
    let at_right: Vec<i128> =
        (0..network.rights as u32).map(|right| optimum.prices.of_right(network, right)).collect();
    let mut chosen = optimum.chosen.iter().peekable();
    let mut surpluses = Vec::with_capacity(instance.left.len());
    for left in 0..instance.left.len() {
        let (mut worst, mut best_free, mut count) = (None::<i128>, None::<i128>, 0);
        for entry in network.entries(left as u32) {
            let gain = network.weight[entry] * FINE - at_right[network.entry_right[entry] as usize];
            if chosen.next_if(|&&pair| pair == network.entry_pair[entry]).is_some() {
                worst = Some(worst.map_or(gain, |worst| worst.min(gain)));
                count += 1;
            } else {
                best_free = best_free.max(Some(gain));
            }
        }
        surpluses.push(match worst {
            _ if network.left_max[left] == 0 => best_free.unwrap_or(0).max(0),
            Some(worst) if count == network.left_max[left] => worst,
            Some(worst) if count == network.left_min[left] => worst.min(0),
            _ => 0,
        });
    }
    named(instance.left.iter().map(|left| &left.id).zip(&surpluses))
}

/// Prices under which every choice falls short of the lower bounds: a proof that no assignment exists.
pub(super) fn infeasibility(instance: &Instance, network: &Network) -> Proof {
    let blame = blame(network).unwrap_or_else(|| PriceList::free(network));
    Proof { prices: vec![blame.named(instance)], ..Proof::default() }
}

/// Dual values of "meet as many lower bounds as possible"; `None` when all are met.
pub(super) fn blame(network: &Network) -> Option<PriceList> {
    let mut worthless = network.clone();
    worthless.weight.fill(0);
    let flow = Flow::<i64>::solve(&worthless);
    if flow.is_feasible() {
        return None;
    }
    // With nothing to gain elsewhere all potentials are multiples of the reward for a lower bound: count in rewards.
    let units: Vec<i64> = flow.potential.iter().map(|&potential| potential / flow.big).collect();
    Some(PriceList::from_distances(&worthless, &units))
}
