//! How many options will be exercised and what they will cost: odds from history, and exact distributions.
//!
//! Odds of a class of options are a Beta posterior (Jeffreys prior, Beta(½, ½)) from how many of that class were
//! exercised before. Given the odds, the number of slots taken follows a Poisson-binomial distribution, computed exactly by
//! one convolution per option; so does the money, over a grid on which every amount lies. Pure: no database, no clock.

/// Probability of more than there is that a book may carry.
pub const LIMIT: f64 = 0.05;

/// Points of the grid of money at most; beyond it amounts are rounded up, which never makes the risk look smaller.
const GRID: usize = 200_000;

/// What history says of one class of options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Options of the class that ended in any way.
    pub ended: u32,
    /// Those of them that were exercised.
    pub exercised: u32,
}

/// A Beta posterior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odds {
    pub a: f64,
    pub b: f64,
}

impl Counts {
    /// The posterior under Jeffreys' prior.
    #[must_use]
    pub fn odds(self) -> Odds {
        let exercised = f64::from(self.exercised.min(self.ended));
        Odds { a: exercised + 0.5, b: f64::from(self.ended) - exercised + 0.5 }
    }
}

impl Odds {
    /// The chance that the next option of the class is exercised.
    #[must_use]
    pub fn mean(self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// The interval that holds the chance with probability 90 %.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        (self.quantile(0.05), self.quantile(0.95))
    }

    /// The value below which the chance lies with probability `q`, by bisection of the distribution function.
    #[must_use]
    pub fn quantile(self, q: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if below(middle, self.a, self.b) < q { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }
}

/// An option as the distributions see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risk {
    /// Chance of being exercised.
    pub chance: f64,
    /// Yen a year if it is.
    pub yen: u64,
}

/// Chances of 0, 1, 2 … options being exercised (Poisson-binomial).
#[must_use]
pub fn slots(risks: &[Risk]) -> Vec<f64> {
    let mut pmf = vec![1.0];
    for r in risks {
        pmf.push(0.0);
        for k in (0..pmf.len()).rev() {
            let one_less = if k > 0 { pmf[k - 1] } else { 0.0 };
            pmf[k] = pmf[k] * (1.0 - r.chance) + one_less * r.chance;
        }
    }
    pmf
}

/// Chances of amounts: `pmf[i]` is that of `i` times `unit` yen.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    pub unit: u64,
    pub pmf: Vec<f64>,
    /// Whether every amount lies on the grid; otherwise they were rounded up.
    pub exact: bool,
}

/// The distribution of the yearly money.
#[must_use]
pub fn money(risks: &[Risk]) -> Money {
    let common = risks.iter().map(|r| r.yen).fold(0, greatest_common_divisor).max(1);
    let total: u64 = risks.iter().map(|r| r.yen / common).sum();
    let coarser = total.div_ceil(GRID as u64).max(1);
    let unit = common * coarser;
    let mut pmf = vec![1.0];
    for r in risks {
        let step = r.yen.div_ceil(unit) as usize;
        let old = pmf.len();
        pmf.resize(old + step, 0.0);
        for i in (0..pmf.len()).rev() {
            let stays = if i < old { pmf[i] * (1.0 - r.chance) } else { 0.0 };
            let moved = if i >= step && i - step < old { pmf[i - step] * r.chance } else { 0.0 };
            pmf[i] = stays + moved;
        }
    }
    Money { unit, pmf, exact: coarser == 1 }
}

impl Money {
    /// Chance of more than `budget` yen.
    #[must_use]
    pub fn over(&self, budget: u64) -> f64 {
        sum(self.pmf.iter().enumerate().filter(|(i, _)| *i as u64 * self.unit > budget).map(|(_, p)| *p))
    }

    /// Expected yen.
    #[must_use]
    pub fn mean(&self) -> f64 {
        sum(self.pmf.iter().enumerate().map(|(i, p)| p * (i as u64 * self.unit) as f64))
    }

    /// Chances of equal steps of money, at most `bins` of them and one more, for no step reaches over `budget`: upper end in
    /// yen and chance.
    #[must_use]
    pub fn bins(&self, bins: usize, budget: u64) -> Vec<(u64, f64)> {
        let per = self.pmf.len().div_ceil(bins.max(1)).max(1);
        let within = usize::try_from(budget / self.unit.max(1)).unwrap_or(usize::MAX).saturating_add(1);
        let (within, beyond) = self.pmf.split_at(within.min(self.pmf.len()));
        let mut steps = 0;
        let step = |chunk: &[f64]| {
            steps += chunk.len();
            ((steps - 1) as u64 * self.unit, sum(chunk.iter().copied()))
        };
        within.chunks(per).chain(beyond.chunks(per)).map(step).collect()
    }
}

/// Chance that more than `capacity` options are exercised.
#[must_use]
pub fn over(pmf: &[f64], capacity: usize) -> f64 {
    sum(pmf.iter().skip(capacity + 1).copied())
}

/// What a program can carry in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub slots: usize,
    pub yen: u64,
}

/// How far a book can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// So many more options like the typical one keep both chances at the limit or below.
    More(usize),
    /// So many options, the last offered first, must be given back.
    Fewer(usize),
}

/// Both chances of more than there is: of slots, of money.
#[must_use]
pub fn chances_over(risks: &[Risk], capacity: Capacity) -> (f64, f64) {
    (over(&slots(risks), capacity.slots), money(risks).over(capacity.yen))
}

/// The overbooking that keeps both chances at `limit` or below; `risks` in the order in which they were offered.
#[must_use]
pub fn room(risks: &[Risk], typical: Risk, capacity: Capacity, limit: f64) -> Room {
    const MOST: usize = 200;
    let fits = |all: &[Risk]| {
        let (slots, yen) = chances_over(all, capacity);
        slots <= limit + 1e-12 && yen <= limit + 1e-12
    };
    if !fits(risks) {
        return Room::Fewer(first(1, risks.len(), |n| fits(&risks[..risks.len() - n])));
    }
    let with = |more: usize| {
        let mut all = risks.to_vec();
        all.extend(std::iter::repeat_n(typical, more));
        all
    };
    Room::More(first(1, MOST + 1, |n| !fits(&with(n))) - 1)
}

/// The first of `low..=high` that holds, where all after one that holds do too; `high` is taken to hold.
fn first(mut low: usize, mut high: usize, holds: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Sums small numbers to large without losing the small (Neumaier).
fn sum(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0);
    for x in numbers {
        let next = total + x;
        lost += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
        total = next;
    }
    total + lost
}

/// The regularised incomplete beta function, by its continued fraction (Lentz; Numerical Recipes 6.4).
fn below(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (a + b) * x / (a + 1.0)));
    let mut h = d;
    for m in 1..300 {
        let m = f64::from(m);
        for n in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / away(1.0 + n * d);
            c = away(1.0 + n / c);
            h *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-14 {
            break;
        }
    }
    h
}

/// ln Γ(x) for x > 0 (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let series = C.iter().enumerate().skip(1).fold(C[0], |sum, (i, c)| sum + c / (x + i as f64));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every subset of the options, one by one.
    fn brute(risks: &[Risk]) -> Vec<(usize, u64, f64)> {
        (0..1_u32 << risks.len())
            .map(|chosen| {
                let mut told = (0, 0, 1.0);
                for (i, r) in risks.iter().enumerate() {
                    if chosen >> i & 1 == 1 {
                        told = (told.0 + 1, told.1 + r.yen, told.2 * r.chance);
                    } else {
                        told.2 *= 1.0 - r.chance;
                    }
                }
                told
            })
            .collect()
    }

    fn risks() -> impl Strategy<Value = Vec<Risk>> {
        proptest::collection::vec(
            (0.0..=1.0_f64, 1..40_u64).prop_map(|(chance, m)| Risk { chance, yen: m * 500_000 }),
            0..11,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn distributions_are_those_of_all_subsets(risks in risks(), capacity in 0..11_usize, m in 0..200_u64) {
            let all = brute(&risks);
            let (pmf, yen) = (slots(&risks), money(&risks));
            prop_assert!(yen.exact);
            for (k, p) in pmf.iter().enumerate() {
                let told: f64 = all.iter().filter(|a| a.0 == k).map(|a| a.2).sum();
                prop_assert!((told - p).abs() < 1e-9);
            }
            let told: f64 = all.iter().filter(|a| a.0 > capacity).map(|a| a.2).sum();
            prop_assert!((told - over(&pmf, capacity)).abs() < 1e-9);
            let budget = m * 1_000_000;
            let told: f64 = all.iter().filter(|a| a.1 > budget).map(|a| a.2).sum();
            prop_assert!((told - yen.over(budget)).abs() < 1e-9);
            let bins = yen.bins(7, budget);
            let binned: f64 = bins.iter().map(|b| b.1).sum();
            prop_assert!((binned - 1.0).abs() < 1e-9);
            let beyond: f64 = bins.iter().filter(|b| b.0 > budget).map(|b| b.1).sum();
            prop_assert!((beyond - yen.over(budget)).abs() < 1e-9);
        }

        #[test]
        fn the_room_is_the_largest_that_keeps_the_limit(risks in risks(), slots in 0..8_usize, m in 0..100_u64, p in 0.05..1.0_f64) {
            let capacity = Capacity { slots, yen: m * 1_000_000 };
            let typical = Risk { chance: p, yen: 5_000_000 };
            let fits = |all: &[Risk]| { let (s, y) = chances_over(all, capacity); s <= LIMIT + 1e-12 && y <= LIMIT + 1e-12 };
            match room(&risks, typical, capacity, LIMIT) {
                Room::More(n) => {
                    let with = |n: usize| { let mut all = risks.clone(); all.extend(std::iter::repeat_n(typical, n)); all };
                    prop_assert!(fits(&with(n)) && (n == 200 || !fits(&with(n + 1))));
                }
                Room::Fewer(n) => {
                    prop_assert!(n >= 1 && fits(&risks[..risks.len() - n]));
                    prop_assert!(!fits(&risks[..risks.len() - (n - 1)]));
                }
            }
        }

    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]

        #[test]
        fn coarser_money_never_looks_safer(seed in proptest::collection::vec((0.01..0.99_f64, 1..9_999_999_u64), 1..8), m in 0..50_000_000_u64) {
            let exact: Vec<Risk> = seed.iter().map(|(chance, yen)| Risk { chance: *chance, yen: *yen }).collect();
            let finer = money(&exact);
            let up: Vec<Risk> = exact.iter().map(|r| Risk { yen: r.yen.div_ceil(finer.unit) * finer.unit, ..*r }).collect();
            prop_assert!((finer.over(m) - money(&up).over(m)).abs() < 1e-6);
            prop_assert!(finer.pmf.len() <= GRID + exact.len() + 1);
        }
    }

    #[test]
    fn the_posterior_has_its_known_quantiles() {
        // Beta(½,½) is the arcsine distribution: quantile q = sin²(πq/2).
        let none = Counts::default().odds();
        for q in [0.05, 0.3, 0.5, 0.95] {
            let known = (std::f64::consts::PI * q / 2.0).sin().powi(2);
            assert!((none.quantile(q) - known).abs() < 1e-9, "{q}");
        }
        // Beta(1,1) is uniform, Beta(2,1) has x².
        assert!((Odds { a: 1.0, b: 1.0 }.quantile(0.37) - 0.37).abs() < 1e-9);
        assert!((Odds { a: 2.0, b: 1.0 }.quantile(0.25) - 0.5).abs() < 1e-9);
        let many = Counts { ended: 20, exercised: 14 }.odds();
        assert!((many.mean() - 14.5 / 21.0).abs() < 1e-12);
        let (low, high) = many.interval();
        assert!(0.5 < low && low < many.mean() && many.mean() < high && high < 0.86, "{low} {high}");
    }

    #[test]
    fn without_options_nothing_is_over() {
        assert_eq!(slots(&[]), [1.0]);
        assert_eq!(money(&[]).over(0), 0.0);
        let sure = Risk { chance: 1.0, yen: 3_000_000 };
        assert_eq!(room(&[], sure, Capacity { slots: 2, yen: 6_000_000 }, LIMIT), Room::More(2));
        assert_eq!(room(&[sure; 3], sure, Capacity { slots: 2, yen: 9_000_000 }, LIMIT), Room::Fewer(1));
    }
}
