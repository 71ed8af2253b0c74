//! Good prices for relaxations too large for the simplex: projected subgradient steps, rounded to integers.

use super::prices::{FINE, PriceList};
use super::relax::Relaxation;

/// Rounds of the method.
const ROUNDS: usize = 400;

/// Prices whose bound is close to the relaxation's. Any prices are valid; these are merely good.
pub(super) fn prices(relaxation: &Relaxation, stop: &dyn Fn() -> bool) -> PriceList {
    let network = relaxation.network;
    let nodes = network.high.len();
    let unit = network.weight.iter().map(|weight| weight.abs()).max().unwrap_or(0).max(1) as f64;
    let weight: Vec<f64> = network.weight.iter().map(|&weight| weight as f64 / unit).collect();
    // Yen are counted in usual costs, so that a place and the money of a place weigh alike.
    let usual = relaxation.usual_cost();
    let chains: Vec<Vec<usize>> = (0..network.rights as u32)
        .map(|right| network.chain(right).map(|node| node as usize).collect())
        .collect();
    let cost: Vec<f64> = relaxation.cost.iter().map(|&cost| cost as f64).collect();
    let mut gains: Vec<(f64, usize)> = Vec::new();
    // Per node: a price per place, and one per usual cost.
    let (mut place, mut yen) = (vec![0.0f64; nodes], vec![0.0f64; nodes]);
    let mut best = (f64::INFINITY, place.clone(), yen.clone());
    let mut step = 0.1;
    let mut since = 0;
    for _ in 0..ROUNDS {
        if stop() {
            break;
        }
        let (mut load, mut spent) = (vec![0.0f64; nodes], vec![0.0f64; nodes]);
        let mut total = 0.0;
        // What a place and a yen cost at each right, the groups above it included.
        let paid: Vec<(f64, f64)> = chains
            .iter()
            .map(|chain| {
                let place: f64 = chain.iter().map(|&node| place[node]).sum();
                (place, chain.iter().map(|&node| yen[node] / usual).sum())
            })
            .collect();
        for left in 0..network.left_max.len() as u32 {
            gains.clear();
            gains.extend(network.entries(left).map(|entry| {
                let (place, rate) = paid[network.entry_right[entry] as usize];
                (weight[entry] - place - rate * cost[entry], entry)
            }));
            let (min, max) =
                (network.left_min[left as usize] as usize, network.left_max[left as usize] as usize);
            let order = |a: &(f64, usize), b: &(f64, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
            if max == 1
                && let Some(best) = gains.iter().copied().min_by(order)
            {
                gains.clear();
                gains.push(best);
            } else {
                gains.sort_unstable_by(order);
            }
            for (at, &(gain, entry)) in gains.iter().take(max).enumerate() {
                if gain <= 0.0 && at >= min {
                    break;
                }
                total += gain;
                for &node in &chains[network.entry_right[entry] as usize] {
                    load[node] += 1.0;
                    spent[node] += cost[entry] / usual;
                }
            }
        }
        let mut norm = 0.0;
        for node in 0..nodes {
            let (low, high) = (f64::from(network.low[node]), f64::from(network.high[node]));
            total += if place[node] >= 0.0 { place[node] * high } else { place[node] * low };
            // Direction of steepest ascent of what must hold.
            load[node] = if load[node] > high {
                load[node] - high
            } else if load[node] < low {
                load[node] - low
            } else if place[node] > 0.0 {
                load[node] - high
            } else if place[node] < 0.0 {
                load[node] - low
            } else {
                0.0
            };
            if let Some(budget) = relaxation.budget[node] {
                let budget = budget as f64 / usual;
                total += yen[node] * budget;
                spent[node] -= budget;
                if spent[node] < 0.0 && yen[node] <= 0.0 {
                    spent[node] = 0.0;
                }
            } else {
                spent[node] = 0.0;
            }
            norm += load[node] * load[node] + spent[node] * spent[node];
        }
        if total < best.0 {
            best = (total, place.clone(), yen.clone());
            since = 0;
        } else {
            since += 1;
            if since >= 8 {
                (step, since) = (step * 0.7, 0);
                (place, yen) = (best.1.clone(), best.2.clone());
                continue;
            }
        }
        if norm == 0.0 {
            break;
        }
        let length = step * best.0.abs().max(1e-9) * 0.1 / norm;
        for node in 0..nodes {
            place[node] += length * load[node];
            if network.low[node] == 0 {
                place[node] = place[node].max(0.0);
            }
            yen[node] = (yen[node] + length * spent[node]).max(0.0);
        }
    }
    let mut prices = PriceList::free(network);
    for node in 0..nodes {
        prices.place[node] = (best.1[node] * unit * FINE as f64).round() as i128;
        if relaxation.budget[node].is_some() {
            prices.yen[node] = (best.2[node] * unit * FINE as f64 / usual * 1e9).round() as i128;
        }
    }
    prices
}
