//! Tasks and slots as the records that affinity compares.

use uuid::Uuid;

use crate::matching::affinity::continuation::destinations;
use crate::matching::affinity::{AffinityIndex, History, Parts, Record, Settings, Thesaurus, Years};

use super::queries::{SlotText, TaskText};

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

/// The index over the slots of a session, with the passages between programs seen before.
pub fn index(tasks: &[Record], slots: Vec<Record>, passages: &[(String, String)]) -> AffinityIndex {
    let history = History::from_passages(passages.iter().map(|(a, b)| (a.as_str(), b.as_str())));
    AffinityIndex::with_history(slots, tasks, Settings::default(), Thesaurus::shipped(), history)
}

/// Every task with every slot: score and parts.
pub fn scores(
    tasks: &[TaskText],
    slots: &[SlotText],
    passages: &[(String, String)],
) -> Vec<(Uuid, Uuid, i32, Parts)> {
    let queries: Vec<Record> = tasks.iter().map(of_task).collect();
    let index = index(&queries, slots.iter().map(of_slot).collect(), passages);
    let found = destinations(&index, &queries, slots.len());
    let scored = tasks.iter().zip(found).flat_map(|(task, ranking)| {
        ranking.into_iter().map(move |c| (task.id, slots[c.found.candidate].id, c.found.score, c.found.parts))
    });
    scored.collect()
}
