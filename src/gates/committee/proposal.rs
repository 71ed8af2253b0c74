//! Which member is asked first for which item: an exact assignment by the matching engine.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::matching::engine::{Item, Objective, Options, Reviewer, Status, compose_committee, solve};

use super::queries::{Experience, FieldOfItem};

/// A proposed reviewer of an item, with how close the field is (0 to 100).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub review: Uuid,
    pub user: Uuid,
    pub fit: i64,
}

/// The proposal: `per_item` reviewers for every item (all that are left where conflicts leave fewer), loads even within
/// one, conflicts left out. The number is lowered until it can be done; empty where an item is left without anybody.
pub fn propose(
    items: &[FieldOfItem],
    members: &[Uuid],
    experience: &[Experience],
    recused: &[(Uuid, Uuid)],
    per_item: u32,
) -> (u32, Vec<Proposed>) {
    let known: HashMap<(Uuid, i16), i64> = experience.iter().map(|e| ((e.user_id, e.tag), e.tasks)).collect();
    let out: HashSet<(Uuid, Uuid)> = recused.iter().copied().collect();
    let mut fit: HashMap<(Uuid, Uuid), i64> = HashMap::new();
    for item in items {
        for member in members.iter().filter(|m| !out.contains(&(item.review_id, **m))) {
            fit.insert((item.review_id, *member), closeness(item, *member, &known));
        }
    }
    let most = u32::try_from(members.len()).unwrap_or(0).min(per_item);
    for wanted in (1..=most).rev() {
        if let Some(found) = solved(items, members, &fit, wanted) {
            return (wanted, found);
        }
    }
    (0, Vec::new())
}

/// Shared tags of field, the more experience the closer; modality and disease weigh more than the phase.
fn closeness(item: &FieldOfItem, member: Uuid, known: &HashMap<(Uuid, i16), i64>) -> i64 {
    let part = |ids: &[i16], weight: i64| {
        let most = ids.iter().filter_map(|tag| known.get(&(member, *tag))).max().copied().unwrap_or(0);
        weight * most.min(3) / 3
    };
    10 + part(&item.modality_ids, 40) + part(&item.disease_ids, 35) + part(&item.phase_ids, 15)
}

fn solved(
    items: &[FieldOfItem],
    members: &[Uuid],
    fit: &HashMap<(Uuid, Uuid), i64>,
    wanted: u32,
) -> Option<Vec<Proposed>> {
    let able =
        |i: &FieldOfItem| members.iter().filter(|m| fit.contains_key(&(i.review_id, **m))).count() as u32;
    let needs: Vec<u32> = items.iter().map(|i| able(i).min(wanted)).collect();
    if needs.contains(&0) {
        return None;
    }
    let left: Vec<Item> = items
        .iter()
        .zip(&needs)
        .map(|(i, n)| Item { id: i.review_id.to_string(), reviewers: (*n, *n) })
        .collect();
    let total: u64 = needs.iter().map(|n| u64::from(*n)).sum();
    let even = total / members.len().max(1) as u64;
    // Even loads first, nobody idle; a committee with many conflicts gets twice the room.
    for slack in [1, 1 + even, u64::from(u32::MAX)] {
        let most = u32::try_from((even + slack).min(items.len() as u64)).unwrap_or(u32::MAX);
        let least = u32::try_from(even.saturating_sub(slack)).unwrap_or(0);
        let right: Vec<Reviewer> =
            members.iter().map(|m| Reviewer { id: m.to_string(), load: (least, most) }).collect();
        let mut pairs: Vec<(String, String, i64)> =
            fit.iter().map(|((r, m), f)| (r.to_string(), m.to_string(), f * 10_000)).collect();
        pairs.sort();
        let instance = compose_committee(&left, &right, &pairs, &[]).ok()?;
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        if solution.status == Status::Optimal && solution.assignment.len() as u64 == total {
            return Some(
                solution
                    .assignment
                    .iter()
                    .filter_map(|link| {
                        let (review, user) = (link.left.parse().ok()?, link.right.parse().ok()?);
                        Some(Proposed { review, user, fit: fit.get(&(review, user)).copied().unwrap_or(0) })
                    })
                    .collect(),
            );
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(n: u128, modality: i16) -> FieldOfItem {
        FieldOfItem {
            review_id: Uuid::from_u128(n),
            phase_ids: vec![],
            modality_ids: vec![modality],
            disease_ids: vec![],
        }
    }

    #[test]
    fn close_members_are_asked_first_loads_are_even_and_conflicts_left_out() {
        let items: Vec<FieldOfItem> = (0..6).map(|n| item(n, if n < 3 { 1 } else { 2 })).collect();
        let members: Vec<Uuid> = (100..104).map(Uuid::from_u128).collect();
        let experience = [Experience { user_id: members[0], tag: 1, tasks: 9 }];
        let recused = [(items[3].review_id, members[1])];
        let (per_item, found) = propose(&items, &members, &experience, &recused, 2);
        assert_eq!((per_item, found.len()), (2, 12));
        for item in &items {
            assert_eq!(found.iter().filter(|p| p.review == item.review_id).count(), 2);
        }
        for member in &members {
            let load = found.iter().filter(|p| p.user == *member).count();
            assert!((2..=4).contains(&load), "{load}");
        }
        assert!((0..3).all(|n| found.iter().any(|p| p.review == items[n].review_id && p.user == members[0])));
        assert!(!found.iter().any(|p| (p.review, p.user) == recused[0]));
    }

    #[test]
    fn an_item_with_many_conflicts_gets_whoever_is_left_and_nobody_gives_nothing() {
        let items = [item(0, 1)];
        let members: Vec<Uuid> = (100..103).map(Uuid::from_u128).collect();
        let out = |n: usize| (items[0].review_id, members[n]);
        assert_eq!(propose(&items, &members, &[], &[out(0), out(1)], 3).1.len(), 1);
        assert_eq!(propose(&items, &members, &[], &[out(0), out(1), out(2)], 3), (0, vec![]));
    }
}
