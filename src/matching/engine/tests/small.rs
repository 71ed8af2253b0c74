//! Against brute force: every subset of the pairs of small instances.

use super::random::{Chance, Recipe, json, parts};
use crate::matching::checker::{self, Verdict};
use crate::matching::engine::{Instance, Objective, Options, Scaled, Solution, Status, solve};

/// Whether a set of pairs keeps every limit, from the definition.
pub fn keeps(instance: &Instance, chosen: &[u32]) -> bool {
    let has = |pair: &u32| chosen.contains(pair);
    if !instance.locks.iter().all(has) || instance.forbids.iter().any(has) {
        return false;
    }
    let of =
        |keep: &dyn Fn(u32) -> bool| chosen.iter().copied().filter(|&pair| keep(pair)).collect::<Vec<_>>();
    let yen = |pairs: &[u32]| pairs.iter().map(|&pair| instance.pairs[pair as usize].cost).sum::<i64>();
    let lefts = instance.left.iter().enumerate().all(|(at, left)| {
        let count = of(&|pair| instance.pairs[pair as usize].left == at as u32).len() as u32;
        (left.min..=left.max).contains(&count)
    });
    let rights = instance.right.iter().enumerate().all(|(at, right)| {
        let own = of(&|pair| instance.pairs[pair as usize].right == at as u32);
        let count = own.len() as u32;
        count >= right.min
            && right.max.is_none_or(|max| count <= max)
            && right.budget.is_none_or(|budget| yen(&own) <= budget)
    });
    let groups = instance.groups.iter().enumerate().all(|(at, group)| {
        let own =
            of(&|pair| instance.groups_above(instance.pairs[pair as usize].right).contains(&(at as u32)));
        group.max.is_none_or(|max| own.len() as u32 <= max)
            && group.budget.is_none_or(|budget| yen(&own) <= budget)
    });
    lefts && rights && groups
}

/// Every assignment that keeps the limits.
pub fn all(instance: &Instance) -> Vec<Vec<u32>> {
    let pairs = instance.pairs.len() as u32;
    (0..1u32 << pairs)
        .map(|set| (0..pairs).filter(|pair| set >> pair & 1 == 1).collect::<Vec<_>>())
        .filter(|chosen| keeps(instance, chosen))
        .collect()
}

pub fn chosen(instance: &Instance, solution: &Solution) -> Vec<u32> {
    let find = |id: &crate::matching::engine::Link| {
        instance.find_pair(instance.find_left(&id.left)?, instance.find_right(&id.right)?)
    };
    solution.assignment.iter().map(|link| find(link).expect("a listed pair")).collect()
}

/// Sorts first the assignment that contains the earliest pair the others lack.
fn first_by_id(pairs: usize, chosen: &[u32]) -> Vec<bool> {
    (0..pairs as u32).map(|pair| !chosen.contains(&pair)).collect()
}

fn proven(instance: &str, solution: &Solution) {
    let verdict = checker::verify(instance.as_bytes(), solution.to_json().as_bytes()).expect("readable");
    assert!(matches!(verdict, Verdict::Proven(..)), "{verdict:?}\n{instance}\n{}", solution.to_json());
}

const RECIPES: [Recipe; 5] = [
    Recipe::PLAIN,
    Recipe { bounds: true, ..Recipe::PLAIN },
    Recipe { groups: true, locks: true, ..Recipe::PLAIN },
    Recipe { bounds: true, groups: true, locks: true, budgets: true, ..Recipe::PLAIN },
    Recipe { bounds: true, groups: true, locks: true, budgets: true, mixed: true, ..Recipe::PLAIN },
];

#[test]
fn max_sum_is_the_best_and_the_first_by_id() {
    let mut chance = Chance(1);
    for round in 0..3000 {
        let recipe = RECIPES[round % RECIPES.len()];
        let parts = parts(&mut chance, recipe);
        let (instance, text) = (parts.build(), json(&parts));
        assert_eq!(Instance::from_json(text.as_bytes()).expect("readable"), instance);
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        proven(&text, &solution);
        let all = all(&instance);
        match all.iter().map(|chosen| instance.worth(chosen)).max() {
            None => assert_eq!(solution.status, Status::Infeasible, "{text}"),
            Some(best) => {
                assert_eq!(
                    (solution.status, solution.objective),
                    (Status::Optimal, Some(best)),
                    "{text}\n{}",
                    solution.to_json()
                );
                let found = chosen(&instance, &solution);
                if !recipe.mixed {
                    let size = instance.pairs.len();
                    let first = all
                        .iter()
                        .filter(|chosen| instance.worth(chosen) == best)
                        .min_by_key(|chosen| first_by_id(size, chosen));
                    assert_eq!(Some(&found), first, "{text}");
                }
            }
        }
        let shuffled = solve(&parts.shuffled(&mut chance).build(), Objective::MaxSum, &Options::default());
        assert_eq!(shuffled.timeless(), solution.timeless());
    }
}

#[test]
fn bottleneck_is_fullest_then_highest_then_best() {
    let mut chance = Chance(2);
    for round in 0..2000 {
        let parts = parts(&mut chance, RECIPES[round % RECIPES.len()]);
        let (instance, text) = (parts.build(), json(&parts));
        let solution = solve(&instance, Objective::Bottleneck, &Options::default());
        proven(&text, &solution);
        let key = |chosen: &Vec<u32>| {
            let worst = chosen.iter().map(|&pair| instance.pairs[pair as usize].value).min();
            (chosen.len(), worst, instance.worth(chosen))
        };
        match all(&instance).iter().map(key).max() {
            None => assert_eq!(solution.status, Status::Infeasible),
            Some(best) => {
                assert_eq!(key(&chosen(&instance, &solution)), best, "{text}");
                assert_eq!(solution.objective, best.1.map(|worst| Scaled(worst.into())));
            }
        }
    }
}

#[test]
fn deferred_acceptance_with_quotas_is_stable_and_best_for_the_lefts() {
    let mut chance = Chance(3);
    for round in 0..2000 {
        let recipe = Recipe { preferences: round % 2 == 0, locks: round % 3 == 0, ..Recipe::PLAIN };
        let parts = parts(&mut chance, recipe);
        let (instance, text) = (parts.build(), json(&parts));
        let solution = solve(&instance, Objective::Stable, &Options::default());
        proven(&text, &solution);
        if solution.status != Status::Infeasible {
            assert_eq!(solution.status, Status::Optimal, "{text}");
        }
    }
}

#[test]
fn stable_reports_its_blocking_pairs_under_any_ceiling() {
    let mut chance = Chance(4);
    for round in 0..1500 {
        let parts = parts(&mut chance, RECIPES[round % RECIPES.len()]);
        let (instance, text) = (parts.build(), json(&parts));
        let solution = solve(&instance, Objective::Stable, &Options::default());
        proven(&text, &solution);
        let possible = solve(&instance, Objective::MaxSum, &Options::default()).status != Status::Infeasible;
        assert!(
            possible == (solution.status != Status::Infeasible) || instance.has_quotas_alone(),
            "{text}\n{}",
            solution.to_json()
        );
    }
}

#[test]
fn conflicts_are_irreducible() {
    let mut chance = Chance(5);
    let mut met = 0;
    for round in 0..4000 {
        let mut parts = parts(&mut chance, Recipe { bounds: true, ..RECIPES[round % RECIPES.len()] });
        let instance = parts.build();
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        if solution.status != Status::Infeasible {
            continue;
        }
        met += 1;
        assert!(!solution.conflict.is_empty());
        // Only the limits of the conflict: still impossible. Without any one of them: possible.
        let only = super::conflict::only(&mut parts, &solution.conflict, None);
        assert!(all(&only).is_empty(), "{}", solution.to_json());
        for left_out in 0..solution.conflict.len() {
            let rest = super::conflict::only(&mut parts, &solution.conflict, Some(left_out));
            assert!(!all(&rest).is_empty(), "{left_out} {}", solution.to_json());
        }
    }
    println!("conflicts: {met}, each verified irreducible");
    assert!(met > 300, "{met}");
}
