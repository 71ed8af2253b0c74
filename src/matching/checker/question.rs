//! The instance as the checker reads it.

use super::{Unreadable, number};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet};

pub(super) struct Side {
    pub id: String,
    pub min: i128,
    /// `None` is unlimited.
    pub max: Option<i128>,
    pub budget: Option<i128>,
    /// Node directly above: rights and groups are numbered together, rights first.
    pub above: Option<usize>,
}

pub(super) struct Pair {
    pub left: usize,
    pub right: usize,
    pub value: i128,
    pub cost: i128,
}

pub(super) struct Question {
    pub left: Vec<Side>,
    /// Rights, then groups.
    pub nodes: Vec<Side>,
    pub rights: usize,
    pub pairs: Vec<Pair>,
    pub of_left: Vec<Vec<usize>>,
    pub locks: HashSet<usize>,
    pub forbids: HashSet<usize>,
    pub previous: HashSet<usize>,
    pub penalty: i128,
    pub left_wishes: HashMap<usize, Vec<usize>>,
    pub right_wishes: HashMap<usize, Vec<usize>>,
    left_ids: HashMap<String, usize>,
    node_ids: HashMap<String, usize>,
    by_ends: HashMap<(usize, usize), usize>,
}

#[derive(Deserialize)]
struct RawQuestion<'a> {
    #[serde(borrow)]
    left: Vec<RawSide<'a>>,
    #[serde(borrow)]
    right: Vec<RawSide<'a>>,
    #[serde(borrow)]
    pairs: Vec<RawPair<'a>>,
    #[serde(borrow, default)]
    groups: Vec<RawSide<'a>>,
    #[serde(default)]
    locks: Vec<RawLink>,
    #[serde(default)]
    forbids: Vec<RawLink>,
    #[serde(default)]
    previous: Vec<RawLink>,
    #[serde(borrow, default)]
    change_penalty: Option<&'a RawValue>,
    #[serde(default)]
    left_prefs: HashMap<String, Vec<Id>>,
    #[serde(default)]
    right_prefs: HashMap<String, Vec<Id>>,
}

#[derive(Deserialize)]
struct RawSide<'a> {
    id: Id,
    #[serde(borrow, default)]
    min: Option<&'a RawValue>,
    #[serde(borrow, default)]
    max: Option<&'a RawValue>,
    #[serde(borrow, default)]
    budget: Option<&'a RawValue>,
    #[serde(default)]
    members: Vec<Id>,
}

#[derive(Deserialize)]
struct RawPair<'a> {
    left: Id,
    right: Id,
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow, default)]
    cost: Option<&'a RawValue>,
}

/// A string, or an integer of any size taken as its text.
pub(super) struct Id(String);

impl Id {
    pub fn text(&self) -> String {
        self.0.clone()
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        if text.starts_with('"') {
            return serde_json::from_str(text).map(Id).map_err(D::Error::custom);
        }
        match text.strip_prefix('-').unwrap_or(text) {
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Id(text.to_owned())),
            _ => Err(D::Error::custom("an id is a string or an integer")),
        }
    }
}

/// `[left, right]` or `{"left", "right"}`.
struct RawLink {
    left: Id,
    right: Id,
}

impl<'de> Deserialize<'de> for RawLink {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawLink, D::Error> {
        #[derive(Deserialize)]
        struct Named {
            left: Id,
            right: Id,
        }
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let ends = if text.starts_with('[') {
            serde_json::from_str(text)
        } else {
            serde_json::from_str(text).map(|Named { left, right }| (left, right))
        };
        ends.map(|(left, right)| RawLink { left, right }).map_err(D::Error::custom)
    }
}

impl RawLink {
    fn ends(&self) -> (String, String) {
        (self.left.text(), self.right.text())
    }
}

impl Question {
    pub fn read(text: &str) -> Result<Question, Unreadable> {
        let raw: RawQuestion = serde_json::from_str(text).map_err(|error| {
            Unreadable(
                format!("instance: JSON として読めません（{error}）"),
                format!("instance: not readable ({error})"),
            )
        })?;
        Question::build(raw)
            .map_err(|what| Unreadable(format!("instance: {what}（不正）"), format!("instance: bad {what}")))
    }

    fn build(raw: RawQuestion) -> Result<Question, String> {
        let left = raw.left.iter().map(|side| side.read(Some(1))).collect::<Result<Vec<_>, _>>()?;
        let mut nodes = raw.right.iter().map(|side| side.read(None)).collect::<Result<Vec<_>, _>>()?;
        let rights = nodes.len();
        for group in &raw.groups {
            nodes.push(group.read(None)?);
        }
        let left_ids = index(&left, "left id")?;
        let node_ids = index(&nodes, "right or group id")?;
        for (at, group) in raw.groups.iter().enumerate() {
            for member in &group.members {
                let inner = *node_ids.get(&member.text()).ok_or("group member")?;
                if nodes[inner].above.replace(rights + at).is_some() {
                    return Err(format!("nesting of {}", member.text()));
                }
            }
        }
        let mut pairs = Vec::with_capacity(raw.pairs.len());
        let mut by_ends = HashMap::with_capacity(raw.pairs.len());
        let mut of_left = vec![Vec::new(); left.len()];
        for (at, pair) in raw.pairs.iter().enumerate() {
            let l = *left_ids.get(&pair.left.text()).ok_or_else(|| format!("pairs[{at}].left"))?;
            let r = *node_ids
                .get(&pair.right.text())
                .filter(|&&r| r < rights)
                .ok_or_else(|| format!("pairs[{at}].right"))?;
            let value =
                number::read(pair.value.get(), number::PLACES).ok_or_else(|| format!("pairs[{at}].value"))?;
            let cost = yen(pair.cost).map_err(|_| format!("pairs[{at}].cost"))?.unwrap_or(0);
            if by_ends.insert((l, r), at).is_some() {
                return Err(format!("pairs[{at}], which repeats an earlier pair"));
            }
            of_left[l].push(at);
            pairs.push(Pair { left: l, right: r, value, cost });
        }
        let ends = |link: &RawLink, what: &str| -> Result<(usize, usize), String> {
            let (l, r) = link.ends();
            Ok((*left_ids.get(&l).ok_or(what)?, *node_ids.get(&r).filter(|&&r| r < rights).ok_or(what)?))
        };
        let listed = |links: &[RawLink], what: &str| -> Result<HashSet<usize>, String> {
            let ends = links.iter().map(|link| ends(link, what)).collect::<Result<Vec<_>, _>>()?;
            Ok(ends.iter().filter_map(|ends| by_ends.get(ends).copied()).collect())
        };
        let (forbids, previous) = (listed(&raw.forbids, "forbids")?, listed(&raw.previous, "previous")?);
        let mut locks = HashSet::new();
        for link in &raw.locks {
            locks.insert(*by_ends.get(&ends(link, "locks")?).ok_or("locks: a pair that is not listed")?);
        }
        let wishes = |lists: &HashMap<String, Vec<Id>>,
                      own: &HashMap<String, usize>,
                      other: &HashMap<String, usize>| {
            let one = |(id, list): (&String, &Vec<Id>)| -> Option<(usize, Vec<usize>)> {
                let list =
                    list.iter().map(|id| other.get(&id.text()).copied()).collect::<Option<Vec<_>>>()?;
                Some((*own.get(id)?, list))
            };
            lists.iter().map(one).collect::<Option<HashMap<_, _>>>().ok_or("preferences")
        };
        let left_wishes = wishes(&raw.left_prefs, &left_ids, &node_ids)?;
        let right_wishes = wishes(&raw.right_prefs, &node_ids, &left_ids)?;
        let penalty = raw
            .change_penalty
            .map_or(Some(0), |text| number::read(text.get(), number::PLACES))
            .ok_or("change_penalty")?;
        Ok(Question {
            left,
            nodes,
            rights,
            pairs,
            of_left,
            locks,
            forbids,
            previous,
            penalty,
            left_wishes,
            right_wishes,
            left_ids,
            node_ids,
            by_ends,
        })
    }

    pub fn find_left(&self, id: &str) -> Option<usize> {
        self.left_ids.get(id).copied()
    }

    /// A right or a group.
    pub fn find_node(&self, id: &str) -> Option<usize> {
        self.node_ids.get(id).copied()
    }

    pub fn pair(&self, left: &str, right: &str) -> Option<usize> {
        self.by_ends.get(&(self.find_left(left)?, self.find_node(right)?)).copied()
    }

    pub fn name(&self, pair: usize) -> String {
        let pair = &self.pairs[pair];
        format!("[{}, {}]", self.left[pair.left].id, self.nodes[pair.right].id)
    }

    /// The right and every group above it.
    pub fn above(&self, right: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(right), |&node| self.nodes[node].above)
    }

    /// What choosing a pair adds, seen from an assignment that keeps none of the earlier pairs.
    pub fn weight(&self, pair: usize) -> i128 {
        self.pairs[pair].value + if self.previous.contains(&pair) { self.penalty } else { 0 }
    }

    /// The objective of choosing nothing.
    pub fn constant(&self) -> i128 {
        -self.penalty * self.previous.len() as i128
    }

    pub fn sum(&self, chosen: &[usize]) -> i128 {
        self.constant() + chosen.iter().map(|&pair| self.weight(pair)).sum::<i128>()
    }
}

impl RawSide<'_> {
    fn read(&self, usual: Option<i128>) -> Result<Side, String> {
        let id = self.id.text();
        let bad = |what: &str| format!("{what} of {id}");
        let min = yen(self.min).map_err(|()| bad("min"))?.unwrap_or(0);
        let max = match self.max {
            None => usual,
            Some(max) => yen(Some(max)).map_err(|()| bad("max"))?,
        };
        let budget = yen(self.budget).map_err(|()| bad("budget"))?;
        if max.is_some_and(|max| min > max) {
            return Err(bad("min > max"));
        }
        Ok(Side { id, min, max, budget, above: None })
    }
}

/// A whole number that is not negative; `null` is none.
fn yen(text: Option<&RawValue>) -> Result<Option<i128>, ()> {
    let Some(text) = text.map(RawValue::get).filter(|text| *text != "null") else { return Ok(None) };
    let fine = number::read(text, number::PLACES).ok_or(())?;
    if fine < 0 || fine % number::UNIT != 0 { Err(()) } else { Ok(Some(fine / number::UNIT)) }
}

fn index(sides: &[Side], what: &str) -> Result<HashMap<String, usize>, String> {
    let mut index = HashMap::new();
    for (at, side) in sides.iter().enumerate() {
        if index.insert(side.id.clone(), at).is_some() {
            return Err(format!("{what}: {} appears twice", side.id));
        }
    }
    Ok(index)
}
