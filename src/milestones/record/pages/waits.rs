//! What a milestone waits for, what waits for it, and what a slip does to each, in words.

use chrono::NaiveDate;

use crate::kernel::Language;
use crate::milestones::ledger::model::milestone_name;
use crate::milestones::types::Types;
use crate::milestones::{Plan, State};
use crate::portfolio::catalogue::Catalogue;
use crate::web::Cx;
use crate::web::view::Choice;

use super::super::milestone_path;
use super::super::model::{Graph, Milestone, Node, Shown};

/// A name that leads to a page.
pub(super) struct Linked {
    pub name: String,
    pub note: String,
    pub href: String,
}

/// A milestone that this one waits for, or that waits for this one.
pub(super) struct WaitRow {
    pub id: uuid::Uuid,
    pub to: Linked,
    pub due_on: NaiveDate,
    pub expected: Option<NaiveDate>,
    pub word: String,
    pub tone: &'static str,
    /// What the wait means today, in words.
    pub effect: String,
    pub is_late: bool,
}

pub(super) struct View<'a> {
    pub cx: &'a Cx,
    pub types: &'a Types,
    pub c: &'a Catalogue,
    pub graph: &'a Graph,
    pub plan: &'a Plan,
}

impl View<'_> {
    pub fn linked(&self, n: &Node) -> Linked {
        let l = self.cx.l;
        Linked {
            name: milestone_name(self.types, n.type_id, n.detail.as_deref(), l),
            note: n.title.in_language(l).to_owned(),
            href: milestone_path(n.id.into()),
        }
    }

    fn row(&self, n: &Node, effect: String, is_late: bool) -> WaitRow {
        let settled = self.plan.of(n.id);
        let shown = Shown::of(
            n.state,
            n.due_on,
            n.reported_on.filter(|_| n.state == State::Planned),
            self.cx.today(),
            settled.and_then(Result::ok).map(|e| e.on),
            matches!(settled, Some(Err(b)) if b.by != n.id),
        );
        WaitRow {
            id: n.id,
            to: self.linked(n),
            due_on: n.due_on,
            expected: n.met_on.or_else(|| self.plan.day(n.id)),
            word: shown.word(self.cx.l),
            tone: shown.tone(),
            effect,
            is_late,
        }
    }

    /// What this milestone waits for: by how much each moved since, and the time that is left.
    pub fn needs(&self, m: &Milestone) -> Vec<WaitRow> {
        let l = self.cx.l;
        let mut rows: Vec<WaitRow> = self
            .graph
            .needs(m.id)
            .map(|(wait, n)| {
                let slip = self.graph.slip_of(wait, self.plan);
                let free =
                    self.plan.day(n.id).map(|on| on + chrono::Duration::days(i64::from(wait.lag_days)));
                let slack = free.map(|on| (m.due_on - on).num_days());
                let effect = effect(l, n.state, slip, slack, wait.lag_days);
                let gone = matches!(n.state, State::Missed | State::Dropped);
                self.row(n, effect, gone || slack.is_some_and(|days| days < 0))
            })
            .collect();
        rows.sort_by_key(|r| (r.due_on, r.id));
        rows
    }

    /// Everything that waits for this milestone, and what its slip does to each.
    pub fn waiting(&self, m: &Milestone) -> Vec<WaitRow> {
        let l = self.cx.l;
        self.graph
            .waiting(m.id)
            .into_iter()
            .map(|n| {
                let pushed = self.plan.day(n.id).map_or(0, |on| (on - n.due_on).num_days());
                let direct = self.graph.waits.iter().find(|w| w.id == n.id && w.needs == m.id);
                let slip = direct.map_or(0, |w| self.graph.slip_of(w, self.plan));
                let effect = match (n.state, pushed > 0, slip > 0) {
                    (State::Planned, true, _) => match l {
                        Language::Ja => format!("期日に{pushed}日遅れる見込み"),
                        Language::En => format!("expected {pushed} days late"),
                    },
                    (State::Planned, false, true) => match l {
                        Language::Ja => format!("先行が{slip}日遅れているが、期日には間に合う見込み"),
                        Language::En => format!("{slip} days slipped before it; still in time"),
                    },
                    _ => String::new(),
                };
                self.row(n, effect, n.state == State::Planned && pushed > 0)
            })
            .collect()
    }

    pub fn candidate(&self, n: &Node, m: &Milestone, chosen: &str) -> Choice {
        let l = self.cx.l;
        let name = milestone_name(self.types, n.type_id, n.detail.as_deref(), l);
        let task = if n.task_id == m.task_id {
            String::new()
        } else {
            let program = self.c.program(n.program_id).map(|p| p.code.as_str()).unwrap_or_default();
            format!("　{program} {}", n.title.in_language(l))
        };
        let id = n.id.to_string();
        Choice::new(&id, format!("{} {name}{task}", n.due_on), id == chosen)
    }
}

/// A slip before a milestone and the time left, in words.
fn effect(l: Language, state: State, slip: i64, slack: Option<i64>, lag: i16) -> String {
    let between = match (lag, l) {
        (0, _) => String::new(),
        (days, Language::Ja) => format!("（間に{days}日必要）"),
        (days, Language::En) => format!(" ({days} days needed between)"),
    };
    let said = match (state, slack, l) {
        (State::Missed | State::Dropped, _, Language::Ja) => {
            "待つ相手がなくなりました。先行を見直してください".to_owned()
        }
        (State::Missed | State::Dropped, _, Language::En) => "it will not come; plan anew".to_owned(),
        (_, None, _) => String::new(),
        (_, Some(slack), Language::Ja) if slack < 0 => {
            format!("合意した期日から{slip}日の遅れ。{}日不足", -slack)
        }
        (_, Some(slack), Language::En) if slack < 0 => format!("slipped {slip} days; {} days short", -slack),
        (_, Some(slack), Language::Ja) if slip > 0 => {
            format!("合意した期日から{slip}日の遅れ。余裕 {slack}日")
        }
        (_, Some(slack), Language::En) if slip > 0 => format!("slipped {slip} days; {slack} days left"),
        (_, Some(slack), Language::Ja) => format!("余裕 {slack}日"),
        (_, Some(slack), Language::En) => format!("{slack} days left"),
    };
    format!("{said}{between}")
}
