//! The entrance: which method answers which question.

use super::flow::Flow;
use super::instance::Instance;
use super::network::{Cost, Network};
use super::number::Scaled;
use super::polish;
use super::prices::{self, PriceList};
use super::solution::{Certificate, Digested, Link, Objective, Proof, Solution, Status};
use super::{bottleneck, budget, conflict, stable};

/// How long a search may go on. Only instances with mixed costs under a yen ceiling search at all.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Asked now and then; `true` stops the search with the best assignment so far and its proven gap.
    pub stop: &'a dyn Fn() -> bool,
    /// Most nodes of the search tree.
    pub node_limit: usize,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { stop: &|| false, node_limit: 200_000 }
    }
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("node_limit", &self.node_limit).finish_non_exhaustive()
    }
}

/// Answers an instance. The same instance and objective give the same bytes everywhere (unless `stop` intervened).
pub fn solve(instance: &Instance, objective: Objective, options: &Options) -> Solution {
    match objective {
        Objective::MaxSum => max_sum(instance, options),
        Objective::Bottleneck => bottleneck::solve(instance, options),
        Objective::Stable => stable::solve(instance, options),
    }
    .seal()
}

/// Weight of each pair in the sum: its value, and for a pair of the earlier solution the penalty it saves.
pub(super) fn sum_weight(instance: &Instance) -> impl Fn(u32) -> Option<i128> + '_ {
    |pair| {
        let kept = instance.change_penalty > 0 && instance.previous.binary_search(&pair).is_ok();
        let penalty = if kept { instance.change_penalty } else { 0 };
        Some(i128::from(instance.pairs[pair as usize].value) + i128::from(penalty))
    }
}

pub(super) fn max_sum(instance: &Instance, options: &Options) -> Solution {
    let Ok(network) = Network::new(instance, sum_weight(instance)) else {
        return locked_out(instance);
    };
    if !network.ceilings.is_empty() {
        return budget::solve(instance, &network, options);
    }
    match optimum(&network) {
        None => infeasible(instance, prices::infeasibility(instance, &network), options),
        Some(optimum) => {
            let chosen = with_locks(instance, &optimum.chosen);
            let objective = instance.worth(&chosen);
            let certificate = Certificate::MaxSum(prices::proof(instance, &network, &optimum));
            answer(instance, &chosen, objective, certificate)
        }
    }
}

/// An optimal choice of pairs with the prices that prove it.
pub(super) struct Optimum {
    /// Chosen pairs without the locked ones, sorted.
    pub chosen: Vec<u32>,
    pub prices: PriceList,
}

/// The first optimal flow in the order of ids; `None` when a lower bound cannot be met.
pub(super) fn optimum(network: &Network) -> Option<Optimum> {
    fn with<C: Cost>(network: &Network) -> Option<Optimum> {
        let mut flow = Flow::<C>::solve(network);
        if !flow.is_feasible() {
            return None;
        }
        let distance = polish::distances(&flow);
        polish::settle_ties(&mut flow, &distance);
        let chosen = flow.chosen().map(|entry| network.entry_pair[entry]).collect();
        Some(Optimum { chosen, prices: PriceList::from_distances(network, &distance) })
    }
    if network.fits_small() { with::<i64>(network) } else { with::<i128>(network) }
}

/// Adds the locked pairs.
pub(super) fn with_locks(instance: &Instance, chosen: &[u32]) -> Vec<u32> {
    let mut all = [chosen, &instance.locks].concat();
    all.sort_unstable();
    all
}

/// Pairs by their ids, in order.
pub(super) fn links(instance: &Instance, chosen: &[u32]) -> Vec<Link> {
    let link = |&pair: &u32| {
        let (left, right) = instance.ids(pair);
        Link { left: left.to_owned(), right: right.to_owned() }
    };
    chosen.iter().map(link).collect()
}

/// A proven optimal answer.
pub(super) fn answer(
    instance: &Instance,
    chosen: &[u32],
    objective: Scaled,
    certificate: Certificate,
) -> Solution {
    Solution {
        status: Status::Optimal,
        objective: Some(objective),
        bound: Some(objective),
        assignment: links(instance, chosen),
        certificate,
        conflict: Vec::new(),
        seconds: 0.0,
    }
}

/// The answer when some lower bound cannot be met: the conflict, and prices that prove it.
pub(super) fn infeasible(instance: &Instance, proof: Proof, options: &Options) -> Solution {
    no_assignment(conflict::irreducible(instance, options), Certificate::Infeasible(proof))
}

/// The answer when the locks alone exceed a limit.
pub(super) fn locked_out(instance: &Instance) -> Solution {
    no_assignment(
        conflict::irreducible(instance, &Options::default()),
        Certificate::Locks(Digested::default()),
    )
}

pub(super) fn no_assignment(conflict: Vec<super::solution::Conflict>, certificate: Certificate) -> Solution {
    Solution {
        status: Status::Infeasible,
        objective: None,
        bound: None,
        assignment: Vec::new(),
        certificate,
        conflict,
        seconds: 0.0,
    }
}
