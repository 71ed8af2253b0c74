//! One task with all that belongs to it, as its viewer may know it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::{FiscalYear, Language, TaskNumber, UserId, Yen};
use crate::portfolio::catalogue::Vocabulary;

/// A task. What the viewer may not know of it is not in here.
#[derive(Clone, Debug)]
pub struct TaskRecord {
    pub id: Uuid,
    pub program_id: Uuid,
    pub stable_number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub summary_en: Option<String>,
    /// Only for people in charge.
    pub summary_nonpublic: Option<String>,
    pub keywords: Vec<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub period_is_seen: bool,
    pub stopped_on: Option<NaiveDate>,
    pub stop_reason: Option<String>,
    pub funding_form: Option<String>,
    pub is_fund: bool,
    pub restricted: bool,
    pub phase_ids: Vec<i16>,
    pub modality_ids: Vec<i16>,
    pub approval_ids: Vec<i16>,
    pub nature_ids: Vec<i16>,
    pub disease_ids: Vec<i16>,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
    pub lead: Option<Person>,
    pub institution: Option<Institution>,
    pub years: Vec<Year>,
    pub sub_institutions: Vec<Institution>,
    pub co_investigators: Vec<Person>,
    pub opinions: Vec<Opinion>,
    pub history: Vec<Entry>,
    pub elsewhere: Elsewhere,
    /// The viewer is one of those in charge of it.
    pub in_charge: bool,
}

/// What else there is of a task: its page asks only where there is something. Says nothing of who may know it.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// Links to tasks before or after it.
    pub links: bool,
    /// Rows of imports.
    pub imports: bool,
    /// What its exit strategy aims at.
    pub product: Option<String>,
    pub milestones: bool,
    pub gates: bool,
    /// Matching sessions.
    pub sessions: bool,
}

/// A fiscal year of a task.
#[derive(Clone, Debug, Deserialize)]
pub struct Year {
    pub fiscal_year: FiscalYear,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub task_number: Option<String>,
    pub amount: Yen,
    pub direct: Option<Yen>,
    pub indirect: Option<Yen>,
    pub is_new: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub department: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Institution {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
}

/// An opinion of a PD, PS, PO or DC.
#[derive(Clone, Debug, Deserialize)]
pub struct Opinion {
    pub id: Uuid,
    pub author_id: UserId,
    pub author_ja: String,
    pub author_en: Option<String>,
    pub role: String,
    pub visibility: String,
    pub body: String,
    pub created_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// An entry of the audit about this task.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    pub at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub details: Value,
}

impl TaskRecord {
    /// Takes out what is for people in charge alone: the non-public summary, its history, and opinions written for them.
    pub fn as_seen(mut self, rights: &Rights) -> Self {
        self.in_charge = rights.in_charge(self.id, self.program_id, &self.disease_ids);
        if !self.in_charge {
            self.summary_nonpublic = None;
            self.opinions.retain(|o| o.visibility != "scope");
            for entry in &mut self.history {
                for side in ["before", "after"] {
                    if let Some(Value::Object(fields)) = entry.details.get_mut(side) {
                        fields.remove("summary_nonpublic");
                    }
                }
            }
        }
        self
    }

    pub fn title(&self, l: Language) -> &str {
        l.name(&self.title_ja, self.title_en.as_deref())
    }

    /// The number of the latest year that has one, or the part that stays the same.
    pub fn number(&self) -> Option<&str> {
        self.years.iter().rev().find_map(|y| y.task_number.as_deref()).or(self.stable_number.as_deref())
    }

    /// Direct cost, indirect cost and amount over all years; parts only where every year has them.
    pub fn total(&self) -> (Option<Yen>, Option<Yen>, Yen) {
        let whole = |part: fn(&Year) -> Option<Yen>| self.years.iter().map(part).sum::<Option<Yen>>();
        (whole(|y| y.direct), whole(|y| y.indirect), self.years.iter().map(|y| y.amount).sum())
    }

    /// Tags of a vocabulary, the main one first.
    pub fn tags(&self, vocabulary: Vocabulary) -> &[i16] {
        match vocabulary {
            Vocabulary::Phase => &self.phase_ids,
            Vocabulary::Modality => &self.modality_ids,
            Vocabulary::ApprovalClass => &self.approval_ids,
            Vocabulary::Nature => &self.nature_ids,
            Vocabulary::DiseaseArea => &self.disease_ids,
        }
    }
}

impl Year {
    /// The number for acknowledgements in papers: JP and eleven characters.
    pub fn acknowledgement(&self) -> Option<String> {
        self.task_number.as_deref()?.parse::<TaskNumber>().ok().map(|n| n.acknowledgement())
    }
}
