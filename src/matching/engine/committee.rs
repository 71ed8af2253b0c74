//! Composing a committee is the same question: who judges which item.
//!
//! Items are the left side (each needs so many reviewers), reviewers the right side (each carries so many items);
//! a conflict of interest leaves the pair out, and closeness of field is the value.

use super::instance::{Draft, Instance};
use super::json::BadInput;
use std::collections::BTreeSet;

/// An item to be judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    pub id: String,
    /// Reviewers it needs, from – to.
    pub reviewers: (u32, u32),
}

/// Someone who may judge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reviewer {
    pub id: String,
    /// Items he or she carries, from – to.
    pub load: (u32, u32),
}

/// The instance of "who judges what".
///
/// `fit` gives item, reviewer and value in billionths; pairs in `conflicts` (item, reviewer) are never allowed, nor are
/// pairs without a fit.
pub fn compose_committee(
    items: &[Item],
    reviewers: &[Reviewer],
    fit: &[(String, String, i64)],
    conflicts: &[(String, String)],
) -> Result<Instance, BadInput> {
    let excluded: BTreeSet<(&str, &str)> =
        conflicts.iter().map(|(item, reviewer)| (item.as_str(), reviewer.as_str())).collect();
    let mut draft = Draft::new();
    for item in items {
        draft.left(&item.id, item.reviewers.0, item.reviewers.1)?;
    }
    for reviewer in reviewers {
        draft.right(&reviewer.id, reviewer.load.0, Some(reviewer.load.1), None)?;
    }
    for (item, reviewer, value) in
        fit.iter().filter(|(item, reviewer, _)| !excluded.contains(&(item.as_str(), reviewer.as_str())))
    {
        draft.pair(item, reviewer, *value, 0)?;
    }
    draft.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::engine::{Objective, Options, Status, solve};

    #[test]
    fn a_committee_keeps_loads_and_leaves_conflicts_out() {
        let items: Vec<Item> =
            (0..6).map(|at| Item { id: format!("item {at}"), reviewers: (3, 3) }).collect();
        let reviewers: Vec<Reviewer> =
            (0..5).map(|at| Reviewer { id: format!("reviewer {at}"), load: (2, 4) }).collect();
        let fit: Vec<(String, String, i64)> = (0..30)
            .map(|at| {
                (items[at % 6].id.clone(), reviewers[at / 6].id.clone(), (at as i64 * 7919) % 1_000_000)
            })
            .collect();
        let conflicts = vec![
            ("item 0".to_owned(), "reviewer 1".to_owned()),
            ("item 3".to_owned(), "reviewer 4".to_owned()),
        ];
        let instance = compose_committee(&items, &reviewers, &fit, &conflicts).expect("well formed");
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        assert_eq!(solution.status, Status::Optimal);
        assert_eq!(solution.assignment.len(), 18);
        assert!(
            solution
                .assignment
                .iter()
                .all(|link| !conflicts.contains(&(link.left.clone(), link.right.clone())))
        );
    }
}
