//! What a task is found by: the one place that composes `tasks.search_text` and `tasks.search_vector`.
//!
//! The text is folded ([`text::fold`]) and holds public parts only, one per line, titles first. The vector holds
//! the pairs of characters of the text, and those of the titles once more behind a `^`, so that hits in titles can
//! be asked for alone and come first.

use crate::kernel::text::{bigrams, fold};

/// Marks the pairs of a title in the vector.
pub const TITLE_MARK: char = '^';

/// The public parts of a task, as they are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct SearchSource<'a> {
    pub title_ja: &'a str,
    pub title_en: Option<&'a str>,
    pub summary_ja: Option<&'a str>,
    pub summary_en: Option<&'a str>,
    pub keywords: &'a [String],
    /// The stable number and the printed number of every year.
    pub numbers: &'a [String],
    /// Names of the lead institution, in both languages.
    pub institution: &'a [String],
    /// Names of the lead investigator: kanji, kana, Latin letters.
    pub lead: &'a [String],
}

/// The two search columns of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchDocument {
    /// For `tasks.search_text`.
    pub text: String,
    /// For `tasks.search_vector`, in the text form of a `tsvector`: bind it as text and cast, or COPY it.
    pub vector: String,
}

/// Composes the search columns of a task.
pub fn search_document(source: &SearchSource<'_>) -> SearchDocument {
    let titles: Vec<String> =
        [Some(source.title_ja), source.title_en].into_iter().flatten().map(fold).collect();
    let lists = [source.keywords, source.numbers, source.institution, source.lead];
    let rest = [source.summary_ja, source.summary_en].into_iter().flatten().map(fold);
    let rest = rest.chain(lists.into_iter().flatten().map(|part| fold(part)));
    let mut lines = titles.clone();
    for line in rest {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    let text = lines.join("\n");
    let mut words = bigrams(&text);
    words.extend(bigrams(&titles.join("\n")).into_iter().map(|pair| format!("{TITLE_MARK}{pair}")));
    words.sort_unstable();
    words.dedup();
    let vector = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    SearchDocument { text, vector }
}

/// A lexeme in the text form of `tsvector` and `tsquery`.
pub(crate) fn quoted(lexeme: &str) -> String {
    format!("'{}'", lexeme.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_first_and_stand_twice_in_the_vector() {
        let source = SearchSource {
            title_ja: "ＨＢＶ肝炎",
            summary_ja: Some("肝炎の研究"),
            keywords: &["肝炎の研究".to_owned()],
            numbers: &["22ama221409h0001".to_owned()],
            ..SearchSource::default()
        };
        let document = search_document(&source);
        assert_eq!(document.text, "hbv肝炎\n肝炎の研究\n22ama221409h0001");
        assert!(document.vector.contains("'^肝炎'") && document.vector.contains(" '肝炎'"));
        assert!(document.vector.contains("'の研'") && !document.vector.contains("'^の研'"));
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quoted("a'b\\"), "'a''b\\\\'");
    }
}
