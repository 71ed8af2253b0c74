//! Lanes of milestones.

use chrono::NaiveDate;

use crate::kernel::{FiscalYear, Language};
use crate::milestones::Plan;
use crate::milestones::ledger::model::milestone_name;
use crate::milestones::record::milestone_path;
use crate::milestones::record::model::{Row, Shown};
use crate::milestones::types::Types;
use crate::web::charts::{Bar, BarKind, Diamond, DiamondState, Lane};

/// What drawing needs beside the rows.
pub struct Drawing<'a> {
    pub l: Language,
    pub types: &'a Types,
    pub plan: &'a Plan,
    pub today: NaiveDate,
}

impl Drawing<'_> {
    /// How a milestone stands, with what it waits for taken into account.
    pub fn shown(&self, row: &Row) -> Shown {
        let settled = self.plan.of(row.id);
        row.shown(self.today, settled.and_then(Result::ok).map(|e| e.on), matches!(settled, Some(Err(_))))
    }

    /// The day it is expected, where that is later than its due date.
    pub fn expected(&self, row: &Row) -> Option<NaiveDate> {
        let shown = self.shown(row);
        let on = self.plan.day(row.id).or(matches!(shown, Shown::Late(_)).then_some(self.today))?;
        (matches!(shown, Shown::Late(_) | Shown::Pushed(_)) && on > row.due_on).then_some(on)
    }

    /// The diamond of a milestone, on the day it was met or is due.
    pub fn diamond(&self, row: &Row) -> Diamond {
        let shown = self.shown(row);
        let on = row.met_on.unwrap_or(row.due_on);
        let name = milestone_name(self.types, row.type_id, row.detail.as_deref(), self.l);
        Diamond {
            on,
            state: state_of(shown),
            title: format!("{name}{}{on}{}{}", self.l.t("　", " "), self.l.t("　", " "), shown.word(self.l)),
            href: Some(milestone_path(row.id.into())),
        }
    }

    /// One lane for one milestone: a dashed bar from the first due date to the present one, a red one on to the
    /// expected day.
    pub fn lane(&self, row: &Row) -> Lane {
        let l = self.l;
        let shown = self.shown(row);
        let href = Some(milestone_path(row.id.into()));
        let mut bars = Vec::new();
        let end = row.met_on.unwrap_or(row.due_on);
        if end != row.first_due_on {
            let days = (end - row.first_due_on).num_days();
            bars.push(Bar {
                start: row.first_due_on.min(end),
                end: row.first_due_on.max(end),
                kind: BarKind::Planned,
                title: format!(
                    "{} {} → {end} ({days:+})",
                    l.t("当初の期日から", "From the first date"),
                    row.first_due_on
                ),
                href: href.clone(),
            });
        }
        if let Some(on) = self.expected(row) {
            bars.push(Bar {
                start: row.due_on,
                end: on,
                kind: BarKind::Late,
                title: format!("{} {on}", l.t("見込み", "Expected")),
                href: href.clone(),
            });
        }
        Lane {
            label: milestone_name(self.types, row.type_id, row.detail.as_deref(), l),
            href,
            late: if shown.is_late() { shown.word(l) } else { String::new() },
            bars,
            diamonds: vec![self.diamond(row)],
            ..Lane::default()
        }
    }
}

/// How a state is drawn.
pub fn state_of(shown: Shown) -> DiamondState {
    match shown {
        Shown::Met => DiamondState::Met,
        Shown::Missed => DiamondState::Missed,
        Shown::Dropped => DiamondState::Dropped,
        Shown::Late(_) | Shown::Blocked => DiamondState::Late,
        Shown::Waiting => DiamondState::Waiting,
        Shown::Pushed(_) | Shown::Soon | Shown::Planned => DiamondState::Planned,
    }
}

/// Whole fiscal years around the days, this year among them; at most ten years back and ten on.
pub fn span(days: impl Iterator<Item = NaiveDate>, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let this = FiscalYear::containing(today);
    let (mut first, mut last) = (this, this);
    for year in days.map(FiscalYear::containing) {
        first = first.min(year);
        last = last.max(year);
    }
    (first.max(this.plus(-10)).first_day(), last.min(this.plus(10)).last_day())
}

/// The name of a fiscal year over a timeline, from the calendar year in which it begins.
pub fn year_label(l: Language) -> impl Fn(i32) -> String {
    move |year| {
        FiscalYear::new(i64::from(year))
            .map(|y| if l.is_ja() { y.short() } else { y.english() })
            .unwrap_or_default()
    }
}

/// The signs of a timeline in words, for below it.
pub fn legend(l: Language) -> &'static str {
    l.t(
        "◆ 緑：達成　◇ 白：予定　◆ 青：確認待ち　◆ 赤：遅延　◇ 赤枠：未達　◆ 灰：取りやめ　破線の帯：当初の期日からの変更　赤い帯：遅れの見込み",
        "◆ green: met · ◇ white: planned · ◆ blue: to be accepted · ◆ red: late · ◇ red edge: missed · ◆ grey: dropped · dashed bar: moved from the first date · red bar: expected late",
    )
}
