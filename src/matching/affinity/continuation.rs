//! What comes next: for an ended task the later tasks that may continue it, for a running task the calls it could move to.
//!
//! Both are rankings of the index with a filter and with words for the step: a successor stays in its phase, a step up moves on.

use serde::Serialize;

use super::{
    index::{AffinityIndex, Match},
    phase::Phase,
    record::Record,
    unwrap::unwrap_title,
};

/// How a later task stands to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The work goes on in the phase it was in, or the phase is not told.
    Successor,
    /// The work goes on in a later phase.
    StageUp,
    /// An earlier phase: hardly a continuation, more likely a relative.
    Back,
}

/// A candidate for a continuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    pub found: Match,
    pub step: Step,
    /// Years from the end of the one to the beginning of the other; 1 is without a gap.
    pub gap: Option<i32>,
}

/// The step between two records.
#[must_use]
pub fn step(from: &Record, to: &Record) -> Step {
    let phase = |r: &Record| Phase::of(&r.tags, &unwrap_title(&r.title).core);
    match (phase(from), phase(to)) {
        (Some(a), Some(b)) if a.steps_to(b) > 0 => Step::StageUp,
        (Some(a), Some(b)) if a.steps_to(b) < 0 => Step::Back,
        _ => Step::Successor,
    }
}

/// The k later tasks most likely to continue each ended task: they begin in the year it ends or later. Tasks without years are kept.
#[must_use]
pub fn continuations(index: &AffinityIndex, ended: &[Record], k: usize) -> Vec<Vec<Continuation>> {
    let later = |q: &Record, c: &Record| match (q.year, c.year) {
        (Some(q), Some(c)) => c.first >= q.last && c.last > q.last,
        _ => true,
    };
    let found = index.top_k_where(ended, k, later);
    ended
        .iter()
        .zip(found)
        .map(|(q, ranking)| ranking.into_iter().map(|m| told(index, q, m)).collect())
        .collect()
}

/// The k calls (slot types) or tasks nearest to each running task, whatever their years: a call is open when it is open.
#[must_use]
pub fn destinations(index: &AffinityIndex, running: &[Record], k: usize) -> Vec<Vec<Continuation>> {
    let found = index.top_k(running, k);
    running
        .iter()
        .zip(found)
        .map(|(q, ranking)| ranking.into_iter().map(|m| told(index, q, m)).collect())
        .collect()
}

fn told(index: &AffinityIndex, from: &Record, found: Match) -> Continuation {
    let to = &index.records()[found.candidate];
    let gap = from.year.zip(to.year).map(|(a, b)| b.first - a.last);
    Continuation { step: step(from, to), gap, found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::affinity::{Settings, Thesaurus, Years};

    fn task(id: &str, title: &str, first: i32, last: i32) -> Record {
        Record { year: Some(Years { first, last }), ..Record::titled(id, title) }
    }

    #[test]
    fn later_tasks_follow_with_their_step() {
        let tasks = vec![
            task("early", "重症心筋症に対するiPS細胞由来心筋細胞シートの基礎的検討と機序の解明", 2015, 2016),
            task("trial", "虚血性心筋症に対するヒトiPS細胞由来心筋細胞シートの臨床試験", 2020, 2022),
            task("other", "スマート治療室", 2020, 2022),
        ];
        let index = AffinityIndex::build(tasks, &[], Settings::default(), Thesaurus::shipped());
        let ended = task("q", "iPS細胞由来心筋細胞シート移植の非臨床試験", 2017, 2019);
        let found = &continuations(&index, &[ended], 5)[0];
        let ids: Vec<&str> = found.iter().map(|c| index.records()[c.found.candidate].id.as_str()).collect();
        assert_eq!(ids, ["trial", "other"]);
        assert_eq!((found[0].step, found[0].gap), (Step::StageUp, Some(1)));
    }
}
