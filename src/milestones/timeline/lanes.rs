//! Lanes of programs and of tasks.

use std::collections::HashMap;

use chrono::{Months, NaiveDate};
use uuid::Uuid;

use crate::kernel::{FiscalYear, Language};
use crate::milestones::record::model::{Row, Shown};
use crate::milestones::routes::{ListAddress, task_milestones_path};
use crate::web::charts::{Bar, BarKind, Diamond, DiamondState, Lane};

use super::draw::Drawing;
use super::queries::{Mark, MarkKind, ProgramSum, TaskLane};

/// A program's heading: its marks by quarter, and what is late in words.
pub fn program_lane(
    l: Language,
    (code, name): (&str, &str),
    sum: &ProgramSum,
    marks: &[Mark],
    is_open: bool,
    toggle: String,
) -> Lane {
    let sign = if is_open { "▼" } else { "▶" };
    let tasks = match l {
        Language::Ja => format!("{}件", sum.tasks),
        Language::En => format!("{} tasks", sum.tasks),
    };
    Lane {
        key: format!("program-{code}"),
        label: format!("{sign} {code} {name}{}{tasks}", l.t("　", " ")),
        href: Some(toggle),
        is_group: true,
        late: late_words(l, sum.late, sum.pushed, sum.missed),
        diamonds: if is_open { Vec::new() } else { quarters(l, code, sum.program, marks) },
        ..Lane::default()
    }
}

/// 遅延3・見込み2, empty where nothing is.
pub fn late_words(l: Language, late: i64, pushed: i64, missed: i64) -> String {
    let part = |n: i64, ja: &str, en: &str| (n > 0).then(|| format!("{}{n}", l.t(ja, en)));
    [part(late, "遅延", "late "), part(pushed, "見込み", "to be late "), part(missed, "未達", "missed ")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(l.t("・", ", "))
}

/// One diamond for each quarter: the worst state in it, all states in its words.
fn quarters(l: Language, code: &str, program: Uuid, marks: &[Mark]) -> Vec<Diamond> {
    let mut by_quarter: Vec<(NaiveDate, Vec<&Mark>)> = Vec::new();
    for mark in marks.iter().filter(|m| m.program == program) {
        match by_quarter.last_mut() {
            Some((quarter, list)) if *quarter == mark.quarter => list.push(mark),
            _ => by_quarter.push((mark.quarter, vec![mark])),
        }
    }
    by_quarter.into_iter().filter_map(|(quarter, list)| quarter_mark(l, code, quarter, &list)).collect()
}

/// One mark for all milestones of a quarter, in the colour of the worst.
fn quarter_mark(l: Language, code: &str, quarter: NaiveDate, list: &[&Mark]) -> Option<Diamond> {
    let mut list = list.to_vec();
    list.sort_by_key(|m| m.kind);
    let state = match list.first()?.kind {
        MarkKind::Late => DiamondState::Late,
        MarkKind::Missed => DiamondState::Missed,
        MarkKind::Waiting => DiamondState::Waiting,
        MarkKind::Planned => DiamondState::Planned,
        MarkKind::Met => DiamondState::Met,
        MarkKind::Dropped => DiamondState::Dropped,
    };
    let words: Vec<String> = list.iter().map(|m| format!("{} {}", m.kind.name(l), m.milestones)).collect();
    let last = quarter.checked_add_months(Months::new(3)).and_then(|d| d.pred_opt()).unwrap_or(quarter);
    // The middle of the quarter.
    let on = quarter + chrono::Duration::days(45);
    let year = FiscalYear::containing(quarter);
    let year = if l.is_ja() { year.short() } else { year.english() };
    let number = 1 + chrono::Datelike::month0(&quarter) / 3;
    // April to June is the first quarter of a fiscal year.
    let number = (number + 2) % 4 + 1;
    Some(Diamond {
        on,
        state,
        title: format!("{code} {year} Q{number}{}{}", l.t("：", ": "), words.join(l.t("、", ", "))),
        href: Some(ListAddress::all().program(code).between(quarter, last).path()),
    })
}

/// A task with its contract period and its milestones.
pub fn task_lane(drawing: &Drawing<'_>, task: &TaskLane, rows: &[&Row]) -> Lane {
    let l = drawing.l;
    let href = Some(task_milestones_path(task.id.into()));
    let title = l.name(&task.title_ja, task.title_en.as_deref());
    let end = task.stopped_on.unwrap_or(task.ends_on);
    let shown: Vec<Shown> = rows.iter().map(|r| drawing.shown(r)).collect();
    let count = |of: fn(&Shown) -> bool| shown.iter().filter(|s| of(s)).count() as i64;
    let late = count(|s| matches!(s, Shown::Late(_)));
    let pushed = count(|s| matches!(s, Shown::Pushed(_) | Shown::Blocked));
    let missed = count(|s| matches!(s, Shown::Missed));
    let kind = if end < drawing.today {
        BarKind::Done
    } else if task.starts_on > drawing.today {
        BarKind::Planned
    } else {
        BarKind::Running
    };
    let mut bars = vec![Bar {
        start: task.starts_on,
        end,
        kind,
        title: format!("{} {} – {end}", task.number.as_deref().unwrap_or_default(), task.starts_on),
        href: href.clone(),
    }];
    for row in rows {
        if let Some(on) = drawing.expected(row) {
            let title = format!("{} {on}", l.t("遅れの見込み", "Expected late"));
            bars.push(Bar { start: row.due_on, end: on, kind: BarKind::Late, title, href: None });
        }
    }
    Lane {
        label: title.to_owned(),
        href,
        late: late_words(l, late, pushed, missed),
        bars,
        diamonds: rows.iter().map(|r| drawing.diamond(r)).collect(),
        ..Lane::default()
    }
}

/// Rows by task.
pub fn by_task(rows: &[Row]) -> HashMap<Uuid, Vec<&Row>> {
    let mut by_task: HashMap<Uuid, Vec<&Row>> = HashMap::new();
    for row in rows {
        by_task.entry(row.task_id).or_default().push(row);
    }
    by_task
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_shows_its_worst_state_and_tells_all() {
        let quarter = NaiveDate::from_ymd_opt(2026, 4, 1).expect("a day");
        let program = Uuid::nil();
        let mark = |kind, milestones| Mark { program, quarter, kind, milestones };
        let marks = [mark(MarkKind::Late, 2), mark(MarkKind::Met, 7)];
        let drawn = quarters(Language::Ja, "R05", program, &marks);
        assert_eq!(drawn.len(), 1);
        assert_eq!(
            (drawn[0].state, drawn[0].title.as_str()),
            (DiamondState::Late, "R05 R8 Q1：遅延 2、達成 7")
        );
        let href = drawn[0].href.clone().unwrap_or_default();
        assert!(href.contains("from=2026-04-01&until=2026-06-30"), "{href}");
    }

    #[test]
    fn lateness_in_words() {
        assert_eq!(late_words(Language::Ja, 3, 2, 0), "遅延3・見込み2");
        assert_eq!(late_words(Language::En, 0, 0, 1), "missed 1");
        assert_eq!(late_words(Language::Ja, 0, 0, 0), "");
    }
}
