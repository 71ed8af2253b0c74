//! Times of the assignment engine on the stated sizes, one thread, with the proof checked by the independent checker;
//! and the ratio to microlp, a maintained linear-programming crate, where that finishes in reasonable time.
//!
//! `cargo bench --bench assignment` (add `-- quick` to leave microlp out, `-- mixed` for the second table alone: costs that
//! differ under nested yen ceilings, twenty seconds for either solver).

use microlp::{ComparisonOp, OptimizationDirection, Problem};
use nakadachi::matching::checker::{self, Verdict};
use nakadachi::matching::engine::{
    self, Draft, DraftGroup, Instance, MILLIONTH, Objective, Options, SCALE, Solution, solve,
};
use std::time::{Duration, Instant};

/// SplitMix64: the same instances on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[derive(Clone, Copy)]
enum Values {
    /// Six decimals, uniform in 0..1.
    Fine,
    /// Four levels, as declared interest: many ties.
    Levels,
}

struct Case {
    name: &'static str,
    lefts: u64,
    rights: u64,
    /// Pairs per left; all rights when equal to `rights`.
    degree: u64,
    /// Places per right.
    places: u32,
    minimum: u32,
    values: Values,
    target: Option<Duration>,
    against_microlp: bool,
}

fn instance(case: &Case, seed: u64) -> (Instance, String) {
    let mut chance = Chance(seed);
    let mut draft = Draft::new();
    let (mut left, mut right, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    for l in 0..case.lefts {
        draft.left(&format!("t{l:05}"), 0, 1).expect("a left");
        left.push(format!(r#"{{"id":"t{l:05}"}}"#));
    }
    for r in 0..case.rights {
        draft.right(&format!("p{r:03}"), case.minimum, Some(case.places), None).expect("a right");
        right.push(format!(r#"{{"id":"p{r:03}","min":{},"max":{}}}"#, case.minimum, case.places));
    }
    for l in 0..case.lefts {
        let mut rights: Vec<u64> = (0..case.rights).collect();
        for at in 0..case.degree.min(case.rights) as usize {
            let other = at + (chance.next() % (case.rights - at as u64)) as usize;
            rights.swap(at, other);
        }
        for &r in &rights[..case.degree as usize] {
            let value = match case.values {
                Values::Fine => (chance.next() % 1_000_000) as i64 * MILLIONTH,
                Values::Levels => (chance.next() % 4 + 1) as i64 * SCALE,
            };
            draft.pair(&format!("t{l:05}"), &format!("p{r:03}"), value, 0).expect("a pair");
            pairs.push(format!(
                r#"{{"left":"t{l:05}","right":"p{r:03}","value":{}.{:06}}}"#,
                value / SCALE,
                value % SCALE / MILLIONTH
            ));
        }
    }
    let json = format!(
        r#"{{"left":[{}],"right":[{}],"pairs":[{}]}}"#,
        left.join(","),
        right.join(","),
        pairs.join(",")
    );
    (draft.build().expect("an instance"), json)
}

fn by_microlp(instance: &Instance) -> Option<(f64, Duration)> {
    let start = Instant::now();
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    problem.set_time_limit(Duration::from_secs(120));
    let (mut left, mut right) =
        (vec![Vec::new(); instance.left.len()], vec![Vec::new(); instance.right.len()]);
    for pair in &instance.pairs {
        let variable = problem.add_var(pair.value as f64 / SCALE as f64, (0.0, 1.0));
        left[pair.left as usize].push((variable, 1.0));
        right[pair.right as usize].push((variable, 1.0));
    }
    for (row, side) in left.iter().zip(&instance.left) {
        problem.add_constraint(&row[..], ComparisonOp::Le, f64::from(side.max));
    }
    for (row, side) in right.iter().zip(&instance.right) {
        problem.add_constraint(&row[..], ComparisonOp::Le, side.max.map_or(f64::INFINITY, f64::from));
        if side.min > 0 {
            problem.add_constraint(&row[..], ComparisonOp::Ge, f64::from(side.min));
        }
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    Some((solution.objective(), start.elapsed()))
}

fn timed(instance: &Instance, objective: Objective) -> (Solution, Duration) {
    let mut best = Duration::MAX;
    let mut solution = None;
    for _ in 0..5 {
        let start = Instant::now();
        let found = solve(instance, objective, &Options::default());
        best = best.min(start.elapsed());
        solution = Some(found);
        if best > Duration::from_secs(2) {
            break;
        }
    }
    (solution.expect("at least one run"), best)
}

/// Seconds that either solver has for an instance of mixed costs.
const PATIENCE: u64 = 20;

/// Costs that differ from pair to pair under a budget per right, and with `nested` under ceilings of six rights each and of
/// all.
fn mixed(lefts: u64, rights: u64, degree: u64, nested: bool) -> Instance {
    let mut chance = Chance(lefts * 1_000 + rights * 10 + degree + u64::from(nested));
    let mut draft = Draft::new();
    let million = 1_000_000;
    let share = (lefts * 6 / 10 / rights).max(1);
    let mut budgets = Vec::new();
    for r in 0..rights {
        let most = share * (6 + chance.next() % 11) / 10;
        let budget = (share * (60 + chance.next() % 70) / 100 * 27 * million) as i64;
        draft.right(&format!("p{r:03}"), 0, Some(most.max(1) as u32), Some(budget)).expect("a right");
        budgets.push(budget);
    }
    for l in 0..lefts {
        draft.left(&format!("t{l:05}"), 0, 1).expect("a left");
        let usual = 5 + chance.next() % 46;
        let mut list: Vec<u64> = (0..rights).collect();
        for at in 0..degree.min(rights) as usize {
            list.swap(at, at + (chance.next() % (rights - at as u64)) as usize);
        }
        for &r in &list[..degree.min(rights) as usize] {
            let cost = ((usual + chance.next() % 9).saturating_sub(4).max(1) * million) as i64;
            let value = (chance.next() % 10_000) as i64 * 100 * MILLIONTH;
            draft.pair(&format!("t{l:05}"), &format!("p{r:03}"), value, cost).expect("a pair");
        }
    }
    if nested {
        let names: Vec<String> = (0..rights).map(|r| format!("p{r:03}")).collect();
        let mut groups = Vec::new();
        for (at, members) in names.chunks(6).enumerate() {
            let sum: i64 = budgets[at * 6..at * 6 + members.len()].iter().sum();
            let id = format!("g{at}");
            let group = DraftGroup {
                id: id.clone(),
                members: members.to_vec(),
                max: None,
                budget: Some(sum * 85 / 100),
            };
            draft.group(group).expect("a group");
            groups.push(id);
        }
        let all = budgets.iter().sum::<i64>() * 3 / 4;
        draft
            .group(DraftGroup { id: "all".into(), members: groups, max: None, budget: Some(all) })
            .expect("a group");
    }
    draft.build().expect("an instance")
}

/// Objective, relative gap and time.
fn mixed_by_microlp(instance: &Instance) -> Option<(f64, f64, Duration)> {
    let start = Instant::now();
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    problem.set_time_limit(Duration::from_secs(PATIENCE));
    let mut left = vec![Vec::new(); instance.left.len()];
    let nodes = instance.right.len() + instance.groups.len();
    let (mut count, mut money) = (vec![Vec::new(); nodes], vec![Vec::new(); nodes]);
    for pair in &instance.pairs {
        let variable = problem.add_binary_var(pair.value as f64 / SCALE as f64);
        left[pair.left as usize].push((variable, 1.0));
        let above = instance.groups_above(pair.right).into_iter().map(|g| instance.right.len() + g as usize);
        for node in std::iter::once(pair.right as usize).chain(above) {
            count[node].push((variable, 1.0));
            money[node].push((variable, pair.cost as f64 / 1e6));
        }
    }
    for (row, side) in left.iter().zip(&instance.left) {
        problem.add_constraint(&row[..], ComparisonOp::Le, f64::from(side.max));
    }
    let limits = instance.right.iter().map(|right| (right.max, right.budget));
    let limits = limits.chain(instance.groups.iter().map(|group| (group.max, group.budget)));
    for ((max, budget), (count, money)) in limits.zip(count.iter().zip(&money)) {
        if let Some(max) = max {
            problem.add_constraint(&count[..], ComparisonOp::Le, f64::from(max));
        }
        if let Some(budget) = budget {
            problem.add_constraint(&money[..], ComparisonOp::Le, budget as f64 / 1e6);
        }
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    Some((solution.objective(), solution.gap().unwrap_or(f64::NAN), start.elapsed()))
}

fn compare_mixed(quick: bool) {
    println!(
        "\n{:<30} {:>10} {:>9} {:>8} {:>8} | {:>10} {:>9} {:>8}",
        "mixed costs", "objective", "gap", "time", "proof", "microlp", "gap", "time"
    );
    for (lefts, rights, degree) in [(60, 10, 10), (200, 30, 10), (200, 30, 30), (600, 60, 10), (600, 60, 60)]
    {
        for nested in [false, true] {
            let instance = mixed(lefts, rights, degree, nested);
            let start = Instant::now();
            let deadline = start + Duration::from_secs(PATIENCE);
            let stop = || Instant::now() >= deadline;
            let solution =
                solve(&instance, Objective::MaxSum, &Options { stop: &stop, ..Options::default() });
            let time = start.elapsed();
            let verdict = checker::verify(instance.to_json().as_bytes(), solution.to_json().as_bytes());
            let proof = if matches!(verdict, Ok(Verdict::Proven(..))) { "proven" } else { "FAILED" };
            let value = |value: Option<engine::Scaled>| value.map_or(f64::NAN, engine::Scaled::as_f64);
            let (objective, bound) = (value(solution.objective), value(solution.bound));
            let gap = |gap: f64| format!("{:.4} %", 100.0 * gap);
            let mut other = (String::new(), String::new(), String::new());
            if !quick {
                other = mixed_by_microlp(&instance).map_or(
                    ("none".into(), String::new(), format!("> {PATIENCE} s")),
                    |(value, found, time)| (format!("{value:.4}"), gap(found), format!("{time:.1?}")),
                );
            }
            println!(
                "{:<30} {:>10} {:>9} {:>8} {:>8} | {:>10} {:>9} {:>8}",
                format!("{lefts} x {rights}, {degree} each{}", if nested { ", nested" } else { "" }),
                format!("{objective:.4}"),
                gap((bound - objective) / objective.abs().max(1e-9)),
                format!("{time:.1?}"),
                proof,
                other.0,
                other.1,
                other.2
            );
        }
    }
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "quick");
    if std::env::args().any(|argument| argument == "mixed") {
        return compare_mixed(quick);
    }
    let plain = Case {
        name: "",
        lefts: 600,
        rights: 60,
        degree: 60,
        places: 5,
        minimum: 0,
        values: Values::Fine,
        target: None,
        against_microlp: false,
    };
    let ms = Duration::from_millis;
    let cases = [
        Case { name: "600 x 60 dense", target: Some(ms(50)), against_microlp: true, ..plain },
        Case { name: "600 x 60 dense, ample places", places: 12, against_microlp: true, ..plain },
        Case { name: "600 x 60 dense, minimum 3", minimum: 3, against_microlp: true, ..plain },
        Case { name: "600 x 60 dense, four levels", values: Values::Levels, ..plain },
        Case {
            name: "2,600 x 60 dense",
            lefts: 2600,
            places: 20,
            target: Some(ms(500)),
            against_microlp: true,
            ..plain
        },
        Case {
            name: "2,600 x 60 dense, everyone placed",
            lefts: 2600,
            places: 44,
            target: Some(ms(500)),
            ..plain
        },
        Case {
            name: "2,600 x 60 dense, four levels",
            lefts: 2600,
            places: 20,
            values: Values::Levels,
            target: Some(ms(500)),
            ..plain
        },
        Case {
            name: "26,000 x 300, 10 pairs each",
            lefts: 26000,
            rights: 300,
            degree: 10,
            places: 40,
            target: Some(ms(2000)),
            against_microlp: true,
            ..plain
        },
        Case {
            name: "26,000 x 300, everyone placed",
            lefts: 26000,
            rights: 300,
            degree: 10,
            places: 90,
            target: Some(ms(2000)),
            ..plain
        },
        Case {
            name: "26,000 x 300, four levels",
            lefts: 26000,
            rights: 300,
            degree: 10,
            places: 40,
            values: Values::Levels,
            target: Some(ms(2000)),
            ..plain
        },
        Case {
            name: "200 x 200 square",
            lefts: 200,
            rights: 200,
            degree: 200,
            places: 1,
            against_microlp: true,
            ..plain
        },
    ];
    println!(
        "{:<36} {:>10} {:>10} {:>8} {:>12} {:>8}",
        "instance", "time", "target", "proof", "microlp", "ratio"
    );
    for case in &cases {
        let (instance, json) = instance(case, 7);
        let (solution, time) = timed(&instance, Objective::MaxSum);
        let verdict = checker::verify(json.as_bytes(), solution.to_json().as_bytes());
        let proof = if matches!(verdict, Ok(Verdict::Proven(..))) { "proven" } else { "FAILED" };
        let target = case.target.map_or(String::new(), |target| format!("{target:?}"));
        let mut compared = (String::new(), String::new());
        if case.against_microlp && !quick {
            match by_microlp(&instance) {
                Some((value, other)) => {
                    let own = solution.objective.map_or(0.0, |objective| objective.as_f64());
                    assert!((own - value).abs() < 1e-4 * value.abs().max(1.0), "{own} {value}");
                    compared =
                        (format!("{other:.2?}"), format!("{:.0}x", other.as_secs_f64() / time.as_secs_f64()));
                }
                None => compared.0 = "> 120 s".into(),
            }
        }
        println!(
            "{:<36} {:>10} {:>10} {:>8} {:>12} {:>8}",
            case.name,
            format!("{time:.2?}"),
            target,
            proof,
            compared.0,
            compared.1
        );
    }
    compare_mixed(quick);
}
