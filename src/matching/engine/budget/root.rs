//! The root: good prices, a good assignment, and what both together rule out, before any branching.

use super::super::local::{Draft, Scope};
use super::super::prices::PriceList;
use super::super::simplex::End;
use super::super::subgradient;
use super::core::Core;
use super::{Search, Slot};

/// Up to here the relaxation over everything is solved at once.
const FEW_ROWS: usize = 160;
const FEW_ENTRIES: usize = 1_500;

/// Disturbances tried on the way to a good assignment.
const KICKS: usize = 1_000;

/// Rounds of prices, assignment and ruling out.
const ROUNDS: usize = 4;

/// Steps towards better prices in each.
const STEPS: usize = 160;

impl Search<'_> {
    /// Bound and prices of the root; `None` when it needs no branching (its place in the tree is filled then).
    pub(super) fn root(&mut self) -> Option<(i128, u32)> {
        let (relaxation, network) = (self.relaxation, self.relaxation.network);
        let rows = network.left_max.len() + 2 * network.high.len();
        if rows > FEW_ROWS || network.weight.len() > FEW_ENTRIES {
            let prices = subgradient::prices(relaxation, self.options.stop);
            let gains = relaxation.gains(&prices);
            let mut order: Vec<usize> = (0..gains.len()).collect();
            order.sort_unstable_by_key(|&entry| (-gains[entry], entry));
            self.add(prices);
            self.fill(&order);
            self.rule_out();
        }
        let mut best = match self.relax() {
            Ok(found) => found,
            Err(prices) => return self.close(prices),
        };
        for round in 0..ROUNDS {
            if self.closed(best.0) {
                return self.close(best.1);
            }
            if (self.options.stop)() {
                break;
            }
            let before = (self.reached(), best.0);
            if let Err(prices) = self.sharpen(&mut best) {
                return self.close(prices);
            }
            if round == 0 && !self.closed(best.0) {
                self.wander();
                self.rule_out();
            } else if (self.reached(), best.0) == before {
                break;
            }
        }
        if self.closed(best.0) { self.close(best.1) } else { Some(best) }
    }

    fn close(&mut self, prices: u32) -> Option<(i128, u32)> {
        self.tree[0] = Slot::Leaf { prices, open: None };
        None
    }

    /// The relaxation over what is left, where it is small enough: bound and prices. `Err` with the prices that show that
    /// there is nothing better.
    fn relax(&mut self) -> Result<(i128, u32), u32> {
        let relaxation = self.relaxation;
        let ruled = self.ruled.clone();
        if let Some(mut core) = Core::new(relaxation, &ruled) {
            let end = core.solve(&ruled, self.options.stop);
            match &end {
                End::Infeasible(ray) => {
                    if let Some(prices) = self.exclusion(&core, ray, &ruled) {
                        return Err(prices);
                    }
                }
                End::Optimal | End::Stalled => {
                    let prices = core.prices(relaxation, &core.simplex.duals(), false);
                    let at = self.add(prices);
                    if at > 0 {
                        self.ruling.push(at);
                    }
                    self.fill(&core.order(relaxation, &ruled));
                    self.rule_out();
                }
            }
        }
        if self.table.is_empty() {
            self.add(PriceList::free(relaxation.network));
        }
        let ruled = self.ruled.clone();
        let mut best: Option<(i128, u32)> = None;
        for at in 0..self.table.len() as u32 {
            let Some(bound) = self.bound_by(at, &ruled) else { return Err(at) };
            best = Some(best.map_or((bound, at), |best| best.min((bound, at))));
        }
        best.ok_or(0)
    }

    /// Better prices for whole choices, and what they rule out.
    fn sharpen(&mut self, best: &mut (i128, u32)) -> Result<(), u32> {
        let start = self.with_left_prices(best.1);
        let ruled = self.ruled.clone();
        let Some(improved) = self.improve(&start, &ruled, STEPS) else { return Err(self.add(start)) };
        let at = self.add(improved.prices);
        self.ruling.push(at);
        self.rule_out();
        let ruled = self.ruled.clone();
        for at in [best.1, at] {
            match self.bound_by(at, &ruled) {
                None => return Err(at),
                Some(bound) => *best = (*best).min((bound, at)),
            }
        }
        Ok(())
    }

    /// An assignment from the entries in this order, improved, kept if it is better.
    fn fill(&mut self, order: &[usize]) {
        let scope = Scope::new(self.relaxation, &self.ruled, None);
        let mut draft = Draft::filled(self.relaxation, &scope, order);
        if draft.meets_minimums() {
            draft.improve(self.options.stop);
            self.keep(draft);
        }
    }

    /// Leaves the best assignment by small disturbances, improves, and keeps what is better: always the same walk.
    fn wander(&mut self) {
        let Some((_, on)) = self.best.clone() else { return };
        let scope = Scope::new(self.relaxation, &self.ruled, Some(&on));
        let mut here = Draft::of(self.relaxation, &scope, &on);
        here.improve(self.options.stop);
        let mut chance = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..KICKS {
            if (self.options.stop)() || here.is_tired() {
                break;
            }
            let mut there = here.clone();
            there.disturb(&mut chance);
            there.improve(self.options.stop);
            if there.weight() >= here.weight() && there.meets_minimums() {
                here = there;
            } else {
                here.rest(&there);
            }
        }
        self.keep(here);
    }
}
