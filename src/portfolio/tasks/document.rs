//! What a task is found by: the one place that composes `tasks.search_text`, `search_pairs` and `title_pairs`.
//!
//! The text is folded ([`fold`]) and holds public parts only, one per line, titles first. The pairs of characters
//! ([`pairs`]) of the text are indexed, and those of the titles once more, so that hits in titles can be asked for
//! alone and come first.

use crate::kernel::text::{fold, pairs};

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

/// The search columns of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchDocument {
    pub text: String,
    pub pairs: Vec<i32>,
    pub title_pairs: Vec<i32>,
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
    let (pairs, title_pairs) = (pairs(&text), pairs(&titles.join("\n")));
    SearchDocument { text, pairs, title_pairs }
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
        assert_eq!(document.title_pairs, pairs("hbv肝炎"));
        assert_eq!(document.pairs, pairs(&document.text));
        let only_in_summary = pairs("の研")[0];
        assert!(
            document.pairs.contains(&only_in_summary) && !document.title_pairs.contains(&only_in_summary)
        );
    }
}
