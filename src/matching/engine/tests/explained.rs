//! Every claim of "why" and "why not" on random instances, recomputed from the definition.

use super::random::{Chance, Recipe, parts};
use super::small::{all, chosen};
use crate::matching::engine::{
    ChangeKind, Draft, DraftGroup, Instance, Limit, MARGINAL_YEN, MarginalValue, Objective, Options, Scaled,
    Status, blocking_pairs, diff, marginal_values, solve, why, why_not,
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

/// Recipes whose limits nest; the last two have yen ceilings over pairs of different costs.
const NESTED: [Recipe; 5] = [
    Recipe { groups: true, most_pairs: 9, ..Recipe::PLAIN },
    Recipe { bounds: true, groups: true, locks: true, most_pairs: 9, ..Recipe::PLAIN },
    Recipe { groups: true, locks: true, budgets: true, most_pairs: 9, ..Recipe::PLAIN },
    Recipe { groups: true, budgets: true, mixed: true, most_pairs: 9, ..Recipe::PLAIN },
    Recipe {
        bounds: true,
        groups: true,
        locks: true,
        budgets: true,
        mixed: true,
        most_pairs: 9,
        ..Recipe::PLAIN
    },
];

/// The instance with the limits of these rights and groups raised.
fn wider(instance: &Instance, limits: &[String], yen: bool) -> Instance {
    let mut wider = instance.clone();
    let named = |id: &String| limits.contains(id);
    let rights = wider.right.iter_mut().filter(|r| named(&r.id)).map(|r| (&mut r.max, &mut r.budget));
    let groups = wider.groups.iter_mut().filter(|g| named(&g.id)).map(|g| (&mut g.max, &mut g.budget));
    for (max, budget) in rights.chain(groups) {
        if yen {
            *budget = budget.map(|budget| budget + MARGINAL_YEN);
        } else {
            *max = max.map(|max| max + 1);
        }
    }
    wider
}

/// A right or group with the groups that hold it, from the inside out.
fn chain(instance: &Instance, id: &str) -> Vec<String> {
    let group = |at: u32| instance.groups[at as usize].id.clone();
    let mut ids = vec![id.to_owned()];
    match instance.find_right(id) {
        Some(right) => ids.extend(instance.groups_above(right).into_iter().map(group)),
        None => {
            let own = instance.groups.iter().find(|group| group.id == id).expect("a group of the instance");
            let mut next = own.parent;
            while let Some(at) = next {
                ids.push(group(at));
                next = instance.groups[at as usize].parent;
            }
        }
    }
    ids
}

#[test]
fn marginal_values_are_what_solving_again_gains() {
    let mut chance = Chance(13);
    let (mut asked, mut gained, mut together) = (0, 0, 0);
    for round in 0..400 {
        let recipe = NESTED[round % NESTED.len()];
        let instance = parts(&mut chance, recipe).build();
        let Some(values) = marginal_values(&instance, &Options::default()) else { continue };
        let ids: Vec<&str> = values.iter().map(|value| value.at.as_str()).collect();
        let rights = instance.right.iter().map(|right| right.id.as_str());
        let known: Vec<&str> = rights.chain(instance.groups.iter().map(|group| group.id.as_str())).collect();
        assert_eq!(ids, known, "rights, then groups");
        let base = best(&instance).expect("an optimum").0;
        let gain = |limits: &[String], yen| {
            best(&wider(&instance, limits, yen)).expect("more room leaves an optimum").0 - base
        };
        for value in &values {
            let above = chain(&instance, &value.at);
            let both = [
                (false, value.one_more_place.0, &value.place_limits),
                (true, value.more_yen.0, &value.yen_limits),
            ];
            for (yen, worth, limits) in both {
                asked += 1;
                // What is claimed is what raising the named limits gains.
                assert_eq!(gain(limits, yen), worth, "{value:?}");
                assert_eq!(worth > 0, !limits.is_empty(), "{value:?}");
                assert!(limits.iter().all(|id| above.contains(id)), "{value:?}");
                // Everything above raised gains no less, and the same where every limit counts pairs.
                let all = gain(&above, yen);
                assert!(all >= worth, "{value:?}");
                if !recipe.mixed {
                    assert_eq!(all, worth, "{value:?}");
                }
                // None of them could stay.
                for left_out in limits {
                    let fewer: Vec<String> = limits.iter().filter(|id| *id != left_out).cloned().collect();
                    assert!(gain(&fewer, yen) != worth, "{value:?} without {left_out}");
                }
                gained += usize::from(worth > 0);
                together += usize::from(limits.len() > 1);
            }
        }
    }
    println!("marginal values: {asked} asked, {gained} above zero, {together} of several limits together");
    assert!(gained >= 100 && together >= 5, "{gained} {together}");
}

/// A right below a full group below a full group: only the three together let one more in.
#[test]
fn nested_ceilings_rise_together() {
    let mut draft = Draft::new();
    for task in ["t1", "t2", "t3"] {
        draft.left(task, 0, 1).expect("fair");
    }
    draft.right("p1", 0, Some(1), None).expect("fair");
    draft.right("p2", 0, Some(5), None).expect("fair");
    for (task, value) in [("t1", 5), ("t2", 4), ("t3", 3)] {
        draft.pair(task, "p1", value, 10).expect("fair");
    }
    draft.pair("t3", "p2", 1, 10).expect("fair");
    let group = |id: &str, members: &[&str], max, budget| DraftGroup {
        id: id.to_owned(),
        members: members.iter().map(|&id| id.to_owned()).collect(),
        max,
        budget,
    };
    draft.group(group("program", &["p1"], Some(1), None)).expect("fair");
    draft.group(group("all", &["program", "p2"], Some(1), Some(15))).expect("fair");
    let instance = draft.build().expect("fair");
    let find = |values: &[MarginalValue], id: &str| {
        values.iter().find(|value| value.at == id).cloned().expect("a value for each")
    };
    // 15 yen pay for one: no place is worth anything, and money is kept out by the places.
    let values = marginal_values(&instance, &Options::default()).expect("an optimum");
    assert!(values.iter().all(|value| value.one_more_place == Scaled(0) && value.more_yen == Scaled(0)));
    let mut rich = instance.clone();
    rich.groups.iter_mut().for_each(|group| group.budget = None);
    let values = marginal_values(&rich, &Options::default()).expect("an optimum");
    let (right, all) = (find(&values, "p1"), find(&values, "all"));
    assert_eq!(
        (right.one_more_place, right.place_limits),
        (Scaled(4), ["p1", "program", "all"].map(String::from).to_vec())
    );
    assert_eq!((all.one_more_place, all.place_limits), (Scaled(1), vec!["all".to_owned()]));
    let mut roomy = instance.clone();
    roomy.right.iter_mut().for_each(|right| right.max = Some(9));
    roomy.groups.iter_mut().for_each(|group| group.max = None);
    let values = marginal_values(&roomy, &Options::default()).expect("an optimum");
    let right = find(&values, "p1");
    assert_eq!((right.more_yen, right.yen_limits), (Scaled(7), vec!["all".to_owned()]));
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
