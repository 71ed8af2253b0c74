//! The words of budget tables: what a header or label says about year, stage, kind, project, ministry, unit.
//!
//! Everything is compared through [`key`]: one spelling, no blanks, no punctuation.

mod columns;
mod names;
mod years;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::kernel::text::fold;
use crate::kernel::yen::YenUnit;

use super::model::{Kind, Stage};

pub use columns::Role;
pub use names::{PROJECTS_BY_TERM, project_by_number};
pub use years::{YearRef, find_years, year_ref};

/// One spelling without blanks and punctuation: the form in which labels are compared.
pub fn key(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric() || matches!(c, 'ー' | '々' | '%' | '#')).collect()
}

/// Takes a leading number or bullet off a label: `①`, `1.`, `(3)`, `２－１ `, `・`, `【…】` stays.
pub fn strip_number(text: &str) -> &str {
    let bullets = [
        '・', '●', '○', '◆', '◇', '■', '□', '◎', '•', '＊', '*', '-', '－', '☆', '★', '▶', '→', ' ',
        '\u{3000}',
    ];
    let mut rest = text.trim().trim_start_matches(bullets);
    let is_digit = |c: char| {
        c.is_ascii_digit()
            || ('０'..='９').contains(&c)
            || ('①'..='⓿').contains(&c)
            || ('Ⅰ'..='ⅿ').contains(&c)
            || ('❶'..='➓').contains(&c)
    };
    let inside = rest.strip_prefix(['(', '（']).and_then(|r| {
        let end = r.find([')', '）'])?;
        (end > 0 && r[..end].chars().all(is_digit)).then(|| r[end..].trim_start_matches([')', '）']))
    });
    if let Some(after) = inside {
        rest = after;
    } else {
        let end = rest.find(|c: char| !is_digit(c)).unwrap_or(rest.len());
        if end > 0 && end < rest.len() {
            let after = &rest[end..];
            let enclosed = rest.starts_with(|c: char| !c.is_ascii_digit() && !('０'..='９').contains(&c));
            let separated = after.trim_start_matches([
                '.', '．', '、', ')', '）', ':', '：', '-', '－', '−', ' ', '\u{3000}', '\t', '_',
            ]);
            let further = separated.trim_start_matches(is_digit);
            if enclosed || separated.len() < after.len() {
                let again =
                    further.trim_start_matches(['.', '．', '、', ')', '）', ':', '：', ' ', '\u{3000}']);
                rest = if further.len() < separated.len() && again.len() < further.len() {
                    again
                } else {
                    separated
                };
            }
        }
    }
    let rest = rest.trim();
    if rest.is_empty() { text.trim() } else { rest }
}

/// What one label says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facets {
    pub year: Option<YearRef>,
    pub stage: Option<Stage>,
    pub kind: Option<Kind>,
    pub project: Option<&'static str>,
    pub ministry: Option<&'static str>,
    pub unit: Option<YenUnit>,
    /// 計, 合計, 小計 …
    pub total: bool,
    /// The stage was only guessed from 「予算額」.
    pub weak_stage: bool,
    /// 翌年度へ繰越し: leaves the year.
    pub leaves: bool,
}

impl Facets {
    /// Whether the label says anything at all.
    pub fn any(&self) -> bool {
        self.year.is_some()
            || self.stage.is_some()
            || self.kind.is_some()
            || self.project.is_some()
            || self.ministry.is_some()
            || self.total
    }

    /// A lower header level refines the one above it.
    pub fn refined_by(mut self, lower: &Self) -> Self {
        self.year = lower.year.or(self.year);
        if lower.stage.is_some() && !(lower.weak_stage && self.stage.is_some()) {
            self.stage = lower.stage;
            self.weak_stage = lower.weak_stage;
        }
        self.kind = lower.kind.or(self.kind);
        self.project = lower.project.or(self.project);
        self.ministry = lower.ministry.or(self.ministry);
        self.unit = lower.unit.or(self.unit);
        self.total = lower.total || self.total;
        self.leaves = lower.leaves || self.leaves;
        self
    }
}

/// Everything the vocabulary has to say about one label.
#[derive(Clone, Debug, Default)]
struct Word {
    role: Option<Role>,
    facets: Facets,
    project: Option<&'static str>,
    ministry: Option<&'static str>,
}

/// Labels longer than this are sentences; they are read in title blocks only, word by word.
const LONGEST_LABEL: usize = 600;
/// Labels remembered; a table repeats few, and a hostile file must not fill the memory.
const REMEMBERED: usize = 20_000;

/// Reads a label once; the same few words stand in thousands of rows.
fn word<T>(text: &str, pick: impl FnOnce(&Word) -> T) -> T {
    thread_local! {
        static KNOWN: std::cell::RefCell<HashMap<Box<str>, Word>> = std::cell::RefCell::new(HashMap::new());
    }
    if text.len() > LONGEST_LABEL {
        return pick(&Word::default());
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(word) = known.get(text) {
            return pick(word);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        pick(known.entry(text.into()).or_insert_with(|| read_word(text)))
    })
}

fn read_word(text: &str) -> Word {
    let label = key(text);
    if label.is_empty() {
        return Word::default();
    }
    let stripped = strip_number(text);
    let bare = if stripped.len() == text.len() { label.clone() } else { key(stripped) };
    let english = bare.strip_suffix("yen").unwrap_or(&bare);
    let mut facets =
        Facets { year: year_ref(text), unit: unit(text), total: is_total_key(english), ..Facets::default() };
    if english.len() < bare.len() {
        facets.unit = Some(YenUnit::Yen);
    }
    let rest = without_total(english);
    facets.project = project_by_key(rest);
    if facets.project.is_none() {
        facets.ministry = ministry_by_key(rest);
    }
    if facets.project.is_none() && facets.ministry.is_none() {
        (facets.stage, facets.kind, facets.weak_stage) = stage_and_kind(&label);
        facets.leaves =
            facets.kind == Some(Kind::CarryOver) && (label.contains("翌年度") || label.contains("carryout"));
        if facets.kind == Some(Kind::CarryOver) {
            facets.year = None;
        }
    }
    Word {
        role: columns::role_of(text, &label),
        project: project_by_key(&bare),
        ministry: ministry_by_key(&label).or_else(|| ministry_by_key(&bare)),
        facets,
    }
}

/// Reads a header cell or row label.
pub fn facets(text: &str) -> Facets {
    word(text, |w| w.facets.clone())
}

/// What a column is for, by its heading.
pub fn role(text: &str) -> Option<Role> {
    word(text, |w| w.role)
}

/// 計, 合計, 小計, 総計, `○○計` where ○○ is a known word; programs whose names end in 計 do not exist.
pub fn is_total(text: &str) -> bool {
    word(text, |w| w.facets.total)
}

fn is_total_key(label: &str) -> bool {
    const WHOLE: [&str; 16] = [
        "計",
        "合計",
        "総計",
        "小計",
        "総合計",
        "総額",
        "合計額",
        "予算計",
        "total",
        "subtotal",
        "grandtotal",
        "再計",
        "累計",
        "全体",
        "中計",
        "計額",
    ];
    WHOLE.contains(&label)
        || ["合計", "小計", "総計", "合計額"].iter().any(|end| label.ends_with(end))
        || (label.ends_with('計')
            && !["統計", "設計", "会計", "時計", "家計"].iter().any(|end| label.ends_with(end)))
}

/// Sub-totals cover a part, grand totals everything above.
pub fn is_grand_total(text: &str) -> bool {
    let label = key(strip_number(text));
    ["合計", "総計", "総合計", "総額", "grandtotal", "合計額"].contains(&label.as_str())
}

fn without_total(label: &str) -> &str {
    ["合計額", "合計", "小計", "総計", "計", "total"]
        .iter()
        .find_map(|end| label.strip_suffix(end))
        .unwrap_or(label)
}

fn stage_and_kind(label: &str) -> (Option<Stage>, Option<Kind>, bool) {
    let has = |words: &[&str]| words.iter().any(|w| label.contains(w));
    if has(&["課題数", "件数", "期間"]) {
        return (None, None, false);
    }
    if has(&["繰越", "繰り越し", "くり越し", "carryin", "carryout", "carryover"]) {
        return (None, Some(Kind::CarryOver), false);
    }
    if has(&["予備費", "reserve"]) {
        return (None, Some(Kind::Reserve), false);
    }
    if has(&["執行", "決算額", "支出済", "executed"]) {
        return (Some(Stage::Executed), None, false);
    }
    if has(&["補正", "supplementary"]) {
        return (Some(Stage::Supplementary), Some(Kind::Supplementary), false);
    }
    if has(&["調整費", "調整配分", "adjustment"]) {
        return (Some(Stage::Adjustment), Some(Kind::Adjustment), false);
    }
    let kind = if has(&["基金", "fund"]) {
        Some(Kind::Fund)
    } else if has(&["当初", "initial"]) {
        Some(Kind::Initial)
    } else {
        None
    };
    if has(&["要求", "requested", "request"]) {
        return (Some(Stage::Request), kind, false);
    }
    if has(&["要望", "推進枠"]) {
        return (Some(Stage::SpecialRequest), kind, false);
    }
    if has(&["政府案", "予算案", "政府原案", "内示", "draft"]) {
        return (Some(Stage::Draft), kind, false);
    }
    if has(&["当初", "成立", "initial"]) {
        return (Some(Stage::Initial), kind, false);
    }
    if has(&["予算額", "予算", "budget"]) {
        return (Some(Stage::Initial), kind, true);
    }
    (None, kind, false)
}

/// The unit that a text states: 「（単位：千円）」, 「予算額(百万円)」, `JPY million`.
pub fn unit(text: &str) -> Option<YenUnit> {
    if !text.contains('円') && !text.bytes().any(|b| matches!(b, b'y' | b'Y')) {
        return None;
    }
    let folded = fold(text).replace(' ', "");
    let after = folded.split("単位").nth(1).or_else(|| folded.split("unit").nth(1));
    if let Some(after) = after {
        let body: String = after.chars().filter(|c| !":()[]=".contains(*c)).collect();
        return unit_word(&body);
    }
    // Inside brackets, and nothing else there.
    let mut rest = folded.as_str();
    while let Some(open) = rest.find(['(', '[', '〔', '【']) {
        let inside_from = open + rest[open..].chars().next().map_or(1, char::len_utf8);
        let inside = &rest[inside_from..];
        let Some(close) = inside.find([')', ']', '〕', '】']) else { break };
        if let Some(unit) = exact_unit(&inside[..close]) {
            return Some(unit);
        }
        rest = &inside[close..];
    }
    exact_unit(&folded)
}

fn exact_unit(text: &str) -> Option<YenUnit> {
    match text {
        "億円" | "jpy100m" | "100millionyen" => Some(YenUnit::Oku),
        "百万円" | "jpym" | "jpymillion" | "millionyen" | "millionjpy" => Some(YenUnit::Million),
        "千円" | "jpyk" | "thousandyen" | "jpythousand" | "thousandjpy" => Some(YenUnit::Thousand),
        "円" | "jpy" | "yen" => Some(YenUnit::Yen),
        _ => None,
    }
}

fn unit_word(text: &str) -> Option<YenUnit> {
    [("億円", YenUnit::Oku), ("百万円", YenUnit::Million), ("千円", YenUnit::Thousand), ("円", YenUnit::Yen)]
        .into_iter()
        .find(|(word, _)| text.starts_with(word))
        .map(|(_, unit)| unit)
        .or_else(|| exact_unit(text))
}

/// A ministry by any of its usual short forms.
pub fn ministry(text: &str) -> Option<&'static str> {
    word(text, |w| w.ministry)
}

fn ministry_by_key(key: &str) -> Option<&'static str> {
    static MAP: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    MAP.get_or_init(|| index(names::MINISTRIES)).get(key).copied()
}

/// An integrated project of any term by its usual short forms; the words プロジェクト and PJ may be missing.
pub fn project(text: &str) -> Option<&'static str> {
    word(text, |w| w.project)
}

fn project_by_key(label: &str) -> Option<&'static str> {
    static MAP: OnceLock<(HashMap<String, &'static str>, String)> = OnceLock::new();
    let (map, project_word) = MAP.get_or_init(|| (index(names::PROJECTS), key("プロジェクト")));
    let bare = ["pj", project_word.as_str()].iter().find_map(|end| label.strip_suffix(end)).unwrap_or(label);
    map.get(bare).copied()
}

/// The kind of money of a row in a long table.
pub fn kind(text: &str) -> Option<Kind> {
    stage_and_kind(&key(text)).1.or_else(|| Kind::from_code(text.trim()))
}

/// The stage of a row in a long table.
pub fn stage(text: &str) -> Option<Stage> {
    let (stage, _, weak) = stage_and_kind(&key(text));
    stage.filter(|_| !weak).or_else(|| Stage::from_code(text.trim()))
}

fn index(table: &'static [(&'static str, &'static [&'static str])]) -> HashMap<String, &'static str> {
    let mut map = HashMap::new();
    for (name, aliases) in table {
        let project_word = key("プロジェクト");
        let own = key(name);
        map.insert(own.strip_suffix(&project_word).unwrap_or(&own).to_owned(), *name);
        map.insert(own, *name);
        for alias in *aliases {
            map.insert(key(alias), *name);
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_what_they_mean() {
        let f = facets("令和７年度\n当初予算額（千円）");
        assert_eq!(
            (f.stage, f.kind, f.unit),
            (Some(Stage::Initial), Some(Kind::Initial), Some(YenUnit::Thousand))
        );
        assert!(f.year.is_some());
        assert_eq!(facets("①医薬品PJ").project, Some("医薬品プロジェクト"));
        assert_eq!(
            facets("データ利活用・\nライフコース").project,
            Some("データ利活用・ライフコースプロジェクト")
        );
        assert_eq!(facets("厚").ministry, Some("厚生労働省"));
        assert_eq!(facets("厚生労働省計").ministry, Some("厚生労働省"));
        assert!(facets("厚生労働省計").total);
        assert_eq!(facets("要求・要望額").stage, Some(Stage::Request));
        assert_eq!(facets("補正予算額").kind, Some(Kind::Supplementary));
        assert!(facets("翌年度へ繰越し").leaves);
        assert_eq!(facets("total_yen").unit, Some(YenUnit::Yen));
        assert!(facets("total_yen").total);
        assert_eq!(facets("executed_yen").stage, Some(Stage::Executed));
        assert!(!facets("革新的がん医療実用化研究事業").any());
    }

    #[test]
    fn numbers_before_names_are_taken_off() {
        for (text, bare) in [
            ("１．医薬品", "医薬品"),
            ("(3) 再生", "再生"),
            ("④感染症", "感染症"),
            ("2-1 橋渡し", "橋渡し"),
            ("・腎疾患", "腎疾患"),
            ("12 脳", "脳"),
            ("１　がん", "がん"),
            ("Ⅱ 厚生労働省", "厚生労働省"),
            ("2025年度", "2025年度"),
            ("7", "7"),
        ] {
            assert_eq!(strip_number(text), bare, "{text}");
        }
    }

    #[test]
    fn units_are_found_where_they_are_stated() {
        for (text, unit_found) in [
            ("（単位：千円）", Some(YenUnit::Thousand)),
            ("単位 百万円", Some(YenUnit::Million)),
            ("[億円]", Some(YenUnit::Oku)),
            ("予算額(千円)", Some(YenUnit::Thousand)),
            ("(単位:円)", Some(YenUnit::Yen)),
            ("（百万円）", Some(YenUnit::Million)),
            ("３億円規模の事業", None),
            ("事業名", None),
            ("百万円", Some(YenUnit::Million)),
            ("（単位：億円、税込）", Some(YenUnit::Oku)),
        ] {
            assert_eq!(unit(text), unit_found, "{text}");
        }
    }
}
