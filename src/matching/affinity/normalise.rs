//! Brings a text into the one spelling in which texts are compared.
//!
//! Folding removes differences that carry no meaning: width, case, old character forms (醫學 = 医学), dashes, a final
//! long-vowel bar (センサー = センサ), ヴ, and words of the field written in several ways (がん = 癌). Unlike the kernel's folding for
//! the search, katakana stay katakana: their runs are words.

use std::sync::OnceLock;

use super::words::VARIANTS;
use crate::kernel::text::modern_kanji;
use unicode_normalization::UnicodeNormalization;

/// One spelling for comparison: NFKC, lower case, general character forms, one dash, ヴ→ブ, katakana words without a final ー.
///
/// ```
/// use nakadachi::matching::affinity::normalise::fold;
/// assert_eq!(fold("ｉＰＳ細胞　センサー"), "ips細胞 センサ");
/// assert_eq!(fold("東京女子醫科大学"), "東京女子医科大学");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(text.len() / 2);
    if text.chars().all(is_plain) {
        text.chars().for_each(|c| fold_char(c.to_ascii_lowercase(), &mut out));
    } else {
        text.nfkc().flat_map(char::to_lowercase).for_each(|c| fold_char(c, &mut out));
    }
    unify(&drop_final_bars(&out))
}

/// Characters that NFKC leaves alone, but for the case of ASCII letters; most texts hold no other.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '・' | '、' | '。' | '「' | '」' | '一'..='龥')
}

fn fold_char(c: char, out: &mut Vec<char>) {
    let c = modern_kanji(c);
    match c {
        // Dashes: between katakana they stand for the long-vowel bar, elsewhere for a hyphen.
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '─' | '━' | 'ｰ' | '﹣' => {
            out.push(if out.last().copied().is_some_and(is_katakana) { 'ー' } else { '-' });
        }
        // ヴァ・ヴィ・ヴ・ヴェ・ヴォ and バ・ビ・ブ・ベ・ボ are both written.
        'ァ' | 'ィ' | 'ェ' | 'ォ' if out.last() == Some(&'ヴ') => {
            out.pop();
            out.push(match c {
                'ァ' => 'バ',
                'ィ' => 'ビ',
                'ェ' => 'ベ',
                _ => 'ボ',
            });
        }
        'ヱ' => out.push('エ'),
        'ヰ' => out.push('イ'),
        '~' | '〜' | '～' => out.push('~'),
        '‘' | '’' | 'ʼ' | '′' => out.push('\''),
        '®' | '™' | '©' | '\u{200b}' | '\u{feff}' => {}
        c if c.is_control() || c.is_whitespace() => {
            if out.last().is_some_and(|l| *l != ' ') {
                out.push(' ');
            }
        }
        c => out.push(c),
    }
}

fn unify(text: &str) -> String {
    let first = |v: &(&str, &str)| v.0.chars().next().unwrap_or('\0');
    let mut out = String::with_capacity(text.len());
    let mut skip = 0;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        if at < skip {
            continue;
        }
        // Most characters begin no variant: their slot of 1,024 is empty.
        let found = if variant_slots()[c as usize % 1_024] {
            let from = VARIANTS.partition_point(|v| first(v) < c);
            VARIANTS[from..].iter().take_while(|v| first(v) == c).find(|v| text[at..].starts_with(v.0))
        } else {
            None
        };
        match found {
            // A Roman numeral stands alone: "abci型" holds none.
            Some((word, to)) if c != 'i' || !previous.is_ascii_alphanumeric() => {
                out.push_str(to);
                skip = at + word.len();
            }
            _ => out.push(c),
        }
        previous = c;
    }
    out
}

fn variant_slots() -> &'static [bool; 1_024] {
    static SLOTS: OnceLock<[bool; 1_024]> = OnceLock::new();
    SLOTS.get_or_init(|| {
        let mut slots = [false; 1_024];
        for c in VARIANTS.iter().filter_map(|v| v.0.chars().next()) {
            slots[c as usize % 1_024] = true;
        }
        slots
    })
}

/// A bar that ends a katakana word of four letters or more is dropped (コンピューター → コンピュータ); "キー" keeps its own.
fn drop_final_bars(chars: &[char]) -> String {
    let mut out = String::with_capacity(chars.len() * 3);
    let mut run = 0;
    for (i, &c) in chars.iter().enumerate() {
        let c = if c == 'ヴ' { 'ブ' } else { c };
        run = if is_katakana(c) { run + 1 } else { 0 };
        let ends = chars.get(i + 1).is_none_or(|n| !is_katakana(*n));
        if c == 'ー' && ((ends && run >= 4) || (i > 0 && chars[i - 1] == 'ー')) {
            continue;
        }
        // A dash between a katakana word and a number or a letter was a hyphen after all (ナノ-1).
        if c == 'ー' && chars.get(i + 1).is_some_and(char::is_ascii_alphanumeric) {
            out.push('-');
            continue;
        }
        out.push(c);
    }
    out.trim_end().to_owned()
}

/// Katakana letters and the long-vowel bar.
#[must_use]
pub fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー')
}

/// Hiragana letters.
#[must_use]
pub fn is_hiragana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ')
}

/// Han characters, with 々 and 〆.
#[must_use]
pub fn is_kanji(c: char) -> bool {
    matches!(c, '一'..='鿿' | '㐀'..='䶿' | '豈'..='﫿' | '々' | '〆')
}

/// Whether a folded text is to be read as English (or another language in Latin letters): under a tenth of its letters are Japanese.
#[must_use]
pub fn looks_latin(folded: &str) -> bool {
    let (mut japanese, mut latin) = (0_usize, 0_usize);
    for c in folded.chars() {
        if is_kanji(c) || is_hiragana(c) || is_katakana(c) {
            japanese += 1;
        } else if c.is_alphabetic() {
            latin += 1;
        }
    }
    latin > 0 && japanese * 10 < latin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_removes_spelling_only() {
        for (a, b) in [
            ("ＣＡＲ－Ｔ細胞", "CAR-T細胞"),
            ("センサーを用いた", "センサを用いた"),
            ("ヴァイラスベクター", "バイラスベクタ"),
            ("東京女子醫科大學", "東京女子医科大学"),
            ("データ―ベース", "データーベース"),
            ("肝癌　治療", "肝癌 治療"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} / {b}");
        }
        assert_ne!(fold("バイオ"), fold("パイオ"));
        assert_eq!(fold("キー"), "キー");
        assert_eq!(fold("肝がん"), fold("肝癌"));
        assert_eq!(fold("タンパク質"), fold("蛋白"));
        assert_eq!(fold("第Ⅰ／Ⅱ相"), "第1/2相");
    }

    #[test]
    fn variants_are_sorted_as_they_are_searched() {
        assert!(VARIANTS.is_sorted_by_key(|v| v.0.chars().next()));
        for (i, v) in VARIANTS.iter().enumerate() {
            assert!(VARIANTS[..i].iter().all(|earlier| !v.0.starts_with(earlier.0)), "{} is hidden", v.0);
            assert_eq!(unify(v.0), v.1);
        }
    }
}
