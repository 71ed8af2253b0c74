//! Whole yen inside; shown in 円, 千円, 百万円 or 億円 as the reader chose. Never floating point.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

/// An amount in whole yen; may be negative in differences and movements.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Yen(pub i64);

/// The unit in which a reader wants amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YenUnit {
    Yen,
    Thousand,
    #[default]
    Million,
    /// 億円: hundred million yen.
    Oku,
}

impl YenUnit {
    /// How many yen one unit is.
    pub fn size(self) -> i64 {
        match self {
            Self::Yen => 1,
            Self::Thousand => 1_000,
            Self::Million => 1_000_000,
            Self::Oku => 100_000_000,
        }
    }

    /// Decimals shown: none up to 千円, one in 百万円 and 億円.
    pub fn decimals(self) -> u32 {
        match self {
            Self::Yen | Self::Thousand => 0,
            Self::Million | Self::Oku => 1,
        }
    }

    /// 円, 千円, 百万円, 億円.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Yen => "円",
            Self::Thousand => "千円",
            Self::Million => "百万円",
            Self::Oku => "億円",
        }
    }

    /// JPY, JPY thousand, JPY million, JPY 100 million.
    pub fn english(self) -> &'static str {
        match self {
            Self::Yen => "JPY",
            Self::Thousand => "JPY k",
            Self::Million => "JPY M",
            Self::Oku => "JPY 100M",
        }
    }

    /// The word used in addresses, forms and the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Yen => "yen",
            Self::Thousand => "thousand",
            Self::Million => "million",
            Self::Oku => "oku",
        }
    }

    /// Reads [`YenUnit::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Yen, Self::Thousand, Self::Million, Self::Oku].into_iter().find(|u| u.code() == code)
    }
}

impl Yen {
    pub const ZERO: Self = Self(0);

    /// `n` thousand yen.
    pub fn thousand(n: i64) -> Self {
        Self(n * 1_000)
    }

    /// `n` million yen.
    pub fn million(n: i64) -> Self {
        Self(n * 1_000_000)
    }

    /// Digits in `unit` with thousands commas, rounded half away from zero; no unit word: `1,234.5`.
    pub fn in_unit(self, unit: YenUnit) -> String {
        let scale = 10_i128.pow(unit.decimals());
        let size = i128::from(unit.size());
        let scaled = i128::from(self.0) * scale;
        let rounded = (scaled.abs() + size / 2) / size;
        let sign = if scaled < 0 && rounded > 0 { "−" } else { "" };
        let whole = group_thousands(&(rounded / scale).to_string());
        match unit.decimals() {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{}", rounded % scale),
        }
    }

    /// Digits with thousands commas, in yen: `12,345,678`.
    pub fn exact(self) -> String {
        self.in_unit(YenUnit::Yen)
    }

    /// Sum that fails instead of wrapping.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

/// `1234567` → `1,234,567`; digits only.
pub fn group_thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.exact())
    }
}

impl Add for Yen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Yen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Yen {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Yen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_the_chosen_unit() {
        let cases = [
            (Yen(0), YenUnit::Oku, "0.0"),
            (Yen(8_920_860_000), YenUnit::Thousand, "8,920,860"),
            (Yen(8_920_860_000), YenUnit::Million, "8,920.9"),
            (Yen(8_920_860_000), YenUnit::Oku, "89.2"),
            (Yen(-1_500), YenUnit::Thousand, "−2"),
            (Yen(-49), YenUnit::Thousand, "0"),
            (Yen(1_234_567), YenUnit::Yen, "1,234,567"),
        ];
        for (amount, unit, shown) in cases {
            assert_eq!(amount.in_unit(unit), shown, "{amount:?} in {unit:?}");
        }
    }
}
