//! Cuts a folded text into the terms that are counted: runs of one script, and inside them what carries meaning there.
//!
//! | run | terms |
//! |---|---|
//! | kanji | every two and three neighbouring characters: dictionaries cut 受容体高発現 wrongly, pairs do not cut |
//! | katakana | the whole word, and every three characters of a longer one |
//! | hiragana | pairs, after the phrases of grammar (に対する, を用いた) are taken out; がん and うつ remain |
//! | Latin, Greek, digits | the word, stemmed, and pairs of neighbouring words; a bare number is no term |
//! | across scripts | pairs and triples over the seam (細胞シ), at half weight |

use super::{
    normalise::{is_hiragana, is_kanji, is_katakana},
    stem::stem,
    weights::Settings,
    words::{GRAMMAR, STOP_WORDS},
};

/// What kind of term it is; the weights of the kinds are in [`Settings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Kanji2,
    Kanji3,
    KatakanaWord,
    Katakana3,
    Hiragana,
    Crossing,
    Latin,
    Latin2,
}

impl Kind {
    /// Weight of the kind. In an English text a pair of words counts as much as a word.
    #[must_use]
    pub fn weight(self, english: bool, s: &Settings) -> f32 {
        match self {
            Self::Latin2 if english => s.latin,
            Self::Kanji2 => s.kanji2,
            Self::Kanji3 => s.kanji3,
            Self::KatakanaWord => s.katakana_word,
            Self::Katakana3 => s.katakana3,
            Self::Hiragana => s.hiragana,
            Self::Crossing => s.crossing,
            Self::Latin => s.latin,
            Self::Latin2 => s.latin2,
        }
    }
}

/// A term's identity: 64 bits of its text (FNV-1a). Two different terms of one pool share it with a chance below 1 in 10^6 at 10^7 terms.
pub type TermId = u64;

/// Identity of a term's text.
#[must_use]
pub fn term_id(text: &str) -> TermId {
    let mut h = 0xcbf2_9ce4_8422_2325_u64;
    for b in text.as_bytes() {
        h = (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
    }
    // Finaliser of MurmurHash3: FNV alone leaves the low bits of short words alike.
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^ (h >> 33)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Kanji,
    Katakana,
    Hiragana,
    Latin,
    Break,
}

fn script(c: char) -> Script {
    if is_kanji(c) {
        Script::Kanji
    } else if is_katakana(c) {
        Script::Katakana
    } else if is_hiragana(c) {
        Script::Hiragana
    } else if c.is_alphanumeric() {
        Script::Latin
    } else {
        Script::Break
    }
}

/// Calls `found` for every term of a folded text, in order, as often as it occurs.
pub fn each_term(folded: &str, mut found: impl FnMut(&str, Kind)) {
    for clause in clauses(folded) {
        each_of_clause(clause, &mut found);
    }
}

/// Pieces between punctuation and phrases of grammar.
fn clauses(folded: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < folded.len() {
        let rest = &folded[at..];
        let c = rest.chars().next().unwrap_or(' ');
        let grammar = if is_hiragana(c) || matches!(c, '及' | '並' | '又' | '等') {
            let first = |g: &&str| g.chars().next().unwrap_or('\0');
            let from = GRAMMAR.partition_point(|g| first(g) < c);
            GRAMMAR[from..]
                .iter()
                .take_while(|g| first(g) == c)
                .find(|g| rest.starts_with(**g))
                .map(|g| g.len())
        } else {
            None
        };
        let width = match grammar {
            Some(width) => width,
            None if script(c) == Script::Break && c != '-' && c != ' ' && c != '.' => c.len_utf8(),
            None => {
                at += c.len_utf8();
                continue;
            }
        };
        if start < at {
            out.push(&folded[start..at]);
        }
        at += width;
        start = at;
    }
    if start < folded.len() {
        out.push(&folded[start..]);
    }
    out
}

fn each_of_clause(clause: &str, found: &mut impl FnMut(&str, Kind)) {
    let chars: Vec<(usize, char, Script)> = clause.char_indices().map(|(i, c)| (i, c, script(c))).collect();
    let end = |i: usize| chars.get(i).map_or(clause.len(), |c| c.0);
    let mut previous_word = String::new();
    let mut pair = String::new();
    let mut i = 0;
    while i < chars.len() {
        let kind = chars[i].2;
        let mut j = i + 1;
        while j < chars.len() && chars[j].2 == kind {
            j += 1;
        }
        match kind {
            Script::Kanji => {
                grams(&chars, i, j, 2, &end, clause, Kind::Kanji2, found);
                grams(&chars, i, j, 3, &end, clause, Kind::Kanji3, found);
            }
            Script::Katakana if j - i >= 2 => {
                found(&clause[chars[i].0..end(j)], Kind::KatakanaWord);
                if j - i > 3 {
                    grams(&chars, i, j, 3, &end, clause, Kind::Katakana3, found);
                }
            }
            Script::Hiragana => grams(&chars, i, j, 2, &end, clause, Kind::Hiragana, found),
            Script::Latin => {
                let word = &clause[chars[i].0..end(j)];
                if content_word(word) {
                    let stemmed = if word.len() > 4 { stem(word) } else { word.to_owned() };
                    found(&stemmed, Kind::Latin);
                    if !previous_word.is_empty() {
                        pair.clear();
                        pair.push_str(&previous_word);
                        pair.push(' ');
                        pair.push_str(&stemmed);
                        found(&pair, Kind::Latin2);
                    }
                    previous_word = stemmed;
                } else if STOP_WORDS.binary_search(&word).is_err() {
                    // A number ties what stands on both sides of it (crispr-9) without being a term.
                    if !previous_word.is_empty() {
                        pair.clear();
                        pair.push_str(&previous_word);
                        pair.push(' ');
                        pair.push_str(word);
                        found(&pair, Kind::Latin2);
                    }
                    previous_word.clear();
                }
            }
            _ => {}
        }
        if !matches!(kind, Script::Latin | Script::Break) {
            previous_word.clear();
        }
        // Over the seam to the next run, where both sides are Japanese content or a word meets it.
        if j < chars.len() && seam(kind, chars[j].2) {
            found(&clause[chars[j - 1].0..end(j + 1)], Kind::Crossing);
            if j + 1 < chars.len() && chars[j + 1].2 == chars[j].2 {
                found(&clause[chars[j - 1].0..end(j + 2)], Kind::Crossing);
            }
            if j - i >= 2 {
                found(&clause[chars[j - 2].0..end(j + 1)], Kind::Crossing);
            }
        }
        i = j;
    }
}

fn seam(a: Script, b: Script) -> bool {
    let japanese = |s| matches!(s, Script::Kanji | Script::Katakana);
    (japanese(a) && (japanese(b) || b == Script::Latin)) || (a == Script::Latin && japanese(b))
}

fn content_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_err()
        && word.chars().any(char::is_alphabetic)
        && (word.len() > 1 || !word.is_ascii())
}

#[allow(clippy::too_many_arguments, reason = "one inner loop, kept flat for speed")]
fn grams(
    chars: &[(usize, char, Script)],
    from: usize,
    to: usize,
    n: usize,
    end: &impl Fn(usize) -> usize,
    clause: &str,
    kind: Kind,
    found: &mut impl FnMut(&str, Kind),
) {
    for i in from..(to + 1).saturating_sub(n) {
        if i + n <= to {
            found(&clause[chars[i].0..end(i + n)], kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::affinity::normalise::fold;

    fn terms(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        each_term(&fold(text), |t, k| {
            if k != Kind::Crossing {
                out.push(t.to_owned());
            }
        });
        out
    }

    #[test]
    fn runs_are_cut_by_script() {
        assert_eq!(
            terms("受容体高発現"),
            ["受容", "容体", "体高", "高発", "発現", "受容体", "容体高", "体高発", "高発現"]
        );
        assert_eq!(terms("うつに対するワクチン"), ["うつ", "ワクチン", "ワクチ", "クチン"]);
        assert_eq!(
            terms("Gene therapies for rare diseases"),
            ["gene", "therapi", "gene therapi", "rare", "therapi rare", "diseas", "rare diseas"]
        );
    }

    #[test]
    fn numbers_and_particles_are_no_terms() {
        assert_eq!(terms("2021 10"), Vec::<String>::new());
        assert_eq!(terms("における"), Vec::<String>::new());
    }
}
