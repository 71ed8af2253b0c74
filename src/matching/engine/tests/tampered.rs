//! A changed character in a solution never passes the checker.

use super::random::{Chance, Recipe, json, parts};
use crate::matching::checker::{self, Verdict};
use crate::matching::engine::{Objective, Options, solve};

const RECIPE: Recipe = Recipe { bounds: true, groups: true, locks: true, budgets: true, ..Recipe::PLAIN };

#[test]
fn every_changed_digit_is_refuted() {
    let mut chance = Chance(31);
    let mut changed = 0;
    for round in 0..60 {
        let parts = parts(&mut chance, Recipe { mixed: round % 2 == 0, ..RECIPE });
        let objective = [Objective::MaxSum, Objective::Bottleneck, Objective::Stable][round % 3];
        let text = json(&parts);
        let solution = solve(&parts.build(), objective, &Options::default()).timeless();
        let end = solution.find(r#","seconds""#).expect("seconds come last");
        for at in (0..end).filter(|&at| solution.as_bytes()[at].is_ascii_digit()) {
            let mut other = solution.clone().into_bytes();
            other[at] = b'0' + (other[at] - b'0' + 1 + chance.below(9) as u8) % 10;
            let verdict = checker::verify(text.as_bytes(), &other[..]);
            assert!(
                !matches!(verdict, Ok(Verdict::Proven(..))),
                "{solution}\n{}",
                String::from_utf8_lossy(&other)
            );
            changed += 1;
        }
    }
    println!("changed solutions: {changed}, all refuted");
    assert!(changed > 2000, "{changed}");
}
