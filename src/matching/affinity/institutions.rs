//! Whether two names are the same institution: 国立大学法人東京大学 = 東京大学 = The University of Tokyo.
//!
//! Legal forms are taken off, parts of a university (医学部, 附属病院, Graduate School of …) are cut, and a short table of public
//! facts joins English names, schools with their universities (慶應義塾 = 慶應義塾大学) and universities that merged.

use std::{collections::HashMap, sync::OnceLock};

use super::normalise::fold;

/// Names of one institution per line, separated by `|`, the key first.
const ALIASES: &str = include_str!("data/institutions.tsv");

/// Legal forms, longest first where one holds another.
const FORMS: &[&str] = &[
    "大学共同利用機関法人",
    "国立研究開発法人",
    "地方独立行政法人",
    "特定非営利活動法人",
    "公立大学法人",
    "国立大学法人",
    "独立行政法人",
    "一般社団法人",
    "一般財団法人",
    "公益社団法人",
    "公益財団法人",
    "社会福祉法人",
    "医療法人社団",
    "医療法人財団",
    "社会医療法人",
    "技術研究組合法人",
    "npo法人",
    "医療法人",
    "学校法人",
    "宗教法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "(株)",
    "(有)",
    "(財)",
    "(社)",
    "(独)",
    "(国)",
    "恩賜財団",
];

/// Latin words that say the legal form.
const LATIN_FORMS: &[&str] = &[
    "the",
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "co",
    "corp",
    "corporation",
    "company",
    "kk",
    "llc",
    "plc",
    "gmbh",
    "ag",
    "holdings",
    "of",
    "and",
];

/// The comparable name. Empty for an empty name.
///
/// ```
/// use nakadachi::matching::affinity::institutions::key;
/// assert_eq!(key("国立大学法人　東京大学"), key("The University of Tokyo"));
/// assert_eq!(key("株式会社リボミック"), key("リボミック(株)"));
/// ```
#[must_use]
pub fn key(name: &str) -> String {
    let folded = fold(name);
    let mut text: String = folded.replace("\u{a0}", " ");
    for form in FORMS {
        if text.contains(form) {
            text = text.replace(form, " ");
        }
    }
    let text = text.trim();
    let bare = if text.is_empty() { folded.clone() } else { squeeze(text) };
    if let Some(known) = aliases().get(bare.as_str()) {
        return (*known).to_owned();
    }
    let whole = whole_of(&bare);
    aliases().get(whole.as_str()).map_or(whole, |k| (*k).to_owned())
}

/// Without blanks and marks where the name is Japanese; word by word without legal forms where it is Latin.
fn squeeze(text: &str) -> String {
    if super::normalise::looks_latin(text) {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty() && !LATIN_FORMS.contains(w))
            .collect();
        return if words.is_empty() { text.to_owned() } else { words.join(" ") };
    }
    text.chars().filter(|c| c.is_alphanumeric() || "ー・々".contains(*c)).filter(|c| *c != '・').collect()
}

/// A university without its parts: 東京大学医学部附属病院 → 東京大学; "graduate school medicine university tokyo" → "university tokyo".
fn whole_of(bare: &str) -> String {
    if let Some(at) = bare.find("大学") {
        let end = at + "大学".len();
        let rest = &bare[end..];
        if !rest.is_empty() && !rest.starts_with(['生', '共', '発', '入', '連']) && at > 0 {
            return bare[..end].to_owned();
        }
    }
    if let Some(at) = bare.find("university") {
        let words: Vec<&str> = bare[at..].split(' ').collect();
        // "… university tokyo": the place follows; "kyoto university hospital": it stands before.
        if words.len() >= 2
            && !["hospital", "school", "graduate", "faculty", "medical", "institute"].contains(&words[1])
        {
            return words[..2].join(" ");
        }
        let before: Vec<&str> = bare[..at].split(' ').filter(|w| !w.is_empty()).collect();
        if let Some(place) = before.last() {
            return format!("{place} university");
        }
    }
    bare.to_owned()
}

fn aliases() -> &'static HashMap<String, &'static str> {
    static MAP: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    MAP.get_or_init(|| {
        let mut map = HashMap::new();
        for line in ALIASES.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            let mut names = line.split('|').map(str::trim);
            let Some(first) = names.next() else { continue };
            map.insert(squeeze(&fold(first)), first);
            for n in names {
                map.insert(squeeze(&fold(n)), first);
            }
        }
        map
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_institution_has_one_key() {
        for (a, b) in [
            ("国立大学法人東京大学", "東京大学"),
            ("国立大学法人東京大学", "The University of Tokyo"),
            ("東京大学医学部附属病院", "University of Tokyo Hospital"),
            ("慶應義塾", "学校法人慶應義塾"),
            ("慶應義塾", "Keio University School of Medicine"),
            ("株式会社Ｓｕｒｆｓ　Ｍｅｄ", "Surfs Med株式会社"),
            ("国立研究開発法人国立がん研究センター", "National Cancer Center Japan"),
            ("学校法人東京女子醫科大学", "東京女子医科大学"),
            ("国立大学法人東海国立大学機構", "名古屋大学"),
            ("国立研究開発法人理化学研究所", "RIKEN"),
            ("塩野義製薬株式会社", "塩野義製薬(株)"),
            ("Shionogi & Co., Ltd.", "Shionogi"),
            ("学校法人杏林学園　杏林大学", "杏林大学"),
            ("公立大学法人大阪", "公立大学法人大阪市立大学"),
        ] {
            assert_eq!(key(a), key(b), "{a} / {b}");
        }
    }

    #[test]
    fn neighbours_stay_apart() {
        for (a, b) in [
            ("国立大学法人東京大学", "国立大学法人東京医科歯科大学"),
            ("京都大学", "京都大学生活協同組合"),
            ("国立国際医療研究センター", "国立がん研究センター"),
            ("京都府公立大学法人", "国立大学法人京都大学"),
            ("", "東京大学"),
        ] {
            assert_ne!(key(a), key(b), "{a} / {b}");
        }
        assert_eq!(key(""), "");
    }
}
