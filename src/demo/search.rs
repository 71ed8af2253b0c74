//! The search columns of `portfolio::tasks::document`, composed for a quarter of a million tasks: the same text and
//! the same lexemes without a string per lexeme.

use super::copy::Lexeme;
use crate::kernel::text::fold;
use crate::portfolio::tasks::{SearchSource, TITLE_MARK};

/// Folded text and sorted lexemes.
pub fn search_columns(source: &SearchSource<'_>) -> (String, Vec<Lexeme>) {
    let titles: Vec<String> =
        [Some(source.title_ja), source.title_en].into_iter().flatten().map(fold).collect();
    let lists = [source.keywords, source.numbers, source.institution, source.lead];
    let rest = [source.summary_ja, source.summary_en].into_iter().flatten().map(fold);
    let mut lines = titles.clone();
    for line in rest.chain(lists.into_iter().flatten().map(|part| fold(part))) {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    let text = lines.join("\n");
    let mut lexemes = Vec::with_capacity(text.len());
    Lexeme::of_text(&text, None, &mut lexemes);
    Lexeme::of_text(&titles.join("\n"), Some(TITLE_MARK), &mut lexemes);
    lexemes.sort_unstable();
    lexemes.dedup();
    (text, lexemes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portfolio::tasks::search_document;

    #[test]
    fn columns_are_those_of_the_portfolio() {
        let source = SearchSource {
            title_ja: "ｉＰＳ細胞由来心筋シートを用いた「重症心不全」の治療",
            title_en: Some("Treatment of severe heart failure with iPS cell-derived sheets"),
            summary_ja: Some("心不全は増えている。A 7 々 がん"),
            keywords: &["心不全".to_owned()],
            numbers: &["bka250001".to_owned(), "25bka250001h0001".to_owned()],
            ..SearchSource::default()
        };
        let (text, lexemes) = search_columns(&source);
        let expected = search_document(&source);
        let written: Vec<String> = lexemes.iter().map(|lexeme| format!("'{lexeme}'")).collect();
        assert_eq!(text, expected.text);
        assert_eq!(written.join(" "), expected.vector);
    }
}
