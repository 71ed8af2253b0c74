//! The kernel for few levels against the kernel of single exchanges: same weight, same canonical answer, same prices.

use super::random::{Chance, Parts, Recipe, parts};
use crate::matching::engine::flow::Flow;
use crate::matching::engine::network::Network;
use crate::matching::engine::solve::sum_weight;
use crate::matching::engine::{levels, polish};

fn levelled(mut parts: Parts, chance: &mut Chance, levels: u64) -> Parts {
    for pair in &mut parts.pairs {
        pair.2 = (chance.below(levels) as i64 - 1) * 500_000;
    }
    parts
}

fn agree(parts: &Parts) {
    let instance = parts.build();
    let Ok(network) = Network::new(&instance, sum_weight(&instance)) else { return };
    let mut one = Flow::<i128>::by_exchanges(&network);
    let mut other = levels::solve::<i128>(&network);
    assert_eq!(one.is_feasible(), other.is_feasible(), "{parts:?}");
    if !one.is_feasible() {
        return;
    }
    let (prices, other_prices) = (polish::distances(&one), polish::distances(&other));
    assert_eq!(prices, other_prices, "{parts:?}");
    polish::settle_ties(&mut one, &prices);
    polish::settle_ties(&mut other, &other_prices);
    assert_eq!(one.on, other.on, "{parts:?}");
    assert_eq!((one.count, one.load), (other.count, other.load), "{parts:?}");
}

#[test]
fn both_kernels_give_the_same_answer_and_the_same_prices() {
    let mut chance = Chance(77);
    for round in 0..3_000 {
        let recipe = Recipe {
            lefts: 12,
            rights: 6,
            most_pairs: 50,
            bounds: round % 2 == 0,
            groups: round % 3 == 0,
            locks: round % 5 == 0,
            budgets: round % 7 == 0,
            ..Recipe::PLAIN
        };
        let drawn = parts(&mut chance, recipe);
        let kinds = 1 + chance.below(5);
        agree(&levelled(drawn, &mut chance, kinds));
    }
}

#[test]
fn values_of_any_kind_are_no_hindrance() {
    let mut chance = Chance(78);
    for round in 0..500 {
        let recipe = Recipe {
            lefts: 10,
            rights: 5,
            most_pairs: 40,
            bounds: round % 2 == 0,
            groups: true,
            ..Recipe::PLAIN
        };
        agree(&parts(&mut chance, recipe));
    }
}
