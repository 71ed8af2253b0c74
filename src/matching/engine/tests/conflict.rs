//! Rebuilds an instance with only the limits a conflict names.

use super::random::Parts;
use crate::matching::engine::{Conflict, Instance, Limit};

/// The instance under the members of `conflict` alone, one of them left out if asked.
pub fn only(parts: &mut Parts, conflict: &[Conflict], left_out: Option<usize>) -> Instance {
    let has = |kind: Limit, ids: &[&str]| {
        conflict
            .iter()
            .enumerate()
            .any(|(at, member)| Some(at) != left_out && member.kind == kind && member.ids == ids)
    };
    let mut parts = parts.clone();
    for (id, min, max) in &mut parts.left {
        *min = if has(Limit::LeftMin, &[id]) { *min } else { 0 };
        *max = if has(Limit::LeftMax, &[id]) { *max } else { 99 };
    }
    for (id, min, max, budget) in &mut parts.right {
        *min = if has(Limit::RightMin, &[id]) { *min } else { 0 };
        *max = max.filter(|_| has(Limit::RightMax, &[id]));
        *budget = budget.filter(|_| has(Limit::RightBudget, &[id]));
    }
    for group in &mut parts.groups {
        group.max = group.max.filter(|_| has(Limit::GroupMax, &[&group.id]));
        group.budget = group.budget.filter(|_| has(Limit::GroupBudget, &[&group.id]));
    }
    parts.locks.retain(|(left, right)| has(Limit::Lock, &[left, right]));
    parts.forbids.retain(|(left, right)| has(Limit::Forbid, &[left, right]));
    parts.build()
}
