//! The field's thesaurus: concepts with their Japanese and English words, so that 核酸送達 meets mRNAワクチン and gene therapy meets 遺伝子治療.
//!
//! The words are product data (`data/thesaurus.tsv`) and are edited later through a page; a table read anywhere else goes through
//! the same [`Thesaurus::build`], which keeps what it can and reports every conflict by line. A text is searched for the longest
//! words first, from left to right; a concept hands part of its weight to its broader concepts, and so siblings meet.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{normalise::fold, stem::stem};

/// The table that ships with the program.
pub const SHIPPED: &str = include_str!("data/thesaurus.tsv");

/// Number of a concept in its thesaurus.
pub type ConceptId = u32;

/// One line of the table, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Short name, unique: `gene-therapy`.
    pub key: String,
    /// disease, modality, target, method, device, phase, population or resource.
    pub kind: String,
    /// Japanese words, the preferred one first.
    pub ja: Vec<String>,
    /// English words, the preferred one first.
    pub en: Vec<String>,
    /// Keys of broader concepts.
    pub broader: Vec<String>,
}

/// Kinds a concept may have.
pub const KINDS: &[&str] =
    &["disease", "modality", "target", "method", "device", "phase", "population", "resource"];

/// Something in a table that cannot be used; the rest of the table is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error(
        "line {line}: {found} columns; needed are key, kind, Japanese words, English words, broader concepts"
    )]
    Columns { line: usize, found: usize },
    #[error("line {line}: the key '{key}' is used before")]
    RepeatedKey { line: usize, key: String },
    #[error("line {line}: '{kind}' is no kind of concept")]
    UnknownKind { line: usize, kind: String },
    #[error("line {line}: '{key}' has no words")]
    NoWords { line: usize, key: String },
    #[error("line {line}: '{word}' already means '{first}'; kept there, not for '{second}'")]
    SharedWord { line: usize, word: String, first: String, second: String },
    #[error("line {line}: the broader concept '{broader}' of '{key}' does not exist")]
    UnknownBroader { line: usize, key: String, broader: String },
    #[error("line {line}: '{key}' is broader than itself through '{through}'")]
    Circle { line: usize, key: String, through: String },
}

/// A concept ready for use.
#[derive(Debug, Clone)]
pub struct Concept {
    pub key: String,
    pub kind: String,
    /// Preferred names; where one language has none, the other's stands in.
    pub ja: String,
    pub en: String,
    /// Every broader concept with its distance in steps (1 = direct), nearest first.
    pub broader: Vec<(ConceptId, u32)>,
}

/// A place where a concept's word stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub concept: ConceptId,
    /// The words as they stand in the matched form of the text.
    pub words: String,
}

/// Hash for the steps of the trie, which are numbers of our own: one multiplication each.
#[derive(Debug, Default, Clone)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u32(u32::from(*b)));
    }
    fn write_u32(&mut self, n: u32) {
        self.0 = (self.0.rotate_left(23) ^ u64::from(n)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Concepts and a trie of their words.
#[derive(Debug, Clone)]
pub struct Thesaurus {
    concepts: Vec<Concept>,
    by_key: HashMap<String, ConceptId>,
    next: HashMap<(u32, char), u32, BuildHasherDefault<Mix>>,
    ends: Vec<Option<ConceptId>>,
}

impl Thesaurus {
    /// The shipped table. A test keeps it free of conflicts.
    #[must_use]
    pub fn shipped() -> Self {
        let (entries, _) = read_table(SHIPPED);
        Self::build(&entries).0
    }

    /// Builds from entries with their line numbers, as a page or a file holds them; what conflicts is left out and reported.
    #[must_use]
    pub fn build(entries: &[(usize, Entry)]) -> (Self, Vec<Conflict>) {
        let mut conflicts = Vec::new();
        let mut me =
            Self { concepts: Vec::new(), by_key: HashMap::new(), next: HashMap::default(), ends: vec![None] };
        let mut kept: Vec<(usize, &Entry)> = Vec::new();
        for (line, e) in entries {
            if me.by_key.contains_key(&e.key) {
                conflicts.push(Conflict::RepeatedKey { line: *line, key: e.key.clone() });
                continue;
            }
            if !KINDS.contains(&e.kind.as_str()) {
                conflicts.push(Conflict::UnknownKind { line: *line, kind: e.kind.clone() });
                continue;
            }
            let (Some(ja), Some(en)) = (e.ja.first().or(e.en.first()), e.en.first().or(e.ja.first())) else {
                conflicts.push(Conflict::NoWords { line: *line, key: e.key.clone() });
                continue;
            };
            let id = me.concepts.len() as ConceptId;
            me.by_key.insert(e.key.clone(), id);
            me.concepts.push(Concept {
                key: e.key.clone(),
                kind: e.kind.clone(),
                ja: ja.clone(),
                en: en.clone(),
                broader: Vec::new(),
            });
            kept.push((*line, e));
        }
        me.add_words(&kept, &mut conflicts);
        me.add_broader(&kept, &mut conflicts);
        (me, conflicts)
    }

    fn add_words(&mut self, kept: &[(usize, &Entry)], conflicts: &mut Vec<Conflict>) {
        for (id, (line, e)) in kept.iter().enumerate() {
            for word in e.ja.iter().chain(&e.en) {
                let form = matched_form(&fold(word));
                if form.is_empty() {
                    continue;
                }
                let mut node = 0;
                for c in form.chars() {
                    node = match self.next.get(&(node, c)) {
                        Some(n) => *n,
                        None => {
                            let n = self.ends.len() as u32;
                            self.next.insert((node, c), n);
                            self.ends.push(None);
                            n
                        }
                    };
                }
                match self.ends[node as usize] {
                    Some(other) if other != id as ConceptId => conflicts.push(Conflict::SharedWord {
                        line: *line,
                        word: word.clone(),
                        first: self.concepts[other as usize].key.clone(),
                        second: e.key.clone(),
                    }),
                    _ => self.ends[node as usize] = Some(id as ConceptId),
                }
            }
        }
    }

    fn add_broader(&mut self, kept: &[(usize, &Entry)], conflicts: &mut Vec<Conflict>) {
        let mut direct: Vec<Vec<ConceptId>> = vec![Vec::new(); kept.len()];
        for (id, (line, e)) in kept.iter().enumerate() {
            for b in &e.broader {
                match self.by_key.get(b) {
                    Some(up) => direct[id].push(*up),
                    None => conflicts.push(Conflict::UnknownBroader {
                        line: *line,
                        key: e.key.clone(),
                        broader: b.clone(),
                    }),
                }
            }
        }
        for id in 0..kept.len() {
            let mut found: Vec<(ConceptId, u32)> = Vec::new();
            let mut front = direct[id].clone();
            let mut distance = 1;
            while !front.is_empty() {
                let mut further = Vec::new();
                for up in front {
                    if up as usize == id {
                        let through = self.concepts[direct[id][0] as usize].key.clone();
                        conflicts.push(Conflict::Circle {
                            line: kept[id].0,
                            key: kept[id].1.key.clone(),
                            through,
                        });
                    } else if found.iter().all(|(f, _)| *f != up) {
                        found.push((up, distance));
                        further.extend(&direct[up as usize]);
                    }
                }
                front = further;
                distance += 1;
            }
            self.concepts[id].broader = found;
        }
    }

    /// How many concepts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.concepts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }

    /// A concept by its number.
    #[must_use]
    pub fn concept(&self, id: ConceptId) -> &Concept {
        &self.concepts[id as usize]
    }

    /// A concept's number by its key.
    #[must_use]
    pub fn id(&self, key: &str) -> Option<ConceptId> {
        self.by_key.get(key).copied()
    }

    /// Every mention in a folded text, longest word first at each place, without overlap.
    #[must_use]
    pub fn mentions(&self, folded: &str) -> Vec<Mention> {
        let form: Vec<char> = matched_form(folded).chars().collect();
        let mut out = Vec::new();
        let mut at = 0;
        while at < form.len() {
            // A Latin word is only met from its beginning.
            let inside = at > 0 && word_char(form[at]) && word_char(form[at - 1]);
            match if inside { None } else { self.longest_at(&form, at) } {
                Some((concept, end)) => {
                    out.push(Mention { concept, words: form[at..end].iter().collect() });
                    at = end;
                }
                None => at += 1,
            }
        }
        out
    }

    fn longest_at(&self, form: &[char], start: usize) -> Option<(ConceptId, usize)> {
        let mut node = 0;
        let mut best = None;
        for (i, c) in form.iter().enumerate().skip(start) {
            let Some(n) = self.next.get(&(node, *c)) else { break };
            node = *n;
            let whole = !word_char(*c) || form.get(i + 1).is_none_or(|n| !word_char(*n));
            if let (Some(concept), true) = (self.ends[node as usize], whole) {
                best = Some((concept, i + 1));
            }
        }
        best
    }
}

fn word_char(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// The form in which words are compared: Latin words stemmed, hyphens and spaces between them one space, spaces elsewhere dropped.
#[must_use]
pub fn matched_form(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut word = String::new();
    let mut gap = false;
    for c in folded.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() {
            if gap && word.is_empty() && out.chars().next_back().is_some_and(word_char) {
                out.push(' ');
            }
            gap = false;
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            if word.len() > 4 {
                out.push_str(&stem(&word))
            } else {
                out.push_str(&word)
            }
            word.clear();
        }
        match c {
            ' ' | '-' | '\'' => gap = true,
            '\0' => {}
            c => {
                gap = false;
                out.push(c);
            }
        }
    }
    out
}

/// Reads a table of tab-separated lines; `#` begins a remark. Words of one cell are separated by `|`.
#[must_use]
pub fn read_table(text: &str) -> (Vec<(usize, Entry)>, Vec<Conflict>) {
    let mut entries = Vec::new();
    let mut conflicts = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        if !(4..=5).contains(&cells.len()) {
            conflicts.push(Conflict::Columns { line: i + 1, found: cells.len() });
            continue;
        }
        let words = |cell: &str| {
            cell.split('|').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect()
        };
        entries.push((
            i + 1,
            Entry {
                key: cells[0].trim().to_owned(),
                kind: cells[1].trim().to_owned(),
                ja: words(cells[2]),
                en: words(cells[3]),
                broader: words(cells.get(4).copied().unwrap_or("")),
            },
        ));
    }
    (entries, conflicts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(t: &Thesaurus, text: &str) -> Vec<String> {
        t.mentions(&fold(text)).iter().map(|m| t.concept(m.concept).key.clone()).collect()
    }

    #[test]
    fn the_shipped_table_has_no_conflicts_and_several_hundred_concepts() {
        let (entries, mut conflicts) = read_table(SHIPPED);
        let (t, more) = Thesaurus::build(&entries);
        conflicts.extend(more);
        assert!(
            conflicts.is_empty(),
            "{}",
            conflicts.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        );
        assert!(t.len() >= 500, "{}", t.len());
    }

    #[test]
    fn both_languages_meet() {
        let t = Thesaurus::shipped();
        for (ja, en) in [
            ("遺伝子治療の開発", "Development of gene therapies"),
            ("ヒトｉＰＳ細胞由来", "Human induced pluripotent stem cells"),
            ("B型肝炎", "Hepatitis B"),
            ("筋萎縮性側索硬化症", "ALS"),
            ("肝がん", "liver cancer"),
            ("肝癌", "Liver Cancers"),
            ("キメラ抗原受容体", "CAR-T"),
            ("新型コロナウイルス感染症", "COVID-19"),
        ] {
            assert_eq!(keys(&t, ja).first(), keys(&t, en).first(), "{ja} / {en}");
            assert!(!keys(&t, ja).is_empty(), "{ja}");
        }
    }

    #[test]
    fn siblings_meet_in_their_broader_concept() {
        let t = Thesaurus::shipped();
        let up = |text| {
            t.concept(t.mentions(&fold(text))[0].concept).broader.iter().map(|b| b.0).collect::<Vec<_>>()
        };
        assert!(up("核酸送達").iter().any(|b| up("mRNAワクチン").contains(b)));
    }

    #[test]
    fn latin_words_are_met_whole() {
        let t = Thesaurus::shipped();
        assert!(keys(&t, "paint and maintain").is_empty(), "{:?}", keys(&t, "paint and maintain"));
        assert!(keys(&t, "Kim et al. 2020").is_empty());
    }

    #[test]
    fn conflicts_are_named_by_line() {
        let (entries, columns) = read_table(
            "a\tdisease\t肝炎\thepatitis\nb\tdisease\t肝炎\tx\ta\na\tdisease\tq\tq\nc\tcolour\tr\tr\nd\tdisease\t\t\ne\tdisease\te\te\tzz\nbad",
        );
        let (t, found) = Thesaurus::build(&entries);
        let words: Vec<String> = columns.iter().chain(&found).map(ToString::to_string).collect();
        assert_eq!(t.len(), 3);
        for (line, part) in [
            (7, "columns"),
            (3, "used before"),
            (4, "no kind"),
            (5, "no words"),
            (2, "already means 'a'"),
            (6, "does not exist"),
        ] {
            assert!(
                words.iter().any(|w| w.starts_with(&format!("line {line}:")) && w.contains(part)),
                "{line} {part} {words:?}"
            );
        }
        let (_, circle) = Thesaurus::build(&read_table("a\tdisease\ta\ta\tb\nb\tdisease\tb\tb\ta").0);
        assert!(circle.iter().any(|c| matches!(c, Conflict::Circle { .. })));
    }
}
