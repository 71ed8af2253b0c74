//! Speed of affinity: all pairs of 2,600 records with summaries, and 26,000 against 2,600. Run with `cargo bench --bench affinity`.
//!
//! The texts are made from the words of the shipped thesaurus and of ordinary titles, the same in every run: titles of about 40
//! characters, summaries of about 300, as the real ones. Targets (2 cores): 0.5 s and 5 s.

use std::time::Instant;

use nakadachi::matching::affinity::{AffinityIndex, Record, Settings, Thesaurus, thesaurus};

fn main() {
    let words = vocabulary();
    println!("{} cores, {} words", rayon::current_num_threads(), words.len());
    for (queries, candidates, target) in
        [(2_600, 2_600, 0.5), (26_000, 2_600, 5.0), (26_000, 26_000, f64::NAN)]
    {
        let candidates = records("c", candidates, 7, &words);
        let queries = records("q", queries, 11, &words);
        let characters: usize = queries
            .iter()
            .map(|q| q.title.chars().count() + q.summary.as_ref().map_or(0, |s| s.chars().count()))
            .sum();
        let (n, m) = (queries.len(), candidates.len());
        let start = Instant::now();
        let index = AffinityIndex::build(candidates, &queries, Settings::default(), Thesaurus::shipped());
        let built = start.elapsed().as_secs_f64();
        let found = index.top_k(&queries, 20);
        let total = start.elapsed().as_secs_f64();
        let sum: i64 = found.iter().flatten().map(|m| i64::from(m.score)).sum();
        println!(
            "{n:>6} x {m:>6}, {:>3} characters each, top 20: index {built:.2} s, rankings {:.2} s, together {total:.2} s (target {target:.1} s), checksum {sum}",
            characters / n,
            total - built
        );
    }
}

/// Japanese words of the thesaurus.
pub fn vocabulary() -> Vec<String> {
    thesaurus::read_table(thesaurus::SHIPPED).0.into_iter().flat_map(|(_, e)| e.ja).collect()
}

pub fn records(prefix: &str, n: usize, seed: u64, words: &[String]) -> Vec<Record> {
    const JOINTS: &[&str] =
        &["に対する", "を用いた", "の", "と", "における", "を標的とした", "による", "の開発と", "に関する"];
    const ENDS: &[&str] =
        &["の開発", "に関する研究", "の実用化", "の医師主導治験", "の病態解明", "の創出", "基盤の整備"];
    let mut state = seed;
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Squared: few words are common and many are rare, as in real titles.
        let u = (state >> 33) as f64 / f64::from(u32::MAX >> 1);
        ((u * u * bound as f64) as usize).min(bound - 1)
    };
    (0..n)
        .map(|i| {
            let mut text = |characters: usize| {
                let mut out = String::new();
                while out.chars().count() < characters {
                    out += &words[next(words.len())];
                    out += JOINTS[next(JOINTS.len())];
                }
                out + ENDS[next(ENDS.len())]
            };
            let title = text(35);
            let summary = text(290);
            Record { summary: Some(summary), ..Record::titled(format!("{prefix}{i}"), title) }
        })
        .collect()
}
