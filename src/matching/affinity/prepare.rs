//! From a record to numbers: counted terms and concepts, the institution's key, the phase; first without, then with the pool's statistics.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    sync::OnceLock,
};

use rayon::prelude::*;

use super::{
    institutions,
    normalise::{fold, looks_latin},
    phase::Phase,
    record::{Record, Years},
    terms::{TermId, each_term, term_id},
    thesaurus::{ConceptId, Thesaurus},
    unwrap::unwrap_title,
    weights::{Settings, idf, ln, normalise},
};

/// A number that changes with anything in the record that is counted.
#[must_use]
pub fn fingerprint(record: &Record) -> u64 {
    let mut h = term_id(&record.title);
    let texts = [&record.summary, &record.lang, &record.programme].into_iter().flatten();
    for t in texts.chain(&record.institution).chain(&record.tags).chain(&record.people) {
        h = h.rotate_left(7) ^ term_id(t);
    }
    let years = record.year.map_or(0, |y| (i64::from(y.first) << 16) ^ i64::from(y.last));
    h.rotate_left(7) ^ years.unsigned_abs()
}

/// Term identities are hashes already.
#[derive(Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 << 8) ^ u64::from(*b);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

/// A map by term.
pub type TermMap<V> = HashMap<TermId, V, BuildHasherDefault<Identity>>;

/// An English text with at least this many different terms on both sides is compared by its words alone.
const LONG: usize = 60;

/// A record counted, before the pool is known. Terms and concepts are sorted by identity, each once.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    pub terms: Vec<(TermId, f32)>,
    pub concepts: Vec<(ConceptId, f32)>,
    /// A long English text.
    pub long_english: bool,
    pub english: bool,
    pub institutions: Vec<String>,
    pub people: Vec<String>,
    pub tags: Vec<String>,
    pub year: Option<Years>,
    pub phase: Option<Phase>,
    pub programme: Option<String>,
}

/// Pieces of a record's text with the weight at which each counts: title, umbrella, summary.
#[must_use]
pub fn pieces(record: &Record, s: &Settings) -> (Vec<(String, f32)>, bool) {
    let title = unwrap_title(&record.title);
    let summary = record.summary.as_deref().map(fold).unwrap_or_default();
    let english = match record.lang.as_deref() {
        Some(l) if l.starts_with("en") => true,
        Some(l) if l.starts_with("ja") => false,
        _ => looks_latin(&title.core) && (summary.is_empty() || looks_latin(&summary)),
    };
    let mut out = Vec::with_capacity(3);
    if english {
        out.push((fold(&record.title), 1.0));
        out.push((summary, 1.0));
    } else {
        out.push((title.core, 1.0));
        out.extend(title.umbrellas.into_iter().map(|u| (u, s.umbrella)));
        out.push((summary, s.summary));
    }
    out.retain(|(t, _)| !t.is_empty());
    (out, english)
}

/// Counts a record.
#[must_use]
pub fn count(record: &Record, thesaurus: &Thesaurus, s: &Settings) -> Counted {
    let (pieces, english) = pieces(record, s);
    let mut found: Vec<(TermId, f32, f32)> = Vec::new();
    let mut concepts: Vec<(ConceptId, f32)> = Vec::new();
    for (text, weight) in &pieces {
        each_term(text, |term, kind| found.push((term_id(term), *weight, kind.weight(english, s))));
        for m in thesaurus.mentions(text) {
            let kind = |id| s.concepts * s.kind(&thesaurus.concept(id).kind);
            concepts.push((m.concept, weight * kind(m.concept)));
            for (up, distance) in &thesaurus.concept(m.concept).broader {
                concepts.push((*up, weight * kind(*up) * s.broader.powi(*distance as i32)));
            }
        }
    }
    found.sort_unstable_by_key(|f| f.0);
    let mut terms: Vec<(TermId, f32)> = Vec::with_capacity(found.len());
    let generic = generic_terms();
    for group in found.chunk_by(|a, b| a.0 == b.0) {
        let tf: f32 = group.iter().map(|g| g.1).sum();
        let factor = if generic.contains_key(&group[0].0) { s.generic } else { 1.0 };
        terms.push((group[0].0, group[0].2 * sublinear(tf) * factor));
    }
    // A concept counts once, at its best.
    concepts.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    concepts.dedup_by_key(|c| c.0);
    let mut tags: Vec<String> = record.tags.iter().map(|t| fold(t)).collect();
    tags.sort_unstable();
    tags.dedup();
    let mut people: Vec<String> = record.people.iter().map(|p| fold(p).replace(' ', "")).collect();
    people.sort_unstable();
    people.dedup();
    let mut keys: Vec<String> = record
        .institution
        .iter()
        .flat_map(|i| i.split([';', '；']))
        .map(institutions::key)
        .filter(|k| !k.is_empty())
        .collect();
    let mut seen = HashSet::new();
    keys.retain(|k| seen.insert(k.clone()));
    // Summaries speak of every phase; the title of the one the task is in.
    let title = pieces.first().map_or("", |p| p.0.as_str());
    Counted {
        long_english: english && terms.len() >= LONG,
        english,
        phase: Phase::of(&record.tags, title),
        terms,
        concepts,
        institutions: keys,
        people,
        tags,
        year: record.year,
        programme: record.programme.as_deref().map(fold),
    }
}

/// 1 + ln tf; below one whole occurrence (an umbrella's, a summary's) the share itself.
fn sublinear(tf: f32) -> f32 {
    if tf >= 1.0 { 1.0 + ln(f64::from(tf)) as f32 } else { tf }
}

/// Terms of the phrases that say little in any pool.
fn generic_terms() -> &'static TermMap<()> {
    static TERMS: OnceLock<TermMap<()>> = OnceLock::new();
    TERMS.get_or_init(|| {
        let mut set = TermMap::default();
        for phrase in include_str!("data/generic.txt").lines().filter(|l| !l.starts_with('#')) {
            each_term(&fold(phrase), |t, _| {
                set.insert(term_id(t), ());
            });
        }
        set
    })
}

/// A record as a unit vector over terms and concepts.
#[derive(Debug, Clone, Default)]
pub struct Weighed {
    pub terms: Vec<(TermId, f32)>,
    pub concepts: Vec<(ConceptId, f32)>,
}

/// How often terms and concepts are met in the pool. Terms are kept in shards by their highest bits, which are counted in parallel.
#[derive(Debug, Clone)]
pub struct Pool {
    pub records: usize,
    terms: Vec<TermMap<u32>>,
    concepts: Vec<u32>,
}

/// Shards of the terms: 2 to this power.
const SHARD_BITS: u32 = 4;

impl Default for Pool {
    fn default() -> Self {
        Self { records: 0, terms: vec![TermMap::default(); 1 << SHARD_BITS], concepts: Vec::new() }
    }
}

impl Pool {
    /// Adds records.
    pub fn add(&mut self, counted: &[&Counted]) {
        self.records += counted.len();
        // Terms are sorted by identity: those of a shard stand together.
        self.terms.par_iter_mut().enumerate().for_each(|(shard, map)| {
            let of = |t: &(TermId, f32)| (t.0 >> (64 - SHARD_BITS)) as usize;
            for c in counted {
                let from = c.terms.partition_point(|t| of(t) < shard);
                for (t, _) in c.terms[from..].iter().take_while(|t| of(t) == shard) {
                    *map.entry(*t).or_insert(0) += 1;
                }
            }
        });
        for (c, _) in counted.iter().flat_map(|c| &c.concepts) {
            let at = *c as usize;
            if self.concepts.len() <= at {
                self.concepts.resize(at + 1, 0);
            }
            self.concepts[at] += 1;
        }
    }

    /// Records that hold a term.
    #[must_use]
    pub fn holding(&self, term: TermId) -> u32 {
        self.terms[(term >> (64 - SHARD_BITS)) as usize].get(&term).copied().unwrap_or(0)
    }

    /// Whether a term or concept met in so many records tells them apart at all. In a small pool every one may, and
    /// English words have their stop list.
    fn tells_apart(&self, english: bool, df: u32, s: &Settings) -> bool {
        english || self.records < 200 || (df as f32) <= s.common * self.records as f32
    }

    /// Weights a counted record: tf-idf, each term held to its share, both vectors together of length 1.
    #[must_use]
    pub fn weigh(&self, counted: &Counted, s: &Settings) -> Weighed {
        let mut terms: Vec<(TermId, f32)> = counted
            .terms
            .iter()
            .map(|(t, w)| (*t, *w, self.holding(*t)))
            .filter(|(_, _, df)| self.tells_apart(counted.english, *df, s))
            .map(|(t, w, df)| (t, w * idf(self.records, df, s.idf_power)))
            .collect();
        let mut concepts: Vec<(ConceptId, f32)> = counted
            .concepts
            .iter()
            .map(|(c, w)| (*c, *w, self.concepts.get(*c as usize).copied().unwrap_or(0)))
            .filter(|(_, _, df)| self.tells_apart(counted.english, *df, s))
            .map(|(c, w, df)| (c, w * idf(self.records, df, s.idf_power)))
            .collect();
        if counted.long_english {
            concepts.clear();
        }
        normalise(&mut terms, &mut concepts, if counted.english { 1.0 } else { s.term_share });
        Weighed { terms, concepts }
    }
}
