//! Tasks and slots as the records that affinity compares.

use std::collections::HashMap;

use uuid::Uuid;

use crate::matching::affinity::continuation::destinations;
use crate::matching::affinity::{AffinityIndex, History, Match, Parts, Record, Settings, Thesaurus, Years};

use super::model::SharedWords;
use super::queries::{SlotText, TaskText, Texts};

/// A task as a query.
pub fn of_task(t: &TaskText) -> Record {
    let summary = [t.summary_ja.as_deref(), t.summary_en.as_deref()].into_iter().flatten();
    let words: Vec<&str> = summary.chain(t.keywords.iter().map(String::as_str)).collect();
    Record {
        summary: (!words.is_empty()).then(|| words.join("\n")),
        institution: t.institutions.clone(),
        year: Some(Years { first: t.first_fy, last: t.last_fy }),
        tags: t.tags.clone(),
        people: t.people.clone(),
        programme: Some(t.program.clone()),
        ..Record::titled(t.id.to_string(), joined([Some(t.title_ja.as_str()), t.title_en.as_deref()]))
    }
}

/// A slot as a candidate.
pub fn of_slot(s: &SlotText) -> Record {
    let first = i32::from(s.first_fy);
    let title = joined([
        Some(s.program.as_str()),
        Some(s.name_ja.as_str()),
        s.program_en.as_deref(),
        s.name_en.as_deref(),
    ]);
    Record {
        summary: (!s.titles.is_empty()).then(|| s.titles.join("\n")),
        year: Some(Years { first, last: first + i32::from(s.max_years.unwrap_or(3)) - 1 }),
        tags: s.tags.clone(),
        programme: Some(s.program.clone()),
        ..Record::titled(s.id.to_string(), title)
    }
}

fn joined<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    texts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The texts of a session's two sides under one version of the thesaurus, ready to be compared.
pub struct Comparison<'a> {
    texts: &'a Texts,
    queries: Vec<Record>,
    index: AffinityIndex,
}

impl<'a> Comparison<'a> {
    pub fn new(texts: &'a Texts, thesaurus: Thesaurus) -> Self {
        let queries: Vec<Record> = texts.tasks.iter().map(of_task).collect();
        let slots = texts.slots.iter().map(of_slot).collect();
        let history = History::from_passages(texts.passages.iter().map(|(a, b)| (a.as_str(), b.as_str())));
        let index = AffinityIndex::with_history(slots, &queries, Settings::default(), thesaurus, history);
        Self { texts, queries, index }
    }

    /// Every task with every slot: score and parts.
    pub fn scores(&self) -> Vec<(Uuid, Uuid, i32, Parts)> {
        let slots = &self.texts.slots;
        let found = destinations(&self.index, &self.queries, slots.len());
        let scored = self.texts.tasks.iter().zip(found).flat_map(|(task, ranking)| {
            ranking.into_iter().map(|c| (task.id, slots[c.found.candidate].id, c.found.score, c.found.parts))
        });
        scored.collect()
    }

    /// What made the text of these pairs alike.
    pub fn words(&self, pairs: &[(Uuid, Uuid)]) -> Vec<(Uuid, Uuid, SharedWords)> {
        let place: HashMap<Uuid, usize> =
            self.texts.slots.iter().enumerate().map(|(i, s)| (s.id, i)).collect();
        let mut wanted: HashMap<Uuid, Vec<usize>> = HashMap::new();
        for (task, slot) in pairs {
            wanted.entry(*task).or_default().extend(place.get(slot));
        }
        let mut found = Vec::with_capacity(pairs.len());
        for (task, query) in self.texts.tasks.iter().zip(&self.queries) {
            let places = wanted.remove(&task.id).unwrap_or_default();
            let matches: Vec<Match> = places.iter().map(|at| self.index.score(query, *at)).collect();
            let explained = self.index.explain_matches(query, &matches).into_iter();
            let of_slot = places.iter().map(|at| self.texts.slots[*at].id);
            found.extend(of_slot.zip(explained).map(|(slot, e)| (task.id, slot, SharedWords::from(e))));
        }
        found
    }
}
