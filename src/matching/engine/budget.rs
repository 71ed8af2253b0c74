//! Yen ceilings over differing costs: the flow without these ceilings gives the bound, dropping its least pairs an
//! assignment; the gap between the two is reported.

use super::best::Best;
use super::instance::Instance;
use super::network::Network;
use super::prices;
use super::solution::{Certificate, Proof, Solution, Status};
use super::solve::{self, Options, links, with_locks};

/// The answer of a maximum sum under mixed costs.
pub(super) fn solve(instance: &Instance, network: &Network, options: &Options) -> Solution {
    let constant = instance.worth(&[]).0
        + instance.locks.iter().map(|&lock| solve::sum_weight(instance)(lock).unwrap_or(0)).sum::<i128>();
    match maximise(instance, network, options) {
        Best::None(proof) => {
            let conflict = super::conflict::irreducible(instance, options);
            solve::no_assignment(conflict, Certificate::Infeasible(proof))
        }
        Best::Found { chosen, weight, bound, proof } => {
            let chosen = with_locks(instance, &chosen);
            let (objective, bound) = (super::Scaled(weight + constant), super::Scaled(bound + constant));
            let status = if bound == objective { Status::Optimal } else { Status::Feasible };
            let assignment = links(instance, &chosen);
            Solution {
                status,
                objective: Some(objective),
                bound: Some(bound),
                assignment,
                certificate: Certificate::MaxSum(proof),
                conflict: Vec::new(),
                seconds: 0.0,
            }
        }
        Best::Open { bound, proof } => Solution {
            status: Status::Feasible,
            objective: None,
            bound: Some(super::Scaled(bound + constant)),
            assignment: Vec::new(),
            certificate: Certificate::Open(proof),
            conflict: Vec::new(),
            seconds: 0.0,
        },
    }
}

/// The greatest weight under mixed costs, as far as it is known.
pub(super) fn maximise(instance: &Instance, network: &Network, _options: &Options) -> Best {
    let free = Network { ceilings: Vec::new(), ..network.clone() };
    let Some(optimum) = solve::optimum(&free) else {
        return Best::None(prices::infeasibility(instance, &free));
    };
    let bound = free.weight_of(&optimum.chosen);
    let proof = Proof { left: Default::default(), ..prices::proof(instance, &free, &optimum) };
    let mut kept: Vec<usize> = (0..network.entry_pair.len())
        .filter(|&entry| optimum.chosen.binary_search(&network.entry_pair[entry]).is_ok())
        .collect();
    kept.sort_by_key(|&entry| (network.weight[entry], entry));
    for ceiling in &network.ceilings {
        let under = |entry: usize| network.chain(network.entry_right[entry]).any(|node| node == ceiling.node);
        let cost = |entry: usize| i128::from(instance.pairs[network.entry_pair[entry] as usize].cost);
        let mut spent: i128 = kept.iter().filter(|&&entry| under(entry)).map(|&entry| cost(entry)).sum();
        kept.retain(|&entry| {
            let drop = spent > ceiling.budget && under(entry) && cost(entry) > 0;
            spent -= if drop { cost(entry) } else { 0 };
            !drop
        });
    }
    let (mut left, mut load) = (vec![0; network.left_min.len()], vec![0; network.high.len()]);
    for &entry in &kept {
        left[network.entry_left[entry] as usize] += 1;
        network.chain(network.entry_right[entry]).for_each(|node| load[node as usize] += 1);
    }
    if left.iter().zip(&network.left_min).any(|(count, min)| count < min)
        || load.iter().zip(&network.low).any(|(load, low)| load < low)
    {
        return Best::Open { bound, proof };
    }
    let mut chosen: Vec<u32> = kept.into_iter().map(|entry| network.entry_pair[entry]).collect();
    chosen.sort_unstable();
    Best::Found { weight: network.weight_of(&chosen), chosen, bound, proof }
}
