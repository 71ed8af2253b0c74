//! Which program a name in a file means: through official and former names, spellings, brackets and
//! ministries.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::kernel::text::{fold, pairs};

/// Every known name of every program.
#[derive(Clone, Debug, Default)]
pub struct ProgramNames {
    by_key: HashMap<String, Uuid>,
    shown: Vec<Shown>,
}

/// A name that can be offered.
#[derive(Clone, Debug)]
struct Shown {
    id: Uuid,
    name: String,
    key: String,
    pairs: BTreeSet<i32>,
}

impl ProgramNames {
    /// From pairs of program and name, the names of one program in order of importance.
    pub fn new(names: impl IntoIterator<Item = (Uuid, String)>) -> Self {
        let mut all = Self::default();
        for (id, name) in names {
            let key = key(&name);
            all.by_key.entry(key.clone()).or_insert(id);
            all.shown.push(Shown { id, name, pairs: pairs(&key).into_iter().collect(), key });
        }
        all
    }

    /// The program of a name; without brackets, endings or the ministry in front where the full name is
    /// unknown.
    pub fn find(&self, name: &str) -> Option<Uuid> {
        variants(name).iter().find_map(|v| self.by_key.get(v)).copied()
    }

    /// The three known names that share most with `name`, to choose from; one that contains it, or lies in
    /// it, first.
    pub fn nearest(&self, name: &str) -> Vec<(Uuid, &str)> {
        let bare = key(name);
        let wanted: BTreeSet<i32> = pairs(&bare).into_iter().collect();
        let long = |text: &str| text.chars().nth(1).is_some();
        let mut scored: Vec<_> = self
            .shown
            .iter()
            .map(|shown| {
                let common = wanted.intersection(&shown.pairs).count() * 2_000;
                let score = common / (wanted.len() + shown.pairs.len()).max(1);
                let contained = (long(&bare) && shown.key.contains(&bare))
                    || (long(&shown.key) && bare.contains(&shown.key));
                (score + if contained { 2_000 } else { 0 }, shown.id, shown.name.as_str())
            })
            .filter(|(score, _, _)| *score >= 400)
            .collect();
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(b.2)));
        let mut seen = BTreeSet::new();
        scored
            .into_iter()
            .filter(|(_, id, _)| seen.insert(*id))
            .take(3)
            .map(|(_, id, shown)| (id, shown))
            .collect()
    }
}

/// The form in which names are compared: folded, without blanks and punctuation.
pub fn key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric() || *c == 'ー').collect()
}

fn variants(name: &str) -> Vec<String> {
    const MINISTRIES: [&str; 6] = ["文部科学省", "厚生労働省", "経済産業省", "総務省", "内閣府", "復興庁"];
    let folded = fold(name);
    let mut forms = vec![folded.clone()];
    if let Some((outer, inner)) = folded.split_once('(') {
        forms.push(outer.to_owned());
        forms.push(inner.trim_end_matches(')').to_owned());
    }
    let mut out = Vec::new();
    for form in &forms {
        let bare = key(form);
        let bare = bare.strip_suffix('等').unwrap_or(&bare);
        let bare = MINISTRIES
            .iter()
            .find_map(|m| bare.strip_prefix(m))
            .filter(|rest| !rest.is_empty())
            .unwrap_or(bare);
        for variant in [key(form), bare.to_owned(), bare.trim_end_matches('費').to_owned()] {
            if variant.chars().count() >= 3 && !out.contains(&variant) {
                out.push(variant);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_program_meet() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let names = ProgramNames::new([
            (a, "ゲノム医療実現バイオバンク利活用プログラム".to_owned()),
            (b, "生体機能国際協力基礎研究事業".to_owned()),
        ]);
        for (text, id) in [
            ("ゲノム医療実現バイオバンク利活用プログラム(B-cure)等", a),
            ("ゲノム医療実現 バイオバンク利活用プログラム（Ｂ-ｃｕｒｅ）", a),
            ("経済産業省生体機能国際協力基礎研究事業", b),
        ] {
            assert_eq!(names.find(text), Some(id), "{text}");
        }
        assert_eq!(names.find("別の事業"), None);
        assert_eq!(names.nearest("ゲノム医療実現バイオバンク活用事業").first().map(|n| n.0), Some(a));
        assert_eq!(names.nearest("国際協力").first().map(|n| n.0), Some(b), "a name that contains the word");
    }
}
