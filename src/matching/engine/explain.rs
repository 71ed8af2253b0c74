//! Why a pair was chosen, why not, and what would let it in.
//!
//! Every claim is verified by solving the changed question again; nothing is inferred from prices alone.

use super::compare::{Difference, diff};
use super::conflict::grouped;
use super::instance::{Instance, Pair};
use super::number::Scaled;
use super::solution::{Link, Objective, Solution, Status};
use super::solve::{Options, solve};
use super::words::Words;
use serde::{Deserialize, Serialize};

/// A pair of ids that the instance does not know.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown id: {0}")]
pub struct UnknownId(pub String);

/// Why a chosen pair was chosen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Why {
    pub value: Scaled,
    /// Objective lost if this pair were forbidden; `None` when there would be no assignment at all.
    pub loss_without: Option<Scaled>,
    /// What would change if this pair were forbidden.
    pub without: Option<Difference>,
    pub locked: bool,
}

/// Why a pair was not chosen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WhyNot {
    /// Value of the pair; `None` when it is not listed.
    pub value: Option<Scaled>,
    /// Objective lost if this pair were locked; `None` when there would be no assignment.
    pub loss_if_locked: Option<Scaled>,
    /// Who would have to move if this pair were locked.
    pub displaced: Option<Difference>,
    /// Single changes that let the pair in, each verified by solving again, the smallest of its kind.
    pub changes: Vec<Change>,
}

/// One change to the question that brings a pair into the optimal assignment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Change {
    pub kind: ChangeKind,
    /// Objective of the changed question.
    pub objective: Scaled,
    pub words: Words,
}

/// Kinds of single changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// The pair is not listed: list it (meet the eligibility rules) with at least this value.
    AllowPair {
        value: Scaled,
    },
    RemoveForbid,
    /// Drop another pair's lock.
    RemoveLock {
        left: String,
        right: String,
    },
    RaiseValue {
        by: Scaled,
    },
    RaiseLeftMax {
        by: u32,
    },
    RaiseRightMax {
        by: u32,
    },
    RaiseGroupMax {
        group: String,
        by: u32,
    },
    RaiseRightBudget {
        yen: i64,
    },
    RaiseGroupBudget {
        group: String,
        yen: i64,
    },
}

/// Why a chosen pair was chosen, by forbidding it and solving again. `solution` must be the instance's max-sum answer.
pub fn why(
    instance: &Instance,
    solution: &Solution,
    left: &str,
    right: &str,
    options: &Options,
) -> Result<Why, UnknownId> {
    let (l, r) = ends(instance, left, right)?;
    let Some(pair) = instance.find_pair(l, r) else { return Err(UnknownId(format!("[{left}, {right}]"))) };
    let value = Scaled(instance.pairs[pair as usize].value.into());
    let mut without = instance.clone();
    without.locks.retain(|&lock| lock != pair);
    insert(&mut without.forbids, pair);
    let other = best(&without, options);
    let difference = other.as_ref().map(|other| diff(solution, other));
    let loss_without =
        difference.as_ref().and_then(|difference| difference.objective).map(|change| Scaled(-change.0));
    Ok(Why { value, loss_without, without: difference, locked: instance.is_locked(pair) })
}

/// Why a pair was not chosen, and which single changes would let it in. `solution` must be the instance's max-sum answer.
pub fn why_not(
    instance: &Instance,
    solution: &Solution,
    left: &str,
    right: &str,
    options: &Options,
) -> Result<WhyNot, UnknownId> {
    let (l, r) = ends(instance, left, right)?;
    let listed = instance.find_pair(l, r);
    let mut inquiry = Inquiry {
        options,
        link: Link { left: left.to_owned(), right: right.to_owned() },
        changes: Vec::new(),
    };
    // The question in which the pair may be chosen: listed and not forbidden.
    let (open, pair) = match listed {
        Some(pair) => {
            let mut open = instance.clone();
            open.forbids.retain(|&forbid| forbid != pair);
            (open, pair)
        }
        None => with_pair(instance, l, r, 0),
    };
    let locked = {
        let mut locked = open.clone();
        insert(&mut locked.locks, pair);
        best(&locked, options)
    };
    let displaced = locked.as_ref().map(|locked| diff(solution, locked));
    let loss = displaced.as_ref().and_then(|difference| difference.objective).map(|change| -change.0);
    match listed {
        None => inquiry.allow_pair(instance, (l, r), loss),
        Some(pair) if instance.is_forbidden(pair) => {
            inquiry.test(open, ChangeKind::RemoveForbid);
        }
        Some(pair) => {
            inquiry.raise_value(instance, pair, loss);
            inquiry.raise_counts(instance, l, r);
            inquiry.raise_budgets(instance, solution, pair);
            inquiry.remove_locks(instance);
        }
    }
    Ok(WhyNot {
        value: listed.map(|pair| Scaled(instance.pairs[pair as usize].value.into())),
        loss_if_locked: loss.filter(|_| listed.is_some()).map(Scaled),
        displaced: displaced.filter(|_| listed.is_some()),
        changes: inquiry.changes,
    })
}

fn ends(instance: &Instance, left: &str, right: &str) -> Result<(u32, u32), UnknownId> {
    let l = instance.find_left(left).ok_or_else(|| UnknownId(left.to_owned()))?;
    let r = instance.find_right(right).ok_or_else(|| UnknownId(right.to_owned()))?;
    Ok((l, r))
}

fn insert(list: &mut Vec<u32>, item: u32) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}

/// The proven best answer, if there is one.
pub(super) fn best(instance: &Instance, options: &Options) -> Option<Solution> {
    Some(solve(instance, Objective::MaxSum, options)).filter(|solution| solution.status == Status::Optimal)
}

/// The instance with one more pair listed, and that pair.
fn with_pair(instance: &Instance, left: u32, right: u32, value: i64) -> (Instance, u32) {
    let mut wider = instance.clone();
    let at = wider.pairs.partition_point(|pair| (pair.left, pair.right) < (left, right));
    wider.pairs.insert(at, Pair { left, right, value, cost: 0 });
    for list in [&mut wider.locks, &mut wider.forbids, &mut wider.previous] {
        list.iter_mut().filter(|pair| **pair >= at as u32).for_each(|pair| *pair += 1);
    }
    (wider, at as u32)
}

/// Collects the changes that work for one pair.
struct Inquiry<'a> {
    options: &'a Options<'a>,
    link: Link,
    changes: Vec<Change>,
}

impl Inquiry<'_> {
    /// Solves the changed question; keeps the change if the pair is in.
    fn test(&mut self, changed: Instance, kind: ChangeKind) -> bool {
        let Some(solution) = best(&changed, self.options) else { return false };
        let works = solution.assignment.binary_search(&self.link).is_ok();
        if let (true, Some(objective)) = (works, solution.objective) {
            let words = words(&kind, &self.link);
            self.changes.push(Change { kind, objective, words });
        }
        works
    }

    /// A pair that loses `loss` when locked is in every optimum once its value rises by a billionth more, and in
    /// none once it rises by a billionth less.
    fn raise_value(&mut self, instance: &Instance, pair: u32, loss: Option<i128>) {
        let Some(by) = loss.and_then(|loss| i64::try_from(loss + 1).ok()) else { return };
        let mut changed = instance.clone();
        let Some(value) = changed.pairs[pair as usize].value.checked_add(by) else { return };
        changed.pairs[pair as usize].value = value;
        self.test(changed, ChangeKind::RaiseValue { by: Scaled(by.into()) });
    }

    fn allow_pair(&mut self, instance: &Instance, (l, r): (u32, u32), loss: Option<i128>) {
        let Some(value) = loss.and_then(|loss| i64::try_from(loss + 1).ok()) else { return };
        let (changed, _) = with_pair(instance, l, r, value);
        self.test(changed, ChangeKind::AllowPair { value: Scaled(value.into()) });
    }

    fn raise_counts(&mut self, instance: &Instance, l: u32, r: u32) {
        let mut changed = instance.clone();
        changed.left[l as usize].max += 1;
        self.test(changed, ChangeKind::RaiseLeftMax { by: 1 });
        if let Some(max) = instance.right[r as usize].max {
            let mut changed = instance.clone();
            changed.right[r as usize].max = Some(max + 1);
            self.test(changed, ChangeKind::RaiseRightMax { by: 1 });
        }
        for group in instance.groups_above(r) {
            if let Some(max) = instance.groups[group as usize].max {
                let mut changed = instance.clone();
                changed.groups[group as usize].max = Some(max + 1);
                let group = instance.groups[group as usize].id.clone();
                self.test(changed, ChangeKind::RaiseGroupMax { group, by: 1 });
            }
        }
    }

    /// More yen at the right, then at each group above it: the least that lets the pair in.
    fn raise_budgets(&mut self, instance: &Instance, solution: &Solution, pair: u32) {
        let Pair { right, cost, .. } = instance.pairs[pair as usize];
        let spent = |inside: &dyn Fn(u32) -> bool| -> i64 {
            let chosen = solution.assignment.iter().filter_map(|link| {
                let pair =
                    instance.find_pair(instance.find_left(&link.left)?, instance.find_right(&link.right)?)?;
                Some(&instance.pairs[pair as usize])
            });
            chosen.filter(|pair| inside(pair.right)).map(|pair| pair.cost).sum()
        };
        if let Some(budget) = instance.right[right as usize].budget {
            let room = budget - spent(&|other| other == right);
            self.least_yen(cost, room, |yen| {
                let mut changed = instance.clone();
                changed.right[right as usize].budget = Some(budget + yen);
                (changed, ChangeKind::RaiseRightBudget { yen })
            });
        }
        for group in instance.groups_above(right) {
            let Some(budget) = instance.groups[group as usize].budget else { continue };
            let room = budget - spent(&|other| instance.groups_above(other).contains(&group));
            self.least_yen(cost, room, |yen| {
                let mut changed = instance.clone();
                changed.groups[group as usize].budget = Some(budget + yen);
                (
                    changed,
                    ChangeKind::RaiseGroupBudget { group: instance.groups[group as usize].id.clone(), yen },
                )
            });
        }
    }

    /// Tries the shortfall of the pair beside everyone chosen now, and looks for less by halving.
    fn least_yen(&mut self, cost: i64, room: i64, change: impl Fn(i64) -> (Instance, ChangeKind)) {
        let shortfall = cost - room;
        if shortfall <= 0 {
            return;
        }
        let works = |inquiry: &Self, yen: i64| {
            let (changed, _) = change(yen);
            best(&changed, inquiry.options)
                .is_some_and(|solution| solution.assignment.binary_search(&inquiry.link).is_ok())
        };
        if !works(self, shortfall) {
            return;
        }
        let (mut fails, mut enough) = (0, shortfall);
        while enough - fails > 1 {
            let middle = fails.midpoint(enough);
            if works(self, middle) { enough = middle } else { fails = middle }
        }
        let (changed, kind) = change(enough);
        self.test(changed, kind);
    }

    fn remove_locks(&mut self, instance: &Instance) {
        for &lock in &instance.locks {
            let mut changed = instance.clone();
            changed.locks.retain(|&other| other != lock);
            let (left, right) = instance.ids(lock);
            self.test(changed, ChangeKind::RemoveLock { left: left.to_owned(), right: right.to_owned() });
        }
    }
}

fn words(kind: &ChangeKind, link: &Link) -> Words {
    let Link { left, right } = link;
    match kind {
        ChangeKind::AllowPair { value } => Words::new(
            format!("応募要件を満たし、評価値が {value} 以上になれば入ります"),
            format!("comes in once it is eligible with a value of at least {value}"),
        ),
        ChangeKind::RemoveForbid => {
            Words::new("禁止を解けば入ります", "comes in once it is no longer forbidden")
        }
        ChangeKind::RemoveLock { left, right } => Words::new(
            format!("「{left}」→「{right}」の固定を解けば入ります"),
            format!("comes in once {left} → {right} is no longer locked"),
        ),
        ChangeKind::RaiseValue { by } => {
            Words::new(format!("評価値が {by} 上がれば入ります"), format!("comes in with {by} more value"))
        }
        ChangeKind::RaiseLeftMax { by } => Words::new(
            format!("「{left}」の行き先をもう {by} 件認めれば入ります"),
            format!("comes in if {left} may go to {by} more"),
        ),
        ChangeKind::RaiseRightMax { by } => Words::new(
            format!("「{right}」の受入れ枠が {by} 件増えれば入ります"),
            format!("comes in with {by} more place at {right}"),
        ),
        ChangeKind::RaiseGroupMax { group, by } => Words::new(
            format!("「{group}」の上限が {by} 件増えれば入ります"),
            format!("comes in with {by} more place in {group}"),
        ),
        ChangeKind::RaiseRightBudget { yen } => {
            let yen = grouped(*yen);
            Words::new(
                format!("「{right}」の予算が {yen} 円増えれば入ります"),
                format!("comes in with {yen} yen more at {right}"),
            )
        }
        ChangeKind::RaiseGroupBudget { group, yen } => {
            let yen = grouped(*yen);
            Words::new(
                format!("「{group}」の予算が {yen} 円増えれば入ります"),
                format!("comes in with {yen} yen more in {group}"),
            )
        }
    }
}
