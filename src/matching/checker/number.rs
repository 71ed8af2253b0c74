//! Exact decimals for the checker: text to an integer of a given number of places, half to even.

/// Decimal places of a value.
pub(super) const PLACES: usize = 9;
/// Billionths per unit.
pub(super) const UNIT: i128 = 1_000_000_000;
/// Decimal places of a price, and prices per billionth.
pub(super) const PRICE_PLACES: usize = 12;
pub(super) const PRICES: i128 = 1_000;

/// `text` times ten to the `places`, rounded half to even; `None` if it is no decimal or absurdly large.
pub(super) fn read(text: &str, places: usize) -> Option<i128> {
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1, body),
        None => (1, text),
    };
    let (mantissa, power) = match body.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
        None => (body, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() || !(whole.chars().chain(part.chars())).all(|c| c.is_ascii_digit()) {
        return None;
    }
    // Where the wanted last digit sits in the string of all digits.
    let digits: Vec<i128> = whole.chars().chain(part.chars()).map(|c| i128::from(c as u8 - b'0')).collect();
    let end = whole.len() as i64 + i64::from(power) + places as i64;
    let mut number: i128 = 0;
    for at in 0..end.max(0) {
        let digit = digits.get(at as usize).copied().unwrap_or(0);
        number = number.checked_mul(10)?.checked_add(digit)?;
        if at > 400 && number == 0 && at as usize > digits.len() {
            return Some(0);
        }
    }
    let rest = if end < 0 { None } else { digits.get(end as usize..) };
    if let Some([first, others @ ..]) = rest {
        let more = others.iter().any(|&digit| digit > 0);
        if *first > 5 || (*first == 5 && (more || number % 2 == 1)) {
            number += 1;
        }
    }
    Some(sign * number)
}

/// Whether a printed objective or bound stands for an exact one: the same, or rounded to fifteen digits.
pub(super) fn says(stated: Option<i128>, exact: i128) -> bool {
    let rest = beyond_fifteen(exact);
    let rounded = (exact.abs() + rest / 2) / rest * rest * exact.signum();
    stated == Some(exact) || stated == Some(rounded)
}

/// How far an exact bound may lie above a printed one: nothing where it has fifteen digits.
pub(super) fn slack(stated: i128) -> i128 {
    match beyond_fifteen(stated) {
        1 => 0,
        rest => rest,
    }
}

/// The unit of the fifteenth digit.
fn beyond_fifteen(number: i128) -> i128 {
    10i128.pow(number.unsigned_abs().max(1).ilog10().saturating_sub(14))
}

/// Billionths as decimal text.
pub(super) fn show(billionths: i128) -> String {
    let sign = if billionths < 0 { "-" } else { "" };
    let size = billionths.unsigned_abs();
    let text = format!("{sign}{}.{:09}", size / UNIT as u128, size % UNIT as u128);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
