//! Amounts as people type them: `25.5` in 億円, `８，９２０，８６０` in 千円. Never floating point, never rounded.

use crate::kernel::text::nfkc;
use crate::kernel::yen::YenUnit;
use crate::kernel::{Said, Yen};

/// An amount with the smallest step in which it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedAmount {
    pub yen: Yen,
    /// Yen of one unit of the last digit: 10,000,000 for `47.0` in 億円.
    pub step: i64,
}

/// Reads an amount of more than zero yen, with full-width digits and thousands commas.
pub fn read_amount(raw: &str, unit: YenUnit) -> Result<TypedAmount, Said> {
    let plain: String = nfkc(raw).chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let (whole, rest) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) || plain.ends_with('.') {
        return Err(Said::new(
            "金額を数字で入力してください（例：25.5）。",
            "Enter the amount in digits, for example 25.5.",
        ));
    }
    let scale = u32::try_from(rest.len()).ok().and_then(|n| 10_i64.checked_pow(n));
    let Some(step) = scale.filter(|s| unit.size() % s == 0).map(|s| unit.size() / s) else {
        return Err(Said::new(
            "1円より細かい金額です。単位を確かめてください。",
            "The amount is finer than one yen; check the unit.",
        ));
    };
    let yen = format!("{whole}{rest}").parse::<i64>().ok().and_then(|n| n.checked_mul(step));
    match yen {
        Some(yen @ 1..=1_000_000_000_000_000) => Ok(TypedAmount { yen: Yen(yen), step }),
        Some(0) => Err(Said::new("0円より大きい金額を入力してください。", "Enter more than zero yen.")),
        _ => Err(Said::new(
            "金額が大きすぎます。単位を確かめてください。",
            "The amount is too large; check the unit.",
        )),
    }
}

/// The amount as it would be typed in `unit`, without loss: 2,550,000,000 yen in 億円 is `25.5`.
pub fn as_typed(yen: Yen, unit: YenUnit) -> String {
    let (whole, rest) = (yen.0 / unit.size(), yen.0 % unit.size());
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.size().ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_in_their_unit() {
        for (raw, unit, yen, step) in [
            ("47.0", YenUnit::Oku, 4_700_000_000, 10_000_000),
            ("２５．５", YenUnit::Oku, 2_550_000_000, 10_000_000),
            ("8,920,860", YenUnit::Thousand, 8_920_860_000, 1_000),
            ("1", YenUnit::Yen, 1, 1),
        ] {
            assert_eq!(read_amount(raw, unit), Ok(TypedAmount { yen: Yen(yen), step }), "{raw}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for raw in
            ["", " ", "-5", "1.", ".5", "1.5.5", "0", "0.00", "abc", "0.000000001", "99999999999999999999"]
        {
            assert!(read_amount(raw, YenUnit::Oku).is_err(), "{raw}");
        }
        assert!(read_amount("1.5", YenUnit::Yen).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(yen in 1_i64..1_000_000_000_000_000, unit in 0_usize..4) {
            let unit = [YenUnit::Yen, YenUnit::Thousand, YenUnit::Million, YenUnit::Oku][unit];
            prop_assert_eq!(read_amount(&as_typed(Yen(yen), unit), unit).map(|a| a.yen), Ok(Yen(yen)));
        }
    }
}
