//! What changed between two solutions of the same question.

use super::number::Scaled;
use super::solution::{Link, Solution};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One left whose places differ.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Move {
    pub left: String,
    /// Rights it had and lost; empty when it newly got a place.
    pub from: Vec<String>,
    /// Rights it gained; empty when it lost its place.
    pub to: Vec<String>,
}

/// The difference from one solution to another.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Difference {
    /// By left id.
    pub moves: Vec<Move>,
    /// Number of pairs both have.
    pub kept: usize,
    /// Objective of the second less that of the first, when both have one.
    pub objective: Option<Scaled>,
}

/// Compares two solutions pair by pair.
pub fn diff(before: &Solution, after: &Solution) -> Difference {
    let mut moves: BTreeMap<&str, Move> = BTreeMap::new();
    let mut kept = 0;
    let has = |links: &[Link], link: &Link| links.binary_search(link).is_ok();
    let entry = |link: &Link| Move { left: link.left.clone(), from: Vec::new(), to: Vec::new() };
    for link in &before.assignment {
        if has(&after.assignment, link) {
            kept += 1;
        } else {
            moves.entry(&link.left).or_insert_with(|| entry(link)).from.push(link.right.clone());
        }
    }
    for link in after.assignment.iter().filter(|link| !has(&before.assignment, link)) {
        moves.entry(&link.left).or_insert_with(|| entry(link)).to.push(link.right.clone());
    }
    let objective = before.objective.zip(after.objective).map(|(before, after)| Scaled(after.0 - before.0));
    Difference { moves: moves.into_values().collect(), kept, objective }
}
