//! The greatest total weight of a network, by flow where that is exact, else by search; always with its proof.

use super::budget;
use super::instance::Instance;
use super::network::Network;
use super::prices;
use super::solution::Proof;
use super::solve::{self, Options};

/// What is known about the greatest total weight.
pub(super) enum Best {
    /// An assignment, its weight, a proven bound (equal when the assignment is best) and the proof of the bound.
    Found { chosen: Vec<u32>, weight: i128, bound: i128, proof: Proof },
    /// No assignment keeps the limits.
    None(Proof),
    /// Neither found nor excluded in the time given.
    Open { bound: i128, proof: Proof },
}

/// Chosen pairs, weights and bounds leave the locked pairs out.
pub(super) fn best(instance: &Instance, network: &Network, options: &Options) -> Best {
    if !network.ceilings.is_empty() {
        return budget::maximise(instance, network, options);
    }
    match solve::optimum(network) {
        None => Best::None(prices::infeasibility(instance, network)),
        Some(optimum) => {
            let weight = network.weight_of(&optimum.chosen);
            let proof = prices::proof(instance, network, &optimum);
            Best::Found { chosen: optimum.chosen, weight, bound: weight, proof }
        }
    }
}
