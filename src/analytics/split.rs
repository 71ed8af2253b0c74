//! Exact splitting: a whole is shared out so that the parts add up to it, in yen, in tasks and in printed percent.

/// Units in one task: shares of up to twelve tags are whole numbers of units (least common multiple of 1 to 12).
pub const UNITS_PER_TASK: i64 = 27_720;

/// Shares `whole` over `n` equal takers; the first ones take what does not divide. The parts add up to `whole`.
///
/// Whole and parts have one sign. `n` of zero gives nothing.
pub fn evenly(whole: i64, n: usize) -> impl Iterator<Item = i64> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let (each, rest) = if n == 0 { (0, 0) } else { (whole / n, whole % n) };
    (0..n).map(move |i| each + if i < rest.abs() { rest.signum() } else { 0 })
}

/// Shares `whole` by weight with the largest-remainder method; the parts add up to `whole` unless all weights are
/// zero. Negative weights count as zero; equal remainders go to the earlier one.
pub fn by_weight(whole: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|w| i128::from((*w).max(0))).sum();
    if total == 0 {
        return vec![0; weights.len()];
    }
    let exact = |w: &i64| i128::from((*w).max(0)) * i128::from(whole);
    let mut parts: Vec<i64> =
        weights.iter().map(|w| i64::try_from(exact(w) / total).unwrap_or_default()).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(exact(&weights[*i]) % total), *i));
    let missing = whole - parts.iter().sum::<i64>();
    for i in order.into_iter().take(usize::try_from(missing).unwrap_or_default()) {
        parts[i] += 1;
    }
    parts
}

/// Percentages with one decimal that add up to exactly 100.0, as printed: `12.5`.
pub fn percentages(weights: &[i64]) -> Vec<String> {
    by_weight(1_000, weights).into_iter().map(|p| format!("{}.{}", p / 10, p % 10)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thirds_print_as_a_hundred_percent() {
        assert_eq!(percentages(&[1, 1, 1]), ["33.4", "33.3", "33.3"]);
        assert_eq!(percentages(&[0, 0]), ["0.0", "0.0"]);
        assert_eq!(percentages(&[5, 0]), ["100.0", "0.0"]);
    }

    #[test]
    fn a_hundred_yen_over_three_tags() {
        assert_eq!(evenly(100, 3).collect::<Vec<_>>(), [34, 33, 33]);
        assert_eq!(evenly(-100, 3).collect::<Vec<_>>(), [-34, -33, -33]);
        assert_eq!(evenly(5, 0).count(), 0);
    }

    proptest! {
        #[test]
        fn parts_add_up(whole in 0_i64..4_000_000_000_000, n in 1_usize..20, weights in prop::collection::vec(0_i64..1_000_000_000_000, 1..12)) {
            prop_assert_eq!(evenly(whole, n).sum::<i64>(), whole);
            prop_assert_eq!(evenly(UNITS_PER_TASK, n).sum::<i64>(), UNITS_PER_TASK);
            if weights.iter().any(|w| *w > 0) {
                prop_assert_eq!(by_weight(1_000, &weights).iter().sum::<i64>(), 1_000);
            }
        }
    }
}
