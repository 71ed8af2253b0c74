//! Bottleneck: as many pairs as possible; among those, the worst chosen value as high as possible; then the greatest sum.
//!
//! The worst value is found by halving over the values that occur: a threshold holds if the pairs at or above it still
//! allow the full number of pairs. Locked pairs count, so no threshold above the worst of them is of use.

use super::best::{Best, best};
use super::instance::Instance;
use super::network::Network;
use super::number::{SCALE, Scaled};
use super::solution::{BottleneckProof, Certificate, Proof, Solution, Status};
use super::solve::{self, Options, links, sum_weight, with_locks};

pub(super) fn solve(instance: &Instance, options: &Options) -> Solution {
    let one = i128::from(SCALE);
    let Ok(network) = Network::new(instance, |_| Some(one)) else { return solve::locked_out(instance) };
    let (full, mut exact, most) = match best(instance, &network, options) {
        Best::None(proof) => return solve::infeasible(instance, proof, options),
        Best::Open { proof, .. } => return open(proof),
        Best::Found { weight, bound, proof, .. } => (weight, weight == bound, proof),
    };
    let worst_lock = instance.locks.iter().map(|&pair| instance.pairs[pair as usize].value).min();
    let thresholds = thresholds(instance, &network, worst_lock);
    // Invariant: the threshold before `low` holds, the one at `high` does not.
    let (mut low, mut high, mut better) = (0, thresholds.len(), None);
    while low < high {
        let middle = low.midpoint(high);
        match reach(instance, thresholds[middle], one, full, options) {
            Reach::Full => low = middle + 1,
            Reach::Less(proof) => (high, better) = (middle, Some(proof)),
            Reach::Unknown => (high, exact) = (middle, false),
        }
    }
    let threshold = low.checked_sub(1).map(|at| thresholds[at]);
    best_sum(instance, threshold, Parts { exact, most, better }, options)
}

struct Parts {
    exact: bool,
    most: Proof,
    better: Option<Proof>,
}

/// Values that occur on free pairs, ascending, none above the worst lock except that lock's own value.
fn thresholds(instance: &Instance, network: &Network, worst_lock: Option<i64>) -> Vec<i64> {
    let values = network.entry_pair.iter().map(|&pair| instance.pairs[pair as usize].value);
    let mut values: Vec<i64> =
        values.chain(worst_lock).filter(|&value| worst_lock.is_none_or(|lock| value <= lock)).collect();
    values.sort_unstable();
    values.dedup();
    values
}

enum Reach {
    Full,
    Less(Proof),
    Unknown,
}

/// Whether the pairs at or above `threshold` allow the full number.
fn reach(instance: &Instance, threshold: i64, one: i128, full: i128, options: &Options) -> Reach {
    let weight = |pair: u32| (instance.pairs[pair as usize].value >= threshold).then_some(one);
    let Ok(network) = Network::new(instance, weight) else { return Reach::Unknown };
    match best(instance, &network, options) {
        Best::Found { weight, .. } if weight >= full => Reach::Full,
        Best::Found { bound, proof, .. } if bound < full => Reach::Less(proof),
        Best::None(proof) => Reach::Less(proof),
        Best::Found { .. } | Best::Open { .. } => Reach::Unknown,
    }
}

fn best_sum(instance: &Instance, threshold: Option<i64>, parts: Parts, options: &Options) -> Solution {
    let allowed =
        |pair: u32| threshold.is_none_or(|threshold| instance.pairs[pair as usize].value >= threshold);
    let sum = sum_weight(instance);
    let Ok(plain) = Network::new(instance, |pair| allowed(pair).then(|| sum(pair)).flatten()) else {
        return solve::locked_out(instance);
    };
    let heavy = plain.dominating();
    let mut network = plain;
    network.weight.iter_mut().for_each(|weight| *weight += heavy);
    let (chosen, exact, best_proof) = match best(instance, &network, options) {
        Best::Found { chosen, weight, bound, proof } => (chosen, parts.exact && weight == bound, proof),
        Best::None(proof) => return solve::infeasible(instance, proof, options),
        Best::Open { proof, .. } => return open(proof),
    };
    let chosen = with_locks(instance, &chosen);
    let worst = chosen.iter().map(|&pair| instance.pairs[pair as usize].value).min();
    let objective = worst.map(|worst| Scaled(i128::from(worst)));
    let best_value = instance.pairs.iter().map(|pair| pair.value).max();
    let certificate = Certificate::Bottleneck(Box::new(BottleneckProof {
        cardinality: chosen.len() as u32,
        sum: instance.worth(&chosen),
        most: parts.most,
        better: parts.better,
        best: best_proof,
        weight: Scaled(heavy),
        digest: String::new(),
    }));
    Solution {
        status: if exact { Status::Optimal } else { Status::Feasible },
        objective,
        bound: if exact { objective } else { best_value.map(|value| Scaled(i128::from(value))) },
        assignment: links(instance, &chosen),
        certificate,
        conflict: Vec::new(),
        seconds: 0.0,
    }
}

fn open(proof: Proof) -> Solution {
    Solution {
        status: Status::Feasible,
        objective: None,
        bound: None,
        assignment: Vec::new(),
        certificate: Certificate::Open(proof),
        conflict: Vec::new(),
        seconds: 0.0,
    }
}
