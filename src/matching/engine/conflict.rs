//! Why there is no assignment: an irreducible set of limits that cannot be kept together.
//!
//! Irreducible: drop any one of them and the rest can be kept. Only listed pairs are ever allowed; that is taken as
//! given and named in words where it matters.

use super::best::{Best, best};
use super::flow::Flow;
use super::instance::Instance;
use super::network::Network;
use super::prices::{self, PriceList};
use super::solution::{Conflict, Limit};
use super::solve::Options;
use super::words::Words;
use std::collections::BTreeSet;

/// A limit by position: side index, group index or pair index.
type Member = (Limit, u32);

/// An irreducible conflict of an infeasible instance. Where `stop` cuts the search for it short, what is left is a
/// conflict, but might be made smaller.
pub(super) fn irreducible(instance: &Instance, options: &Options) -> Vec<Conflict> {
    let all = limits(instance);
    let suspects = suspects(instance);
    let start = match suspects {
        Some(suspects) if suspects.len() < all.len() && !keeps(&relaxed(instance, &suspects), options) => {
            suspects
        }
        _ => all,
    };
    let kept = shrink(instance, start, options);
    kept.into_iter()
        .map(|member| Conflict::new(member.0, ids(instance, member), words(instance, member)))
        .collect()
}

/// Deletion filter: drops limits in shrinking blocks as long as the rest still conflicts.
fn shrink(instance: &Instance, mut members: Vec<Member>, options: &Options) -> Vec<Member> {
    let mut block = (members.len() / 2).max(1);
    loop {
        let mut at = 0;
        while at < members.len() {
            let end = (at + block).min(members.len());
            let rest: Vec<Member> = members[..at].iter().chain(&members[end..]).copied().collect();
            if keeps(&relaxed(instance, &rest), options) {
                at = end;
            } else {
                members = rest;
            }
        }
        if block == 1 {
            return members;
        }
        block = (block / 2).min(members.len()).max(1);
    }
}

/// Every limit that restricts anything.
fn limits(instance: &Instance) -> Vec<Member> {
    let mut all = Vec::new();
    for (at, left) in instance.left.iter().enumerate() {
        let at = at as u32;
        all.extend((left.min > 0).then_some((Limit::LeftMin, at)));
        all.push((Limit::LeftMax, at));
    }
    for (at, right) in instance.right.iter().enumerate() {
        let at = at as u32;
        all.extend((right.min > 0).then_some((Limit::RightMin, at)));
        all.extend(right.max.map(|_| (Limit::RightMax, at)));
        all.extend(right.budget.map(|_| (Limit::RightBudget, at)));
    }
    for (at, group) in instance.groups.iter().enumerate() {
        all.extend(group.max.map(|_| (Limit::GroupMax, at as u32)));
        all.extend(group.budget.map(|_| (Limit::GroupBudget, at as u32)));
    }
    all.extend(instance.locks.iter().map(|&lock| (Limit::Lock, lock)));
    all.extend(instance.forbids.iter().map(|&forbid| (Limit::Forbid, forbid)));
    all
}

/// The instance with only these limits.
fn relaxed(instance: &Instance, members: &[Member]) -> Instance {
    let kept: BTreeSet<&Member> = members.iter().collect();
    let has = |kind: Limit, at: usize| kept.contains(&(kind, at as u32));
    let mut relaxed = instance.clone();
    for (at, left) in relaxed.left.iter_mut().enumerate() {
        left.min = if has(Limit::LeftMin, at) { left.min } else { 0 };
        left.max = if has(Limit::LeftMax, at) { left.max } else { u32::MAX - 1 };
    }
    for (at, right) in relaxed.right.iter_mut().enumerate() {
        right.min = if has(Limit::RightMin, at) { right.min } else { 0 };
        right.max = right.max.filter(|_| has(Limit::RightMax, at));
        right.budget = right.budget.filter(|_| has(Limit::RightBudget, at));
    }
    for (at, group) in relaxed.groups.iter_mut().enumerate() {
        group.max = group.max.filter(|_| has(Limit::GroupMax, at));
        group.budget = group.budget.filter(|_| has(Limit::GroupBudget, at));
    }
    relaxed.locks.retain(|&lock| has(Limit::Lock, lock as usize));
    relaxed.forbids.retain(|&forbid| has(Limit::Forbid, forbid as usize));
    relaxed
}

/// Whether all limits of the instance can be kept.
fn keeps(instance: &Instance, options: &Options) -> bool {
    let Ok(network) = Network::new(instance, |_| Some(0)) else { return false };
    if network.ceilings.is_empty() {
        return Flow::<i64>::solve(&network).is_feasible();
    }
    !matches!(best(instance, &network, options), Best::None(_))
}

/// The limits that the dual values of the infeasible flow blame; `None` when there are no such values.
fn suspects(instance: &Instance) -> Option<Vec<Member>> {
    let network = Network::new(instance, |_| Some(0)).ok()?;
    if !network.ceilings.is_empty() {
        return None;
    }
    let blame = prices::blame(&network)?;
    let rights = instance.right.len();
    let locked_left: BTreeSet<u32> =
        instance.locks.iter().map(|&lock| instance.pairs[lock as usize].left).collect();
    let suspect = |&(kind, at): &Member| {
        let node = |at: u32| blame.place[at as usize];
        match kind {
            Limit::LeftMin | Limit::LeftMax => {
                locked_left.contains(&at) || left_is_blamed(&network, &blame, at)
            }
            Limit::RightMin => node(at) < 0,
            Limit::RightMax => node(at) > 0,
            Limit::GroupMax => node(rights as u32 + at) > 0,
            Limit::RightBudget | Limit::GroupBudget | Limit::Lock | Limit::Forbid => true,
        }
    };
    Some(limits(instance).into_iter().filter(suspect).collect())
}

/// A left matters when its bounds keep it from choosing freely at these prices.
fn left_is_blamed(network: &Network, blame: &PriceList, left: u32) -> bool {
    let gains: Vec<i128> =
        network.entries(left).map(|entry| -blame.of_right(network, network.entry_right[entry])).collect();
    let wanted = gains.iter().filter(|&&gain| gain > 0).count() as u32;
    let harmless = gains.iter().filter(|&&gain| gain >= 0).count() as u32;
    wanted > network.left_max[left as usize] || harmless < network.left_min[left as usize]
}

fn ids(instance: &Instance, (kind, at): Member) -> Vec<String> {
    let at_index = at as usize;
    match kind {
        Limit::LeftMin | Limit::LeftMax => vec![instance.left[at_index].id.clone()],
        Limit::RightMin | Limit::RightMax | Limit::RightBudget => vec![instance.right[at_index].id.clone()],
        Limit::GroupMax | Limit::GroupBudget => vec![instance.groups[at_index].id.clone()],
        Limit::Lock | Limit::Forbid => {
            let (left, right) = instance.ids(at);
            vec![left.to_owned(), right.to_owned()]
        }
    }
}

fn words(instance: &Instance, member: Member) -> Words {
    let at = member.1 as usize;
    let names = ids(instance, member);
    let id = &names[0];
    let most = |max: u32| {
        Words::new(format!("「{id}」の受入れは {max} 件まで"), format!("{id} takes at most {max}"))
    };
    let money = |budget: i64| {
        let yen = grouped(budget);
        Words::new(format!("「{id}」の金額は {yen} 円まで"), format!("{id} spends at most {yen} yen"))
    };
    match member.0 {
        Limit::LeftMin => {
            let open = instance
                .pairs
                .iter()
                .enumerate()
                .filter(|(pair, it)| it.left == member.1 && !instance.is_forbidden(*pair as u32))
                .count();
            let Words { ja, en } = minimum_words(Limit::LeftMin, id, instance.left[at].min);
            Words::new(format!("{ja}（候補 {open} 件）"), format!("{en} ({open} candidates)"))
        }
        Limit::RightMin => minimum_words(Limit::RightMin, id, instance.right[at].min),
        Limit::LeftMax => {
            let max = instance.left[at].max;
            Words::new(format!("「{id}」の行き先は {max} 件まで"), format!("{id} goes to at most {max}"))
        }
        Limit::RightMax => most(instance.right[at].max.unwrap_or_default()),
        Limit::GroupMax => most(instance.groups[at].max.unwrap_or_default()),
        Limit::RightBudget => money(instance.right[at].budget.unwrap_or_default()),
        Limit::GroupBudget => money(instance.groups[at].budget.unwrap_or_default()),
        Limit::Lock => {
            Words::new(format!("「{id}」→「{}」を固定", names[1]), format!("{id} → {} is locked", names[1]))
        }
        Limit::Forbid => Words::new(
            format!("「{id}」→「{}」を禁止", names[1]),
            format!("{id} → {} is forbidden", names[1]),
        ),
    }
}

/// Words for a lower bound.
pub(super) fn minimum_words(kind: Limit, id: &str, min: u32) -> Words {
    match kind {
        Limit::LeftMin => {
            Words::new(format!("「{id}」には行き先が {min} 件以上必要"), format!("{id} needs at least {min}"))
        }
        _ => Words::new(format!("「{id}」は {min} 件以上を受入れ"), format!("{id} takes at least {min}")),
    }
}

/// Digits in groups of three.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
