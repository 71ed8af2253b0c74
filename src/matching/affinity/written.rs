//! Words of the compared spelling as they stand in the text they came from, for people to read.

use super::normalise::fold;
use super::thesaurus::matched_form;

/// The longest piece of a text that is compared as `words` (folded, or stemmed like a word of the thesaurus).
///
/// ```
/// use nakadachi::matching::affinity::written::as_it_stands;
/// assert_eq!(as_it_stands("Multiple Sclerosis の再生医療", "multipl sclerosi").as_deref(), Some("Multiple Sclerosis"));
/// assert_eq!(as_it_stands("アルツハイマー病の新薬", "アルツハイマ病").as_deref(), Some("アルツハイマー病"));
/// assert_eq!(as_it_stands("肝炎の研究", "肺癌"), None);
/// ```
#[must_use]
pub fn as_it_stands(text: &str, words: &str) -> Option<String> {
    let first = words.chars().next()?;
    let places: Vec<(usize, char)> = text.char_indices().collect();
    let end = |place: usize| places.get(place).map_or(text.len(), |p| p.0);
    // Stems are shorter than their words, and a character may stand for two (が for か and its mark).
    let most = 2 * words.chars().count() + 8;
    (0..places.len()).filter(|at| begins(&places, *at, first)).find_map(|at| {
        let pieces = (at + 1..=places.len().min(at + most)).rev().map(|to| &text[places[at].0..end(to)]);
        pieces
            .filter(|piece| !piece.ends_with(|c: char| c.is_whitespace() || c == '-'))
            .find(|piece| {
                let folded = fold(piece);
                folded == words || matched_form(&folded) == words
            })
            .map(str::to_owned)
    })
}

/// Whether a piece from here may be compared as a word that begins with `first`; a Latin word only from its beginning.
fn begins(places: &[(usize, char)], at: usize, first: char) -> bool {
    let c = places[at].1;
    let inside = at > 0 && c.is_ascii_alphanumeric() && places[at - 1].1.is_ascii_alphanumeric();
    // Variants may begin with another character (がん, 癌).
    !inside && (!first.is_ascii() || fold(c.encode_utf8(&mut [0; 4])).starts_with(first))
}
