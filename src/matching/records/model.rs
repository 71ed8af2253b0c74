//! What affinity needs to know of a task and of a slot type.

use uuid::Uuid;

use crate::matching::affinity::{Record, Years};
use crate::portfolio::catalogue::Catalogue;

/// A task.
#[derive(Clone, Debug, Default)]
pub struct TaskFacts {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub institution: Option<String>,
    pub people: Vec<Uuid>,
    pub program_id: Uuid,
    /// Fiscal years of its period.
    pub first_fy: i32,
    pub last_fy: i32,
    /// Ids of its tags of every vocabulary.
    pub tags: Vec<i16>,
}

impl TaskFacts {
    /// The record of the task; `whole` with its summary.
    pub fn record(&self, c: &Catalogue, whole: bool) -> Record {
        let summary = if whole { self.summary_ja.clone() } else { None };
        Record {
            summary,
            institution: self.institution.iter().cloned().collect(),
            people: self.people.iter().map(Uuid::to_string).collect(),
            year: Some(Years { first: self.first_fy, last: self.last_fy.max(self.first_fy) }),
            tags: names(c, &self.tags),
            programme: c.program(self.program_id).map(|p| p.name_ja.clone()),
            ..Record::titled(self.id.to_string(), self.title_ja.clone())
        }
    }
}

/// A slot type of a call.
#[derive(Clone, Debug, Default)]
pub struct SlotFacts {
    pub id: Uuid,
    pub name_ja: String,
    /// What pages print: the name with its step.
    pub full_ja: String,
    pub full_en: Option<String>,
    pub program_id: Uuid,
    pub call_id: Uuid,
    pub fiscal_year: i16,
    pub max_new: i16,
    pub yearly_ceiling_yen: Option<i64>,
    pub closes_on: Option<chrono::NaiveDate>,
    pub tags: Vec<i16>,
}

impl SlotFacts {
    /// The record of the slot type: the names of program and slot, and its tags as words.
    pub fn record(&self, c: &Catalogue) -> Record {
        let program = c.program(self.program_id).map(|p| p.name_ja.clone()).unwrap_or_default();
        let tags = names(c, &self.tags);
        Record {
            summary: Some(tags.join("。")),
            year: Some(Years::one(i32::from(self.fiscal_year))),
            tags,
            programme: Some(program.clone()),
            ..Record::titled(self.id.to_string(), format!("{program}。{}", self.name_ja))
        }
    }
}

fn names(c: &Catalogue, ids: &[i16]) -> Vec<String> {
    ids.iter().filter_map(|id| c.value(*id)).map(|v| v.name_ja.clone()).collect()
}
