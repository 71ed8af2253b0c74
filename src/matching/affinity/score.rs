//! The parts of a score besides the text, each a small rule on facts, each in whole points; the score is their sum.
//!
//! | part | rule |
//! |---|---|
//! | institution | the same institution: full points, less for institutions that many candidates share (ln(N/n) / ln N) |
//! | people | each shared person, at most two |
//! | tags | cosine of the two tag sets |
//! | phase | a step forward is worth most, staying half, going back costs |
//! | timing | a candidate that begins before the query's year is an unlikely continuation; after it, sooner is better |
//! | history | ln(1 + passages seen between the two programmes), full at 20 |
//! | hubness | what a candidate is like to everything is taken off (negative) |

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    phase::Phase,
    prepare::Counted,
    record::Years,
    weights::{Settings, ln},
};

/// The parts of a score, in points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    pub text: i32,
    pub concepts: i32,
    pub hubness: i32,
    pub tags: i32,
    pub phase: i32,
    pub timing: i32,
    pub institution: i32,
    pub people: i32,
    pub history: i32,
}

impl Parts {
    /// The score.
    #[must_use]
    pub fn sum(&self) -> i32 {
        self.text
            + self.concepts
            + self.hubness
            + self.tags
            + self.phase
            + self.timing
            + self.institution
            + self.people
            + self.history
    }
}

/// A part's name, for pages and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartName {
    /// As in [`Parts`] and in the files.
    pub code: &'static str,
    pub ja: &'static str,
    pub en: &'static str,
}

/// Names of the parts, in the order of [`Parts::listed`].
pub const PART_NAMES: [PartName; 9] = [
    PartName { code: "text", ja: "共通の語", en: "Shared words" },
    PartName { code: "concepts", ja: "共通の概念", en: "Shared concepts" },
    PartName { code: "hubness", ja: "汎用性の控除", en: "Less for being like everything" },
    PartName { code: "tags", ja: "タグ", en: "Tags" },
    PartName { code: "phase", ja: "開発フェーズ", en: "Phase step" },
    PartName { code: "timing", ja: "時期", en: "Timing" },
    PartName { code: "institution", ja: "研究機関", en: "Institution" },
    PartName { code: "people", ja: "研究者", en: "People" },
    PartName { code: "history", ja: "引継ぎ実績", en: "Passages before" },
];

impl Parts {
    /// Every part with its name, for a bar or a table; they add up to [`Parts::sum`].
    #[must_use]
    pub fn listed(&self) -> [(PartName, i32); 9] {
        let points = [
            self.text,
            self.concepts,
            self.hubness,
            self.tags,
            self.phase,
            self.timing,
            self.institution,
            self.people,
            self.history,
        ];
        std::array::from_fn(|i| (PART_NAMES[i], points[i]))
    }
}

/// How many tasks went from one programme to another before; programmes by their folded names.
#[derive(Debug, Clone, Default)]
pub struct History {
    passages: HashMap<(String, String), u32>,
}

impl History {
    /// Counts passages from (from, to) pairs.
    pub fn from_passages<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut me = Self::default();
        for (from, to) in pairs {
            *me.passages.entry((super::normalise::fold(from), super::normalise::fold(to))).or_insert(0) += 1;
        }
        me
    }

    fn points(&self, from: Option<&String>, to: Option<&String>, full: i32) -> i32 {
        let (Some(from), Some(to)) = (from, to) else { return 0 };
        if self.passages.is_empty() {
            return 0;
        }
        let n = self.passages.get(&(from.clone(), to.clone())).copied().unwrap_or(0).min(20);
        (f64::from(full) * ln(1.0 + f64::from(n)) / ln(21.0)).round() as i32
    }
}

/// What is known of a record besides its text.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    institutions: Vec<String>,
    /// Candidates that have the lead institution, for each of `institutions`.
    shared_by: Vec<u32>,
    people: Vec<String>,
    tags: Vec<String>,
    year: Option<Years>,
    phase: Option<Phase>,
    programme: Option<String>,
}

impl From<&Counted> for Facts {
    fn from(c: &Counted) -> Self {
        Self {
            institutions: c.institutions.clone(),
            shared_by: Vec::new(),
            people: c.people.clone(),
            tags: c.tags.clone(),
            year: c.year,
            phase: c.phase,
            programme: c.programme.clone(),
        }
    }
}

impl Facts {
    /// Counts how many candidates share each institution.
    pub fn count_institutions(all: &mut [Self]) {
        let mut counts: HashMap<String, u32> = HashMap::new();
        for f in all.iter() {
            for i in &f.institutions {
                *counts.entry(i.clone()).or_insert(0) += 1;
            }
        }
        for f in all.iter_mut() {
            f.shared_by = f.institutions.iter().map(|i| counts.get(i).copied().unwrap_or(1)).collect();
        }
    }

    /// The most points that the parts besides the text can add for this query.
    #[must_use]
    pub fn most(&self, s: &Settings) -> i32 {
        let given = |is: bool, points: i32| if is { points.max(0) } else { 0 };
        given(!self.institutions.is_empty(), s.institution)
            + given(!self.people.is_empty(), 2 * s.person)
            + given(!self.tags.is_empty(), s.tags)
            + given(self.phase.is_some(), s.phase)
            + given(self.year.is_some(), s.timing)
            + given(self.programme.is_some(), s.history)
    }

    /// Parts of the pair (self → candidate) that do not come from the text.
    #[must_use]
    pub fn towards(&self, candidate: &Self, s: &Settings, history: &History, pool: usize) -> Parts {
        Parts {
            institution: self.institution_points(candidate, s.institution, pool),
            people: s.person
                * candidate.people.iter().filter(|p| self.people.contains(p)).count().min(2) as i32,
            tags: self.tag_points(candidate, s.tags),
            phase: match (self.phase, candidate.phase) {
                (Some(a), Some(b)) => match a.steps_to(b) {
                    0 => s.phase / 2,
                    1 | 2 => s.phase,
                    -1 => -s.phase / 2,
                    n if n < -1 => -s.phase,
                    _ => 0,
                },
                _ => 0,
            },
            timing: match (self.year, candidate.year) {
                (Some(a), Some(b)) => timing_points(b.first - a.last, s.timing),
                _ => 0,
            },
            history: history.points(self.programme.as_ref(), candidate.programme.as_ref(), s.history),
            ..Parts::default()
        }
    }

    fn institution_points(&self, candidate: &Self, full: i32, pool: usize) -> i32 {
        let mut best = 0;
        for (i, (name, shared)) in candidate.institutions.iter().zip(&candidate.shared_by).enumerate() {
            let Some(mine) = self.institutions.iter().position(|m| m == name) else { continue };
            let n = pool.max(2) as f64;
            let rarity = (ln((n + 1.0) / f64::from(*shared)) / ln(n + 1.0)).clamp(0.0, 1.0);
            // Both as lead: in full; a partner on one side or both: less.
            let role = match (i, mine) {
                (0, 0) => 1.0,
                (0, _) | (_, 0) => 0.6,
                _ => 0.4,
            };
            best = best.max((f64::from(full) * (0.25 + 0.75 * rarity) * role).round() as i32);
        }
        best
    }

    fn tag_points(&self, candidate: &Self, full: i32) -> i32 {
        let shared = self.tags.iter().filter(|t| candidate.tags.contains(t)).count();
        if shared == 0 {
            return 0;
        }
        let length = ((self.tags.len() * candidate.tags.len()) as f64).sqrt();
        (f64::from(full) * shared as f64 / length).round() as i32
    }
}

/// A continuation begins when its predecessor has ended, or a few years later.
fn timing_points(gap: i32, full: i32) -> i32 {
    match gap {
        ..=-2 => -3 * full,
        -1 => -2 * full,
        0 => 0,
        1 => full,
        2 => full * 3 / 4,
        3 => full / 2,
        4 => full * 3 / 8,
        5..=7 => full / 4,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_parts_add_up() {
        let parts = Parts {
            text: 1,
            concepts: 2,
            hubness: -3,
            tags: 4,
            phase: 5,
            timing: 6,
            institution: 7,
            people: 8,
            history: 9,
        };
        assert_eq!(parts.listed().iter().map(|p| p.1).sum::<i32>(), parts.sum());
        let json = serde_json::to_value(parts).expect("plain numbers");
        for (name, points) in parts.listed() {
            assert_eq!(json[name.code], points);
        }
    }

    #[test]
    fn timing_prefers_the_year_after_the_end() {
        let points: Vec<i32> = (-3..=9).map(|gap| timing_points(gap, 400)).collect();
        assert_eq!(points.iter().max(), Some(&400));
        assert_eq!(points[4], 400);
        assert!(points[0] < points[2] && points[2] < points[3]);
    }

    #[test]
    fn a_rare_institution_says_more_than_a_common_one() {
        let of = |name: &str| Facts { institutions: vec![name.into()], ..Facts::default() };
        let mut all: Vec<Facts> = (0..50).map(|_| of("a")).collect();
        all.push(of("b"));
        Facts::count_institutions(&mut all);
        let s = Settings::default();
        let towards = |q: &str, c: &Facts| of(q).towards(c, &s, &History::default(), 51).institution;
        assert!(towards("b", &all[50]) > towards("a", &all[0]));
        assert!(towards("a", &all[0]) > 0);
        assert_eq!(towards("b", &all[0]), 0);
    }

    #[test]
    fn history_counts_passages() {
        let history = History::from_passages((0..20).map(|_| ("次世代がん", "革新的がん")));
        let from = Facts { programme: Some("次世代癌".into()), ..Facts::default() };
        let to = Facts { programme: Some("革新的癌".into()), ..Facts::default() };
        assert_eq!(
            from.towards(&to, &Settings::default(), &history, 10).history,
            Settings::default().history
        );
        assert_eq!(to.towards(&from, &Settings::default(), &history, 10).history, 0);
    }
}
