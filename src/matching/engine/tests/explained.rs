//! Every claim of "why" and "why not" on random instances, recomputed from the definition.

use super::random::{Chance, Recipe, parts};
use super::small::{all, chosen};
use crate::matching::engine::{
    ChangeKind, Instance, Limit, Objective, Options, Scaled, Status, blocking_pairs, diff, marginal_values,
    solve, why, why_not,
};

const RECIPES: [Recipe; 3] = [
    Recipe { locks: true, ..Recipe::PLAIN },
    Recipe { bounds: true, groups: true, locks: true, ..Recipe::PLAIN },
    Recipe { groups: true, locks: true, budgets: true, ..Recipe::PLAIN },
];

fn best(instance: &Instance) -> Option<Scaled> {
    all(instance).iter().map(|chosen| instance.worth(chosen)).max()
}

/// The changed instance a claim speaks of.
fn changed(instance: &Instance, (l, r): (u32, u32), kind: &ChangeKind, less: i64) -> Instance {
    let mut other = instance.clone();
    let pair = instance.find_pair(l, r);
    let group = |id: &String| {
        instance.groups.iter().position(|group| group.id == *id).expect("a group of the instance")
    };
    match kind {
        ChangeKind::AllowPair { value } => {
            let at = other.pairs.partition_point(|pair| (pair.left, pair.right) < (l, r));
            other.pairs.insert(
                at,
                crate::matching::engine::Pair { left: l, right: r, value: value.0 as i64 - less, cost: 0 },
            );
            for list in [&mut other.locks, &mut other.forbids, &mut other.previous] {
                list.iter_mut().filter(|pair| **pair >= at as u32).for_each(|pair| *pair += 1);
            }
        }
        ChangeKind::RemoveForbid => other.forbids.retain(|&forbid| Some(forbid) != pair),
        ChangeKind::RemoveLock { left, right } => {
            let lock = instance.find_pair(
                instance.find_left(left).expect("known"),
                instance.find_right(right).expect("known"),
            );
            other.locks.retain(|&other| Some(other) != lock);
        }
        ChangeKind::RaiseValue { by } => {
            other.pairs[pair.expect("listed") as usize].value += by.0 as i64 - less
        }
        ChangeKind::RaiseLeftMax { by } => other.left[l as usize].max += by,
        ChangeKind::RaiseRightMax { by } => {
            other.right[r as usize].max = other.right[r as usize].max.map(|max| max + by)
        }
        ChangeKind::RaiseGroupMax { group: id, by } => {
            other.groups[group(id)].max = other.groups[group(id)].max.map(|max| max + by)
        }
        ChangeKind::RaiseRightBudget { yen } => {
            other.right[r as usize].budget = other.right[r as usize].budget.map(|budget| budget + yen - less)
        }
        ChangeKind::RaiseGroupBudget { group: id, yen } => {
            other.groups[group(id)].budget = other.groups[group(id)].budget.map(|budget| budget + yen - less)
        }
    }
    other
}

#[test]
fn every_claim_of_why_not_holds_and_is_the_smallest_of_its_kind() {
    let mut chance = Chance(11);
    let (mut asked, mut claims) = (0, 0);
    for round in 0..2000 {
        let instance = parts(&mut chance, RECIPES[round % RECIPES.len()]).build();
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        if solution.status != Status::Optimal {
            continue;
        }
        let (l, r) = (
            chance.below(instance.left.len() as u64) as u32,
            chance.below(instance.right.len() as u64) as u32,
        );
        let (left, right) = (instance.left[l as usize].id.clone(), instance.right[r as usize].id.clone());
        if solution.assignment.iter().any(|link| link.left == left && link.right == right) {
            continue;
        }
        asked += 1;
        let answer = why_not(&instance, &solution, &left, &right, &Options::default()).expect("known ids");
        for change in &answer.changes {
            claims += 1;
            let other = changed(&instance, (l, r), &change.kind, 0);
            let found = solve(&other, Objective::MaxSum, &Options::default());
            assert!(
                found.assignment.iter().any(|link| link.left == left && link.right == right),
                "{change:?}"
            );
            assert_eq!(best(&other), Some(change.objective));
            // A little less does not do.
            let less = match change.kind {
                ChangeKind::RaiseValue { .. } | ChangeKind::AllowPair { .. } => 2,
                ChangeKind::RaiseRightBudget { .. } | ChangeKind::RaiseGroupBudget { .. } => 1,
                _ => continue,
            };
            let other = changed(&instance, (l, r), &change.kind, less);
            let found = solve(&other, Objective::MaxSum, &Options::default());
            assert!(
                !found.assignment.iter().any(|link| link.left == left && link.right == right),
                "{change:?}"
            );
        }
        if let Some(loss) = answer.loss_if_locked {
            let pair = instance.find_pair(l, r).expect("listed");
            let mut locked = instance.clone();
            locked.forbids.retain(|&forbid| forbid != pair);
            locked.locks.push(pair);
            locked.locks.sort_unstable();
            assert_eq!(
                best(&locked).map(|worth| solution.objective.expect("optimal").0 - worth.0),
                Some(loss.0)
            );
        }
    }
    println!("why not: {asked} pairs asked about, {claims} claims, all verified");
    assert!(asked >= 500 && claims >= 500, "{asked} {claims}");
}

#[test]
fn why_states_what_is_lost_without_the_pair() {
    let mut chance = Chance(12);
    let mut asked = 0;
    for round in 0..600 {
        let instance = parts(&mut chance, RECIPES[round % RECIPES.len()]).build();
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        for &pair in chosen(&instance, &solution).iter().take(1) {
            asked += 1;
            let (left, right) = instance.ids(pair);
            let answer = why(&instance, &solution, left, right, &Options::default()).expect("known ids");
            let mut without = instance.clone();
            without.locks.retain(|&lock| lock != pair);
            without.forbids.push(pair);
            without.forbids.sort_unstable();
            let loss = best(&without).map(|worth| Scaled(solution.objective.expect("optimal").0 - worth.0));
            assert_eq!(answer.loss_without, loss);
        }
    }
    assert!(asked > 200, "{asked}");
}

#[test]
fn marginal_values_are_what_solving_again_gains() {
    let mut chance = Chance(13);
    for round in 0..300 {
        let instance = parts(&mut chance, RECIPES[round % RECIPES.len()]).build();
        let Some(values) = marginal_values(&instance, &Options::default()) else { continue };
        let base = best(&instance).expect("an optimum");
        for (at, value) in values.iter().enumerate() {
            let mut wider = instance.clone();
            wider.right[at].max = wider.right[at].max.map(|max| max + 1);
            assert_eq!(best(&wider).map(|worth| worth.0 - base.0), Some(value.one_more_place.0));
            let mut richer = instance.clone();
            richer.right[at].budget = richer.right[at].budget.map(|budget| budget + 10_000_000);
            assert_eq!(best(&richer).map(|worth| worth.0 - base.0), Some(value.more_yen.0));
        }
    }
}

#[test]
fn a_difference_names_who_moves() {
    let mut chance = Chance(14);
    for _ in 0..200 {
        let instance = parts(&mut chance, RECIPES[0]).build();
        let sum = solve(&instance, Objective::MaxSum, &Options::default());
        let stable = solve(&instance, Objective::Stable, &Options::default());
        if sum.status == Status::Infeasible || stable.status == Status::Infeasible {
            continue;
        }
        let difference = diff(&sum, &stable);
        let moved: usize = difference.moves.iter().map(|left| left.from.len()).sum();
        assert_eq!(difference.kept + moved, sum.assignment.len());
        assert!(diff(&sum, &sum).moves.is_empty());
        assert!(blocking_pairs(&instance, &stable.assignment).is_empty());
        assert!(sum.conflict.iter().all(|member| member.kind != Limit::Lock));
    }
}
