//! Random instances: small ones for brute force, larger ones of the shapes met in practice.

use crate::matching::engine::{Draft, DraftGroup, Instance};

/// A small, fast, reproducible generator (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `0..bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// True with `percent` in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

/// What a random instance may contain.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub lefts: u64,
    pub rights: u64,
    pub most_pairs: usize,
    /// Minimums, several places per left.
    pub bounds: bool,
    pub groups: bool,
    pub locks: bool,
    /// Budgets with one cost per right.
    pub budgets: bool,
    /// Costs that differ inside a right.
    pub mixed: bool,
    pub preferences: bool,
}

impl Recipe {
    pub const PLAIN: Recipe = Recipe {
        lefts: 5,
        rights: 4,
        most_pairs: 12,
        bounds: false,
        groups: false,
        locks: false,
        budgets: false,
        mixed: false,
        preferences: false,
    };
}

/// The parts of an instance before it is built, so that tests can write them in any order.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    pub left: Vec<(String, u32, u32)>,
    pub right: Vec<(String, u32, Option<u32>, Option<i64>)>,
    pub pairs: Vec<(String, String, i64, i64)>,
    pub groups: Vec<DraftGroup>,
    pub locks: Vec<(String, String)>,
    pub forbids: Vec<(String, String)>,
    pub previous: Vec<(String, String)>,
    pub penalty: i64,
    pub left_preferences: Vec<(String, Vec<String>)>,
    pub right_preferences: Vec<(String, Vec<String>)>,
}

impl Parts {
    pub fn build(&self) -> Instance {
        let mut draft = Draft::new();
        for (id, min, max) in &self.left {
            draft.left(id, *min, *max).expect("a fair left");
        }
        for (id, min, max, budget) in &self.right {
            draft.right(id, *min, *max, *budget).expect("a fair right");
        }
        for (left, right, value, cost) in &self.pairs {
            draft.pair(left, right, *value, *cost).expect("a fair pair");
        }
        for group in &self.groups {
            draft.group(group.clone()).expect("a fair group");
        }
        self.locks.iter().for_each(|(left, right)| draft.lock(left, right));
        self.forbids.iter().for_each(|(left, right)| draft.forbid(left, right));
        self.previous.iter().for_each(|(left, right)| draft.previous(left, right));
        draft.change_penalty(self.penalty).expect("not negative");
        self.left_preferences.iter().for_each(|(id, list)| draft.left_preference(id, list));
        self.right_preferences.iter().for_each(|(id, list)| draft.right_preference(id, list));
        draft.build().expect("a fair instance")
    }

    /// The same question with everything listed in another order.
    pub fn shuffled(&self, chance: &mut Chance) -> Parts {
        let mut other = self.clone();
        chance.shuffle(&mut other.left);
        chance.shuffle(&mut other.right);
        chance.shuffle(&mut other.pairs);
        chance.shuffle(&mut other.groups);
        chance.shuffle(&mut other.locks);
        chance.shuffle(&mut other.forbids);
        chance.shuffle(&mut other.previous);
        other
    }
}

/// Draws an instance.
pub fn parts(chance: &mut Chance, recipe: Recipe) -> Parts {
    let mut parts = Parts::default();
    let lefts = 1 + chance.below(recipe.lefts);
    let rights = 1 + chance.below(recipe.rights);
    let grain = [1_000_000, 500_000, 1, 137][chance.below(4) as usize];
    for at in 0..lefts {
        let max = if recipe.bounds && chance.percent(30) { 1 + chance.below(3) as u32 } else { 1 };
        let min =
            if recipe.bounds && chance.percent(25) { 1 + chance.below(u64::from(max)) as u32 } else { 0 };
        parts.left.push((format!("t{at}"), min, max));
    }
    for at in 0..rights {
        let max = chance.percent(80).then(|| chance.below(4) as u32);
        let min = if recipe.bounds && chance.percent(25) {
            (1 + chance.below(2) as u32).min(max.unwrap_or(9))
        } else {
            0
        };
        let budget = (recipe.budgets && chance.percent(60)).then(|| chance.below(40) as i64);
        parts.right.push((format!("p{at}"), min, max, budget));
    }
    let costs: Vec<i64> = (0..rights).map(|_| chance.below(15) as i64).collect();
    let mut ends: Vec<(u64, u64)> = (0..lefts).flat_map(|l| (0..rights).map(move |r| (l, r))).collect();
    chance.shuffle(&mut ends);
    let wanted = chance.below(recipe.most_pairs as u64 + 1) as usize;
    for &(l, r) in ends.iter().take(wanted) {
        let value = (chance.below(12) as i64 - 2) * grain;
        let cost = match (recipe.budgets, recipe.mixed) {
            (true, true) => chance.below(15) as i64,
            (true, false) => costs[r as usize],
            _ => 0,
        };
        parts.pairs.push((format!("t{l}"), format!("p{r}"), value, cost));
    }
    if recipe.groups && rights >= 2 {
        let split = 1 + chance.below(rights - 1);
        let names = |range: std::ops::Range<u64>| range.map(|at| format!("p{at}")).collect::<Vec<_>>();
        let max = |chance: &mut Chance| chance.percent(70).then(|| chance.below(4) as u32);
        let budget = |chance: &mut Chance| {
            (recipe.budgets && recipe.mixed && chance.percent(50)).then(|| chance.below(60) as i64)
        };
        parts.groups.push(DraftGroup {
            id: "g1".into(),
            members: names(0..split),
            max: max(chance),
            budget: budget(chance),
        });
        let mut members = names(split..rights);
        members.push("g1".into());
        parts.groups.push(DraftGroup { id: "g2".into(), members, max: max(chance), budget: budget(chance) });
    }
    if recipe.locks && !parts.pairs.is_empty() {
        for _ in 0..chance.below(3) {
            let (left, right, ..) = parts.pairs[chance.below(parts.pairs.len() as u64) as usize].clone();
            let link = (left, right);
            let taken = parts.locks.contains(&link) || parts.forbids.contains(&link);
            match chance.below(3) {
                0 if !taken => parts.locks.push(link),
                1 if !taken => parts.forbids.push(link),
                _ => parts.previous.push(link),
            }
        }
        parts.penalty = chance.below(3) as i64 * grain;
    }
    if recipe.preferences {
        for at in 0..lefts {
            if chance.percent(60) {
                let mut list: Vec<String> = parts
                    .pairs
                    .iter()
                    .filter(|pair| pair.0 == format!("t{at}"))
                    .map(|pair| pair.1.clone())
                    .collect();
                chance.shuffle(&mut list);
                parts.left_preferences.push((format!("t{at}"), list));
            }
        }
        for at in 0..rights {
            if chance.percent(60) {
                let mut list: Vec<String> = parts
                    .pairs
                    .iter()
                    .filter(|pair| pair.1 == format!("p{at}"))
                    .map(|pair| pair.0.clone())
                    .collect();
                chance.shuffle(&mut list);
                parts.right_preferences.push((format!("p{at}"), list));
            }
        }
    }
    parts
}

/// The instance as JSON, written by hand so that reading is tested too.
pub fn json(parts: &Parts) -> String {
    use serde_json::{Map, Value, json};
    let links =
        |links: &[(String, String)]| -> Vec<Value> { links.iter().map(|(l, r)| json!([l, r])).collect() };
    let number =
        |scaled: i64| serde_json::to_value(crate::matching::engine::Scaled(scaled.into())).expect("a number");
    let left: Vec<Value> =
        parts.left.iter().map(|(id, min, max)| json!({"id": id, "min": min, "max": max})).collect();
    let right: Vec<Value> = parts
        .right
        .iter()
        .map(|(id, min, max, budget)| {
            let mut side = Map::new();
            side.insert("id".into(), json!(id));
            side.insert("min".into(), json!(min));
            max.map(|max| side.insert("max".into(), json!(max)));
            budget.map(|budget| side.insert("budget".into(), json!(budget)));
            Value::Object(side)
        })
        .collect();
    let pairs: Vec<Value> = parts
        .pairs
        .iter()
        .map(|(l, r, value, cost)| json!({"left": l, "right": r, "value": number(*value), "cost": cost}))
        .collect();
    let groups: Vec<Value> = parts.groups.iter().map(|group| json!({"id": group.id, "members": group.members, "max": group.max, "budget": group.budget})).collect();
    let lists = |lists: &[(String, Vec<String>)]| -> Value {
        Value::Object(lists.iter().map(|(id, list)| (id.clone(), json!(list))).collect())
    };
    json!({
        "left": left, "right": right, "pairs": pairs, "groups": groups, "locks": links(&parts.locks), "forbids": links(&parts.forbids),
        "previous": links(&parts.previous), "change_penalty": number(parts.penalty),
        "left_prefs": lists(&parts.left_preferences), "right_prefs": lists(&parts.right_preferences),
    })
    .to_string()
}
