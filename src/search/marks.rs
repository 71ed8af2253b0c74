//! Marks hits in the text as it is written, although they were found in its folded form.

use crate::kernel::text::{fold_char, nfkc};

/// A part of a text: a hit, or what lies between hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// A folded character and the bytes of the original that it stands for.
struct Place {
    folded: char,
    from: usize,
    to: usize,
}

/// The text in pieces, hits of the folded `words` marked. Overlapping hits are one.
pub fn marked(text: &str, words: &[&str]) -> Vec<Piece> {
    pieces(text, &hits(text, words))
}

/// The part of the text around its first hit, about `length` characters, with hits marked; nothing without a hit.
pub fn snippet(text: &str, words: &[&str], length: usize) -> Option<Vec<Piece>> {
    let first = hits(text, words).into_iter().next()?;
    let before = text[..first.0].char_indices().rev().nth(length / 4).map_or(0, |(at, _)| at);
    let after = text[before..].char_indices().nth(length).map_or(text.len(), |(at, _)| before + at);
    let part = text[before..after.max(first.1)].replace(['\n', '\r'], " ");
    let mut pieces = marked(&part, words);
    if before > 0 {
        pieces.insert(0, Piece { text: "…".to_owned(), hit: false });
    }
    if after < text.len() {
        pieces.push(Piece { text: "…".to_owned(), hit: false });
    }
    Some(pieces)
}

fn pieces(text: &str, hits: &[(usize, usize)]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut push = |text: &str, hit| {
        if !text.is_empty() {
            out.push(Piece { text: text.to_owned(), hit });
        }
    };
    for (from, to) in hits {
        push(&text[at..*from], false);
        push(&text[*from..*to], true);
        at = *to;
    }
    push(&text[at..], false);
    out
}

/// Byte ranges of hits in order, overlaps joined.
fn hits(text: &str, words: &[&str]) -> Vec<(usize, usize)> {
    let places = places(text);
    let folded: Vec<char> = places.iter().map(|p| p.folded).collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for word in words {
        let word: Vec<char> = word.chars().collect();
        if !word.is_empty() && word.len() <= folded.len() {
            let at = folded.windows(word.len()).enumerate().filter(|(_, window)| *window == word);
            found.extend(at.map(|(n, _)| (places[n].from, places[n + word.len() - 1].to)));
        }
    }
    found.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (from, to) in found {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// The text folded character by character. A base and its voicing marks fold together (ｶﾞ → が); runs of blanks are
/// one blank.
fn places(text: &str) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::with_capacity(text.len() / 2);
    let mut chars = text.char_indices().peekable();
    while let Some((from, first)) = chars.next() {
        let mut cluster = first.to_string();
        while let Some((_, mark)) = chars.next_if(|(_, c)| is_mark(*c)) {
            cluster.push(mark);
        }
        let to = from + cluster.len();
        for c in nfkc(&cluster).chars().flat_map(char::to_lowercase).map(fold_char) {
            if !(c.is_whitespace() || c.is_control()) {
                out.push(Place { folded: c, from, to });
            } else if out.last().is_none_or(|last| last.folded != ' ') {
                out.push(Place { folded: ' ', from, to });
            }
        }
    }
    out
}

fn is_mark(c: char) -> bool {
    matches!(c, 'ﾞ' | 'ﾟ' | '\u{3099}' | '\u{309A}' | '\u{300}'..='\u{36F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::text::fold;

    fn shown(text: &str, word: &str) -> String {
        let word = fold(word);
        let show = |p: Piece| if p.hit { format!("[{}]", p.text) } else { p.text };
        marked(text, &[&word]).into_iter().map(show).collect()
    }

    #[test]
    fn hits_are_marked_in_the_spelling_of_the_text() {
        for (text, word, marked) in [
            ("ｉＰＳ細胞の移植", "ips細胞", "[ｉＰＳ細胞]の移植"),
            ("肺ｶﾞﾝと胃がん", "ガン", "肺[ｶﾞﾝ]と胃[がん]"),
            ("國立醫學研究", "医学", "國立[醫學]研究"),
            ("東京　　大学病院", "東京 大学", "[東京　　大学]病院"),
            ("SARS－CoV−2 変異株", "cov-2", "SARS－[CoV−2] 変異株"),
            ("肝肝肝", "肝肝", "[肝肝肝]"),
            ("㈱の製品", "(株)", "[㈱]の製品"),
            ("何もない", "肝炎", "何もない"),
        ] {
            assert_eq!(shown(text, word), marked, "{word} in {text}");
        }
    }

    #[test]
    fn a_snippet_stands_around_the_first_hit() {
        let text = format!("{}肝炎{}", "前".repeat(200), "後".repeat(200));
        let pieces = snippet(&text, &["肝炎"], 80).unwrap();
        assert_eq!(pieces.iter().filter(|p| p.hit).count(), 1);
        assert!(pieces.iter().map(|p| p.text.chars().count()).sum::<usize>() < 90);
        assert_eq!(snippet(&text, &["胃炎"], 80), None);
    }

    proptest::proptest! {
        #[test]
        fn pieces_are_the_text(text in ".{0,60}", word in ".{1,3}") {
            let word = fold(&word);
            let whole: String = marked(&text, &[&word]).into_iter().map(|p| p.text).collect();
            proptest::prop_assert_eq!(whole, text);
        }
    }
}
