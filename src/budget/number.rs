//! Amounts as Japanese tables write them: full-width digits, commas, ▲ △ − ( ) for negatives, units inside the cell,
//! 「内数」, and a dash for nothing. Exact decimal arithmetic throughout.

use crate::kernel::text::nfkc;
use crate::kernel::yen::YenUnit;

/// A decimal number with nine decimals, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i128);

const ONE: i128 = 1_000_000_000;

/// What an amount cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A number in the unit of its table.
    Bare(Decimal),
    /// A number with its unit, in yen.
    Yen(Decimal),
    /// 「内数」: part of a larger line; with that line's amount where it is stated.
    Within(Option<Box<Amount>>),
    /// A dash: there is none, which differs from 0.
    Nothing,
    /// `321億円<AMED246億円、インハウス74億円>`: a total with its parts, in yen.
    Split { total: Decimal, parts: Vec<(String, Decimal)> },
    /// This year's and in brackets last year's: `2,517百万円 (2,656百万円)`, in yen.
    WithPrevious { this: Decimal, previous: Decimal },
}

/// An amount and whether it was written in an unusual way (full-width, ▲, brackets …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub amount: Amount,
    /// True when the text needs a person's eye to be a number: anything but ASCII digits, commas, a point, a minus.
    pub typeset: bool,
}

impl Decimal {
    /// A spreadsheet's binary number, read as the shortest decimal that means it; none beyond 10^24.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() || value.abs() >= 1e24 {
            return None;
        }
        parse_digits(&format!("{value}")).or_else(|| parse_digits(&format!("{value:.9}")))
    }

    pub fn from_int(value: i64) -> Self {
        Self(i128::from(value) * ONE)
    }

    /// Yen of this many units; the fraction of a yen that was rounded away comes second, in billionths.
    pub fn yen(self, unit: YenUnit) -> (Option<i64>, i128) {
        let Some(scaled) = self.0.checked_mul(i128::from(unit.size())) else { return (None, 0) };
        let rounded = (scaled.abs() + ONE / 2) / ONE * scaled.signum();
        (i64::try_from(rounded).ok(), (scaled - rounded * ONE).abs())
    }

    /// Divides by 1,000, as a format such as `#,##0,` does on the screen.
    pub fn thousandth(self) -> Self {
        Self(self.0 / 1_000)
    }

    /// The whole part, towards zero, kept within 64 bits.
    pub fn whole(self) -> i64 {
        i64::try_from(self.0 / ONE).unwrap_or(if self.0 < 0 { i64::MIN } else { i64::MAX })
    }

    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    fn times(self, factor: i128) -> Option<Self> {
        self.0.checked_mul(factor).map(Self)
    }

    fn negated(self) -> Self {
        Self(-self.0)
    }
}

/// Reads the text of an amount cell; none when it is no amount.
pub fn read(text: &str) -> Option<Reading> {
    let plain = text.trim();
    // Most labels are refused here: no digit, and neither a dash nor 内数.
    if plain.len() > 300
        || (!plain.chars().any(char::is_numeric) && plain.chars().count() > 8 && !plain.contains("内数"))
    {
        return None;
    }
    let folded: String = nfkc(plain).chars().map(plain_sign).collect();
    let body = strip_marks(&folded);
    if is_nothing(body) {
        return Some(Reading { amount: Amount::Nothing, typeset: false });
    }
    let typeset = !plain.bytes().all(|b| b.is_ascii_digit() || b", .-+".contains(&b));
    let amount =
        within(body).or_else(|| split(body)).or_else(|| with_previous(body)).or_else(|| signed(body))?;
    Some(Reading { amount, typeset })
}

/// Whether a text looks like an attempt at a number: it holds a digit and little else.
pub fn looks_numeric(text: &str) -> bool {
    let folded = nfkc(text.trim());
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    digits > 0 && digits * 2 >= folded.chars().filter(|c| !c.is_whitespace() && !",.-".contains(*c)).count()
}

fn plain_sign(c: char) -> char {
    match c {
        '▲' | '△' | '−' | '－' | '‐' | '–' | '—' | '―' => '-',
        '，' | '、' => ',',
        '〈' | '＜' | '《' => '<',
        '〉' | '＞' | '》' => '>',
        '〔' | '［' | '[' => '(',
        '〕' | '］' | ']' => ')',
        c => c,
    }
}

/// Footnote marks (※1, *2, 注3) around a number are not part of it.
fn strip_marks(text: &str) -> &str {
    let mut body = text.trim();
    for mark in ["※", "*", "(注", "注", "(※"] {
        if let Some(at) = body.find(mark).filter(|at| *at > 0) {
            let after = body[at + mark.len()..].trim_end_matches(')');
            if after.chars().all(|c| c.is_ascii_digit() || c == '.' || c.is_whitespace()) {
                body = body[..at].trim_end();
            }
        }
    }
    body
}

fn is_nothing(body: &str) -> bool {
    matches!(
        body,
        "" | "-"
            | "--"
            | "---"
            | "ー"
            | "..."
            | "…"
            | "……"
            | "/"
            | "*"
            | "n/a"
            | "N/A"
            | "なし"
            | "該当なし"
            | "(-)"
            | "皆減"
    )
}

fn within(body: &str) -> Option<Amount> {
    let inside = body.trim_start_matches('(').trim_end_matches(')').trim();
    let before = inside.strip_suffix("の内数").or_else(|| inside.strip_suffix("内数"))?.trim();
    if before.is_empty() {
        return Some(Amount::Within(None));
    }
    signed(before.trim_end_matches("の")).map(|amount| Amount::Within(Some(Box::new(amount))))
}

fn split(body: &str) -> Option<Amount> {
    let (total, rest) = body.split_once('<')?;
    let total = yen(total.trim())?;
    let mut parts = Vec::new();
    for piece in split_list(rest.trim_end().strip_suffix('>')?) {
        let at = piece.find(|c: char| c.is_ascii_digit() || c == '-')?;
        parts.push((piece[..at].trim().to_owned(), yen(piece[at..].trim())?));
    }
    Some(Amount::Split { total, parts })
}

/// Splits at commas that do not group thousands.
fn split_list(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(',') {
        let grouping = text[..at].ends_with(|c: char| c.is_ascii_digit())
            && text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !grouping {
            out.push(text[start..at].trim());
            start = at + 1;
        }
    }
    out.push(text[start..].trim());
    out
}

fn with_previous(body: &str) -> Option<Amount> {
    let (this, rest) = body.split_once('(')?;
    let this = yen(this.trim())?;
    let previous = rest.trim_end().strip_suffix(')')?.trim();
    let previous = previous.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '-');
    Some(Amount::WithPrevious { this, previous: yen(previous)? })
}

fn yen(body: &str) -> Option<Decimal> {
    match signed(body)? {
        Amount::Yen(amount) => Some(amount),
        _ => None,
    }
}

fn signed(body: &str) -> Option<Amount> {
    let body = body.trim();
    if let Some(inside) = body.strip_prefix('(').and_then(|b| b.strip_suffix(')')) {
        return unsigned(inside.trim()).map(negate);
    }
    if let Some(rest) = body.strip_prefix('-') {
        return unsigned(rest.trim()).map(negate);
    }
    unsigned(body.strip_prefix('+').unwrap_or(body).trim())
}

fn negate(amount: Amount) -> Amount {
    match amount {
        Amount::Bare(n) => Amount::Bare(n.negated()),
        Amount::Yen(n) => Amount::Yen(n.negated()),
        other => other,
    }
}

/// `8,920,860`, `122億円`, `3億5,000万円`, `8,920,860 千円`, `¥1,000`.
fn unsigned(body: &str) -> Option<Amount> {
    const UNITS: [(&str, i128); 6] = [
        ("兆", 1_000_000_000_000),
        ("億", 100_000_000),
        ("百万", 1_000_000),
        ("万", 10_000),
        ("千", 1_000),
        ("円", 1),
    ];
    if !body.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '¥' | '\\' | '.')) {
        return None;
    }
    let (body, marked) = match body.strip_prefix(['¥', '\\']) {
        Some(rest) => (rest.trim(), true),
        None => (body, false),
    };
    let mut rest = body.strip_suffix('円').unwrap_or(body).trim_end();
    if rest.len() == body.len() && rest.bytes().all(|b| b.is_ascii_digit() || b", .".contains(&b)) {
        let number = parse_grouped(rest)?;
        return Some(if marked { Amount::Yen(number) } else { Amount::Bare(number) });
    }
    let mut total = Decimal::default();
    let mut last_size = i128::MAX;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || ", .".contains(c))).unwrap_or(rest.len());
        let number = parse_grouped(rest[..end].trim())?;
        let after = &rest[end..];
        let (size, left) = UNITS
            .iter()
            .find_map(|(word, size)| after.strip_prefix(word).map(|left| (*size, left)))
            .unwrap_or((1, after));
        if size >= last_size || (size == 1 && !left.is_empty()) {
            return None;
        }
        last_size = size;
        total = Decimal(total.0.checked_add(number.times(size)?.0)?);
        rest = left.trim_start();
    }
    // 「8,920,860千」 without 円 is a unit all the same; a bare number never reaches this place.
    Some(Amount::Yen(total))
}

/// Digits with commas (or blanks) every three places; irregular grouping is refused, it hides a typing error.
fn parse_grouped(text: &str) -> Option<Decimal> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut groups = whole.split([',', ' ', '\u{A0}']);
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    match fraction {
        Some(fraction) if fraction.is_empty() || fraction.contains([',', ' ', '.']) => None,
        Some(fraction) => parse_digits(&format!("{digits}.{fraction}")),
        None => parse_digits(&digits),
    }
}

fn parse_digits(text: &str) -> Option<Decimal> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let mut units: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    units = units.checked_mul(ONE)?;
    let mut place = ONE;
    for (i, b) in fraction.bytes().enumerate() {
        if i == 9 {
            // Round at the ninth decimal: 0.30000000000000004 means 0.3.
            if b >= b'5' {
                units += 1;
            }
            break;
        }
        place /= 10;
        units += i128::from(b - b'0') * place;
    }
    Some(Decimal(if negative { -units } else { units }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(n: i64) -> Amount {
        Amount::Bare(Decimal::from_int(n))
    }

    fn yen_of(n: i64) -> Amount {
        Amount::Yen(Decimal::from_int(n))
    }

    #[test]
    fn amounts_are_read_as_written() {
        let cases = [
            ("8,920,860", bare(8_920_860)),
            ("８，９２０，８６０", bare(8_920_860)),
            ("▲1,234", bare(-1_234)),
            ("△ 1,234", bare(-1_234)),
            ("−50", bare(-50)),
            ("（1,234）", bare(-1_234)),
            ("0", bare(0)),
            ("－", Amount::Nothing),
            ("―", Amount::Nothing),
            ("122億円", yen_of(12_200_000_000)),
            ("3億5,000万円", yen_of(350_000_000)),
            ("8,920,860 千円", yen_of(8_920_860_000)),
            ("2,517百万円", yen_of(2_517_000_000)),
            ("1,234※1", bare(1_234)),
            ("1,234(注2)", bare(1_234)),
            ("89億円の内数", Amount::Within(Some(Box::new(yen_of(8_900_000_000))))),
            ("（8,900の内数）", Amount::Within(Some(Box::new(bare(8_900))))),
            ("内数", Amount::Within(None)),
        ];
        for (text, amount) in cases {
            assert_eq!(read(text).map(|r| r.amount), Some(amount), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "12,34O",
            "1.234.567",
            "12,34",
            "1,2345",
            "約100",
            "未定",
            "調整中",
            "100円弱",
            "7件",
            "1,234,",
            "R7",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn compound_cells_are_taken_apart() {
        let split = read("321億円<AMED246億円、インハウス74億円>").unwrap().amount;
        let oku = |n: i64| Decimal::from_int(n * 100_000_000);
        assert_eq!(
            split,
            Amount::Split {
                total: oku(321),
                parts: vec![("AMED".into(), oku(246)), ("インハウス".into(), oku(74))]
            }
        );
        let both = read("2,517百万円 (2,656百万円)").unwrap().amount;
        let million = |n: i64| Decimal::from_int(n * 1_000_000);
        assert_eq!(both, Amount::WithPrevious { this: million(2_517), previous: million(2_656) });
    }

    #[test]
    fn binary_noise_is_not_a_fraction_of_a_yen() {
        assert_eq!(Decimal::from_f64(0.1 + 0.2).unwrap().yen(YenUnit::Oku), (Some(30_000_000), 0));
        assert_eq!(Decimal::from_f64(89.2086).unwrap().yen(YenUnit::Oku), (Some(8_920_860_000), 0));
        assert_eq!(Decimal::from_f64(1.5).unwrap().yen(YenUnit::Yen), (Some(2), 500_000_000));
    }

    #[test]
    fn typeset_numbers_are_told_from_plain_ones() {
        assert!(!read("8,920,860").unwrap().typeset);
        assert!(read("▲8,920").unwrap().typeset);
        assert!(read("８９２０").unwrap().typeset);
    }
}
