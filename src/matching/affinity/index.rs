//! The inverted index: which candidates share a term with a query, and the best of them by the sum of all parts.
//!
//! Terms of the candidates are laid out by term (a compressed sparse matrix); a query walks the lists of its own terms, adds into
//! one dense row, and keeps the best k in a heap. Rows are computed in parallel, each by one thread and in a fixed order, so that
//! the result does not depend on the number of threads. Memory: 8 bytes per term of a candidate, one row per thread.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use rayon::prelude::*;

use super::{
    prepare::{Counted, Pool, TermMap, Weighed, count, fingerprint},
    record::Record,
    score::{Facts, History, Parts},
    thesaurus::Thesaurus,
    weights::{POINTS, Settings},
};

/// At most this many queries are kept counted between the statistics and the rankings (about 3 KB each).
const KEPT: usize = 32_768;

/// One candidate in a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Position of the candidate in the index.
    pub candidate: usize,
    /// The sum of the parts, in points.
    pub score: i32,
    pub parts: Parts,
}

/// Candidates, ready to be searched.
#[derive(Debug)]
pub struct AffinityIndex {
    pub(super) settings: Settings,
    pub(super) thesaurus: Thesaurus,
    pub(super) history: History,
    records: Vec<Record>,
    facts: Vec<Facts>,
    pub(super) pool: Pool,
    slots: TermMap<u32>,
    starts: Vec<u32>,
    postings: Vec<(u32, f32)>,
    concept_starts: Vec<u32>,
    concept_postings: Vec<(u32, f32)>,
    /// Queries counted for the statistics, by fingerprint: they come back to be ranked.
    seen: HashMap<(String, u64), Counted>,
    /// Mean similarity of each candidate to its nearest queries, in points.
    hubs: Vec<f32>,
}

/// One query against all candidates, before the parts are summed.
struct Row {
    text: Vec<f32>,
    concepts: Vec<f32>,
}

impl AffinityIndex {
    /// Builds the index. `queries` serve the statistics (idf, hubness) and may be empty: then the candidates alone do.
    #[must_use]
    pub fn build(
        candidates: Vec<Record>,
        queries: &[Record],
        settings: Settings,
        thesaurus: Thesaurus,
    ) -> Self {
        Self::with_history(candidates, queries, settings, thesaurus, History::default())
    }

    /// As [`AffinityIndex::build`], with passages between programmes seen before.
    #[must_use]
    pub fn with_history(
        candidates: Vec<Record>,
        queries: &[Record],
        settings: Settings,
        thesaurus: Thesaurus,
        history: History,
    ) -> Self {
        let counted: Vec<Counted> = candidates.par_iter().map(|r| count(r, &thesaurus, &settings)).collect();
        let mut pool = Pool::default();
        pool.add(&counted.iter().collect::<Vec<_>>());
        let ids: std::collections::HashSet<&str> = candidates.iter().map(|c| c.id.as_str()).collect();
        let mut seen = HashMap::new();
        // In slices, so that the terms of very many queries are never all in memory at once.
        for slice in queries.chunks(4_096) {
            let counted: Vec<Counted> = slice.par_iter().map(|q| count(q, &thesaurus, &settings)).collect();
            let new = slice.iter().zip(&counted).filter(|(q, _)| !ids.contains(q.id.as_str()));
            pool.add(&new.map(|(_, c)| c).collect::<Vec<_>>());
            for (q, c) in slice.iter().zip(counted) {
                if seen.len() < KEPT {
                    seen.insert((q.id.clone(), fingerprint(q)), c);
                }
            }
        }
        let mut me = Self {
            facts: counted.iter().map(Facts::from).collect(),
            settings,
            thesaurus,
            history,
            records: candidates,
            pool,
            slots: TermMap::default(),
            starts: Vec::new(),
            postings: Vec::new(),
            concept_starts: Vec::new(),
            concept_postings: Vec::new(),
            seen,
            hubs: Vec::new(),
        };
        me.lay_out(&counted);
        drop(counted);
        Facts::count_institutions(&mut me.facts);
        me.measure_hubs(queries);
        me
    }

    fn lay_out(&mut self, counted: &[Counted]) {
        let weighed: Vec<_> = counted.par_iter().map(|c| self.pool.weigh(c, &self.settings)).collect();
        let mut sizes: Vec<u32> = Vec::new();
        for w in &weighed {
            for (t, _) in &w.terms {
                let next = sizes.len() as u32;
                let slot = *self.slots.entry(*t).or_insert(next);
                if slot == next {
                    sizes.push(0);
                }
                sizes[slot as usize] += 1;
            }
        }
        self.starts = prefix_sums(&sizes);
        self.postings = vec![(0, 0.0); self.starts[sizes.len()] as usize];
        let mut at = self.starts.clone();
        let mut concept_sizes = vec![0_u32; self.thesaurus.len()];
        weighed.iter().flat_map(|w| &w.concepts).for_each(|(c, _)| concept_sizes[*c as usize] += 1);
        self.concept_starts = prefix_sums(&concept_sizes);
        self.concept_postings = vec![(0, 0.0); self.concept_starts[concept_sizes.len()] as usize];
        let mut concept_at = self.concept_starts.clone();
        for (doc, Weighed { terms, concepts }) in weighed.iter().enumerate() {
            for (t, w) in terms {
                let cursor = &mut at[self.slots[t] as usize];
                self.postings[*cursor as usize] = (doc as u32, *w);
                *cursor += 1;
            }
            for (c, w) in concepts {
                let cursor = &mut concept_at[*c as usize];
                self.concept_postings[*cursor as usize] = (doc as u32, *w);
                *cursor += 1;
            }
        }
    }

    /// Mean similarity of each candidate to its nearest queries (to its nearest fellow candidates where there are few queries):
    /// r in Conneau et al., "Word translation without parallel data", ICLR 2018, section 2.3.
    fn measure_hubs(&mut self, queries: &[Record]) {
        let k = self.settings.neighbours;
        self.hubs = vec![0.0; self.records.len()];
        if self.settings.hubness == 0.0 || k == 0 {
            return;
        }
        let pool: &[Record] = if queries.len() >= 2 * k { queries } else { &self.records };
        // By fingerprint, so that the order of the records does not matter.
        let mut sample: Vec<(u64, &Record)> = pool.iter().map(|r| (fingerprint(r), r)).collect();
        sample.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        let sample: Vec<&Record> = sample.into_iter().take(self.settings.hub_sample).map(|s| s.1).collect();
        let n = self.records.len();
        let tops: Vec<Vec<f32>> = sample
            .par_chunks(sample.len().div_ceil(rayon::current_num_threads()).max(1))
            .map(|slice| {
                let mut tops = vec![0.0_f32; n * k];
                let mut row = self.row();
                for q in slice {
                    let counted = self.counted(q);
                    self.fill(&counted, &mut row);
                    for c in 0..n {
                        if self.records[c].id == q.id {
                            continue;
                        }
                        let s = Self::likeness(&row, c);
                        push_top(&mut tops[c * k..(c + 1) * k], s);
                    }
                }
                tops
            })
            .collect();
        let mut merged = vec![0.0_f32; n * k];
        for t in &tops {
            for c in 0..n {
                for s in &t[c * k..(c + 1) * k] {
                    push_top(&mut merged[c * k..(c + 1) * k], *s);
                }
            }
        }
        self.hubs = merged.chunks(k).map(|top| top.iter().sum::<f32>() / k as f32).collect();
    }

    fn counted(&self, query: &Record) -> Cow<'_, Counted> {
        match self.seen.get(&(query.id.clone(), fingerprint(query))) {
            Some(c) => Cow::Borrowed(c),
            None => Cow::Owned(count(query, &self.thesaurus, &self.settings)),
        }
    }

    fn row(&self) -> Row {
        Row { text: vec![0.0; self.records.len()], concepts: vec![0.0; self.records.len()] }
    }

    fn fill(&self, counted: &Counted, row: &mut Row) {
        row.text.fill(0.0);
        row.concepts.fill(0.0);
        let Weighed { terms, concepts } = self.pool.weigh(counted, &self.settings);
        for (t, w) in terms {
            if let Some(slot) = self.slots.get(&t) {
                let (from, to) =
                    (self.starts[*slot as usize] as usize, self.starts[*slot as usize + 1] as usize);
                for (doc, v) in &self.postings[from..to] {
                    row.text[*doc as usize] += w * v;
                }
            }
        }
        for (c, w) in concepts {
            let (from, to) =
                (self.concept_starts[c as usize] as usize, self.concept_starts[c as usize + 1] as usize);
            for (doc, v) in &self.concept_postings[from..to] {
                row.concepts[*doc as usize] += w * v;
            }
        }
    }

    /// Points of text and concepts together, before rounding.
    fn likeness(row: &Row, c: usize) -> f32 {
        POINTS as f32 * (row.text[c] + row.concepts[c])
    }

    /// The best k candidates of every query, best first; equal scores in order of id. Fewer than k only where the pool is smaller.
    #[must_use]
    pub fn top_k(&self, queries: &[Record], k: usize) -> Vec<Vec<Match>> {
        self.top_k_where(queries, k, |_, _| true)
    }

    /// As [`AffinityIndex::top_k`], among the candidates that `admits` (query, candidate).
    #[must_use]
    pub fn top_k_where(
        &self,
        queries: &[Record],
        k: usize,
        admits: impl Fn(&Record, &Record) -> bool + Sync,
    ) -> Vec<Vec<Match>> {
        queries.par_iter().map_init(|| self.row(), |row, q| self.rank(q, k, row, &admits)).collect()
    }

    fn rank(
        &self,
        query: &Record,
        k: usize,
        row: &mut Row,
        admits: &(impl Fn(&Record, &Record) -> bool + Sync),
    ) -> Vec<Match> {
        let counted = self.counted(query);
        let facts = Facts::from(counted.as_ref());
        self.fill(&counted, row);
        let own = self.own_hub(row, &query.id);
        let mut heap: BinaryHeap<Reverse<(i32, Reverse<&str>, usize)>> =
            BinaryHeap::with_capacity(k.min(self.records.len()) + 1);
        // What the other parts can add at most: a candidate whose text cannot reach the worst of the best is passed over.
        let most = facts.most(&self.settings) + 2;
        let mut needed = f32::NEG_INFINITY;
        for c in 0..self.records.len() {
            if Self::likeness(row, c) - self.settings.hubness * (own + self.hubs[c]) / 2.0 + (most as f32)
                < needed
            {
                continue;
            }
            let record = &self.records[c];
            if record.id == query.id || !admits(query, record) {
                continue;
            }
            let score = self.parts(&facts, row, own, c).sum();
            if heap.len() == k {
                match heap.peek() {
                    Some(Reverse((worst, id, _))) if (score, Reverse(record.id.as_str())) > (*worst, *id) => {
                        heap.pop();
                    }
                    _ => continue,
                }
            }
            heap.push(Reverse((score, Reverse(record.id.as_str()), c)));
            if heap.len() == k {
                needed = heap.peek().map_or(needed, |Reverse((worst, _, _))| *worst as f32);
            }
        }
        heap.into_sorted_vec()
            .into_iter()
            .map(|Reverse((score, _, candidate))| Match {
                candidate,
                score,
                parts: self.parts(&facts, row, own, candidate),
            })
            .collect()
    }

    /// Mean similarity of the query to its own nearest candidates, in points.
    fn own_hub(&self, row: &Row, id: &str) -> f32 {
        let k = self.settings.neighbours;
        if self.settings.hubness == 0.0 || k == 0 {
            return 0.0;
        }
        let mut top = vec![0.0_f32; k];
        for c in 0..self.records.len() {
            let s = Self::likeness(row, c);
            if s > top[k - 1] && self.records[c].id != id {
                push_top(&mut top, s);
            }
        }
        top.iter().sum::<f32>() / k as f32
    }

    fn parts(&self, facts: &Facts, row: &Row, own: f32, c: usize) -> Parts {
        let mut parts = facts.towards(&self.facts[c], &self.settings, &self.history, self.records.len());
        parts.text = whole(POINTS as f32 * row.text[c]);
        parts.concepts = whole(POINTS as f32 * row.concepts[c]);
        parts.hubness = -whole(self.settings.hubness * (own + self.hubs[c]) / 2.0);
        parts
    }

    /// All parts of one pair.
    #[must_use]
    pub fn score(&self, query: &Record, candidate: usize) -> Match {
        let counted = self.counted(query);
        let facts = Facts::from(counted.as_ref());
        let mut row = self.row();
        self.fill(&counted, &mut row);
        let own = self.own_hub(&row, &query.id);
        let parts = self.parts(&facts, &row, own, candidate);
        Match { candidate, score: parts.sum(), parts }
    }

    /// The candidates, in the order in which they were given.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Position of a candidate by its id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.records.iter().position(|r| r.id == id)
    }
}

/// Nearest whole point; values are never negative.
fn whole(x: f32) -> i32 {
    (x + 0.5) as i32
}

fn prefix_sums(sizes: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(sizes.len() + 1);
    let mut sum = 0;
    out.push(0);
    for s in sizes {
        sum += s;
        out.push(sum);
    }
    out
}

/// Keeps the largest values, largest first.
fn push_top(top: &mut [f32], value: f32) {
    let k = top.len();
    if value <= top[k - 1] {
        return;
    }
    let mut i = k - 1;
    while i > 0 && top[i - 1] < value {
        top[i] = top[i - 1];
        i -= 1;
    }
    top[i] = value;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(titles: &[&str]) -> AffinityIndex {
        let records = titles.iter().enumerate().map(|(i, t)| Record::titled(format!("c{i}"), *t)).collect();
        AffinityIndex::build(records, &[], Settings::default(), Thesaurus::shipped())
    }

    fn ids(index: &AffinityIndex, ranking: &[Match]) -> Vec<String> {
        ranking.iter().map(|m| index.records()[m.candidate].id.clone()).collect()
    }

    fn many(n: usize) -> Vec<Record> {
        let words = [
            "肺癌",
            "遺伝子治療",
            "ワクチン",
            "iPS細胞",
            "認知症",
            "医療機器",
            "抗体",
            "結核",
            "肝炎",
            "ロボット",
        ];
        (0..n)
            .map(|i| {
                let title =
                    format!("{}に対する{}の{}", words[i % 10], words[(i / 10) % 10], words[(i / 7) % 10]);
                Record {
                    year: Some(super::super::Years::one(2015 + (i % 9) as i32)),
                    ..Record::titled(format!("t{i:04}"), title)
                }
            })
            .collect()
    }

    #[test]
    fn a_record_is_never_offered_itself() {
        let records = many(30);
        let index =
            AffinityIndex::build(records.clone(), &records, Settings::default(), Thesaurus::shipped());
        for (q, ranking) in records.iter().zip(index.top_k(&records, 50)) {
            assert_eq!(ranking.len(), 29);
            assert!(ranking.iter().all(|m| index.records()[m.candidate].id != q.id));
        }
    }

    #[test]
    fn rankings_do_not_depend_on_threads_or_order() {
        let records = many(300);
        let scores = |candidates: Vec<Record>, threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
            pool.install(|| {
                let index =
                    AffinityIndex::build(candidates, &records, Settings::default(), Thesaurus::shipped());
                let found = index.top_k(&records[..40], 15);
                found
                    .iter()
                    .map(|r| r.iter().map(|m| (index.records()[m.candidate].id.clone(), m.score)).collect())
                    .collect()
            })
        };
        let expected: Vec<Vec<(String, i32)>> = scores(records.clone(), 1);
        assert_eq!(expected, scores(records.clone(), 4));
        let mut turned = records.clone();
        turned.reverse();
        assert_eq!(expected, scores(turned, 2));
    }

    #[test]
    fn passing_over_candidates_loses_none_of_the_best() {
        let records = many(300);
        let index =
            AffinityIndex::build(records.clone(), &records, Settings::default(), Thesaurus::shipped());
        for (short, all) in index.top_k(&records[..20], 7).iter().zip(index.top_k(&records[..20], 300)) {
            assert_eq!(short[..], all[..7]);
        }
    }

    #[test]
    fn both_languages_meet_in_a_ranking() {
        let index =
            build(&["Gene therapy for hemophilia", "Deep learning for medical imaging", "結核の疫学調査"]);
        let query = Record::titled("q", "血友病に対する遺伝子治療の開発");
        assert_eq!(ids(&index, &index.top_k(&[query], 1)[0]), ["c0"]);
    }

    #[test]
    fn a_long_profile_is_not_nearer_for_its_length() {
        let text = |words: &str, n: usize| words.split(' ').cycle().take(n).collect::<Vec<_>>().join(" ");
        let vision =
            "image segmentation convolutional network object detection video frames recognition camera";
        let theory = "approximation algorithm hardness polynomial graph connectivity randomized rounding matching bound";
        let profile =
            |id: &str, words: String| Record { summary: Some(words), ..Record::titled(id, "Profile") };
        let candidates = vec![
            profile("short vision", text(vision, 40)),
            profile(
                "long mix",
                text(
                    &format!("{theory} {vision} language policy reward agent interview design parsing"),
                    4_000,
                ),
            ),
        ];
        let index = AffinityIndex::build(candidates, &[], Settings::default(), Thesaurus::shipped());
        let paper = profile("q", text(vision, 120));
        assert_eq!(ids(&index, &index.top_k(&[paper], 2)[0]), ["short vision", "long mix"]);
    }

    #[test]
    fn nothing_to_rank_is_no_error() {
        assert!(build(&[]).top_k(&[Record::titled("q", "肝炎")], 5)[0].is_empty());
        assert_eq!(build(&["肝炎", ""]).top_k(&[Record::titled("q", "")], 5)[0].len(), 2);
    }
}
