//! Text to typed values: a concept, a merge.

use serde::Deserialize;

use crate::kernel::{Language, Said, Text};
use crate::matching::affinity::thesaurus::KINDS;
use crate::web::FieldErrors;

use super::model::{Change, Concept};

/// The form of a concept as typed; words and broader concepts stand one a line.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConceptForm {
    /// Key against a second click.
    pub key: String,
    /// The version that was read.
    pub seen: String,
    pub concept: String,
    pub kind: String,
    pub ja: String,
    pub en: String,
    pub broader: String,
    /// `edit`, `merge` or `retire`.
    pub what: String,
    pub into: String,
    pub remark: String,
    /// `preview` shows what would change; anything else writes.
    pub step: String,
}

impl ConceptForm {
    pub fn of(concept: &Concept, seen: i32) -> Self {
        Self {
            seen: seen.to_string(),
            concept: concept.key.clone(),
            kind: concept.kind.clone(),
            ja: concept.ja.join("\n"),
            en: concept.en.join("\n"),
            broader: concept.broader.join("\n"),
            what: "edit".to_owned(),
            ..Self::default()
        }
    }

    pub fn seen(&self) -> i32 {
        self.seen.parse().unwrap_or(-1)
    }

    /// A new concept with its remark.
    pub fn parse_new(&self, l: Language) -> Result<(Change, String), FieldErrors> {
        let mut errors = FieldErrors::new();
        let key = errors.check("concept", label("concept", l), key(&self.concept));
        let rest = self.concept(key.unwrap_or_default(), l, &mut errors);
        let remark = errors.check("remark", label("remark", l), Text::<200>::parse(&self.remark));
        errors.finish(rest.zip(remark).map(|(c, remark)| (Change::Add(c), remark.into_string())))
    }

    /// A change of the concept `key` with its remark.
    pub fn parse_change(&self, of: &str, l: Language) -> Result<(Change, String), FieldErrors> {
        let mut errors = FieldErrors::new();
        let change = match self.what.as_str() {
            "retire" => Some(Change::Retire { key: of.to_owned() }),
            "merge" => errors
                .check("into", label("into", l), key(&self.into))
                .map(|into| Change::Merge { from: of.to_owned(), into }),
            _ => self.concept(of.to_owned(), l, &mut errors).map(Change::Edit),
        };
        let remark = errors.check("remark", label("remark", l), Text::<200>::parse(&self.remark));
        errors.finish(change.zip(remark).map(|(change, remark)| (change, remark.into_string())))
    }

    fn concept(&self, key: String, l: Language, errors: &mut FieldErrors) -> Option<Concept> {
        let kind = KINDS.contains(&self.kind.as_str()).then(|| self.kind.clone());
        let unknown = || Said::new("種類を選んでください。", "Choose a kind.");
        let kind = errors.check("kind", label("kind", l), kind.ok_or_else(unknown));
        let ja = errors.check("ja", label("ja", l), words(&self.ja));
        let en = errors.check("en", label("en", l), words(&self.en));
        let broader = errors.check("broader", label("broader", l), words(&self.broader));
        if ja.as_ref().is_some_and(Vec::is_empty) && en.as_ref().is_some_and(Vec::is_empty) {
            let said =
                Said::new("どちらかの言語で語を入力してください。", "Enter a word in one of the languages.");
            errors.add("ja", label("ja", l), said);
        }
        Some(Concept { key, kind: kind?, ja: ja?, en: en?, broader: broader?, position: 0 })
    }
}

/// The label of a field.
pub fn label(field: &str, l: Language) -> &'static str {
    match field {
        "concept" => l.t("キー", "Key"),
        "kind" => l.t("種類", "Kind"),
        "ja" => l.t("日本語の語", "Japanese words"),
        "en" => l.t("英語の語", "English words"),
        "broader" => l.t("上位概念", "Broader concepts"),
        "into" => l.t("統合先のキー", "Merge into"),
        _ => l.t("変更の理由", "Reason"),
    }
}

/// What a kind is called.
pub fn kind_name(kind: &str, l: Language) -> &'static str {
    match kind {
        "disease" => l.t("疾患", "Disease"),
        "modality" => l.t("モダリティ", "Modality"),
        "target" => l.t("標的", "Target"),
        "method" => l.t("手法", "Method"),
        "device" => l.t("機器", "Device"),
        "phase" => l.t("開発段階", "Phase"),
        "population" => l.t("対象集団", "Population"),
        _ => l.t("研究資源", "Resource"),
    }
}

fn key(raw: &str) -> Result<String, Said> {
    let key = raw.trim();
    let fits = (1..=60).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c));
    if fits {
        Ok(key.to_owned())
    } else {
        Err(Said::new(
            "英小文字・数字・ハイフンで60文字以内にしてください（例：gene-therapy）。",
            "Use up to 60 of a-z, 0-9 and hyphens, for example gene-therapy.",
        ))
    }
}

/// Words one a line, each once.
fn words(raw: &str) -> Result<Vec<String>, Said> {
    let mut out: Vec<String> = Vec::new();
    for word in raw.split(['\n', '|']).map(str::trim).filter(|w| !w.is_empty()) {
        if word.chars().count() > 80 || word.contains('\t') {
            return Err(Said::new(
                format!(
                    "「{}…」が長すぎます。1行に1語、80文字以内にしてください。",
                    word.chars().take(20).collect::<String>()
                ),
                "Write one word a line, each up to 80 characters.".to_owned(),
            ));
        }
        if !out.iter().any(|w| w == word) {
            out.push(word.to_owned());
        }
    }
    if out.len() > 100 {
        return Err(Said::new("100語以内にしてください。", "Enter at most 100 words."));
    }
    Ok(out)
}
