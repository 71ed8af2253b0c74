//! Suggests tags for a task from its text, by rules that a person can read, each suggestion with the words that led to it.
//!
//! Real tasks come without phase, modality, disease or approval class; program staff confirm suggestions in bulk and nothing is
//! tagged by itself. The rules are data (`data/tag_rules.tsv`) over plain words and thesaurus concepts; their codes are those of the
//! vocabularies that ship with the program.

use serde::Serialize;

use super::{
    normalise::fold,
    record::Record,
    thesaurus::{ConceptId, Thesaurus},
    unwrap::unwrap_title,
    written::as_it_stands,
};

/// The rules that ship with the program.
pub const SHIPPED: &str = include_str!("data/tag_rules.tsv");

/// A suggested tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    pub vocabulary: String,
    pub code: String,
    /// Whether it is proposed as the main tag of its vocabulary; the others are secondary.
    pub main: bool,
    /// Words that led to it, as they stand in the text.
    pub words: Vec<String>,
    /// Line of the rule.
    pub rule: usize,
}

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleConflict {
    #[error("line {line}: {found} columns; needed are vocabulary, code, any of, none of, also one of")]
    Columns { line: usize, found: usize },
    #[error("line {line}: the thesaurus has no concept '{key}'")]
    UnknownConcept { line: usize, key: String },
    #[error("line {line}: the rule names no words")]
    NoWords { line: usize },
}

#[derive(Debug, Clone)]
enum Word {
    Text(String),
    Concept(ConceptId),
    /// Any concept of the kind `disease`.
    AnyDisease,
}

#[derive(Debug, Clone)]
struct Rule {
    line: usize,
    vocabulary: String,
    code: String,
    any: Vec<Word>,
    none: Vec<Word>,
    also: Vec<Word>,
}

/// Rules ready for use with the thesaurus they were read against.
#[derive(Debug, Clone)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// Vocabularies of which a task has exactly one.
const SINGLE: &[&str] = &["phase", "approval_class", "nature"];

/// A place in a text where a word of a rule stands.
struct Hit {
    at: usize,
    words: String,
}

/// A text with its mentions, looked at once for all rules.
struct Read {
    text: String,
    mentions: Vec<(ConceptId, usize, String)>,
}

impl Rules {
    /// The shipped rules. A test keeps them free of conflicts.
    #[must_use]
    pub fn shipped(thesaurus: &Thesaurus) -> Self {
        Self::read(SHIPPED, thesaurus).0
    }

    /// Reads rules; those that cannot be used are left out and reported by line.
    #[must_use]
    pub fn read(table: &str, thesaurus: &Thesaurus) -> (Self, Vec<RuleConflict>) {
        let mut rules = Vec::new();
        let mut conflicts = Vec::new();
        for (i, text) in
            table.lines().enumerate().filter(|(_, l)| !l.starts_with('#') && !l.trim().is_empty())
        {
            let line = i + 1;
            let cells: Vec<&str> = text.split('\t').collect();
            if !(3..=5).contains(&cells.len()) {
                conflicts.push(RuleConflict::Columns { line, found: cells.len() });
                continue;
            }
            let mut words = |at: usize| -> Vec<Word> {
                let cell = cells.get(at).copied().unwrap_or("");
                let listed = cell.split('|').map(str::trim).filter(|w| !w.is_empty());
                listed.filter_map(|w| word(w, line, thesaurus, &mut conflicts)).collect()
            };
            let (any, none, also) = (words(2), words(3), words(4));
            if any.is_empty() {
                conflicts.push(RuleConflict::NoWords { line });
                continue;
            }
            rules.push(Rule {
                line,
                vocabulary: cells[0].to_owned(),
                code: cells[1].to_owned(),
                any,
                none,
                also,
            });
        }
        (Self { rules }, conflicts)
    }

    /// Suggestions for a record: from its title; where a vocabulary finds nothing there, from its summary.
    #[must_use]
    pub fn suggest(&self, record: &Record, thesaurus: &Thesaurus) -> Vec<Suggestion> {
        let title = unwrap_title(&record.title);
        let mut texts =
            vec![std::iter::once(title.core).chain(title.umbrellas).collect::<Vec<_>>().join("。")];
        texts.extend(record.summary.as_deref().map(fold));
        let reads: Vec<Read> = texts.into_iter().map(|t| Read::new(t, thesaurus)).collect();
        let mut out: Vec<Suggestion> = Vec::new();
        let mut vocabularies: Vec<&str> = Vec::new();
        for r in &self.rules {
            if !vocabularies.contains(&r.vocabulary.as_str()) {
                vocabularies.push(&r.vocabulary);
            }
        }
        let written = [Some(&record.title), record.summary.as_ref()];
        let readable = |words: &String| {
            let found = written.iter().flatten().find_map(|text| as_it_stands(text, words));
            found.unwrap_or_else(|| words.clone())
        };
        for vocabulary in vocabularies {
            if let Some(mut found) = reads
                .iter()
                .map(|read| self.of_vocabulary(vocabulary, read, thesaurus))
                .find(|f| !f.is_empty())
            {
                found.iter_mut().for_each(|s| s.words = distinct(s.words.iter().map(readable)));
                out.extend(found);
            }
        }
        out
    }

    fn of_vocabulary(&self, vocabulary: &str, read: &Read, thesaurus: &Thesaurus) -> Vec<Suggestion> {
        let mut found: Vec<(usize, Suggestion)> = Vec::new();
        for rule in self.rules.iter().filter(|r| r.vocabulary == vocabulary) {
            if found.iter().any(|(_, s)| s.code == rule.code) {
                continue;
            }
            // What applies to nothing, and other diseases, are only suggested where nothing else is.
            if matches!(rule.code.as_str(), "not_applicable" | "other") && !found.is_empty() {
                continue;
            }
            let Some(hits) = rule.hits(read, thesaurus) else { continue };
            let at = hits.iter().map(|h| h.at).min().unwrap_or(0);
            let words = distinct(hits.into_iter().map(|h| h.words));
            let s = Suggestion {
                vocabulary: vocabulary.to_owned(),
                code: rule.code.clone(),
                main: false,
                words,
                rule: rule.line,
            };
            found.push((at, s));
            if SINGLE.contains(&vocabulary) {
                break;
            }
        }
        if vocabulary == "disease_area" {
            found.sort_by_key(|(at, _)| *at);
        }
        let mut out: Vec<Suggestion> = found.into_iter().map(|(_, s)| s).collect();
        if let Some(first) = out.first_mut() {
            first.main = true;
        }
        out
    }
}

/// Each once, in the order in which they come.
fn distinct(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut out = Vec::new();
    for word in words {
        if !out.contains(&word) {
            out.push(word);
        }
    }
    out
}

impl Rule {
    /// The places that make the rule hold, or nothing.
    fn hits(&self, read: &Read, thesaurus: &Thesaurus) -> Option<Vec<Hit>> {
        let all = |words: &[Word]| words.iter().flat_map(|w| read.find(w, thesaurus)).collect::<Vec<Hit>>();
        let mut hits = all(&self.any);
        if hits.is_empty() || !all(&self.none).is_empty() {
            return None;
        }
        if !self.also.is_empty() {
            let also = all(&self.also);
            if also.is_empty() {
                return None;
            }
            hits.extend(also);
        }
        hits.sort_by_key(|h| h.at);
        Some(hits)
    }
}

impl Read {
    fn new(text: String, thesaurus: &Thesaurus) -> Self {
        let mentions = thesaurus.mentions(&text).into_iter().map(|m| {
            let at = text.find(m.words.as_str()).unwrap_or(usize::MAX);
            (m.concept, at, m.words)
        });
        Self { mentions: mentions.collect(), text }
    }

    fn find(&self, word: &Word, thesaurus: &Thesaurus) -> Vec<Hit> {
        let of_concept = |holds: &dyn Fn(ConceptId) -> bool| {
            let held = self.mentions.iter().filter(|(c, _, _)| holds(*c));
            held.map(|(_, at, words)| Hit { at: *at, words: words.clone() }).collect()
        };
        match word {
            Word::Text(t) => {
                self.text.find(t.as_str()).map(|at| Hit { at, words: t.clone() }).into_iter().collect()
            }
            Word::Concept(up) => {
                of_concept(&|c| c == *up || thesaurus.concept(c).broader.iter().any(|(b, _)| b == up))
            }
            Word::AnyDisease => of_concept(&|c| thesaurus.concept(c).kind == "disease"),
        }
    }
}

fn word(text: &str, line: usize, thesaurus: &Thesaurus, conflicts: &mut Vec<RuleConflict>) -> Option<Word> {
    match text.strip_prefix('@') {
        None => Some(Word::Text(fold(text))),
        Some("disease-any") => Some(Word::AnyDisease),
        Some(key) => match thesaurus.id(key) {
            Some(id) => Some(Word::Concept(id)),
            None => {
                conflicts.push(RuleConflict::UnknownConcept { line, key: key.to_owned() });
                None
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main_tag(title: &str, vocabulary: &str) -> Option<String> {
        let thesaurus = Thesaurus::shipped();
        let found = Rules::shipped(&thesaurus).suggest(&Record::titled("t", title), &thesaurus);
        for s in &found {
            assert!(!s.words.is_empty(), "{s:?}");
        }
        found.into_iter().find(|s| s.vocabulary == vocabulary && s.main).map(|s| s.code)
    }

    #[test]
    fn the_shipped_rules_have_no_conflicts() {
        let (_, conflicts) = Rules::read(SHIPPED, &Thesaurus::shipped());
        assert!(conflicts.is_empty(), "{conflicts:?}");
    }

    #[test]
    fn titles_as_they_are_written_get_their_tags() {
        let mut wrong = Vec::new();
        for (title, phase, modality, disease, approval) in [
            (
                "虚血性心筋症に対するヒト(同種)iPS細胞由来心筋細胞シートの臨床試験",
                "clinical_trial",
                "cell_therapy",
                "lifestyle",
                "regenerative",
            ),
            (
                "固形がんに対するIL-7/CCL19産生型CAR-T細胞療法の研究開発",
                "applied",
                "gene_therapy",
                "cancer",
                "regenerative",
            ),
            (
                "新型コロナウイルス感染症(COVID-19)に対するmRNAワクチン開発",
                "applied",
                "vaccine",
                "infection",
                "drug",
            ),
            (
                "再発・難治性悪性リンパ腫に対するCD19キメラ抗原受容体遺伝子改変自己T細胞の第1/2相医師主導治験",
                "registration_trial",
                "gene_therapy",
                "cancer",
                "regenerative",
            ),
            (
                "アルツハイマー病のためのアミロイドPETによる画像診断法の確立",
                "applied",
                "radiopharma",
                "aging",
                "",
            ),
            (
                "EPHB4受容体陽性悪性軟部腫瘍を標的とした非ウイルス遺伝子改変キメラ抗原受容体T細胞療法の非臨床試験",
                "nonclinical",
                "gene_therapy",
                "cancer",
                "regenerative",
            ),
            (
                "病原性シードの構造生物学的理解に基づくαシヌクレイン伝播分子機構解明",
                "basic",
                "platform",
                "neuropsych",
                "not_applicable",
            ),
            (
                "シヌクレイン抑制AmNA核酸によるパーキンソン病の治療研究",
                "",
                "nucleic_acid",
                "neuropsych",
                "drug",
            ),
            (
                "医師の負担を減らす双腕型手術支援システムの開発・海外展開",
                "applied",
                "device_therapy",
                "",
                "device",
            ),
            (
                "要介護高齢者等の口腔機能および口腔の健康状態の改善ならびに食生活の質の向上に関する研究",
                "",
                "healthcare",
                "aging",
                "",
            ),
            (
                "国立大学における生物統計家育成のための教育カリキュラムの研究開発",
                "",
                "not_applicable",
                "",
                "not_applicable",
            ),
            (
                "2型糖尿病の発症予防を目指すヘルスケアサービスの適正評価確立のための研究",
                "",
                "software",
                "lifestyle",
                "",
            ),
            ("エボラ出血熱に対する次世代ワクチンの開発研究", "applied", "vaccine", "infection", "drug"),
            (
                "小児難治性ネフローゼ症候群に対する新規治療法の開発を目指した全国多施設共同臨床試験",
                "clinical_trial",
                "",
                "child",
                "",
            ),
            (
                "A gene therapy for inherited retinal disease: preclinical study",
                "nonclinical",
                "gene_therapy",
                "rare",
                "regenerative",
            ),
        ] {
            for (vocabulary, expected) in [
                ("phase", phase),
                ("modality", modality),
                ("disease_area", disease),
                ("approval_class", approval),
            ] {
                let found = main_tag(title, vocabulary);
                if !expected.is_empty() && found.as_deref() != Some(expected) {
                    wrong.push(format!("{vocabulary} of {title}: {found:?}, not {expected}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_words_that_led_to_a_tag_are_named() {
        let thesaurus = Thesaurus::shipped();
        let found = Rules::shipped(&thesaurus)
            .suggest(&Record::titled("t", "肝炎ウイルスに対する遺伝子治療の非臨床試験"), &thesaurus);
        let of = |code: &str| found.iter().find(|s| s.code == code).map(|s| s.words.join(" "));
        assert_eq!(of("nonclinical").as_deref(), Some("非臨床"));
        assert_eq!(of("gene_therapy").as_deref(), Some("遺伝子治療"));
        assert_eq!(of("infection").as_deref(), Some("肝炎ウイルス"));
    }

    #[test]
    fn words_are_named_as_they_are_written_and_cancer_is_not_read_into_other_diseases() {
        let thesaurus = Thesaurus::shipped();
        let words = |title: &str, code: &str| {
            let found = Rules::shipped(&thesaurus).suggest(&Record::titled("t", title), &thesaurus);
            found.into_iter().find(|s| s.code == code).map(|s| s.words.join("|"))
        };
        assert_eq!(
            words("Phase 2 trial for Multiple Sclerosis", "neuropsych").as_deref(),
            Some("Multiple Sclerosis")
        );
        assert_eq!(words("アルツハイマー病の早期診断", "aging").as_deref(), Some("アルツハイマー病"));
        assert_eq!(words("治療抵抗性うつ病に対する新規治療法の開発", "cancer"), None);
        let stroke = "脳卒中の放射性医薬品を用いた観察研究";
        assert_eq!(words(stroke, "radiopharma").as_deref(), Some("放射性医薬品"));
        assert_eq!((words(stroke, "cancer"), words(stroke, "device")), (None, None));
        assert_eq!(words("RI内用療法の確立", "cancer").as_deref(), Some("RI内用療法"));
    }

    #[test]
    fn unusable_rules_are_named_by_line() {
        let (rules, conflicts) =
            Rules::read("phase\tx\t@nothing\nphase\ty\nphase\tz\t治験", &Thesaurus::shipped());
        assert_eq!(rules.rules.len(), 1);
        assert_eq!(conflicts.len(), 3);
    }
}
