//! What would have to be different for the rules to let a pair in: the smallest shift in time, the fewest further
//! milestones; each found by judging again. Pure.

use chrono::{Months, NaiveDate};

use crate::kernel::Language;
use crate::matching::eligibility::{Prerequisite, Rule, Rules, SlotFacts, TaskFacts, judge, model::needed};

/// The furthest shift that is looked at, in months.
const FURTHEST: u32 = 36;

/// A difference that satisfies a rule, or the rule for which there is none of these kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needed {
    /// The task must be free this many months later (earlier: negative).
    Months(i32),
    /// These milestones must be met.
    Met(Vec<Prerequisite>),
    /// Nothing smaller than another task, another call or another rule.
    Other(Rule),
}

/// What each rule that stops the pair would need; empty where none stops it.
pub fn needed_for_entry(rules: &Rules, task: &TaskFacts, slot: &SlotFacts) -> Vec<Needed> {
    let stopped: Vec<Rule> = judge(rules, task, slot).stopped_by().collect();
    stopped
        .into_iter()
        .map(|rule| match rule {
            Rule::Months => shift(rules, task, slot).map_or(Needed::Other(rule), Needed::Months),
            Rule::Prerequisites => milestones(rules, task, slot).map_or(Needed::Other(rule), Needed::Met),
            other => Needed::Other(other),
        })
        .collect()
}

/// The smallest shift of the free day that satisfies the rule of months; later before earlier where both are as small.
fn shift(rules: &Rules, task: &TaskFacts, slot: &SlotFacts) -> Option<i32> {
    let free = task.free_on?;
    let moved = |day: Option<NaiveDate>| TaskFacts { free_on: day, ..task.clone() };
    let passes = |day| !judge(rules, &moved(day), slot).stopped_by().any(|rule| rule == Rule::Months);
    (1..=FURTHEST).find_map(|months| {
        let by = i32::try_from(months).ok()?;
        let later = free.checked_add_months(Months::new(months)).filter(|day| passes(Some(*day)));
        let earlier = || free.checked_sub_months(Months::new(months)).filter(|day| passes(Some(*day)));
        later.map(|_| by).or_else(|| earlier().map(|_| -by))
    })
}

fn milestones(rules: &Rules, task: &TaskFacts, slot: &SlotFacts) -> Option<Vec<Prerequisite>> {
    let missing: Vec<Prerequisite> =
        needed(&rules.prerequisites, slot).into_iter().filter(|p| !task.met.contains(p)).collect();
    let met = [task.met.clone(), missing.clone()].concat();
    let after = TaskFacts { met, met_is_known: true, ..task.clone() };
    let stops = judge(rules, &after, slot).stopped_by().any(|rule| rule == Rule::Prerequisites);
    (!missing.is_empty() && !stops).then_some(missing)
}

impl Needed {
    pub fn words(&self, l: Language) -> String {
        match self {
            Self::Months(by) if *by < 0 => match l.is_ja() {
                true => format!("時期：課題が移行できる日を{}か月早める", -by),
                false => format!("time: the task is free {} months earlier", -by),
            },
            Self::Months(by) => match l.is_ja() {
                true => format!("時期：課題が移行できる日を{by}か月遅らせる"),
                false => format!("time: the task is free {by} months later"),
            },
            Self::Met(milestones) => {
                let names: Vec<&str> = milestones.iter().map(|p| p.name(l)).collect();
                let names = names.join(l.t("・", ", "));
                if l.is_ja() {
                    format!("マイルストーン：{names}を達成する")
                } else {
                    format!("milestones: {names} are met")
                }
            }
            Self::Other(rule) => match l.is_ja() {
                true => format!("規則「{}」は、この課題と枠のままでは満たせません", rule.name(l)),
                false => format!("the rule “{}” cannot be met by this task and slot", rule.name(l)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(y, m, d)
    }

    fn slot(phases: &[&str]) -> SlotFacts {
        SlotFacts {
            phases: phases.iter().map(|p| (*p).to_owned()).collect(),
            starts_on: day(2027, 4, 1),
            ..SlotFacts::default()
        }
    }

    #[test]
    fn the_shift_in_time_is_the_smallest_that_passes() {
        let rules = Rules::default();
        let free = |day| TaskFacts { free_on: day, ..TaskFacts::default() };
        for months in 1..30_u32 {
            let late = day(2027, 4, 1).and_then(|d| d.checked_add_months(Months::new(months)));
            let task = free(late);
            let stopped = judge(&rules, &task, &slot(&[])).stopped_by().any(|r| r == Rule::Months);
            let found = needed_for_entry(&rules, &task, &slot(&[]))
                .into_iter()
                .find(|n| matches!(n, Needed::Months(_)));
            assert_eq!(stopped, found.is_some(), "{months}");
            let Some(Needed::Months(by)) = found else { continue };
            assert!(by < 0, "a task that is free too late must be free earlier");
            let moved =
                |by: i32| free(late.and_then(|d| d.checked_sub_months(Months::new(by.unsigned_abs()))));
            let stops =
                |task: &TaskFacts| judge(&rules, task, &slot(&[])).stopped_by().any(|r| r == Rule::Months);
            assert!(!stops(&moved(by)) && stops(&moved(by + 1)), "{months}: {by}");
        }
    }

    #[test]
    fn milestones_that_are_missing_are_named_and_suffice() {
        let rules = Rules::default();
        let Some((phase, needs)) = rules.prerequisites.needs.iter().find(|(_, needs)| !needs.is_empty())
        else {
            panic!("the rules as delivered ask for milestones");
        };
        let task = TaskFacts { met_is_known: true, ..TaskFacts::default() };
        let found = needed_for_entry(&rules, &task, &slot(&[phase]));
        assert!(found.contains(&Needed::Met(needs.clone())), "{found:?}");
    }
}
