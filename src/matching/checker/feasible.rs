//! Does an assignment keep every limit?

use super::Fault;
use super::question::Question;
use std::collections::HashSet;

/// The chosen pairs, sorted, if every limit is kept.
pub(super) fn check(question: &Question, assignment: &[(String, String)]) -> Result<Vec<usize>, Fault> {
    let chosen = check_pairs(question, assignment)?;
    check_sides(question, &chosen, true)?;
    Ok(chosen)
}

/// The same, minimums left aside.
pub(super) fn check_but_minimums(
    question: &Question,
    assignment: &[(String, String)],
) -> Result<Vec<usize>, Fault> {
    let chosen = check_pairs(question, assignment)?;
    check_sides(question, &chosen, false)?;
    Ok(chosen)
}

/// Every pair allowed, none twice, every lock among them.
fn check_pairs(question: &Question, assignment: &[(String, String)]) -> Result<Vec<usize>, Fault> {
    let mut chosen = HashSet::new();
    for (left, right) in assignment {
        let name = format!("[{left}, {right}]");
        let Some(pair) = question.pair(left, right) else {
            return Err(Fault::new(
                format!("{name} は許された組ではありません"),
                format!("{name} is not an allowed pair"),
            ));
        };
        if question.forbids.contains(&pair) {
            return Err(Fault::new(format!("{name} は禁止されています"), format!("{name} is forbidden")));
        }
        if !chosen.insert(pair) {
            return Err(Fault::new(format!("{name} が重複しています"), format!("{name} appears twice")));
        }
    }
    if let Some(&missing) = question.locks.iter().filter(|lock| !chosen.contains(lock)).min() {
        let name = question.name(missing);
        return Err(Fault::new(
            format!("固定された組 {name} がありません"),
            format!("the locked pair {name} is missing"),
        ));
    }
    let mut sorted: Vec<usize> = chosen.into_iter().collect();
    sorted.sort_unstable();
    Ok(sorted)
}

fn check_sides(question: &Question, chosen: &[usize], minimums: bool) -> Result<(), Fault> {
    let (mut left, mut count, mut spent) = tally(question, chosen);
    let sides = question.left.iter().zip(left.drain(..)).chain(question.nodes.iter().zip(count.drain(..)));
    for (side, count) in sides {
        let id = &side.id;
        if minimums && count < side.min {
            return Err(Fault::new(
                format!("「{id}」は {count} 件で、下限 {} に届きません", side.min),
                format!("{id} has {count}, fewer than its minimum {}", side.min),
            ));
        }
        if let Some(max) = side.max.filter(|&max| count > max) {
            return Err(Fault::new(
                format!("「{id}」は {count} 件で、上限 {max} を超えます"),
                format!("{id} has {count}, more than its maximum {max}"),
            ));
        }
    }
    for (node, spent) in question.nodes.iter().zip(spent.drain(..)) {
        if let Some(budget) = node.budget.filter(|&budget| spent > budget) {
            let id = &node.id;
            return Err(Fault::new(
                format!("「{id}」は {spent} 円で、上限 {budget} 円を超えます"),
                format!("{id} spends {spent} yen, more than {budget}"),
            ));
        }
    }
    Ok(())
}

/// Pairs per left, pairs per right and group, yen per right and group.
pub(super) fn tally(question: &Question, chosen: &[usize]) -> (Vec<i128>, Vec<i128>, Vec<i128>) {
    let mut left = vec![0; question.left.len()];
    let mut count = vec![0; question.nodes.len()];
    let mut spent = vec![0; question.nodes.len()];
    for &pair in chosen {
        let pair = &question.pairs[pair];
        left[pair.left] += 1;
        for node in question.above(pair.right) {
            count[node] += 1;
            spent[node] += pair.cost;
        }
    }
    (left, count, spent)
}

/// Whether the locks alone exceed some maximum or budget, or meet a forbid.
pub(super) fn locks_exceed(question: &Question) -> bool {
    let locks: Vec<usize> = question.locks.iter().copied().collect();
    let (left, count, spent) = tally(question, &locks);
    let over = |used: &[i128], limit: &dyn Fn(usize) -> Option<i128>| {
        used.iter().enumerate().any(|(at, &used)| limit(at).is_some_and(|limit| used > limit))
    };
    !question.locks.is_disjoint(&question.forbids)
        || over(&left, &|at| question.left[at].max)
        || over(&count, &|at| question.nodes[at].max)
        || over(&spent, &|at| question.nodes[at].budget)
}

/// Every member of a conflict must name a limit the instance has.
pub(super) fn check_conflict(question: &Question, members: &[(String, Vec<String>)]) -> Result<(), Fault> {
    if members.is_empty() {
        return Err(Fault::new("矛盾の内訳がありません", "the conflict is missing"));
    }
    for (kind, ids) in members {
        let node = |group: bool| {
            ids.first()
                .and_then(|id| question.find_node(id))
                .filter(|&node| (node >= question.rights) == group)
        };
        let known = match kind.as_str() {
            "left_min" | "left_max" => ids.len() == 1 && question.find_left(&ids[0]).is_some(),
            "right_min" => node(false).is_some_and(|node| question.nodes[node].min > 0),
            "right_max" => node(false).is_some_and(|node| question.nodes[node].max.is_some()),
            "right_budget" => node(false).is_some_and(|node| question.nodes[node].budget.is_some()),
            "group_max" => node(true).is_some_and(|node| question.nodes[node].max.is_some()),
            "group_budget" => node(true).is_some_and(|node| question.nodes[node].budget.is_some()),
            "lock" | "forbid" => {
                let pair = if ids.len() == 2 { question.pair(&ids[0], &ids[1]) } else { None };
                let list = if kind == "lock" { &question.locks } else { &question.forbids };
                pair.is_some_and(|pair| list.contains(&pair))
            }
            _ => false,
        };
        if !known {
            let member = format!("{kind} {ids:?}");
            return Err(Fault::new(
                format!("矛盾の内訳 {member} は実在しません"),
                format!("the conflict names {member}, which does not exist"),
            ));
        }
    }
    Ok(())
}
