//! Decimal text to scaled integers and back, without floating point.
//!
//! A value is kept as an integer number of billionths ([`SCALE`]), rounded half to even from the decimal text: six
//! hundred values of sixteen digits then add up to the sum of the text within a millionth. Everything the engine
//! compares or adds is such an integer, so every machine gets the same answer.

use serde::{Serialize, Serializer};
use std::fmt;

/// One unit of value, in the engine's integers.
pub const SCALE: i64 = 1_000_000_000;
/// Decimal places of a value.
const PLACES: i64 = 9;
/// Decimal places of a price.
const PRICE_PLACES: i64 = 12;
/// Units of a [`Price`] per unit of a [`Scaled`].
pub(super) const FINE: i128 = 1_000;
/// A double holds every whole number up to here.
const EXACT: u128 = 1 << 53;
/// A millionth of a unit of value, in the engine's integers.
pub const MILLIONTH: i64 = SCALE / 1_000_000;
/// Largest magnitude of a value or a change penalty, in whole units.
pub const VALUE_LIMIT: i64 = 1_000_000_000;
/// Largest cost or budget, in yen.
pub const YEN_LIMIT: i64 = 1_000_000_000_000_000;
/// Largest count (minimum or maximum of a side).
pub const COUNT_LIMIT: i64 = 1_000_000_000;

/// An exact decimal: `self.0` billionths.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Scaled(pub i128);

impl Scaled {
    /// From whole units.
    pub fn whole(units: i64) -> Scaled {
        Scaled(i128::from(units) * i128::from(SCALE))
    }

    /// From millionths of a unit.
    pub fn from_millionths(millionths: i64) -> Scaled {
        Scaled(i128::from(millionths) * i128::from(MILLIONTH))
    }

    /// The nearest number of millionths, never zero for what is not zero; `None` beyond 64 bits.
    pub fn millionths(self) -> Option<i64> {
        let one = i128::from(MILLIONTH);
        let nearest = (self.0 + self.0.signum() * one / 2) / one;
        i64::try_from(if nearest == 0 { self.0.signum() } else { nearest }).ok()
    }

    /// Nearest floating value, for display and charts only.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    /// Reads a decimal of any size; `None` when the text is no decimal number or exceeds the engine's range.
    pub fn read(text: &str) -> Option<Scaled> {
        decimal(text, 27, PLACES).ok().map(Scaled)
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = SCALE as u128;
        let (units, part) = (self.0.unsigned_abs() / scale, self.0.unsigned_abs() % scale);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if part == 0 {
            return write!(f, "{units}");
        }
        let digits = format!("{part:09}");
        write!(f, "{units}.{}", digits.trim_end_matches('0'))
    }
}

/// A JSON number when it has no more than fifteen digits (or is whole), else a string of the decimal.
impl Serialize for Scaled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let near = self.near();
        if near.exact { near.serialize(serializer) } else { serializer.collect_str(self) }
    }
}

impl<'de> serde::Deserialize<'de> for Scaled {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Scaled, D::Error> {
        let text = number_text(deserializer)?;
        Scaled::read(&text).ok_or_else(|| serde::de::Error::custom(format!("{text} is not a decimal number")))
    }
}

/// The JSON number nearest to a decimal.
#[derive(Clone, Copy, Debug)]
struct Near {
    whole: Option<i64>,
    double: f64,
    /// Whether it reads back as the same decimal.
    exact: bool,
}

impl Scaled {
    /// Fifteen digits are what every reader of JSON takes without a loss.
    fn near(self) -> Near {
        let (scale, size) = (i128::from(SCALE), self.0.unsigned_abs());
        if self.0 % scale == 0 && size / SCALE as u128 <= EXACT {
            return Near { whole: Some((self.0 / scale) as i64), double: self.as_f64(), exact: true };
        }
        let rest = 10u128.pow(size.max(1).ilog10().saturating_sub(14));
        let rounded = ((size + rest / 2) / rest * rest) as i128 * self.0.signum();
        let double = Scaled(rounded).to_string().parse().unwrap_or_else(|_| self.as_f64());
        Near { whole: None, double, exact: rounded == self.0 }
    }
}

impl Serialize for Near {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.whole {
            Some(whole) => serializer.serialize_i64(whole),
            None => serializer.serialize_f64(self.double),
        }
    }
}

/// Writes an objective or a bound: always a JSON number, rounded to fifteen digits where it has more.
pub(super) fn as_number<S: Serializer>(value: &Option<Scaled>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(Scaled::near).serialize(serializer)
}

/// A price, finer than values so that a proof loses nothing to rounding: `self.0` millionths of a millionth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Price(pub i128);

impl Price {
    /// The nearest value.
    pub fn rounded(self) -> Scaled {
        Scaled((self.0 + self.0.signum() * FINE / 2) / FINE)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10u128.pow(PRICE_PLACES as u32);
        let (units, part) = (self.0.unsigned_abs() / scale, self.0.unsigned_abs() % scale);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if part == 0 {
            return write!(f, "{units}");
        }
        let digits = format!("{part:012}");
        write!(f, "{units}.{}", digits.trim_end_matches('0'))
    }
}

/// A JSON number where [`Scaled`] writes one, else a string of the decimal.
impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % FINE {
            0 => Scaled(self.0 / FINE).serialize(serializer),
            _ => serializer.collect_str(self),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
        let text = number_text(deserializer)?;
        let price = decimal(&text, 24, PRICE_PLACES)
            .map_err(|_| serde::de::Error::custom(format!("{text} is not a decimal number")))?;
        Ok(Price(price))
    }
}

fn number_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    use serde::Deserialize;
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Number(number) => Ok(number.to_string()),
        serde_json::Value::String(text) => Ok(text),
        other => Err(serde::de::Error::custom(format!("a decimal number was expected, not {other}"))),
    }
}

/// Why a number was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberFault {
    NotANumber,
    TooLarge,
    NotWhole,
}

/// A value in billionths, at most [`VALUE_LIMIT`] units in magnitude.
pub fn value(text: &str) -> Result<i64, NumberFault> {
    let scaled = decimal(text, 18, PLACES)?;
    let limit = i128::from(VALUE_LIMIT) * i128::from(SCALE);
    if scaled.abs() > limit { Err(NumberFault::TooLarge) } else { Ok(scaled as i64) }
}

/// A whole number of at most `limit` in magnitude; `3`, `3.0` and `3e0` are the same.
pub fn whole(text: &str, limit: i64) -> Result<i64, NumberFault> {
    let Parts { negative, digits, exponent } = parts(text)?;
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    let trimmed = digits.trim_end_matches('0');
    let exponent = exponent + (digits.len() - trimmed.len()) as i64;
    if exponent < 0 {
        return Err(NumberFault::NotWhole);
    }
    if trimmed.len() as i64 + exponent > 18 {
        return Err(NumberFault::TooLarge);
    }
    let magnitude = trimmed.parse::<i64>().map_err(|_| NumberFault::TooLarge)? * 10i64.pow(exponent as u32);
    if magnitude > limit {
        return Err(NumberFault::TooLarge);
    }
    Ok(if negative { -magnitude } else { magnitude })
}

struct Parts {
    negative: bool,
    /// All digits without the point.
    digits: String,
    /// The number is `digits * 10^exponent`.
    exponent: i64,
}

fn parts(text: &str) -> Result<Parts, NumberFault> {
    let bad = NumberFault::NotANumber;
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let (units, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if units.is_empty()
        || !all_digits(units)
        || !all_digits(fraction)
        || (mantissa.contains('.') && fraction.is_empty())
    {
        return Err(bad);
    }
    let exponent = match exponent {
        None => 0,
        Some(text) => {
            let signless = text.strip_prefix(['+', '-']).unwrap_or(text);
            if signless.is_empty() || !all_digits(signless) {
                return Err(bad);
            }
            // Beyond any use: clamp instead of overflowing.
            let size = signless
                .trim_start_matches('0')
                .parse::<i64>()
                .unwrap_or(if signless.bytes().all(|b| b == b'0') { 0 } else { 1_000_000_000 });
            let size = size.min(1_000_000_000);
            if text.starts_with('-') { -size } else { size }
        }
    };
    Ok(Parts { negative, digits: format!("{units}{fraction}"), exponent: exponent - fraction.len() as i64 })
}

/// The decimal in `text` with `places` decimals, half to even; at most `room` digits before the point.
fn decimal(text: &str, room: i64, places: i64) -> Result<i128, NumberFault> {
    let Parts { negative, digits, exponent } = parts(text)?;
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    if digits.len() as i64 + exponent > room {
        return Err(NumberFault::TooLarge);
    }
    let shift = exponent + places;
    let magnitude = if shift >= 0 {
        let power = 10i128.checked_pow(shift as u32);
        let digits = digits.parse::<i128>().ok();
        digits
            .zip(power)
            .and_then(|(digits, power)| digits.checked_mul(power))
            .ok_or(NumberFault::TooLarge)?
    } else {
        let cut = digits.len() as i64 + shift;
        if cut < 0 { 0 } else { round_half_even(&digits[..cut as usize], &digits[cut as usize..])? }
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn round_half_even(kept: &str, dropped: &str) -> Result<i128, NumberFault> {
    let kept = if kept.is_empty() { 0 } else { kept.parse::<i128>().map_err(|_| NumberFault::TooLarge)? };
    let (first, rest) = dropped.split_at(1);
    let above = first > "5" || (first == "5" && rest.bytes().any(|b| b != b'0'));
    let tie = first == "5" && !above;
    Ok(if above || (tie && kept % 2 == 1) { kept + 1 } else { kept })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_round_half_to_even_at_the_ninth_place() {
        for (text, scaled) in [
            ("0", 0),
            ("-0.0", 0),
            ("1", 1_000_000_000),
            ("0.1", 100_000_000),
            ("-2.5", -2_500_000_000),
            ("1e3", 1_000_000_000_000),
            ("0.0000000005", 0),
            ("0.0000000015", 2),
            ("0.0000000025", 2),
            ("0.00000000250001", 3),
            ("12.3456789125", 12_345_678_912),
            ("12.3456789135", 12_345_678_914),
            ("0.8444218515250481", 844_421_852),
            ("1e-400", 0),
            ("5E-10", 0),
            ("0.30000000000000004", 300_000_000),
            ("1.0e+2", 100_000_000_000),
            ("1e9", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(value(text), Ok(scaled), "{text}");
        }
    }

    #[test]
    fn numbers_out_of_range_or_malformed_are_refused() {
        assert_eq!(value("1e10"), Err(NumberFault::TooLarge));
        assert_eq!(value("1e999999999999999999999"), Err(NumberFault::TooLarge));
        assert_eq!(value("NaN"), Err(NumberFault::NotANumber));
        assert_eq!(value("1."), Err(NumberFault::NotANumber));
        assert_eq!(whole("2.5", YEN_LIMIT), Err(NumberFault::NotWhole));
        assert_eq!(whole("3.0e1", YEN_LIMIT), Ok(30));
        assert_eq!(whole("1e30", YEN_LIMIT), Err(NumberFault::TooLarge));
        assert_eq!(whole("-7", YEN_LIMIT), Ok(-7));
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        for scaled in [
            0,
            1,
            -1,
            999_999,
            1_000_000,
            123_456_789_012,
            (1 << 53) - 1,
            1 << 60,
            (1 << 53) + 1,
            i128::from(i64::MAX) * 1000,
            26_000_000 * i128::from(SCALE),
            26_000_000_123_456_789,
        ] {
            let text = serde_json::to_string(&Scaled(scaled)).expect("writes");
            assert_eq!(serde_json::from_str::<Scaled>(&text).expect("reads"), Scaled(scaled), "{text}");
        }
    }

    #[test]
    fn millionths_are_the_nearest_and_never_hide_anything() {
        for (scaled, millionths) in
            [(0, 0), (1, 1), (-1, -1), (499, 1), (1_499, 1), (1_500, 2), (-1_500, -2), (2_000_000, 2_000)]
        {
            assert_eq!(Scaled(scaled).millionths(), Some(millionths), "{scaled}");
        }
        assert_eq!(Scaled::from_millionths(7).millionths(), Some(7));
    }
}
