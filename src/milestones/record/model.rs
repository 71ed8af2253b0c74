//! A milestone as its viewer may know it, and the milestones that it waits for or that wait for it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::kernel::Language;
use crate::milestones::{Open, Plan, Standing, State, Wait, Waits};

/// Who must bring it about: an account, or a researcher of the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerId {
    User(Uuid),
    Person(Uuid),
}

impl OwnerId {
    /// The word in forms: `u:` or `p:` and the id.
    pub fn code(self) -> String {
        match self {
            Self::User(id) => format!("u:{id}"),
            Self::Person(id) => format!("p:{id}"),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let (kind, id) = code.split_once(':')?;
        let id = id.parse().ok()?;
        match kind {
            "u" => Some(Self::User(id)),
            "p" => Some(Self::Person(id)),
            _ => None,
        }
    }

    /// The two columns of the table: account, researcher.
    pub fn columns(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::User(id) => (Some(id), None),
            Self::Person(id) => (None, Some(id)),
        }
    }

    pub fn of_columns(user: Option<Uuid>, person: Option<Uuid>) -> Option<Self> {
        user.map(Self::User).or(person.map(Self::Person))
    }
}

/// A name in both languages, where there is an English one.
#[derive(Clone, Debug, Default)]
pub struct Name {
    pub ja: String,
    pub en: Option<String>,
}

impl Name {
    pub fn in_language(&self, l: Language) -> &str {
        l.name(&self.ja, self.en.as_deref())
    }
}

/// A milestone with its task.
#[derive(Clone, Debug)]
pub struct Milestone {
    pub id: Uuid,
    pub task_id: Uuid,
    pub type_id: i16,
    pub detail: Option<String>,
    pub due_on: NaiveDate,
    pub first_due_on: NaiveDate,
    pub owner: OwnerId,
    pub owner_name: Name,
    pub state: State,
    pub reported_on: Option<NaiveDate>,
    pub reported_by: Option<Uuid>,
    pub reported_at: Option<DateTime<Utc>>,
    pub reporter: Name,
    pub met_on: Option<NaiveDate>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub accepter: Name,
    pub version: i32,
    pub task: TaskOf,
    /// The viewer is in charge of the task: evidence and the words of the ledger are for them.
    pub in_charge: bool,
}

/// The task of a milestone.
#[derive(Clone, Debug)]
pub struct TaskOf {
    pub program_id: Uuid,
    pub title: Name,
    pub number: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub approval_ids: Vec<i16>,
    pub modality_id: Option<i16>,
}

impl Milestone {
    pub fn standing(&self) -> Standing {
        let reported =
            self.reported_on.filter(|_| self.state == State::Planned).map(|on| (on, self.reported_by));
        Standing { state: self.state, due_on: self.due_on, reported }
    }

    pub fn waits_for_acceptance(&self) -> bool {
        self.standing().reported.is_some()
    }
}

/// A milestone as lists and timelines need it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub task_id: Uuid,
    pub type_id: i16,
    pub detail: Option<String>,
    pub due_on: NaiveDate,
    pub first_due_on: NaiveDate,
    pub state: State,
    pub reported_on: Option<NaiveDate>,
    pub met_on: Option<NaiveDate>,
    pub owner: Name,
    /// Pieces of evidence that stand.
    pub evidence: i64,
}

impl Row {
    pub fn shown(&self, today: NaiveDate, expected: Option<NaiveDate>, blocked: bool) -> Shown {
        Shown::of(self.state, self.due_on, self.reported_on.or(self.met_on), today, expected, blocked)
    }
}

/// A milestone of a chain of waiting ones.
#[derive(Clone, Debug)]
pub struct Node {
    pub id: Uuid,
    pub task_id: Uuid,
    pub type_id: i16,
    pub detail: Option<String>,
    pub state: State,
    pub due_on: NaiveDate,
    pub first_due_on: NaiveDate,
    pub reported_on: Option<NaiveDate>,
    pub met_on: Option<NaiveDate>,
    pub title: Name,
    pub program_id: Uuid,
}

impl Node {
    fn open(&self) -> Open {
        Open { id: self.id, state: self.state, due_on: self.due_on, met_on: self.met_on.or(self.reported_on) }
    }

    /// How it stands, with what it waits for taken into account.
    pub fn shown(&self, plan: &Plan, today: NaiveDate) -> Shown {
        let settled = plan.of(self.id);
        let expected = settled.and_then(Result::ok).map(|e| e.on);
        let blocked = matches!(settled, Some(Err(_)));
        Shown::of(self.state, self.due_on, self.reported_on.or(self.met_on), today, expected, blocked)
    }
}

/// Milestones with what they wait for and what waits for them, as far as the viewer may know the tasks.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub nodes: HashMap<Uuid, Node>,
    pub waits: Vec<Wait>,
}

impl Graph {
    pub fn plan(&self, today: NaiveDate) -> Plan {
        Waits::new(self.nodes.values().map(Node::open), self.waits.iter().copied()).plan(today)
    }

    /// What a milestone waits for.
    pub fn needs(&self, id: Uuid) -> impl Iterator<Item = (&Wait, &Node)> {
        self.waits.iter().filter(move |w| w.id == id).filter_map(|w| Some((w, self.nodes.get(&w.needs)?)))
    }

    /// Everything that waits for a milestone, directly or through others, in the order of due dates.
    pub fn waiting(&self, id: Uuid) -> Vec<&Node> {
        let mut found: Vec<Uuid> = Vec::new();
        let mut next = vec![id];
        while let Some(needed) = next.pop() {
            for wait in self.waits.iter().filter(|w| w.needs == needed) {
                if wait.id != id && !found.contains(&wait.id) {
                    found.push(wait.id);
                    next.push(wait.id);
                }
            }
        }
        let mut nodes: Vec<&Node> = found.iter().filter_map(|id| self.nodes.get(id)).collect();
        nodes.sort_by_key(|n| (n.due_on, n.id));
        nodes
    }

    /// By how many days a needed milestone is expected later than when the waiting one was last planned.
    pub fn slip_of(&self, wait: &Wait, plan: &Plan) -> i64 {
        plan.day(wait.needs).map_or(0, |on| (on - wait.agreed_due_on).num_days())
    }
}

/// How a milestone stands, in a word with its tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Met,
    Missed,
    Dropped,
    /// Reported, and not accepted yet.
    Waiting,
    /// Overdue by so many days.
    Late(i64),
    /// What it waits for will not come.
    Blocked,
    /// Not late yet, but what it waits for pushes it by so many days.
    Pushed(i64),
    /// Due within [`SOON_DAYS`].
    Soon,
    Planned,
}

/// Days before a due date from which it is near.
pub const SOON_DAYS: i64 = 60;

impl Shown {
    pub fn of(
        state: State,
        due_on: NaiveDate,
        reported_on: Option<NaiveDate>,
        today: NaiveDate,
        expected: Option<NaiveDate>,
        blocked: bool,
    ) -> Self {
        let over = (today - due_on).num_days();
        let pushed = expected.map_or(0, |on| (on - due_on).num_days());
        match state {
            State::Met => Self::Met,
            State::Missed => Self::Missed,
            State::Dropped => Self::Dropped,
            State::Planned if reported_on.is_some() => Self::Waiting,
            State::Planned if over > 0 => Self::Late(over),
            State::Planned if blocked => Self::Blocked,
            State::Planned if pushed > 0 => Self::Pushed(pushed),
            State::Planned if over >= -SOON_DAYS => Self::Soon,
            State::Planned => Self::Planned,
        }
    }

    pub fn word(self, l: Language) -> String {
        match self {
            Self::Met => State::Met.name(l).to_owned(),
            Self::Missed => State::Missed.name(l).to_owned(),
            Self::Dropped => State::Dropped.name(l).to_owned(),
            Self::Waiting => l.t("確認待ち", "To be accepted").to_owned(),
            Self::Late(days) => match l {
                Language::Ja => format!("遅延 {days}日"),
                Language::En => format!("Late by {days} d"),
            },
            Self::Blocked => l.t("待ち先が未達・取りやめ", "Waits for nothing").to_owned(),
            Self::Pushed(days) => match l {
                Language::Ja => format!("遅れの見込み +{days}日"),
                Language::En => format!("Expected {days} d late"),
            },
            Self::Soon => l.t("期日が近い", "Due soon").to_owned(),
            Self::Planned => State::Planned.name(l).to_owned(),
        }
    }

    /// Tone of the badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Met => "ok",
            Self::Missed | Self::Late(_) | Self::Blocked => "bad",
            Self::Waiting | Self::Pushed(_) => "warn",
            Self::Soon => "info",
            Self::Dropped | Self::Planned => "quiet",
        }
    }

    /// Late, missed, or sure to be late.
    pub fn is_late(self) -> bool {
        matches!(self, Self::Late(_) | Self::Missed | Self::Blocked | Self::Pushed(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, n).expect("a day of October")
    }

    #[test]
    fn how_a_milestone_stands() {
        for (state, due, reported, expected, blocked, shown) in [
            (State::Planned, 20, None, None, false, Shown::Soon),
            (State::Planned, 10, None, None, false, Shown::Late(2)),
            (State::Planned, 10, Some(9), None, false, Shown::Waiting),
            (State::Planned, 20, None, Some(25), false, Shown::Pushed(5)),
            (State::Planned, 20, None, None, true, Shown::Blocked),
            (State::Met, 10, None, None, false, Shown::Met),
            (State::Missed, 10, None, None, false, Shown::Missed),
        ] {
            let found = Shown::of(state, day(due), reported.map(day), day(12), expected.map(day), blocked);
            assert_eq!(found, shown, "{state:?} due on {due}");
        }
        assert_eq!(
            Shown::of(State::Planned, day(12), None, day(12), None, false),
            Shown::Soon,
            "due today is in time"
        );
    }

    #[test]
    fn owners_are_read_back() {
        for owner in [OwnerId::User(Uuid::from_u128(1)), OwnerId::Person(Uuid::from_u128(2))] {
            assert_eq!(OwnerId::from_code(&owner.code()), Some(owner));
            let (user, person) = owner.columns();
            assert_eq!(OwnerId::of_columns(user, person), Some(owner));
        }
        assert_eq!(OwnerId::from_code("x:1"), None);
    }
}
