//! Stored sessions, recomputed.

use super::random::{Chance, Recipe, json, parts};
use crate::matching::engine::{Instance, Objective, Options, Replayed, SessionFile, solve};

const RECIPE: Recipe = Recipe {
    lefts: 12,
    rights: 6,
    most_pairs: 50,
    bounds: true,
    groups: true,
    locks: true,
    budgets: true,
    mixed: false,
    preferences: true,
};

#[test]
fn a_thousand_random_sessions_replay_identically() {
    let mut chance = Chance(21);
    for round in 0..1000 {
        let parts = parts(&mut chance, RECIPE);
        let objective = [Objective::MaxSum, Objective::Bottleneck, Objective::Stable][round % 3];
        let instance = Instance::from_json(json(&parts).as_bytes()).expect("readable");
        let mut solution = solve(&instance, objective, &Options::default());
        solution.seconds = chance.below(1000) as f64 / 1000.0;
        let record = serde_json::json!({"weights": {"text": 0.4, "tags": 1.25}, "author": "戦略ユニット"});
        let stored = SessionFile::new(instance, objective, true, record, solution).to_json();
        let read = SessionFile::from_json(&stored).expect("readable");
        assert_eq!(read.to_json(), stored);
        assert_eq!(read.replay(&Options::default()), Replayed::Identical, "{stored}");
    }
}

#[test]
fn a_changed_session_is_noticed() {
    let mut chance = Chance(22);
    for _ in 0..50 {
        let instance = parts(&mut chance, RECIPE).build();
        let solution = solve(&instance, Objective::MaxSum, &Options::default());
        if solution.assignment.is_empty() {
            continue;
        }
        let mut file = SessionFile::new(instance, Objective::MaxSum, true, serde_json::Value::Null, solution);
        file.solution.assignment.pop();
        let Replayed::Different(words) = file.replay(&Options::default()) else { panic!("{file:?}") };
        assert!(words.en.starts_with("the hash does not match the content; assignment["), "{}", words.en);
        // Even with the hash made to fit.
        file.hash = file.content_hash();
        assert!(
            matches!(file.replay(&Options::default()), Replayed::Different(words) if words.en.starts_with("assignment["))
        );
    }
}
