//! Breaking Japanese and English text into lines (禁則処理).
//!
//! A line may break between any two characters of Japanese, and in English at blanks and after hyphens. It does not
//! begin with a closing bracket, a comma, a small kana or a long-vowel mark, nor end with an opening bracket; what would
//! stand there goes to the next line together with the character before it (追い出し). A word that is wider than the
//! line breaks anywhere.

/// Characters that do not begin a line (JIS X 4051: 行頭禁則).
const NOT_FIRST: &str = "、。，．,.・：；:;？！?!‼⁇⁈⁉゛゜ヽヾゝゞ々〻ー）〕］｝〉》」』】〙〗〟’”)]}｠»ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ‐゠–〜～%％‰℃°′″";

/// Characters that do not end a line (行末禁則).
const NOT_LAST: &str = "（〔［｛〈《「『【〘〖〝‘“([{｟«¥￥$＄£#＃№";

/// Characters of which two in a row are never parted (分離禁止).
const INSEPARABLE: &str = "…‥―—─";

/// Breaks `text` into lines of at most `width`; a line break in the text is one in the result. Always gives a line.
pub fn lines(text: &str, width: f32, measure: &impl Fn(&str) -> f32) -> Vec<String> {
    text.split('\n').flat_map(|paragraph| lines_of(paragraph, width, measure)).collect()
}

fn lines_of(paragraph: &str, width: f32, measure: &impl Fn(&str) -> f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut filled = 0.0;
    for atom in atoms(paragraph) {
        let wide = measure(atom.trim_end());
        if !line.is_empty() && filled + wide > width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            filled = 0.0;
        }
        if wide <= width {
            line.push_str(atom);
            filled += measure(atom);
            continue;
        }
        for c in atom.chars() {
            let one = measure(c.encode_utf8(&mut [0; 4]));
            if !line.is_empty() && filled + one > width {
                lines.push(std::mem::take(&mut line));
                filled = 0.0;
            }
            line.push(c);
            filled += one;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The parts of a paragraph that are never broken inside; blanks belong to the part before them.
fn atoms(paragraph: &str) -> impl Iterator<Item = &str> {
    let mut rest = paragraph;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut chars = rest.char_indices().peekable();
        let mut end = rest.len();
        while let Some((_, c)) = chars.next() {
            match chars.peek() {
                Some((at, next)) if may_break(c, *next) => {
                    end = *at;
                    break;
                }
                _ => {}
            }
        }
        let (atom, after) = rest.split_at(end);
        rest = after;
        Some(atom)
    })
}

fn may_break(before: char, after: char) -> bool {
    if after.is_whitespace() || NOT_FIRST.contains(after) || NOT_LAST.contains(before) {
        return false;
    }
    if INSEPARABLE.contains(before) && before == after {
        return false;
    }
    before.is_whitespace() || is_wide(before) || is_wide(after) || matches!(before, '-' | '/' | '‐')
}

/// Characters of Japanese, which stand alone; the rest forms words.
fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA000..=0xA4CF
        | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD)
        || INSEPARABLE.contains(c)
        || matches!(c, '①'..='⑳' | '→' | '←' | '■' | '□' | '●' | '○' | '◎' | '△' | '▲' | '※')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Japanese is two wide, the rest one.
    fn measure(text: &str) -> f32 {
        text.chars()
            .map(|c| if is_wide(c) || NOT_FIRST.contains(c) && !c.is_ascii() { 2.0 } else { 1.0 })
            .sum()
    }

    fn broken(text: &str, width: f32) -> String {
        lines(text, width, &measure).join("|")
    }

    #[test]
    fn lines_break_as_a_japanese_reader_expects() {
        for (text, width, expected) in [
            ("委員会は継続を認めた。", 12.0, "委員会は継続|を認めた。"),
            ("委員会は継続。", 12.0, "委員会は継|続。"),
            ("評価は「継続」とする", 8.0, "評価は|「継続」|とする"),
            ("データベース", 8.0, "データ|ベース"),
            ("第一相試験（FIH）へ", 12.0, "第一相試験|（FIH）へ"),
            ("Phase I trial of the candidate", 14.0, "Phase I trial|of the|candidate"),
            ("一行目\n二行目", 20.0, "一行目|二行目"),
            ("", 20.0, ""),
            ("……", 2.0, "…|…"),
            ("abcdefghij", 4.0, "abcd|efgh|ij"),
        ] {
            assert_eq!(broken(text, width), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_wide(text in "[ぁ-ん一-丁a-z0-9、。（）「」ー \\n…]{0,80}", width in 4.0_f32..40.0) {
            let result = lines(&text, width, &measure);
            let bare = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&result.concat()), bare(&text));
            for line in &result {
                prop_assert!(measure(line) <= width, "{line} is wider than {width}");
            }
        }

        #[test]
        fn no_line_begins_or_ends_with_what_may_not_stand_there(text in "[ぁ-ん]{1,3}([一-丁]{2,5}[、。」][（「]?){1,12}[一-丁]{1,3}") {
            let result = lines(&text, 16.0, &measure);
            for (n, line) in result.iter().enumerate() {
                prop_assert!(n == 0 || !line.starts_with(|c| NOT_FIRST.contains(c)), "{line}");
                prop_assert!(n + 1 == result.len() || !line.ends_with(|c| NOT_LAST.contains(c)), "{line}");
            }
        }
    }
}
