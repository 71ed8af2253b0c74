//! Lines of the ledger, and which of them are asked for.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::kernel::Language;
use crate::milestones::record::model::Name;
use crate::milestones::types::Types;
use crate::milestones::{Reason, State};

/// A line of the ledger with its milestone and task.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub by: Name,
    pub milestone_id: Uuid,
    pub type_id: i16,
    pub detail: Option<String>,
    pub task_id: Uuid,
    pub title: Name,
    pub number: Option<String>,
    pub program_id: Uuid,
    pub old_due_on: NaiveDate,
    pub new_due_on: NaiveDate,
    pub slip_days: i32,
    pub old_state: State,
    pub new_state: State,
    pub reason: Reason,
    /// Only for people in charge of the task.
    pub remark: Option<String>,
}

/// What of the ledger is asked for; what is not named is not restricted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub milestone: Option<Uuid>,
    pub task: Option<Uuid>,
    /// The programs of a PS, or one program.
    pub programs: Option<Vec<Uuid>>,
    pub reason: Option<Reason>,
    /// Days in Japan, both included.
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub after: Option<(DateTime<Utc>, Uuid)>,
}

/// How often a reason was given, and what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonSum {
    pub reason: Reason,
    pub changes: i64,
    /// Changes that moved a due date, and the days by which the median of them moved it.
    pub moves: i64,
    pub median_days: Option<i32>,
}

/// A line in words.
#[derive(Clone, Debug)]
pub struct Line {
    pub at: DateTime<Utc>,
    pub by: String,
    pub milestone: String,
    pub milestone_href: String,
    pub task: String,
    pub task_href: String,
    pub number: String,
    /// `期日 2026-03-31 → 2026-06-30`, or the states.
    pub change: String,
    /// `+91日`; empty where no date moved.
    pub slip: String,
    pub is_later: bool,
    pub reason: &'static str,
    pub remark: String,
    pub is_hidden: bool,
}

/// The name of a milestone: its type and what is said of it.
pub fn milestone_name(types: &Types, type_id: i16, detail: Option<&str>, l: Language) -> String {
    let name = types.name(type_id, l);
    match detail {
        Some(detail) => format!("{name}{}{detail}{}", l.t("（", " ("), l.t("）", ")")),
        None => name.to_owned(),
    }
}

impl Entry {
    /// What changed, in words.
    pub fn change(&self, l: Language) -> String {
        let mut parts = Vec::new();
        if self.old_due_on != self.new_due_on {
            parts.push(format!("{} {} → {}", l.t("期日", "Due"), self.old_due_on, self.new_due_on));
        }
        if self.old_state != self.new_state {
            parts.push(format!("{} → {}", self.old_state.name(l), self.new_state.name(l)));
        }
        if parts.is_empty() {
            parts.push(l.t("達成報告を差戻し", "Report returned").to_owned());
        }
        parts.join(l.t("、", ", "))
    }

    pub fn line(&self, types: &Types, l: Language) -> Line {
        let moved = self.slip_days != 0;
        let days = crate::milestones::forecast::signed(self.slip_days);
        Line {
            at: self.at,
            by: self.by.in_language(l).to_owned(),
            milestone: milestone_name(types, self.type_id, self.detail.as_deref(), l),
            milestone_href: crate::milestones::record::milestone_path(self.milestone_id.into()),
            task: self.title.in_language(l).to_owned(),
            task_href: format!("/tasks/{}/milestones", self.task_id),
            number: self.number.clone().unwrap_or_default(),
            change: self.change(l),
            slip: if moved { format!("{days}{}", l.t("日", " d")) } else { String::new() },
            is_later: self.slip_days > 0,
            reason: self.reason.name(l),
            remark: self.remark.clone().unwrap_or_default(),
            is_hidden: self.remark.is_none(),
        }
    }
}
