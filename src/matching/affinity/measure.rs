//! How good a ranking is on labelled continuations, beside the plain method it must beat.
//!
//! A query is an ended task; its continuations are known by label; the candidates are other tasks. Reported are the mean
//! reciprocal rank of the first continuation and the share of queries that have one at rank 1 and among the first 5.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{AffinityIndex, Record, Settings, Thesaurus, weights::ln};

/// Known continuations: query id → ids that continue it.
pub type Labels = BTreeMap<String, BTreeSet<String>>;

/// Figures of one set.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quality {
    pub queries: usize,
    /// Mean reciprocal rank.
    pub mrr: f64,
    /// Share with a continuation at rank 1.
    pub hit1: f64,
    /// Share with a continuation among the first 5.
    pub hit5: f64,
}

impl Quality {
    /// From the rank of the first continuation of each query; `None` where it is not in the ranking.
    #[must_use]
    pub fn of(ranks: &[Option<usize>]) -> Self {
        let n = ranks.len().max(1) as f64;
        let share = |f: &dyn Fn(usize) -> f64| ranks.iter().flatten().map(|r| f(*r)).sum::<f64>() / n;
        Self {
            queries: ranks.len(),
            mrr: share(&|r| 1.0 / r as f64),
            hit1: share(&|r| f64::from(u8::from(r == 1))),
            hit5: share(&|r| f64::from(u8::from(r <= 5))),
        }
    }
}

/// Ranks of the first continuation by affinity.
#[must_use]
pub fn affinity_ranks(
    records: &[Record],
    labels: &Labels,
    settings: &Settings,
    admits: impl Fn(&Record, &Record) -> bool + Sync,
) -> BTreeMap<String, Option<usize>> {
    let index = AffinityIndex::build(records.to_vec(), records, settings.clone(), Thesaurus::shipped());
    let queries: Vec<Record> = records.iter().filter(|r| labels.contains_key(&r.id)).cloned().collect();
    let found = index.top_k_where(&queries, records.len(), admits);
    queries
        .iter()
        .zip(found)
        .map(|(q, ranking)| {
            let rank = ranking.iter().position(|m| labels[&q.id].contains(&index.records()[m.candidate].id));
            (q.id.clone(), rank.map(|r| r + 1))
        })
        .collect()
}

/// The method to beat: cosine of tf-idf over all character pairs and triples of the title as written (NFKC, lower case).
#[must_use]
pub fn baseline_ranks(
    records: &[Record],
    labels: &Labels,
    admits: impl Fn(&Record, &Record) -> bool,
) -> BTreeMap<String, Option<usize>> {
    let grams: Vec<BTreeMap<String, f64>> = records.iter().map(|r| characters(&r.title)).collect();
    let mut df: HashMap<&str, f64> = HashMap::new();
    for g in grams.iter().flat_map(BTreeMap::keys) {
        *df.entry(g).or_insert(0.0) += 1.0;
    }
    let n = records.len() as f64;
    let vectors: Vec<HashMap<&str, f64>> = grams
        .iter()
        .map(|g| {
            let v: HashMap<&str, f64> = g
                .iter()
                .map(|(t, tf)| (t.as_str(), (1.0 + ln(*tf)) * (ln((1.0 + n) / (1.0 + df[t.as_str()])) + 1.0)))
                .collect();
            let length = v.values().map(|w| w * w).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
            v.into_iter().map(|(t, w)| (t, w / length)).collect()
        })
        .collect();
    let mut out = BTreeMap::new();
    for (q, query) in records.iter().enumerate().filter(|(_, r)| labels.contains_key(&r.id)) {
        let mut ranking: Vec<(f64, &str)> = records
            .iter()
            .enumerate()
            .filter(|(_, c)| c.id != query.id && admits(query, c))
            .map(|(c, candidate)| {
                let mut cosine: f64 = grams[q]
                    .keys()
                    .map(|t| vectors[q][t.as_str()] * vectors[c].get(t.as_str()).unwrap_or(&0.0))
                    .sum();
                cosine = (cosine * 1e12).round();
                (cosine, candidate.id.as_str())
            })
            .collect();
        ranking.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let rank = ranking.iter().position(|(_, id)| labels[&query.id].contains(*id)).map(|r| r + 1);
        out.insert(query.id.clone(), rank);
    }
    out
}

fn characters(title: &str) -> BTreeMap<String, f64> {
    let chars: Vec<char> = crate::kernel::text::nfkc(title).to_lowercase().chars().collect();
    let mut out = BTreeMap::new();
    for n in [2, 3] {
        for w in chars.windows(n) {
            *out.entry(w.iter().collect()).or_insert(0.0) += 1.0;
        }
    }
    out
}

/// Which half an institution belongs to: settings were chosen on the one and are judged on the other.
#[must_use]
pub fn is_judging_half(institution: &str) -> bool {
    super::terms::term_id(&super::institutions::key(institution)) % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_ranks() {
        let q = Quality::of(&[Some(1), Some(2), None, Some(10)]);
        assert_eq!(q.queries, 4);
        assert!((q.mrr - (1.0 + 0.5 + 0.1) / 4.0).abs() < 1e-12);
        assert!((q.hit1 - 0.25).abs() < 1e-12 && (q.hit5 - 0.5).abs() < 1e-12);
    }
}
