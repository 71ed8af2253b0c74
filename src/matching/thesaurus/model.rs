//! A version of the thesaurus, and what a change makes of it.

use std::collections::BTreeSet;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::kernel::Said;
use crate::matching::affinity::normalise::fold;
use crate::matching::affinity::thesaurus::{Conflict, Entry, SHIPPED, Thesaurus, read_table};

/// A concept of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    pub key: String,
    pub kind: String,
    /// Japanese words, the preferred one first.
    pub ja: Vec<String>,
    /// English words, the preferred one first.
    pub en: Vec<String>,
    /// Keys of broader concepts.
    pub broader: Vec<String>,
    pub position: i32,
}

impl Concept {
    fn entry(&self) -> Entry {
        Entry {
            key: self.key.clone(),
            kind: self.kind.clone(),
            ja: self.ja.clone(),
            en: self.en.clone(),
            broader: self.broader.clone(),
        }
    }
}

/// A whole version, ready for use.
#[derive(Clone, Debug)]
pub struct Edition {
    /// 0 for the table of the program itself, where the database has none.
    pub number: i32,
    /// SHA-256 of the table in hexadecimal.
    pub hash: String,
    pub concepts: Vec<Concept>,
    pub thesaurus: Thesaurus,
}

impl Edition {
    pub fn new(number: i32, concepts: Vec<Concept>) -> Self {
        let entries: Vec<(usize, Entry)> =
            concepts.iter().enumerate().map(|(i, c)| (i + 1, c.entry())).collect();
        Self { number, hash: hash_of(&concepts), thesaurus: Thesaurus::build(&entries).0, concepts }
    }

    /// The table that ships with the program.
    pub fn shipped() -> Self {
        Self::new(0, shipped())
    }

    pub fn concept(&self, key: &str) -> Option<&Concept> {
        self.concepts.iter().find(|c| c.key == key)
    }
}

/// The concepts that ship with the program.
pub fn shipped() -> Vec<Concept> {
    let entries = read_table(SHIPPED).0;
    let concept = |(i, (_, e)): (usize, (usize, Entry))| Concept {
        key: e.key,
        kind: e.kind,
        ja: e.ja,
        en: e.en,
        broader: e.broader,
        position: i32::try_from(i + 1).unwrap_or(i32::MAX),
    };
    entries.into_iter().enumerate().map(concept).collect()
}

/// The table as the command line reads it (`--thesaurus TABLE.tsv`).
pub fn table_text(concepts: &[Concept]) -> String {
    let mut out = String::new();
    for c in concepts {
        let line = [&c.key, &c.kind, &c.ja.join("|"), &c.en.join("|"), &c.broader.join("|")]
            .map(|s| s.as_str())
            .join("\t");
        writeln!(out, "{line}").expect("writing to a String cannot fail");
    }
    out
}

/// SHA-256 of [`table_text`] in hexadecimal.
pub fn hash_of(concepts: &[Concept]) -> String {
    let digest = Sha256::digest(table_text(concepts).as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut out, byte| {
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
        out
    })
}

/// A change of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new concept.
    Add(Concept),
    /// Other words, kind or broader concepts; the key stays.
    Edit(Concept),
    /// The words of `from` go to `into`, and so does what was narrower than it.
    Merge { from: String, into: String },
    /// Out of use; what was narrower moves up.
    Retire { key: String },
}

impl Change {
    /// The concept that the change is about.
    pub fn key(&self) -> &str {
        match self {
            Self::Add(c) | Self::Edit(c) => &c.key,
            Self::Merge { from, .. } => from,
            Self::Retire { key } => key,
        }
    }

    /// The word in the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Add(_) => "thesaurus.add",
            Self::Edit(_) => "thesaurus.edit",
            Self::Merge { .. } => "thesaurus.merge",
            Self::Retire { .. } => "thesaurus.retire",
        }
    }
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody else changed the table first.
    Stale,
    KeyTaken,
    /// A concept that is named is not in the table.
    Unknown(String),
    /// After the change the table would contradict itself.
    Conflict(Conflict),
    /// Nothing would be different.
    Nothing,
}

impl Refusal {
    /// What happened and what to do.
    pub fn said(&self) -> Said {
        match self {
            Self::Stale => Said::new(
                "ほかの人が先にシソーラスを更新しました。最新の内容を確認して、もう一度送信してください。",
                "Somebody changed the thesaurus first. Look at the present one and send again.",
            ),
            Self::KeyTaken => Said::new(
                "このキーは使われています。別のキーにしてください。",
                "This key is used; choose another.",
            ),
            Self::Unknown(key) => Said::new(
                format!("概念「{key}」がありません。キーを確認してください。"),
                format!("There is no concept '{key}'; check the key."),
            ),
            Self::Nothing => Said::new("変更がありません。", "Nothing is different."),
            Self::Conflict(Conflict::SharedWord { word, first, .. }) => Said::new(
                format!("語「{word}」は概念「{first}」で使われています。どちらか一方から外してください。"),
                format!("The word '{word}' already means '{first}'; take it away from one of them."),
            ),
            Self::Conflict(Conflict::Circle { key, through, .. }) => Said::new(
                format!(
                    "「{key}」が「{through}」を通じて自分自身の上位になります。上位概念を見直してください。"
                ),
                format!(
                    "'{key}' would be broader than itself through '{through}'; check the broader concepts."
                ),
            ),
            Self::Conflict(Conflict::UnknownBroader { broader, .. }) => Self::Unknown(broader.clone()).said(),
            Self::Conflict(other) => Said::new(
                format!("この変更では表が成り立ちません（{other}）。"),
                format!("The table would contradict itself ({other})."),
            ),
        }
    }
}

/// The table after a change; refused where it would contradict itself.
pub fn apply(concepts: &[Concept], change: &Change) -> Result<Vec<Concept>, Refusal> {
    let mut after = concepts.to_vec();
    let at = |all: &[Concept], key: &str| {
        all.iter().position(|c| c.key == key).ok_or_else(|| Refusal::Unknown(key.to_owned()))
    };
    match change {
        Change::Add(new) => {
            if after.iter().any(|c| c.key == new.key) {
                return Err(Refusal::KeyTaken);
            }
            let position = after.iter().map(|c| c.position).max().unwrap_or(0) + 1;
            after.push(Concept { position, ..new.clone() });
        }
        Change::Edit(new) => {
            let i = at(&after, &new.key)?;
            after[i] = Concept { position: after[i].position, ..new.clone() };
        }
        Change::Merge { from, into } => {
            if from == into {
                return Err(Refusal::Nothing);
            }
            let gone = after.remove(at(&after, from)?);
            let i = at(&after, into)?;
            let kept = &mut after[i];
            for (words, more) in [(&mut kept.ja, gone.ja), (&mut kept.en, gone.en)] {
                words.extend(more);
                dedup(words);
            }
            move_narrower(&mut after, from, std::slice::from_ref(into));
        }
        Change::Retire { key } => {
            let gone = after.remove(at(&after, key)?);
            move_narrower(&mut after, key, &gone.broader);
        }
    }
    if after == concepts {
        return Err(Refusal::Nothing);
    }
    let entries: Vec<(usize, Entry)> = after.iter().enumerate().map(|(i, c)| (i + 1, c.entry())).collect();
    match Thesaurus::build(&entries).1.into_iter().next() {
        Some(conflict) => Err(Refusal::Conflict(conflict)),
        None => Ok(after),
    }
}

/// What was narrower than `gone` is narrower than `instead`.
fn move_narrower(all: &mut [Concept], gone: &str, instead: &[String]) {
    for c in all.iter_mut().filter(|c| c.broader.iter().any(|b| b == gone)) {
        let at = c.broader.iter().position(|b| b == gone).unwrap_or(0);
        c.broader.remove(at);
        let own = c.key.clone();
        c.broader.extend(instead.iter().filter(|i| **i != own).cloned());
        dedup(&mut c.broader);
    }
}

fn dedup(words: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    words.retain(|w| seen.insert(w.clone()));
}

/// Keys of the concepts that a text names, with those broader than they.
pub fn named(thesaurus: &Thesaurus, text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for mention in thesaurus.mentions(&fold(text)) {
        let concept = thesaurus.concept(mention.concept);
        keys.insert(concept.key.clone());
        keys.extend(concept.broader.iter().map(|(b, _)| thesaurus.concept(*b).key.clone()));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<Concept> {
        let concept = |key: &str, ja: &str, broader: &[&str], position| Concept {
            key: key.to_owned(),
            kind: "disease".to_owned(),
            ja: vec![ja.to_owned()],
            en: vec![format!("the {key}")],
            broader: broader.iter().map(|b| (*b).to_owned()).collect(),
            position,
        };
        vec![
            concept("liver", "肝疾患", &[], 1),
            concept("hepatitis", "肝炎", &["liver"], 2),
            concept("hepatitis-b", "B型肝炎", &["hepatitis"], 3),
        ]
    }

    #[test]
    fn the_shipped_table_is_a_version_without_conflicts() {
        let shipped = Edition::shipped();
        assert!(shipped.concepts.len() >= 500);
        assert_eq!(shipped.hash.len(), 64);
        assert_eq!(read_table(&table_text(&shipped.concepts)).0.len(), shipped.concepts.len());
    }

    #[test]
    fn retiring_moves_the_narrower_up() {
        let after = apply(&table(), &Change::Retire { key: "hepatitis".into() }).unwrap();
        assert_eq!(after.len(), 2);
        assert_eq!(after[1].broader, ["liver"]);
    }

    #[test]
    fn merging_keeps_every_word() {
        let change = Change::Merge { from: "hepatitis-b".into(), into: "hepatitis".into() };
        let after = apply(&table(), &change).unwrap();
        assert_eq!(after[1].ja, ["肝炎", "B型肝炎"]);
        let into_narrower = Change::Merge { from: "hepatitis".into(), into: "hepatitis-b".into() };
        let after = apply(&table(), &into_narrower).unwrap();
        assert!(after[1].broader.is_empty(), "nothing is broader than itself: {:?}", after[1].broader);
    }

    #[test]
    fn what_would_contradict_is_refused() {
        let mut twice = table()[2].clone();
        twice.ja = vec!["肝炎".into()];
        assert!(matches!(
            apply(&table(), &Change::Edit(twice.clone())),
            Err(Refusal::Conflict(Conflict::SharedWord { .. }))
        ));
        let mut circle = table()[0].clone();
        circle.broader = vec!["hepatitis-b".into()];
        assert!(matches!(
            apply(&table(), &Change::Edit(circle)),
            Err(Refusal::Conflict(Conflict::Circle { .. }))
        ));
        assert_eq!(apply(&table(), &Change::Add(twice)), Err(Refusal::KeyTaken));
        assert_eq!(apply(&table(), &Change::Edit(table()[1].clone())), Err(Refusal::Nothing));
        let unknown = Change::Retire { key: "x".into() };
        assert_eq!(apply(&table(), &unknown), Err(Refusal::Unknown("x".into())));
    }

    #[test]
    fn every_change_changes_the_hash() {
        let after = apply(&table(), &Change::Retire { key: "hepatitis".into() }).unwrap();
        assert_ne!(hash_of(&table()), hash_of(&after));
        assert_eq!(hash_of(&table()), hash_of(&table()));
    }
}
