//! Weak duality: what no assignment can exceed at given prices.
//!
//! At any prices p, the weight of an assignment is at most
//! Σ over lefts of the best choice at "weight − price", plus Σ over rights and groups of the most their limits
//! earn at their price. Branches fix pairs in or out; together the leaves cover every assignment.

use super::question::{Pair, Question};
use super::reply::{Branch, Prices, Proof};
use super::whole::Bag;
use super::{Fault, number};
use std::collections::HashMap;

type Weight<'a> = &'a dyn Fn(usize) -> Option<i128>;

/// Fails unless the proof shows that no assignment weighs more than `target`. Weights are in billionths; a pair
/// without weight is left out. `reached` is the weight of a known assignment (solutions up to it are of no interest).
pub(super) fn prove(
    question: &Question,
    weight: Weight,
    proof: &Proof,
    target: i128,
    reached: i128,
) -> Result<(), Fault> {
    let mut scene = Scene::new(question, weight);
    let found = scene.greatest(proof, reached)?;
    if found > target {
        return Err(Fault::new(
            "証明の双対値から得られる上界が、主張より大きくなっています",
            "the bound that the certificate's prices prove is above the stated one",
        ));
    }
    if !proof.left.is_empty() {
        scene.check_left_prices(proof, target)?;
    }
    Ok(())
}

/// Fails unless the proof shows that no assignment exists at all.
pub(super) fn prove_impossible(question: &Question, proof: &Proof) -> Result<(), Fault> {
    let mut scene = Scene::new(question, &|_| Some(0));
    // Worth nothing, an assignment would weigh 0: leaves below that are impossible.
    let found = scene.greatest(proof, -1)?;
    if found >= 0 {
        return Err(Fault::new(
            "割当が存在しないことを双対値が示していません",
            "the prices do not show that there is no assignment",
        ));
    }
    Ok(())
}

struct Scene<'a> {
    question: &'a Question,
    weights: Vec<Option<i128>>,
    /// Most places of each right and group, budgets over pairs of one cost included.
    caps: Vec<i128>,
    /// The weight of every pair that is not locked is a multiple of this.
    grain: i128,
    /// Weight of the locked pairs.
    locked: i128,
    /// What is ruled in or out before the tree begins.
    ruled: Vec<Option<bool>>,
    /// Pairs of each left that have a weight and are not ruled out.
    of_left: Vec<Vec<usize>>,
}

/// Prices per node, converted to the arithmetic of one evaluation.
struct Table {
    place: Vec<i128>,
    yen: Vec<i128>,
    /// Prices of the lefts, where the rights choose whole pairs.
    left: Option<Vec<i128>>,
    /// Units per billionth of value.
    unit: i128,
    /// Units of `place` per price unit.
    place_unit: i128,
}

type Fixed = HashMap<usize, bool>;

/// Gains of pairs taken in any case, and gains with pairs of those left to choose from, best first.
type Gains = (Vec<i128>, Vec<(i128, usize)>);

fn overflow() -> Fault {
    Fault::new("双対値が大きすぎます", "a price is too large to check")
}

impl<'a> Scene<'a> {
    fn new(question: &'a Question, weight: Weight) -> Scene<'a> {
        // A pair dearer than what the locked pairs leave of a budget can never be chosen.
        let mut left_of_budget: Vec<Option<i128>> = question.nodes.iter().map(|node| node.budget).collect();
        for &lock in &question.locks {
            for node in question.above(question.pairs[lock].right) {
                left_of_budget[node] = left_of_budget[node].map(|rest| rest - question.pairs[lock].cost);
            }
        }
        let affordable = |pair: usize| {
            let Pair { right, cost, .. } = question.pairs[pair];
            question.above(right).all(|node| left_of_budget[node].is_none_or(|rest| cost <= rest))
        };
        let free = |pair: usize| {
            !question.locks.contains(&pair) && !question.forbids.contains(&pair) && affordable(pair)
        };
        let weights: Vec<Option<i128>> = (0..question.pairs.len())
            .map(|pair| {
                if question.locks.contains(&pair) {
                    weight(pair).or(Some(0))
                } else {
                    weight(pair).filter(|_| free(pair))
                }
            })
            .collect();
        let of_free = weights
            .iter()
            .enumerate()
            .filter(|(pair, _)| !question.locks.contains(pair))
            .filter_map(|(_, weight)| *weight);
        let grain = of_free.fold(0, gcd).max(1);
        let locked = question.locks.iter().filter_map(|&pair| weights[pair]).sum();
        let ruled = vec![None; question.pairs.len()];
        let mut scene =
            Scene { question, weights, caps: Vec::new(), grain, locked, ruled, of_left: Vec::new() };
        scene.caps = scene.caps();
        scene.list();
        scene
    }

    fn list(&mut self) {
        let open = |&pair: &usize| self.weights[pair].is_some() && self.ruled[pair] != Some(false);
        self.of_left =
            self.question.of_left.iter().map(|pairs| pairs.iter().copied().filter(open).collect()).collect();
    }

    /// Whether a pair is surely in or out.
    fn fate(&self, pair: usize, fixed: &Fixed) -> Option<bool> {
        if self.question.locks.contains(&pair) {
            return Some(true);
        }
        self.ruled[pair].or_else(|| fixed.get(&pair).copied())
    }

    fn caps(&self) -> Vec<i128> {
        let nodes = self.question.nodes.len();
        let (mut open, mut locked, mut locked_yen) =
            (vec![0i128; nodes], vec![0i128; nodes], vec![0i128; nodes]);
        let mut costs: Vec<Option<Result<i128, ()>>> = vec![None; nodes];
        for (at, pair) in self.question.pairs.iter().enumerate().filter(|&(at, _)| self.weights[at].is_some())
        {
            let is_lock = self.question.locks.contains(&at);
            for node in self.question.above(pair.right) {
                if is_lock {
                    locked[node] += 1;
                    locked_yen[node] += pair.cost;
                    continue;
                }
                open[node] += 1;
                costs[node] = match costs[node] {
                    None => Some(Ok(pair.cost)),
                    Some(Ok(cost)) if cost == pair.cost => Some(Ok(cost)),
                    _ => Some(Err(())),
                };
            }
        }
        let one = |node: usize| {
            let side = &self.question.nodes[node];
            let mut cap = open[node] + locked[node];
            if let Some(max) = side.max {
                cap = cap.min(max);
            }
            if let (Some(budget), Some(Ok(cost))) = (side.budget, costs[node])
                && cost > 0
            {
                cap = cap.min(locked[node] + (budget - locked_yen[node]).max(0) / cost);
            }
            cap
        };
        (0..nodes).map(one).collect()
    }

    /// The least weight that no assignment exceeds, by the leaves of the proof; at least `reached`.
    fn greatest(&mut self, proof: &Proof, reached: i128) -> Result<i128, Fault> {
        let tables = proof.prices.iter().map(|prices| self.table(prices)).collect::<Result<Vec<_>, _>>()?;
        let nothing = [self.table(&Prices::default())?];
        let tables = if tables.is_empty() { &nothing[..] } else { &tables[..] };
        for &at in &proof.ruled_by {
            let table = tables
                .get(at)
                .ok_or_else(|| Fault::new("探索木が壊れています", "the search tree is malformed"))?;
            for (pair, chosen) in self.ruled_out(table, reached)? {
                self.ruled[pair] = Some(chosen);
            }
            self.list();
        }
        if proof.tree.is_empty() {
            return self.leaf(&tables[0], &Fixed::new(), reached);
        }
        let mut greatest = reached;
        let mut stack = vec![(0, Fixed::new())];
        let mut seen = vec![false; proof.tree.len()];
        while let Some((node, fixed)) = stack.pop() {
            let bad = || Fault::new("探索木が壊れています", "the search tree is malformed");
            if std::mem::replace(seen.get_mut(node).ok_or_else(bad)?, true) {
                return Err(bad());
            }
            match &proof.tree[node] {
                Branch::Leaf(at) => {
                    let bound = self.leaf(tables.get(*at).ok_or_else(bad)?, &fixed, greatest)?;
                    greatest = greatest.max(bound);
                }
                Branch::Split { pair: (left, right), inside, out } => {
                    let pair = self.question.pair(left, right).ok_or_else(bad)?;
                    for (child, chosen) in [(*inside, true), (*out, false)] {
                        // A branch against what is already fixed holds nothing.
                        if self.fate(pair, &fixed).is_none_or(|known| known == chosen) {
                            let mut fixed = fixed.clone();
                            fixed.insert(pair, chosen);
                            stack.push((child, fixed));
                        }
                    }
                }
            }
        }
        Ok(greatest)
    }

    fn leaf(&self, table: &Table, fixed: &Fixed, greatest: i128) -> Result<i128, Fault> {
        let Some(bound) = self.bound(table, fixed)? else { return Ok(i128::MIN) };
        if bound <= greatest || table.left.is_some() {
            return Ok(bound);
        }
        // Prices may also show that the leaf holds no assignment at all.
        let worthless = Scene {
            question: self.question,
            weights: self.weights.iter().map(|weight| weight.map(|_| 0)).collect(),
            caps: self.caps.clone(),
            grain: 1,
            locked: 0,
            ruled: self.ruled.clone(),
            of_left: self.of_left.clone(),
        };
        match worthless.bound(table, fixed)? {
            Some(nothing) if nothing >= 0 => Ok(bound),
            _ => Ok(i128::MIN),
        }
    }

    /// Pairs that no assignment above `reached` can contain, or do without, at these prices.
    fn ruled_out(&self, table: &Table, reached: i128) -> Result<Vec<(usize, bool)>, Fault> {
        let (mut ruled, nobody) = (Vec::new(), Fixed::new());
        if let Some(left) = &table.left {
            return self.ruled_out_by_whole_choices(table, left, reached);
        }
        let Some(total) = self.exact(table, &nobody)? else { return Ok(ruled) };
        for left in 0..self.question.left.len() {
            let (taken, free) = self.gains(table, left, &nobody)?;
            let own = self.best_of(left, &taken, free.iter().map(|&(gain, _)| gain))?.unwrap_or(0);
            for (at, &(gain, pair)) in free.iter().enumerate() {
                let others =
                    || free.iter().enumerate().filter(move |&(other, _)| other != at).map(|(_, f)| f.0);
                for chosen in [true, false] {
                    let mut taken = taken.clone();
                    taken.extend(chosen.then_some(gain));
                    let allowed = self.best_of(left, &taken, others())?;
                    let bound = allowed.map(|value| self.floor(total - own + value, table));
                    if bound.is_none_or(|bound| bound <= reached) {
                        ruled.push((pair, !chosen));
                        break;
                    }
                }
            }
        }
        Ok(ruled)
    }

    fn table(&self, prices: &Prices) -> Result<Table, Fault> {
        let nodes = self.question.nodes.len();
        let (mut place, mut yen) = (vec![0; nodes], vec![0; nodes]);
        for (list, target) in [(&prices.place, &mut place), (&prices.yen, &mut yen)] {
            for (id, &price) in list {
                let Some(node) = self.question.find_node(id) else {
                    return Err(Fault::new(
                        format!("双対値の「{id}」は実在しません"),
                        format!("a price names {id}, which does not exist"),
                    ));
                };
                target[node] = price;
            }
        }
        if yen.iter().any(|&price| price < 0) {
            return Err(Fault::new("円の双対値が負です", "a price of yen is negative"));
        }
        let mut left = None;
        if !prices.left.is_empty() {
            let mut list = vec![0; self.question.left.len()];
            for (id, &price) in &prices.left {
                let Some(at) = self.question.find_left(id) else {
                    return Err(Fault::new(
                        format!("双対値の「{id}」は実在しません"),
                        format!("a price names {id}, which does not exist"),
                    ));
                };
                list[at] = price;
            }
            left = Some(list);
        }
        let with_yen = left.is_some() || yen.iter().any(|&price| price != 0);
        let (unit, place_unit) =
            if with_yen { (number::PRICES * 1_000_000_000, 1_000_000_000) } else { (number::PRICES, 1) };
        Ok(Table { place, yen, left, unit, place_unit })
    }

    /// The bound in billionths; `None` when the fixed pairs leave no choice at all.
    fn bound(&self, table: &Table, fixed: &Fixed) -> Result<Option<i128>, Fault> {
        Ok(self.exact(table, fixed)?.map(|total| self.floor(total, table)))
    }

    /// Weights are whole multiples of the grain, so a bound may be cut down to one.
    fn floor(&self, total: i128, table: &Table) -> i128 {
        (total.div_euclid(table.unit) - self.locked).div_euclid(self.grain) * self.grain + self.locked
    }

    fn exact(&self, table: &Table, fixed: &Fixed) -> Result<Option<i128>, Fault> {
        if let Some(left) = &table.left {
            return self.by_whole_choices(table, left, fixed);
        }
        let mut total: i128 = 0;
        for (node, side) in self.question.nodes.iter().enumerate() {
            if side.min > self.caps[node] {
                return Ok(None);
            }
            let place = table.place[node].checked_mul(table.place_unit).ok_or_else(overflow)?;
            let most = if place >= 0 { self.caps[node] } else { side.min };
            let places = place.checked_mul(most).ok_or_else(overflow)?;
            let yen = table.yen[node].checked_mul(side.budget.unwrap_or(0)).ok_or_else(overflow)?;
            if table.yen[node] > 0 && side.budget.is_none() {
                return Err(Fault::new(
                    "予算のない相手に円の双対値があります",
                    "a price of yen where there is no budget",
                ));
            }
            total =
                total.checked_add(places).and_then(|total| total.checked_add(yen)).ok_or_else(overflow)?;
        }
        for left in 0..self.question.left.len() {
            let Some(choice) = self.choice(table, left, fixed)? else { return Ok(None) };
            total = total.checked_add(choice).ok_or_else(overflow)?;
        }
        Ok(Some(total))
    }

    /// The bound when the lefts have prices and every right chooses its best whole set.
    fn by_whole_choices(
        &self,
        table: &Table,
        left_prices: &[i128],
        fixed: &Fixed,
    ) -> Result<Option<i128>, Fault> {
        let question = self.question;
        let times = |a: i128, b: i128| a.checked_mul(b).ok_or_else(overflow);
        let mut total: i128 = 0;
        for (left, &price) in left_prices.iter().enumerate() {
            let side = &question.left[left];
            let open =
                question.of_left[left].iter().filter(|&&pair| self.weights[pair].is_some()).count() as i128;
            let count = if price >= 0 { side.max.unwrap_or(open).min(open) } else { side.min };
            total = total.checked_add(times(times(price, table.place_unit)?, count)?).ok_or_else(overflow)?;
        }
        for node in question.rights..question.nodes.len() {
            let side = &question.nodes[node];
            let count = if table.place[node] >= 0 { self.caps[node] } else { side.min };
            let places = times(times(table.place[node], table.place_unit)?, count)?;
            total = total
                .checked_add(places + times(table.yen[node], side.budget.unwrap_or(0))?)
                .ok_or_else(overflow)?;
        }
        for (bag, _) in self.bags(table, left_prices, fixed)? {
            let Some(best) = bag.best()? else { return Ok(None) };
            total = total.checked_add(best).ok_or_else(overflow)?;
        }
        Ok(Some(total))
    }

    /// The rights with what each may choose from; beside each its pairs, in the order of the items.
    fn bags(
        &self,
        table: &Table,
        left_prices: &[i128],
        fixed: &Fixed,
    ) -> Result<Vec<(Bag, Vec<usize>)>, Fault> {
        let question = self.question;
        let times = |a: i128, b: i128| a.checked_mul(b).ok_or_else(overflow);
        let mut bags: Vec<(Bag, Vec<usize>)> = (0..question.rights)
            .map(|right| {
                let bag = Bag {
                    min: question.nodes[right].min,
                    max: self.caps[right],
                    budget: question.nodes[right].budget,
                    place: table.place[right] * table.place_unit,
                    yen: table.yen[right],
                    sure: 0,
                    items: Vec::new(),
                };
                (bag, Vec::new())
            })
            .collect();
        for (at, pair) in question.pairs.iter().enumerate() {
            let fate = self.fate(at, fixed);
            let Some(weight) = self.weights[at].filter(|_| fate != Some(false)) else { continue };
            let mut profit = times(weight, table.unit)? - times(left_prices[pair.left], table.place_unit)?;
            for node in question.above(pair.right).skip(1) {
                profit -= times(table.place[node], table.place_unit)? + times(table.yen[node], pair.cost)?;
            }
            let (bag, pairs) = &mut bags[pair.right];
            if fate == Some(true) {
                bag.min -= 1;
                bag.max -= 1;
                bag.budget = bag.budget.map(|budget| budget - pair.cost);
                bag.sure += profit;
            } else {
                bag.items.push((profit, pair.cost));
                pairs.push(at);
            }
        }
        Ok(bags)
    }

    /// Pairs that no assignment above `reached` can contain, or do without: whoever takes what is worth less than its
    /// guiding prices, or leaves what is worth more, loses the difference against the ceiling of that right.
    fn ruled_out_by_whole_choices(
        &self,
        table: &Table,
        left_prices: &[i128],
        reached: i128,
    ) -> Result<Vec<(usize, bool)>, Fault> {
        let nobody = Fixed::new();
        let mut ruled = Vec::new();
        let Some(total) = self.exact(table, &nobody)? else { return Ok(ruled) };
        for (bag, pairs) in self.bags(table, left_prices, &nobody)? {
            let ceiling = bag.ceiling();
            let beyond: Vec<i128> = bag.items.iter().map(|item| bag.beyond(item)).collect();
            let Some(best) = bag.best()? else { return Ok(Vec::new()) };
            for (pair, beyond) in pairs.into_iter().zip(beyond) {
                if self.floor(total - best + ceiling - beyond.abs(), table) <= reached {
                    ruled.push((pair, beyond > 0));
                }
            }
        }
        Ok(ruled)
    }

    /// What a pair gains at these prices.
    fn gain(&self, table: &Table, pair: usize, weight: i128) -> Result<i128, Fault> {
        let mut gain = weight.checked_mul(table.unit).ok_or_else(overflow)?;
        let cost = self.question.pairs[pair].cost;
        for node in self.question.above(self.question.pairs[pair].right) {
            let place = table.place[node].checked_mul(table.place_unit).ok_or_else(overflow)?;
            let yen = table.yen[node].checked_mul(cost).ok_or_else(overflow)?;
            gain = gain.checked_sub(place).and_then(|gain| gain.checked_sub(yen)).ok_or_else(overflow)?;
        }
        Ok(gain)
    }

    /// Gains of the pairs taken in any case, and of the free ones, best first.
    fn gains(&self, table: &Table, left: usize, fixed: &Fixed) -> Result<Gains, Fault> {
        let (mut taken, mut free) = (Vec::new(), Vec::new());
        for &pair in &self.of_left[left] {
            let Some(weight) = self.weights[pair] else { continue };
            let fate = self.fate(pair, fixed);
            if fate == Some(false) {
                continue;
            }
            let gain = self.gain(table, pair, weight)?;
            if fate == Some(true) { taken.push(gain) } else { free.push((gain, pair)) }
        }
        free.sort_unstable_by(|a, b| b.cmp(a));
        Ok((taken, free))
    }

    /// The most a left can gain within its bounds; `None` when it cannot keep them.
    fn choice(&self, table: &Table, left: usize, fixed: &Fixed) -> Result<Option<i128>, Fault> {
        let (taken, free) = self.gains(table, left, fixed)?;
        self.best_of(left, &taken, free.iter().map(|&(gain, _)| gain))
    }

    /// The same from the gains of what is taken and of what is free, best first.
    fn best_of(
        &self,
        left: usize,
        taken: &[i128],
        free: impl Iterator<Item = i128>,
    ) -> Result<Option<i128>, Fault> {
        let side = &self.question.left[left];
        let mut count = taken.len() as i128;
        let most = side.max.unwrap_or(i128::MAX);
        if count > most {
            return Ok(None);
        }
        let mut total = taken.iter().sum::<i128>();
        for gain in free {
            if count >= most || (gain <= 0 && count >= side.min) {
                break;
            }
            total = total.checked_add(gain).ok_or_else(overflow)?;
            count += 1;
        }
        Ok((count >= side.min).then_some(total))
    }

    /// The printed prices of the lefts must give the same bound by the textbook formula.
    fn check_left_prices(&self, proof: &Proof, target: i128) -> Result<(), Fault> {
        let wrong = || {
            Fault::new(
                "左側の双対値が最適性を示しません",
                "the prices of the left side do not prove the bound",
            )
        };
        if proof.left.keys().any(|id| self.question.find_left(id).is_none())
            || proof.prices.len() != 1
            || !proof.tree.is_empty()
        {
            return Err(wrong());
        }
        let table = self.table(&proof.prices[0])?;
        if table.unit != number::PRICES {
            return Err(wrong());
        }
        let mut total: i128 = 0;
        for (node, side) in self.question.nodes.iter().enumerate() {
            let price = table.place[node];
            total += price * if price >= 0 { self.caps[node] } else { side.min };
        }
        for (left, side) in self.question.left.iter().enumerate() {
            let price = proof.left.get(&side.id).copied().unwrap_or(0);
            total += if price >= 0 {
                price * side.max.unwrap_or(self.question.of_left[left].len() as i128)
            } else {
                price * side.min
            };
            for &pair in &self.question.of_left[left] {
                let Some(weight) = self.weights[pair] else { continue };
                let beyond = self.gain(&table, pair, weight)? - price;
                total += if self.question.locks.contains(&pair) { beyond } else { beyond.max(0) };
            }
        }
        if total.div_euclid(table.unit) > target { Err(wrong()) } else { Ok(()) }
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}
