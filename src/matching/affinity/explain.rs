//! Why a pair has its score: every part, and for the text the shared words with their points.
//!
//! Character pairs are for counting, not for reading: neighbouring shared pairs are joined to the words they stand in (受容 + 容体
//! → 受容体). Points are dealt out by largest remainder, so that what is listed adds up to the part, and the parts to the score.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::{
    index::{AffinityIndex, Match},
    prepare::{Weighed, count, pieces},
    record::Record,
    score::Parts,
    stem::stem,
    terms::{each_term, term_id},
};

/// A pair's score with everything that went into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub score: i32,
    pub parts: Parts,
    /// Shared words, most points first; they add up to `parts.text`.
    pub terms: Vec<TermShare>,
    /// Shared concepts, most points first; they add up to `parts.concepts`.
    pub concepts: Vec<ConceptShare>,
}

/// Points of a shared word. The last line of a list may be the rest, with an empty word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermShare {
    pub term: String,
    pub points: i32,
}

/// Points of a shared concept, and the words that stand for it on either side; none where a narrower concept brought it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConceptShare {
    pub concept: String,
    pub ja: String,
    pub en: String,
    pub query: Vec<String>,
    pub candidate: Vec<String>,
    pub points: i32,
}

/// Lines of each list before the rest is summed up.
const LINES: usize = 12;

/// Whether a shared term says something to a reader: not the rest of a list, not an ending of grammar.
#[must_use]
pub fn reads_as_word(term: &str) -> bool {
    !term.chars().all(|c| ('ぁ'..='ん').contains(&c))
}

/// A record taken apart once, for every explanation it takes part in.
struct Reading {
    weighed: Weighed,
    texts: Vec<String>,
    /// Stem → the word as it stands in the record.
    words: HashMap<String, String>,
    /// The words that name each concept.
    mentions: HashMap<u32, Vec<String>>,
}

impl AffinityIndex {
    /// Explains the pair of a query and the candidate at a position.
    #[must_use]
    pub fn explain(&self, query: &Record, candidate: usize) -> Explanation {
        let found = self.score(query, candidate);
        self.explain_matches(query, std::slice::from_ref(&found)).swap_remove(0)
    }

    /// Explains every match of one query's ranking, in its order.
    #[must_use]
    pub fn explain_matches(&self, query: &Record, matches: &[Match]) -> Vec<Explanation> {
        let a = self.read(query);
        matches
            .iter()
            .map(|m| {
                let b = self.read(&self.records()[m.candidate]);
                Explanation {
                    score: m.score,
                    parts: m.parts,
                    terms: term_shares(&a, &b, m.parts.text),
                    concepts: self.concept_shares(&a, &b, m.parts.concepts),
                }
            })
            .collect()
    }

    fn read(&self, record: &Record) -> Reading {
        let counted = count(record, &self.thesaurus, &self.settings);
        let texts: Vec<String> = pieces(record, &self.settings).0.into_iter().map(|p| p.0).collect();
        let mut words = HashMap::new();
        let mut mentions: HashMap<u32, Vec<String>> = HashMap::new();
        for text in &texts {
            for w in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() > 4) {
                words.entry(stem(w)).or_insert_with(|| w.to_owned());
            }
        }
        for m in texts.iter().flat_map(|t| self.thesaurus.mentions(t)) {
            let readable = as_written(&m.words, &words);
            let named = mentions.entry(m.concept).or_default();
            if !named.contains(&readable) {
                named.push(readable);
            }
        }
        Reading { weighed: self.pool.weigh(&counted, &self.settings), texts, words, mentions }
    }

    fn concept_shares(&self, a: &Reading, b: &Reading, total: i32) -> Vec<ConceptShare> {
        let of_other: HashMap<u32, f32> = b.weighed.concepts.iter().copied().collect();
        let weight = |(c, w): &(u32, f32)| of_other.get(c).map(|v| (*c, f64::from(w * v)));
        let mut shared: Vec<(u32, f64)> = a.weighed.concepts.iter().filter_map(weight).collect();
        shared.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        let points = deal(total, &shared.iter().map(|s| s.1).collect::<Vec<_>>());
        let shares = shared.into_iter().zip(points).map(|((c, _), points)| {
            let concept = self.thesaurus.concept(c);
            ConceptShare {
                concept: concept.key.clone(),
                ja: concept.ja.clone(),
                en: concept.en.clone(),
                query: a.mentions.get(&c).cloned().unwrap_or_default(),
                candidate: b.mentions.get(&c).cloned().unwrap_or_default(),
                points,
            }
        });
        shares.filter(|s| s.points != 0).collect()
    }
}

fn term_shares(a: &Reading, b: &Reading, total: i32) -> Vec<TermShare> {
    let of_other: HashMap<u64, f32> = b.weighed.terms.iter().copied().collect();
    let shared: HashMap<u64, f32> =
        a.weighed.terms.iter().filter_map(|(t, w)| of_other.get(t).map(|v| (*t, w * v))).collect();
    let mut words: BTreeMap<String, f64> = BTreeMap::new();
    let mut dealt: HashSet<u64> = HashSet::new();
    for run in a.texts.iter().flat_map(|text| shared_runs(text, &shared)) {
        let points: f64 = run.terms.iter().filter(|t| dealt.insert(**t)).map(|t| f64::from(shared[t])).sum();
        if points > 0.0 {
            *words.entry(as_written(&run.words, &a.words)).or_insert(0.0) += points;
        }
    }
    let mut words: Vec<(String, f64)> = words.into_iter().collect();
    words.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    if words.len() > LINES {
        let rest = words.drain(LINES - 1..).map(|w| w.1).sum();
        words.push((String::new(), rest));
    }
    let points = deal(total, &words.iter().map(|w| w.1).collect::<Vec<_>>());
    let shares = words.into_iter().zip(points).map(|((term, _), points)| TermShare { term, points });
    shares.filter(|s| s.points != 0).collect()
}

/// Stems as the words they came from.
fn as_written(stems: &str, words: &HashMap<String, String>) -> String {
    let written = stems.split(' ').map(|s| words.get(s).map_or(s, String::as_str));
    written.collect::<Vec<_>>().join(" ")
}

struct Run {
    words: String,
    terms: Vec<u64>,
}

/// Joins shared terms that overlap in the text. Words of Latin script are stemmed and stand alone.
fn shared_runs(text: &str, shared: &HashMap<u64, f32>) -> Vec<Run> {
    let base = text.as_ptr() as usize;
    let mut spans: Vec<(usize, usize, u64)> = Vec::new();
    let mut out: Vec<Run> = Vec::new();
    each_term(text, |term, _| {
        let id = term_id(term);
        if !shared.contains_key(&id) {
            return;
        }
        // Terms that are slices of the text know their place; stems and pairs of words are made anew.
        let at = (term.as_ptr() as usize).wrapping_sub(base);
        if at < text.len() && at + term.len() <= text.len() {
            spans.push((at, at + term.len(), id));
        } else {
            out.push(Run { words: term.to_owned(), terms: vec![id] });
        }
    });
    spans.sort_unstable();
    let mut open: Option<(usize, usize, Vec<u64>)> = None;
    for (from, to, id) in spans {
        match &mut open {
            Some((_, end, terms)) if from < *end => {
                *end = (*end).max(to);
                terms.push(id);
            }
            _ => {
                if let Some((a, b, terms)) = open.take() {
                    out.push(Run { words: whole_words(text, a, b).to_owned(), terms });
                }
                open = Some((from, to, vec![id]));
            }
        }
    }
    if let Some((a, b, terms)) = open {
        out.push(Run { words: whole_words(text, a, b).to_owned(), terms });
    }
    out
}

/// A piece of a text without the ends of Latin words that it cuts: the seam of GLP and 非臨床 is no "lp非臨床".
fn whole_words(text: &str, from: usize, to: usize) -> &str {
    let is_latin = |c: char| c.is_ascii_alphanumeric() || ('Α'..='ω').contains(&c);
    let piece = &text[from..to];
    let cut_before = text[..from].ends_with(is_latin) && piece.starts_with(is_latin);
    let cut_after = text[to..].starts_with(is_latin) && piece.ends_with(is_latin);
    let kept = if cut_before { piece.trim_start_matches(is_latin) } else { piece };
    let kept = if cut_after { kept.trim_end_matches(is_latin) } else { kept };
    if kept.is_empty() { piece } else { kept }
}

/// Deals whole points in proportion to the weights, by largest remainder; equal remainders go to the earlier.
fn deal(total: i32, weights: &[f64]) -> Vec<i32> {
    let sum: f64 = weights.iter().sum();
    if weights.is_empty() || sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| f64::from(total) * w / sum).collect();
    let mut out: Vec<i32> = exact.iter().map(|e| e.floor() as i32).collect();
    let mut order: Vec<usize> = (0..out.len()).collect();
    order.sort_by(|a, b| {
        (exact[*b] - exact[*b].floor()).total_cmp(&(exact[*a] - exact[*a].floor())).then(a.cmp(b))
    });
    let mut left = total - out.iter().sum::<i32>();
    for i in order.into_iter().cycle() {
        if left <= 0 {
            break;
        }
        out[i] += 1;
        left -= 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::affinity::{thesaurus::Thesaurus, weights::Settings};

    fn sample() -> (AffinityIndex, Record) {
        let titles = [
            "iPS細胞由来膵島細胞を用いた1型糖尿病に対する細胞治療の商用製造に向けたプロセス開発",
            "mRNAワクチンの開発",
            "Induced pluripotent stem cell therapy for type 1 diabetes",
            "スマート治療室",
        ];
        let candidates =
            titles.iter().enumerate().map(|(i, t)| Record::titled(format!("c{i}"), *t)).collect();
        let mut query = Record::titled(
            "q",
            "iPS細胞由来膵島細胞(iPIC)を用いた1型糖尿病に対する細胞治療の製造法開発及び非臨床試験",
        );
        query.institution = vec!["武田薬品工業株式会社".into()];
        (AffinityIndex::build(candidates, &[], Settings::default(), Thesaurus::shipped()), query)
    }

    #[test]
    fn what_is_listed_adds_up_to_the_score() {
        let (index, query) = sample();
        for c in 0..index.records().len() {
            let e = index.explain(&query, c);
            assert_eq!(e.terms.iter().map(|t| t.points).sum::<i32>(), e.parts.text);
            assert_eq!(e.concepts.iter().map(|t| t.points).sum::<i32>(), e.parts.concepts);
            assert_eq!(e.parts.sum(), e.score);
        }
    }

    #[test]
    fn shared_words_read_as_words() {
        let (index, query) = sample();
        let e = index.explain(&query, 0);
        assert!(e.terms.iter().any(|t| t.term.contains("膵島細胞")), "{:?}", e.terms);
        let english = index.explain(&query, 2);
        let ips = english.concepts.iter().find(|c| c.concept == "ips-cell").expect("both speak of iPS cells");
        assert_eq!(ips.query, ["ips細胞由来"]);
        assert_eq!(ips.candidate, ["induced pluripotent stem cell"]);
    }

    #[test]
    fn the_explained_score_is_the_ranked_score() {
        let (index, query) = sample();
        for m in &index.top_k(std::slice::from_ref(&query), 10)[0] {
            assert_eq!(index.explain(&query, m.candidate).score, m.score);
        }
    }
}
