//! The question: who may go where, with what value, under which limits.
//!
//! An [`Instance`] is always in canonical order (both sides, groups and pairs sorted by id as text), so the order in
//! which it was written has no influence on any answer. Build one with [`Draft`] or read one with
//! [`Instance::from_json`].

use super::json::BadInput;
use super::number::{COUNT_LIMIT, Scaled, VALUE_LIMIT, YEN_LIMIT};
use std::collections::HashMap;

/// Most pairs one instance may list; more is refused at once.
pub const PAIR_LIMIT: usize = 8_000_000;

/// A task, a reviewer, a paper: the side that proposes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    pub id: String,
    /// Fewest places it must get; 0 unless said.
    pub min: u32,
    /// Most places it may get; 1 unless said.
    pub max: u32,
}

/// A program, a slot type, a reviewed item: the side that receives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Right {
    pub id: String,
    pub min: u32,
    /// `None` is unlimited.
    pub max: Option<u32>,
    /// Ceiling in yen on the summed cost of its pairs.
    pub budget: Option<i64>,
    /// The group directly above it.
    pub group: Option<u32>,
}

/// Receivers under a common ceiling; groups nest (slot type ⊂ program ⊂ project ⊂ all).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    pub id: String,
    pub max: Option<u32>,
    /// Ceiling in yen.
    pub budget: Option<i64>,
    /// The group directly above it.
    pub parent: Option<u32>,
}

/// An allowed pair; only listed pairs may be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    pub left: u32,
    pub right: u32,
    /// Billionths of a unit of value.
    pub value: i64,
    /// Yen.
    pub cost: i64,
}

/// A complete, consistent question. Fields are indexes into the sorted vectors.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Instance {
    pub left: Vec<Left>,
    pub right: Vec<Right>,
    pub groups: Vec<Group>,
    /// Sorted by left, then right.
    pub pairs: Vec<Pair>,
    /// Pairs that must be chosen, sorted.
    pub locks: Vec<u32>,
    /// Pairs that must not be chosen, sorted.
    pub forbids: Vec<u32>,
    /// Pairs of an earlier solution that are still allowed, sorted.
    pub previous: Vec<u32>,
    /// Billionths taken off the objective for each pair of `previous` that is not kept.
    pub change_penalty: i64,
    /// Rights in order of preference, per left; `None`: by value of the pair, ties by id.
    pub left_preferences: Vec<Option<Vec<u32>>>,
    pub right_preferences: Vec<Option<Vec<u32>>>,
}

impl Instance {
    /// Position of the left with this id.
    pub fn find_left(&self, id: &str) -> Option<u32> {
        self.left.binary_search_by(|left| left.id.as_str().cmp(id)).ok().map(|at| at as u32)
    }

    /// Position of the right with this id.
    pub fn find_right(&self, id: &str) -> Option<u32> {
        self.right.binary_search_by(|right| right.id.as_str().cmp(id)).ok().map(|at| at as u32)
    }

    /// Position of the pair, if it is listed.
    pub fn find_pair(&self, left: u32, right: u32) -> Option<u32> {
        self.pairs
            .binary_search_by_key(&(left, right), |pair| (pair.left, pair.right))
            .ok()
            .map(|at| at as u32)
    }

    /// Ids of a pair.
    pub fn ids(&self, pair: u32) -> (&str, &str) {
        let pair = &self.pairs[pair as usize];
        (&self.left[pair.left as usize].id, &self.right[pair.right as usize].id)
    }

    /// Whether a pair is locked.
    pub fn is_locked(&self, pair: u32) -> bool {
        self.locks.binary_search(&pair).is_ok()
    }

    /// Whether a pair is forbidden.
    pub fn is_forbidden(&self, pair: u32) -> bool {
        self.forbids.binary_search(&pair).is_ok()
    }

    /// Groups above a right, from the inside out.
    pub fn groups_above(&self, right: u32) -> Vec<u32> {
        let mut above = Vec::new();
        let mut next = self.right[right as usize].group;
        while let Some(group) = next {
            above.push(group);
            next = self.groups[group as usize].parent;
        }
        above
    }

    /// Whether every ceiling counts the pairs of one right: no limited groups, one cost below each budget.
    pub fn has_quotas_alone(&self) -> bool {
        let mut cost: HashMap<u32, i64> = HashMap::new();
        let free = |&(at, _): &(usize, &Pair)| !self.is_locked(at as u32) && !self.is_forbidden(at as u32);
        let mixed = self.pairs.iter().enumerate().filter(free).any(|(_, pair)| {
            self.right[pair.right as usize].budget.is_some()
                && *cost.entry(pair.right).or_insert(pair.cost) != pair.cost
        });
        !mixed && self.groups.iter().all(|group| group.max.is_none() && group.budget.is_none())
    }

    /// What an assignment is worth: summed values less the penalty for each earlier pair given up.
    pub fn worth(&self, chosen: &[u32]) -> Scaled {
        let values: i128 = chosen.iter().map(|&pair| i128::from(self.pairs[pair as usize].value)).sum();
        let given_up = self.previous.iter().filter(|pair| chosen.binary_search(pair).is_err()).count();
        Scaled(values - given_up as i128 * i128::from(self.change_penalty))
    }
}

/// A member of a drafted group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftGroup {
    pub id: String,
    /// Ids of rights or of other groups.
    pub members: Vec<String>,
    pub max: Option<u32>,
    pub budget: Option<i64>,
}

/// Collects the parts of an instance in any order; [`Draft::build`] checks and sorts them.
///
/// Places in refusals (`pairs[17].left`) count in the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    left: Vec<Left>,
    right: Vec<Right>,
    groups: Vec<DraftGroup>,
    pairs: Vec<Pair>,
    locks: Vec<(u32, u32)>,
    forbids: Vec<(u32, u32)>,
    previous: Vec<(u32, u32)>,
    change_penalty: i64,
    left_preferences: Vec<(u32, Vec<u32>)>,
    right_preferences: Vec<(u32, Vec<u32>)>,
    left_names: Names,
    right_names: Names,
    /// Fewer pairs than [`PAIR_LIMIT`], where said.
    pair_limit: Option<usize>,
}

/// Ids met so far on one side, numbered in order of first mention.
#[derive(Clone, Debug, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    /// Where an id was first mentioned, and its position in the declared list once declared.
    known: Vec<Name>,
}

#[derive(Clone, Debug)]
struct Name {
    id: String,
    mention: Mention,
    declared: Option<u32>,
}

/// Where an id was used, kept small: ten million may be waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mention {
    Own(u32),
    Pair(u32),
    Lock(u32),
    Forbid(u32),
    Previous(u32),
    LeftList(u32),
    RightList(u32),
}

impl Names {
    fn number(&mut self, id: &str, mention: Mention) -> u32 {
        if let Some(&number) = self.numbers.get(id) {
            return number;
        }
        let number = self.known.len() as u32;
        self.numbers.insert(id.to_owned(), number);
        self.known.push(Name { id: id.to_owned(), mention, declared: None });
        number
    }
}

impl Draft {
    pub fn new() -> Draft {
        Draft::default()
    }

    /// A draft that refuses more than `limit` pairs.
    pub fn limited(limit: usize) -> Draft {
        Draft { pair_limit: Some(limit.min(PAIR_LIMIT)), ..Draft::default() }
    }

    /// Adds a left with its bounds.
    pub fn left(&mut self, id: &str, min: u32, max: u32) -> Result<(), BadInput> {
        let index = self.left.len() as u32;
        let number = self.left_names.number(id, Mention::Own(index));
        declare(&mut self.left_names, number, index, "left", id)?;
        check_bounds("left", index, min, Some(max))?;
        self.left.push(Left { id: id.to_owned(), min, max });
        Ok(())
    }

    /// Adds a right with its bounds and its ceiling in yen.
    pub fn right(
        &mut self,
        id: &str,
        min: u32,
        max: Option<u32>,
        budget: Option<i64>,
    ) -> Result<(), BadInput> {
        let index = self.right.len() as u32;
        let number = self.right_names.number(id, Mention::Own(index));
        declare(&mut self.right_names, number, index, "right", id)?;
        check_bounds("right", index, min, max)?;
        check_yen(&format!("right[{index}].budget"), budget.unwrap_or(0))?;
        self.right.push(Right { id: id.to_owned(), min, max, budget, group: None });
        Ok(())
    }

    /// Adds an allowed pair: value in billionths, cost in yen.
    pub fn pair(&mut self, left: &str, right: &str, value: i64, cost: i64) -> Result<(), BadInput> {
        let index = self.pairs.len();
        let limit = self.pair_limit.unwrap_or(PAIR_LIMIT);
        if index >= limit {
            return Err(BadInput::new(
                format!("pairs[{index}]"),
                format!("組の数が上限の {limit} を超えています。候補を絞ってください"),
                format!("more than {limit} pairs, the stated limit; shorten the lists of candidates"),
            ));
        }
        if i128::from(value).abs() > i128::from(VALUE_LIMIT) * i128::from(super::number::SCALE) {
            return Err(too_large(format!("pairs[{index}].value"), VALUE_LIMIT));
        }
        check_yen(&format!("pairs[{index}].cost"), cost)?;
        let left = self.left_names.number(left, Mention::Pair(index as u32));
        let right = self.right_names.number(right, Mention::Pair(index as u32));
        self.pairs.push(Pair { left, right, value, cost });
        Ok(())
    }

    /// Adds a group of rights or groups.
    pub fn group(&mut self, group: DraftGroup) -> Result<(), BadInput> {
        check_yen(&format!("groups[{}].budget", self.groups.len()), group.budget.unwrap_or(0))?;
        self.groups.push(group);
        Ok(())
    }

    /// The pair must be chosen.
    pub fn lock(&mut self, left: &str, right: &str) {
        let mention = Mention::Lock(self.locks.len() as u32);
        self.locks.push((self.left_names.number(left, mention), self.right_names.number(right, mention)));
    }

    /// The pair must not be chosen.
    pub fn forbid(&mut self, left: &str, right: &str) {
        let mention = Mention::Forbid(self.forbids.len() as u32);
        self.forbids.push((self.left_names.number(left, mention), self.right_names.number(right, mention)));
    }

    /// A pair of the earlier solution.
    pub fn previous(&mut self, left: &str, right: &str) {
        let mention = Mention::Previous(self.previous.len() as u32);
        self.previous.push((self.left_names.number(left, mention), self.right_names.number(right, mention)));
    }

    /// Billionths taken off for each earlier pair that is not kept.
    pub fn change_penalty(&mut self, penalty: i64) -> Result<(), BadInput> {
        if penalty < 0 {
            return Err(BadInput::new("change_penalty", "負の値は使えません", "must not be negative"));
        }
        self.change_penalty = penalty;
        Ok(())
    }

    /// The rights a left accepts, best first.
    pub fn left_preference(&mut self, left: &str, rights: &[String]) {
        let mention = Mention::LeftList(self.left_preferences.len() as u32);
        let left = self.left_names.number(left, mention);
        let rights = rights.iter().map(|id| self.right_names.number(id, mention)).collect();
        self.left_preferences.push((left, rights));
    }

    /// The lefts a right accepts, best first.
    pub fn right_preference(&mut self, right: &str, lefts: &[String]) {
        let mention = Mention::RightList(self.right_preferences.len() as u32);
        let right = self.right_names.number(right, mention);
        let lefts = lefts.iter().map(|id| self.left_names.number(id, mention)).collect();
        self.right_preferences.push((right, lefts));
    }

    /// Checks that everything fits together and sorts it by id.
    pub fn build(self) -> Result<Instance, BadInput> {
        let left_order = order(&self.left_names, "left")?;
        let right_order = order(&self.right_names, "right")?;
        let left = sorted(self.left, &self.left_names, &left_order);
        let mut right = sorted(self.right, &self.right_names, &right_order);
        let groups = nest(self.groups, &mut right)?;
        let pairs = sort_pairs(self.pairs, &left_order, &right_order)?;
        let mut instance = Instance {
            left,
            right,
            groups,
            pairs,
            change_penalty: self.change_penalty,
            ..Instance::default()
        };
        let translate = |&(l, r): &(u32, u32)| (left_order[l as usize], right_order[r as usize]);
        let forbids: Vec<_> = self.forbids.iter().map(translate).collect();
        // A forbid of a pair that is not listed asks for nothing.
        instance.forbids = unique(forbids.iter().filter_map(|&(l, r)| instance.find_pair(l, r)).collect());
        instance.previous = unique(
            self.previous.iter().map(translate).filter_map(|(l, r)| instance.find_pair(l, r)).collect(),
        );
        let mut locks = Vec::with_capacity(self.locks.len());
        for (at, (l, r)) in self.locks.iter().map(translate).enumerate() {
            let Some(pair) = instance.find_pair(l, r) else {
                return Err(BadInput::new(
                    format!("locks[{at}]"),
                    "固定された組が pairs にありません",
                    "the locked pair is not listed in pairs",
                ));
            };
            locks.push(pair);
        }
        instance.locks = unique(locks);
        instance.left_preferences =
            preferences(self.left_preferences, &left_order, &right_order, instance.left.len(), "left_prefs")?;
        instance.right_preferences = preferences(
            self.right_preferences,
            &right_order,
            &left_order,
            instance.right.len(),
            "right_prefs",
        )?;
        Ok(instance)
    }
}

fn declare(names: &mut Names, number: u32, index: u32, side: &str, id: &str) -> Result<(), BadInput> {
    let name = &mut names.known[number as usize];
    if let Some(first) = name.declared {
        return Err(BadInput::new(
            format!("{side}[{index}].id"),
            format!("ID「{id}」は {side}[{first}] と重複しています"),
            format!("id \"{id}\" repeats that of {side}[{first}]"),
        ));
    }
    name.declared = Some(index);
    Ok(())
}

fn check_bounds(side: &str, index: u32, min: u32, max: Option<u32>) -> Result<(), BadInput> {
    let Some(max) = max else { return Ok(()) };
    if i64::from(min.max(max)) > COUNT_LIMIT {
        return Err(too_large(format!("{side}[{index}]"), COUNT_LIMIT));
    }
    if min > max {
        // The usual maximum of the left side may stand nowhere in the file.
        let (default_ja, default_en) = if side == "left" && max == 1 {
            ("、指定がなければ1", "; 1 unless said")
        } else {
            ("", "")
        };
        return Err(BadInput::new(
            format!("{side}[{index}]"),
            format!("min（{min}）が max（{max}{default_ja}）より大きくなっています"),
            format!("min {min} is greater than max {max}{default_en}"),
        ));
    }
    Ok(())
}

fn check_yen(place: &str, yen: i64) -> Result<(), BadInput> {
    if yen < 0 {
        return Err(BadInput::new(place, "負の金額は使えません", "an amount must not be negative"));
    }
    if yen > YEN_LIMIT { Err(too_large(place.to_owned(), YEN_LIMIT)) } else { Ok(()) }
}

fn too_large(place: String, limit: i64) -> BadInput {
    BadInput::new(
        place,
        format!("大きさが上限の {limit} を超えています"),
        format!("exceeds the limit of {limit}"),
    )
}

/// New index of each numbered id in text order; refuses ids that were used but never declared.
fn order(names: &Names, side: &str) -> Result<Vec<u32>, BadInput> {
    if let Some(name) = names.known.iter().find(|name| name.declared.is_none()) {
        let side_key = side;
        let place = match name.mention {
            Mention::Own(at) => format!("{side}[{at}].id"),
            Mention::Pair(at) => format!("pairs[{at}].{side_key}"),
            Mention::Lock(at) => format!("locks[{at}]"),
            Mention::Forbid(at) => format!("forbids[{at}]"),
            Mention::Previous(at) => format!("previous[{at}]"),
            Mention::LeftList(at) => format!("left_prefs, list {}", at + 1),
            Mention::RightList(at) => format!("right_prefs, list {}", at + 1),
        };
        let id = &name.id;
        return Err(BadInput::new(
            place,
            format!("ID「{id}」は {side} にありません"),
            format!("unknown id \"{id}\": not in {side}"),
        ));
    }
    let mut by_id: Vec<u32> = (0..names.known.len() as u32).collect();
    by_id.sort_unstable_by(|&a, &b| names.known[a as usize].id.cmp(&names.known[b as usize].id));
    let mut order = vec![0; by_id.len()];
    for (position, &number) in by_id.iter().enumerate() {
        order[number as usize] = position as u32;
    }
    Ok(order)
}

/// The declared items, placed where [`order`] says.
fn sorted<T>(items: Vec<T>, names: &Names, order: &[u32]) -> Vec<T> {
    let mut position = vec![0; items.len()];
    for (number, name) in names.known.iter().enumerate() {
        if let Some(declared) = name.declared {
            position[declared as usize] = order[number];
        }
    }
    let mut placed: Vec<(u32, T)> = position.into_iter().zip(items).collect();
    placed.sort_unstable_by_key(|&(at, _)| at);
    placed.into_iter().map(|(_, item)| item).collect()
}

fn sort_pairs(mut pairs: Vec<Pair>, left: &[u32], right: &[u32]) -> Result<Vec<Pair>, BadInput> {
    let mut places: Vec<u32> = (0..pairs.len() as u32).collect();
    for pair in &mut pairs {
        pair.left = left[pair.left as usize];
        pair.right = right[pair.right as usize];
    }
    let key = |at: u32| (pairs[at as usize].left, pairs[at as usize].right, at);
    places.sort_unstable_by_key(|&at| key(at));
    if let Some(twice) =
        places.windows(2).find(|two| key(two[0]).0 == key(two[1]).0 && key(two[0]).1 == key(two[1]).1)
    {
        return Err(BadInput::new(
            format!("pairs[{}]", twice[1]),
            format!("pairs[{}] と同じ組です", twice[0]),
            format!("the same pair as pairs[{}]", twice[0]),
        ));
    }
    let sorted = places.iter().map(|&at| pairs[at as usize]).collect();
    Ok(sorted)
}

fn unique(mut items: Vec<u32>) -> Vec<u32> {
    items.sort_unstable();
    items.dedup();
    items
}

/// Sorts the groups, hooks rights and groups under their parents; refuses overlaps and cycles.
fn nest(drafts: Vec<DraftGroup>, right: &mut [Right]) -> Result<Vec<Group>, BadInput> {
    let refuse = |at: usize, ja: String, en: String| Err(BadInput::new(format!("groups[{at}]"), ja, en));
    let mut by_id: Vec<usize> = (0..drafts.len()).collect();
    by_id.sort_by(|&a, &b| drafts[a].id.cmp(&drafts[b].id));
    let mut position: HashMap<&str, usize> = HashMap::new();
    for (at, &draft) in by_id.iter().enumerate() {
        let id = &drafts[draft].id;
        let of_right = right.binary_search_by(|r| r.id.as_str().cmp(id)).is_ok();
        if of_right || position.insert(id, at).is_some() {
            return refuse(
                draft,
                format!("ID「{id}」が重複しています"),
                format!("id \"{id}\" is already in use"),
            );
        }
    }
    let mut groups: Vec<Group> = by_id
        .iter()
        .map(|&draft| Group {
            id: drafts[draft].id.clone(),
            max: drafts[draft].max,
            budget: drafts[draft].budget,
            parent: None,
        })
        .collect();
    for (at, &draft) in by_id.iter().enumerate() {
        for member in &drafts[draft].members {
            let slot = if let Ok(found) = right.binary_search_by(|r| r.id.as_str().cmp(member)) {
                &mut right[found].group
            } else if let Some(&found) = position.get(member.as_str()) {
                &mut groups[found].parent
            } else {
                return refuse(
                    draft,
                    format!("「{member}」は right にも groups にもありません"),
                    format!("unknown member \"{member}\": neither in right nor in groups"),
                );
            };
            if slot.replace(at as u32).is_some() {
                return refuse(
                    draft,
                    format!("「{member}」が二つの群に属しています（群は入れ子に限ります）"),
                    format!("\"{member}\" belongs to two groups; groups must nest"),
                );
            }
        }
    }
    for (at, &draft) in by_id.iter().enumerate() {
        let (mut next, mut steps) = (groups[at].parent, 0);
        while let Some(parent) = next {
            steps += 1;
            if steps > groups.len() {
                return refuse(
                    draft,
                    "群が自分自身を含んでいます".into(),
                    "the group contains itself".into(),
                );
            }
            next = groups[parent as usize].parent;
        }
    }
    Ok(groups)
}

fn preferences(
    lists: Vec<(u32, Vec<u32>)>,
    own: &[u32],
    other: &[u32],
    size: usize,
    place: &str,
) -> Result<Vec<Option<Vec<u32>>>, BadInput> {
    let mut all = vec![None; size];
    for (owner, list) in lists {
        let list: Vec<u32> = list.into_iter().map(|item| other[item as usize]).collect();
        let mut once = list.clone();
        once.sort_unstable();
        once.dedup();
        if once.len() != list.len() {
            return Err(BadInput::new(
                place,
                "同じ相手が二度挙げられています",
                "the same id appears twice in one list",
            ));
        }
        if all[own[owner as usize] as usize].replace(list).is_some() {
            return Err(BadInput::new(place, "希望順が重複しています", "two lists for one id"));
        }
    }
    Ok(all)
}
