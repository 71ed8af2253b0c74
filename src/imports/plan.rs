//! What applying a file would do: which tasks are new, which change in which fields, which stay as they are.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::text::fold;
use crate::kernel::yen::group_thousands;
use crate::portfolio::catalogue::Catalogue;

use super::model::{Field, Mapping, TaskDraft};

/// A task as it stands in the database, in the fields that a file can state.
#[derive(Clone, Debug)]
pub struct Existing {
    pub id: Uuid,
    pub version: i32,
    pub program_id: Uuid,
    pub stable_number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub summary_en: Option<String>,
    pub summary_nonpublic: Option<String>,
    pub keywords: Vec<String>,
    pub institution: Option<String>,
    /// Every folded name of the institution, and its corporate number.
    pub institution_keys: Vec<String>,
    pub lead: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub phases: Vec<i16>,
    pub modalities: Vec<i16>,
    pub diseases: Vec<i16>,
    pub approvals: Vec<i16>,
    pub natures: Vec<i16>,
    /// Year → (amount, task number).
    pub years: BTreeMap<i16, (i64, Option<String>)>,
    pub external_ids: Vec<String>,
}

/// One field that differs, in words as a page shows them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    pub field: Field,
    pub year: Option<i16>,
    pub before: String,
    pub after: String,
}

/// What happens to one task.
#[derive(Clone, Debug)]
pub enum Step {
    New,
    Changed { id: Uuid, version: i32, changes: Vec<Change> },
    Same { id: Uuid },
}

/// The tasks already known, found by external id, number, or title and institution.
#[derive(Debug, Default)]
pub struct Index<'a> {
    by_external: HashMap<&'a str, &'a Existing>,
    by_number: HashMap<&'a str, &'a Existing>,
    by_title: HashMap<String, &'a Existing>,
}

impl<'a> Index<'a> {
    pub fn new(existing: &'a [Existing]) -> Self {
        let mut index = Self::default();
        for task in existing {
            for id in &task.external_ids {
                index.by_external.insert(id, task);
            }
            if let Some(number) = &task.stable_number {
                index.by_number.insert(number, task);
            }
            let institution = task.institution.as_deref().map(fold).unwrap_or_default();
            index.by_title.entry(format!("{}|{institution}", fold(&task.title_ja))).or_insert(task);
        }
        index
    }

    /// The task that a draft speaks of. A draft with an id of its source never meets a task by its title alone:
    /// one title may be two tasks there.
    pub fn find(&self, draft: &TaskDraft) -> Option<&'a Existing> {
        if let Some(found) = draft.external_id.as_deref().and_then(|id| self.by_external.get(id)) {
            return Some(found);
        }
        if let Some(found) = draft.stable_number.as_deref().and_then(|n| self.by_number.get(n)) {
            return Some(found);
        }
        if draft.external_id.is_some() || draft.stable_number.is_some() {
            return None;
        }
        let institution = draft.institution.as_ref().map(|i| fold(&i.name)).unwrap_or_default();
        self.by_title.get(&format!("{}|{institution}", fold(&draft.title_ja))).copied()
    }
}

/// Compares a draft with what stands, in the columns that the file has.
pub fn step(draft: &TaskDraft, mapping: &Mapping, index: &Index<'_>, catalogue: &Catalogue) -> Step {
    let Some(existing) = index.find(draft) else { return Step::New };
    let changes = changes(draft, mapping, existing, catalogue);
    if changes.is_empty() {
        Step::Same { id: existing.id }
    } else {
        Step::Changed { id: existing.id, version: existing.version, changes }
    }
}

fn changes(draft: &TaskDraft, mapping: &Mapping, old: &Existing, catalogue: &Catalogue) -> Vec<Change> {
    let mut out = Vec::new();
    let mut compare = |field: Field, before: String, after: String| {
        if mapping.has(field) && before != after {
            out.push(Change { field, year: None, before, after });
        }
    };
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    compare(Field::TitleJa, old.title_ja.clone(), draft.title_ja.clone());
    compare(Field::TitleEn, text(&old.title_en), text(&draft.title_en));
    compare(Field::SummaryJa, text(&old.summary_ja), text(&draft.summary_ja));
    compare(Field::SummaryEn, text(&old.summary_en), text(&draft.summary_en));
    compare(Field::SummaryNonpublic, text(&old.summary_nonpublic), text(&draft.summary_nonpublic));
    compare(Field::Keywords, old.keywords.join("、"), draft.keywords.join("、"));
    compare(
        Field::TaskNumber,
        text(&old.stable_number),
        draft.stable_number.clone().unwrap_or_else(|| text(&old.stable_number)),
    );
    if !is_institution_of(draft, old) {
        let name = draft.institution.as_ref().map(|i| i.name.clone()).unwrap_or_default();
        compare(Field::Institution, text(&old.institution), name);
    }
    compare(
        Field::LeadName,
        text(&old.lead),
        draft.lead.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
    );
    if let Some(starts) = draft.starts_on {
        compare(Field::StartsOn, old.starts_on.to_string(), starts.to_string());
    }
    if let Some(ends) = draft.ends_on {
        compare(Field::EndsOn, old.ends_on.to_string(), ends.to_string());
    }
    let program = draft.program.unwrap_or(old.program_id);
    if mapping.has(Field::Program) && program != old.program_id {
        let name = |id: Uuid| {
            catalogue.program(id).map_or_else(|| id.to_string(), |p| format!("{} {}", p.code, p.name_ja))
        };
        out.push(Change {
            field: Field::Program,
            year: None,
            before: name(old.program_id),
            after: name(program),
        });
    }
    let names = |ids: &[i16]| {
        let name = |id: &i16| catalogue.value(*id).map_or_else(|| id.to_string(), |v| v.name_ja.clone());
        ids.iter().map(name).collect::<Vec<_>>().join("、")
    };
    for (field, before, after) in [
        (Field::Phase, &old.phases, &draft.phases),
        (Field::Modality, &old.modalities, &draft.modalities),
        (Field::Disease, &old.diseases, &draft.diseases),
        (Field::Approval, &old.approvals, &draft.approvals),
        (Field::Nature, &old.natures, &draft.natures),
    ] {
        if mapping.has(field) && before != after {
            out.push(Change { field, year: None, before: names(before), after: names(after) });
        }
    }
    for (year, new) in &draft.years {
        let before = old.years.get(year);
        if before.map(|b| b.0) != Some(new.amount) {
            let grouped = |yen: i64| group_thousands(&yen.to_string());
            let before = before.map(|b| grouped(b.0)).unwrap_or_default();
            out.push(Change {
                field: Field::AmountYen,
                year: Some(*year),
                before,
                after: grouped(new.amount),
            });
        }
        if let Some(number) = &new.number
            && before.and_then(|b| b.1.as_ref()) != Some(number)
        {
            let before = before.and_then(|b| b.1.clone()).unwrap_or_default();
            out.push(Change { field: Field::TaskNumber, year: Some(*year), before, after: number.clone() });
        }
    }
    out
}

/// Changes as the history of a task keeps them: what stood before and after, by field and year.
pub fn sides(changes: &[Change]) -> (Value, Value) {
    let side = |of: fn(&Change) -> &str| {
        let name = |c: &Change| match c.year {
            Some(year) => format!("{} {year}", c.field.code()),
            None => c.field.code(),
        };
        changes.iter().map(|c| (name(c), Value::from(of(c)))).collect::<serde_json::Map<_, _>>().into()
    };
    (side(|c| c.before.as_str()), side(|c| c.after.as_str()))
}

/// The draft means the institution that stands, under whatever known name.
fn is_institution_of(draft: &TaskDraft, old: &Existing) -> bool {
    match &draft.institution {
        None => old.institution.is_none(),
        Some(named) => match &named.corporate_number {
            Some(number) if old.institution_keys.contains(number) => true,
            _ => old.institution_keys.contains(&fold(&named.name)),
        },
    }
}
