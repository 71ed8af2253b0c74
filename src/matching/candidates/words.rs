//! The words that made a pair alike, ready to print.

use crate::matching::affinity::{Parts, reads_as_word};
use crate::web::Language;

use super::model::{SharedConcept, SharedWords};

/// Shared words and concepts with their points.
pub struct WordsShown {
    pub words: Vec<(String, String)>,
    pub concepts: Vec<ConceptShown>,
    /// What to know of these points; empty where they are those of the score.
    pub note: &'static str,
}

/// A shared concept, and the words that stand for it on either side.
pub struct ConceptShown {
    pub name: String,
    pub of_task: String,
    pub of_slot: String,
    pub points: String,
}

/// Words by the texts of today (`today`), or as they were kept when the pair was scored.
pub fn shown(words: &SharedWords, parts: Option<&Parts>, today: bool, l: Language) -> WordsShown {
    let differs = parts.is_some_and(|p| words.points() != (p.text, p.concepts));
    let note = match (today, differs) {
        (false, _) => "",
        (true, false) => l.t(
            "候補に入っていない組のため、今の文章から求めています。",
            "The pair is on no shortlist; found from the texts of today.",
        ),
        (true, true) => l.t(
            "候補に入っていない組のため、今の文章から求めています。候補の作成後に文章が変わったため、点は上の内訳と一致しません。",
            "The pair is on no shortlist; found from the texts of today, which have changed since the score was made: the points differ from the parts above.",
        ),
    };
    WordsShown {
        words: words
            .words
            .iter()
            .map(|w| {
                let word = if w.word.is_empty() {
                    l.t("ほかの語", "other words").to_owned()
                } else {
                    w.word.clone()
                };
                (word, format!("{:+}", w.points))
            })
            .collect(),
        concepts: words.concepts.iter().map(|c| concept(c, l)).collect(),
        note,
    }
}

fn concept(c: &SharedConcept, l: Language) -> ConceptShown {
    let list = |words: &[String]| words.join(l.t("、", ", "));
    ConceptShown {
        name: l.t(&c.ja, &c.en).to_owned(),
        of_task: list(&c.of_task),
        of_slot: list(&c.of_slot),
        points: format!("{:+}", c.points),
    }
}

/// The few words that say most, in one line: concepts by their names, then words.
pub fn in_short(words: &SharedWords, l: Language) -> String {
    let concepts = words.concepts.iter().map(|c| (c.points, l.t(&c.ja, &c.en)));
    let own = words.words.iter().filter(|w| reads_as_word(&w.word)).map(|w| (w.points, w.word.as_str()));
    let mut all: Vec<(i32, &str)> = concepts.chain(own).filter(|(points, _)| *points > 0).collect();
    all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let mut said: Vec<&str> = Vec::new();
    for (_, word) in all {
        // A concept and the word that stands for it often read the same.
        if said.len() < 5 && !said.contains(&word) {
            said.push(word);
        }
    }
    said.join(l.t("、", ", "))
}
