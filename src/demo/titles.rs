//! Titles from patterns: the slots of a pattern are filled from the theme, in both languages in step.

use super::themes::{SLOTS, Theme};
use super::words::{Phrase, words};

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub ja: String,
    pub en: String,
}

/// The title of a theme.
pub fn title(theme: &Theme) -> Pair {
    fill(&words().patterns[usize::from(theme.pattern)].text, theme)
}

/// Only the Japanese title, for comparing.
pub fn title_ja(theme: &Theme) -> String {
    fill_one(words().patterns[usize::from(theme.pattern)].text.ja, theme, |text| text.ja)
}

/// Fills the slots of any pattern from a theme. English begins with a capital.
pub fn fill(pattern: &Phrase, theme: &Theme) -> Pair {
    let mut en = polish(&fill_one(pattern.en, theme, |text| text.en));
    if let Some(first) = en.get(..1) {
        let capital = first.to_uppercase();
        en.replace_range(..1, &capital);
    }
    Pair { ja: fill_one(pattern.ja, theme, |text| text.ja), en }
}

/// The phrase of one slot; `D` with its qualifier applied.
pub fn slot(theme: &Theme, name: &str, language: fn(&'static Phrase) -> &'static str) -> String {
    match name {
        "D" => disease(theme, language),
        "T" => language(&words().targets[usize::from(theme.target)].name).to_owned(),
        "M" => language(&theme.way().name).to_owned(),
        "S" | "s" => {
            let key = format!("{name}{}", theme.phase_letter());
            let fillers = words().slot(&key);
            fillers
                .get(usize::from(theme.stage) % fillers.len().max(1))
                .map_or(String::new(), |f| language(&f.text).to_owned())
        }
        _ => {
            let at = SLOTS.iter().position(|s| *s == name).expect("patterns name known slots");
            language(&words().slot(name)[usize::from(theme.picks[at])].text).to_owned()
        }
    }
}

fn disease(theme: &Theme, language: fn(&'static Phrase) -> &'static str) -> String {
    let name = language(&words().diseases[usize::from(theme.disease)].name);
    match theme.qualifier {
        Some(at) => language(&words().slot("Q")[usize::from(at)].text).replace('~', name),
        None => name.to_owned(),
    }
}

fn fill_one(pattern: &'static str, theme: &Theme, language: fn(&'static Phrase) -> &'static str) -> String {
    let mut out = String::with_capacity(160);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}').expect("every slot of a pattern is closed");
        out.push_str(&rest[..open]);
        out.push_str(&slot(theme, &rest[open + 1..close], language));
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    // {T}標的{M} with a {M} that begins with 標的 itself, and {A}支援 with an {A} that ends with it.
    for (twice, once) in [("標的標的", "標的"), ("支援支援", "支援")] {
        if out.contains(twice) {
            out = out.replace(twice, once);
        }
    }
    out
}

/// "a AI-equipped" → "an AI-equipped"; fillers that need another article carry it.
fn polish(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for (i, word) in text.split(' ').enumerate() {
        if i > 0 {
            let vowel =
                word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) || word.starts_with("ultra");
            if vowel && (out.ends_with(" a") || out == "a" || out == "A") {
                out.push('n');
            }
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
