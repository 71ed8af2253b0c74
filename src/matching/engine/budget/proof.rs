//! From the tree to the answer: what was reached, what is proven, and the tree as a certificate.

use super::super::best::Best;
use super::super::instance::Instance;
use super::super::prices::PriceList;
use super::super::solution::{Branch, Proof};
use super::{Search, Slot};

impl Search<'_> {
    pub(super) fn outcome(self, instance: &Instance) -> Best {
        let network = self.relaxation.network;
        let open = self.tree.iter().filter_map(|slot| match slot {
            Slot::Leaf { open, .. } => *open,
            Slot::Split { .. } | Slot::Open => None,
        });
        let bound = open.chain(self.reached()).max();
        let proof = self.proof(instance);
        match (self.best, bound) {
            (Some((weight, on)), bound) => {
                let chosen =
                    (0..on.len()).filter(|&entry| on[entry]).map(|entry| network.entry_pair[entry]).collect();
                Best::Found { chosen, weight, bound: bound.unwrap_or(weight), proof }
            }
            (None, Some(bound)) => Best::Open { bound, proof },
            (None, None) => Best::None(proof),
        }
    }

    fn proof(&self, instance: &Instance) -> Proof {
        // Only the prices in use; those that rule out come first.
        let mut number = vec![None; self.table.len()];
        let mut used: Vec<&PriceList> = Vec::new();
        let mut name = |at: u32| -> u32 {
            *number[at as usize].get_or_insert_with(|| {
                used.push(&self.table[at as usize]);
                used.len() as u32 - 1
            })
        };
        let rules = self.ruled.iter().any(Option::is_some);
        let ruling: Vec<u32> = if rules {
            self.ruling.iter().filter(|&&at| (at as usize) < self.table.len()).map(|&at| name(at)).collect()
        } else {
            Vec::new()
        };
        let pair = |entry: usize| {
            let (left, right) = instance.ids(self.relaxation.network.entry_pair[entry]);
            (left.to_owned(), right.to_owned())
        };
        let mut tree: Vec<Branch> = self
            .tree
            .iter()
            .map(|slot| match *slot {
                Slot::Split { entry, inside, out } => Branch::Split { pair: pair(entry), inside, out },
                Slot::Leaf { prices, .. } => Branch::Leaf { prices: name(prices) },
                Slot::Open => Branch::Leaf { prices: 0 },
            })
            .collect();
        if let [Branch::Leaf { prices: 0 }] = tree[..]
            && !rules
        {
            tree.clear();
        }
        Proof {
            prices: used.into_iter().map(|prices| prices.named(instance)).collect(),
            ruled_by: ruling,
            tree,
            ..Proof::default()
        }
    }
}
