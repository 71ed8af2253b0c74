//! Shortlists: the best few slots of every task, and every receiving program on somebody's list; the words that made a
//! pair alike. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::matching::affinity::{ConceptShare, Explanation, TermShare};

/// At most so many slots on a task's shortlist.
pub const SHORTLIST: usize = 10;

/// An eligible pair with its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    pub task: Uuid,
    pub slot: Uuid,
    pub program: Uuid,
    pub score: i32,
}

/// How a pair came onto the shortlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    Score,
    /// So that the program is covered.
    Coverage,
    /// An exercised pairing option has allocated the slot to the task.
    Option,
}

impl Chosen {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Coverage => "coverage",
            Self::Option => "option",
        }
    }
}

/// A pair on a shortlist, with its place from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub task: Uuid,
    pub slot: Uuid,
    pub place: i16,
    pub chosen: Chosen,
}

/// What task and slot have in common in their texts, as it was when the pair was scored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedWords {
    /// Most points first; they add up to the part of shared words.
    pub words: Vec<SharedWord>,
    /// Most points first; they add up to the part of shared concepts.
    pub concepts: Vec<SharedConcept>,
}

/// A word of both texts; an empty one stands for all the smaller ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedWord {
    pub word: String,
    pub points: i32,
}

/// A concept of the thesaurus with the words that name it on either side; none where a narrower concept brought it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedConcept {
    pub key: String,
    pub ja: String,
    pub en: String,
    pub of_task: Vec<String>,
    pub of_slot: Vec<String>,
    pub points: i32,
}

impl SharedWords {
    /// Points of words and of concepts; equal to those parts of the score while the texts are as they were.
    pub fn points(&self) -> (i32, i32) {
        (self.words.iter().map(|w| w.points).sum(), self.concepts.iter().map(|c| c.points).sum())
    }
}

impl From<Explanation> for SharedWords {
    fn from(e: Explanation) -> Self {
        let word = |t: TermShare| SharedWord { word: t.term, points: t.points };
        let concept = |c: ConceptShare| SharedConcept {
            key: c.concept,
            ja: c.ja,
            en: c.en,
            of_task: c.query,
            of_slot: c.candidate,
            points: c.points,
        };
        Self {
            words: e.terms.into_iter().map(word).collect(),
            concepts: e.concepts.into_iter().map(concept).collect(),
        }
    }
}

/// The `most` best slots of every task (ties by id), then for each program on no list its best pair: appended where the
/// task has room, otherwise instead of that list's last pair whose program stands on another list too. A task that has
/// its slot already (`allocated`: task to slot) has that one only, and nobody's coverage rests on it.
pub fn shortlists(pairs: &[Scored], allocated: &HashMap<Uuid, Uuid>, most: usize) -> Vec<Listed> {
    let (held, pairs): (Vec<Scored>, Vec<Scored>) =
        pairs.iter().copied().partition(|p| allocated.contains_key(&p.task));
    let mut by_task: BTreeMap<Uuid, Vec<Scored>> = BTreeMap::new();
    for pair in &pairs {
        by_task.entry(pair.task).or_default().push(*pair);
    }
    let mut lists: BTreeMap<Uuid, Vec<(Scored, Chosen)>> = BTreeMap::new();
    for (task, mut scored) in by_task {
        scored.sort_by_key(|p| (std::cmp::Reverse(p.score), p.slot));
        lists.insert(task, scored.into_iter().take(most).map(|p| (p, Chosen::Score)).collect());
    }
    let mut counts: BTreeMap<Uuid, usize> = BTreeMap::new();
    for (pair, _) in lists.values().flatten() {
        *counts.entry(pair.program).or_default() += 1;
    }
    let programs: BTreeSet<Uuid> = pairs.iter().map(|p| p.program).collect();
    for program in programs.into_iter().filter(|p| !counts.contains_key(p)).collect::<Vec<_>>() {
        let mut own: Vec<Scored> = pairs.iter().filter(|p| p.program == program).copied().collect();
        own.sort_by_key(|p| (std::cmp::Reverse(p.score), p.task, p.slot));
        for pair in own {
            let Some(list) = lists.get_mut(&pair.task) else { continue };
            if list.len() < most {
                list.push((pair, Chosen::Coverage));
            } else if let Some(at) =
                list.iter().rposition(|(p, _)| counts.get(&p.program).is_some_and(|n| *n > 1))
            {
                let (gone, _) = list.remove(at);
                counts.entry(gone.program).and_modify(|n| *n -= 1);
                list.push((pair, Chosen::Coverage));
            } else {
                continue;
            }
            counts.insert(program, 1);
            break;
        }
    }
    for pair in held.into_iter().filter(|p| allocated.get(&p.task) == Some(&p.slot)) {
        lists.insert(pair.task, vec![(pair, Chosen::Option)]);
    }
    let placed = |(task, list): (Uuid, Vec<(Scored, Chosen)>)| {
        list.into_iter().enumerate().map(move |(at, (pair, chosen))| Listed {
            task,
            slot: pair.slot,
            place: i16::try_from(at + 1).unwrap_or(i16::MAX),
            chosen,
        })
    };
    lists.into_iter().flat_map(placed).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(kind: u128, n: u8) -> Uuid {
        Uuid::from_u128(kind << 64 | u128::from(n))
    }

    fn pair(task: u8, slot: u8, program: u8, score: i32) -> Scored {
        Scored { task: id(1, task), slot: id(2, slot), program: id(3, program), score }
    }

    #[test]
    fn the_best_come_first_and_a_neglected_program_is_covered() {
        let pairs = [pair(1, 1, 1, 90), pair(1, 2, 1, 80), pair(1, 3, 2, 10), pair(2, 1, 1, 50)];
        let listed = shortlists(&pairs, &HashMap::new(), 2);
        let of_first: Vec<_> =
            listed.iter().filter(|l| l.task == id(1, 1)).map(|l| (l.slot, l.place, l.chosen)).collect();
        assert_eq!(of_first, [(id(2, 1), 1, Chosen::Score), (id(2, 3), 2, Chosen::Coverage)]);
        assert_eq!(listed.len(), 3);
    }

    #[test]
    fn a_task_with_an_allocated_slot_has_that_one_only_and_covers_nobody() {
        let pairs = [pair(1, 1, 1, 90), pair(1, 2, 2, 80), pair(2, 1, 1, 50), pair(2, 2, 2, 10)];
        let allocated = HashMap::from([(id(1, 1), id(2, 2))]);
        let listed = shortlists(&pairs, &allocated, 2);
        let told: Vec<_> = listed.iter().map(|l| (l.task, l.slot, l.place, l.chosen)).collect();
        let expected = [
            (id(1, 1), id(2, 2), 1, Chosen::Option),
            (id(1, 2), id(2, 1), 1, Chosen::Score),
            (id(1, 2), id(2, 2), 2, Chosen::Score),
        ];
        assert_eq!(told, expected);
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_and_every_program_that_can_be_is_covered(
            raw in prop::collection::btree_map((0_u8..6, 0_u8..14), -500_i32..9_000, 0..60), most in 2_usize..6
        ) {
            // A slot belongs to one program, as in the database: programs of two slots each.
            let pairs: Vec<Scored> = raw.iter().map(|((t, s), score)| pair(*t, *s, *s / 2, *score)).collect();
            let listed = shortlists(&pairs, &HashMap::new(), most);
            let mut per_task: BTreeMap<Uuid, Vec<i16>> = BTreeMap::new();
            for l in &listed {
                prop_assert!(pairs.iter().any(|p| p.task == l.task && p.slot == l.slot));
                per_task.entry(l.task).or_default().push(l.place);
            }
            for places in per_task.values() {
                let expected: Vec<i16> = (1..=places.len() as i16).collect();
                prop_assert_eq!(places, &expected);
                prop_assert!(places.len() <= most);
            }
            let program_of = |slot| pairs.iter().find(|p| p.slot == slot).map(|p| p.program);
            let covered: BTreeSet<_> = listed.iter().filter_map(|l| program_of(l.slot)).collect();
            for p in &pairs {
                let has_room = per_task.get(&p.task).is_some_and(|places| places.len() < most);
                prop_assert!(!has_room || covered.contains(&p.program), "room was left for an uncovered program");
            }
            prop_assert_eq!(shortlists(&pairs, &HashMap::new(), most), listed);
        }
    }
}
