//! Which program a name in a table means: numbers, blanks, full-width letters, 旧字 and brackets aside; and the nearest
//! names where it means none.

mod known;

use std::collections::HashMap;

use super::vocabulary::{key, strip_number};

/// The programs that names are compared with.
#[derive(Clone, Debug)]
pub struct Programs {
    names: Vec<String>,
    /// Normal form → index of the program.
    by_key: HashMap<String, usize>,
    /// Normal forms as characters, for distances.
    keys: Vec<(Vec<char>, usize)>,
}

/// What a name in a table turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// The program, by its official name.
    Known(String),
    /// Not known, but a letter or two away from these.
    Near(Vec<String>),
    /// Not known; the nearest names, for the reader to judge.
    Unknown(Vec<String>),
}

impl Programs {
    /// Programs with their other names.
    pub fn new<'a>(programs: impl IntoIterator<Item = (&'a str, Vec<&'a str>)>) -> Self {
        let mut out = Self { names: Vec::new(), by_key: HashMap::new(), keys: Vec::new() };
        for (name, aliases) in programs {
            let index = out.names.len();
            out.names.push(name.to_owned());
            for spelling in std::iter::once(name).chain(aliases) {
                let key = normal(spelling);
                if !key.is_empty() && !out.by_key.contains_key(&key) {
                    out.keys.push((key.chars().collect(), index));
                    out.by_key.insert(key, index);
                }
            }
        }
        out
    }

    /// The programs known from public pages.
    pub fn built_in() -> Self {
        Self::new(known::PROGRAMS.iter().map(|(name, aliases)| (*name, aliases.to_vec())))
    }

    /// The official names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Finds a name: exactly in its normal form, else as the beginning of one single program's name, else by distance.
    pub fn find(&self, text: &str) -> Match {
        let sought = normal(text);
        if let Some(index) = self.by_key.get(&sought) {
            return Match::Known(self.names[*index].clone());
        }
        let chars: Vec<char> = sought.chars().collect();
        if chars.len() >= 4 {
            let mut begun: Vec<usize> =
                self.keys.iter().filter(|(k, _)| k.starts_with(&chars)).map(|(_, i)| *i).collect();
            begun.sort_unstable();
            begun.dedup();
            if let [only] = begun[..] {
                // A short form leaves off 研究事業, 事業 and the like, never a part of the name proper.
                let rest = normal(&self.names[only]);
                let rest: String = rest.chars().skip(chars.len()).collect();
                if ["事業", "研究事業", "研究開発事業", "研究", "開発事業", "支援事業", "推進事業"]
                    .iter()
                    .any(|r| rest == key(r))
                {
                    return Match::Known(self.names[only].clone());
                }
            }
        }
        let mut distances: Vec<(usize, usize)> =
            self.keys.iter().map(|(known, index)| (distance(&chars, known), *index)).collect();
        distances.sort_unstable();
        let mut nearest: Vec<(usize, usize)> = Vec::new();
        for (d, index) in distances {
            if nearest.iter().all(|(_, i)| *i != index) {
                nearest.push((d, index));
            }
            if nearest.len() == 3 {
                break;
            }
        }
        let close = (chars.len() / 8).max(1);
        let near: Vec<String> = nearest
            .iter()
            .filter(|(d, _)| *d <= close && chars.len() >= 5)
            .map(|(_, i)| self.names[*i].clone())
            .collect();
        if !near.is_empty() {
            return Match::Near(near);
        }
        let plausible =
            nearest.iter().filter(|(d, _)| *d * 2 <= chars.len()).map(|(_, i)| self.names[*i].clone());
        Match::Unknown(plausible.collect())
    }
}

/// Short forms of the programs known from public pages, by official name.
pub fn built_in_aliases() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    known::PROGRAMS.iter().copied()
}

/// The normal form of a program's name.
pub fn normal(text: &str) -> String {
    let mut bare = strip_number(text).trim();
    // Marks behind the name: 【新規】 （新規） （継続） ※1 *.
    loop {
        let before = bare;
        bare = bare.trim_end_matches(['※', '*', '＊', '☆', '★', '◎', '○', ' ', '\u{3000}']);
        if let Some(at) = bare.rfind('※').filter(|at| *at > 0) {
            let after = &bare[at + '※'.len_utf8()..];
            if after.chars().all(|c| c.is_numeric()) {
                bare = &bare[..at];
            }
        }
        for (open, close) in [('（', '）'), ('(', ')'), ('【', '】'), ('〔', '〕'), ('<', '>'), ('＜', '＞')]
        {
            if let Some(at) = bare.strip_suffix(close).and_then(|b| b.rfind(open)).filter(|at| *at > 0) {
                let inside = key(&bare[at..]);
                let mark = inside.starts_with('旧')
                    || inside.starts_with("仮称")
                    || inside.starts_with('注')
                    || ["新規", "継続", "拡充", "再掲", "仮称", "基金", "補正", "一部", "amed分", "調整費"]
                        .contains(&inside.as_str())
                    || inside.chars().all(|c| c.is_ascii_digit());
                if mark {
                    bare = &bare[..at];
                }
            }
        }
        if bare.len() == before.len() {
            break;
        }
    }
    key(bare).replace('癌', "がん").replace('硏', "研").replace('靱', "靭")
}

/// Edits between two texts, a swap of neighbours counting as one (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i);
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_program() {
        let programs = Programs::built_in();
        let cancer = Match::Known("革新的がん医療実用化研究事業".into());
        for spelling in [
            "革新的がん医療実用化研究事業",
            "１．革新的がん医療実用化研究事業",
            "革新的 がん医療 実用化研究事業",
            "革新的ガン医療実用化研究事業",
            "革新的癌医療實用化硏究事業",
            "⑤革新的がん医療実用化研究事業【新規】",
            "革新的がん医療実用化",
            "革新的がん医療\n実用化研究事業※1",
            "革新的がん医療実用化研究事業（継続）",
            "(12) 革新的がん医療実用化研究事業",
        ] {
            assert_eq!(programs.find(spelling), cancer, "{spelling}");
        }
    }

    #[test]
    fn a_misspelt_name_is_told_with_the_nearest() {
        let programs = Programs::built_in();
        assert_eq!(
            programs.find("革新的がん医療実用研究事業"),
            Match::Near(vec!["革新的がん医療実用化研究事業".into()])
        );
        assert_eq!(programs.find("腎疾患実用化研究事実"), Match::Near(vec!["腎疾患実用化研究事業".into()]));
        assert!(matches!(programs.find("宇宙医学探査事業"), Match::Unknown(_)));
    }

    #[test]
    fn every_known_program_is_itself() {
        let programs = Programs::built_in();
        for name in programs.names() {
            assert_eq!(programs.find(name), Match::Known(name.clone()));
        }
    }
}
