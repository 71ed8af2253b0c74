//! Records that are one task written twice: offered with reasons, for a person to merge or to keep apart; never merged here.
//!
//! One task is written differently from year to year: with and without a note in brackets, under its programme's name, with a slip
//! of the pen. What looks alike and is not the same is named as well: a numbered sub-task (課題2 / 課題5), the next trial phase,
//! another institution's share of one programme.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    index::AffinityIndex,
    institutions,
    phase::Phase,
    record::{Record, Years},
    unwrap::unwrap_title,
};

/// Why two records may be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// The titles are equal once notes, years and umbrellas are taken off.
    EqualTitles,
    /// The titles are equal but for an ending of form (の開発 / に関する研究).
    EqualButEnding,
    /// One title holds the other and little more.
    TitleWithin { share: u32 },
    /// The titles differ by a few characters.
    AlmostEqual { percent: u32 },
    /// The same institution.
    SameInstitution,
    /// The same people.
    SamePeople,
    /// One ends as the other begins, or they run side by side.
    YearsMeet,
    /// What speaks against it: numbers that differ (課題2 / 課題5, 第1相 / 第2相).
    NumbersDiffer { left: String, right: String },
    /// What speaks against it: another institution.
    OtherInstitution,
    /// What speaks against it: the later one is a later phase.
    LaterPhase,
    /// What speaks against it: years apart.
    YearsApart { years: i32 },
}

/// Two records that may be one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    pub left: String,
    pub right: String,
    /// 0 to 100; from [`LIKELY`] up the pair is proposed for merging, from [`POSSIBLE`] up shown on request.
    pub confidence: u32,
    pub reasons: Vec<Reason>,
}

/// Proposed for merging from here.
pub const LIKELY: u32 = 70;
/// Shown on request from here.
pub const POSSIBLE: u32 = 40;

/// Nearest neighbours of each record that are looked at closely.
const NEIGHBOURS: usize = 12;

/// Pairs among the records of an index that may be one task, surest first.
#[must_use]
pub fn duplicates(index: &AffinityIndex) -> Vec<Duplicate> {
    let records = index.records();
    let rankings = index.top_k(records, NEIGHBOURS);
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (i, ranking) in rankings.iter().enumerate() {
        pairs.extend(ranking.iter().map(|m| (i.min(m.candidate), i.max(m.candidate))));
    }
    // Equal titles of one programme may be more than the nearest dozen.
    let mut by_title: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, r) in records.iter().enumerate() {
        by_title.entry(letters(&unwrap_title(&r.title).core)).or_default().push(i);
    }
    for group in by_title.values() {
        pairs.extend(group.windows(2).map(|w| (w[0], w[1])));
    }
    let mut out: Vec<Duplicate> =
        pairs.into_iter().filter_map(|(a, b)| compare(&records[a], &records[b])).collect();
    out.sort_by(|a, b| b.confidence.cmp(&a.confidence).then(a.left.cmp(&b.left)).then(a.right.cmp(&b.right)));
    out
}

/// Looks at one pair; nothing when it is hardly the same task.
#[must_use]
pub fn compare(a: &Record, b: &Record) -> Option<Duplicate> {
    let (title_a, title_b) = (unwrap_title(&a.title), unwrap_title(&b.title));
    let (core_a, core_b) = (letters(&title_a.core), letters(&title_b.core));
    let mut reasons = Vec::new();
    let mut confidence = likeness(&core_a, &core_b, &mut reasons)?;
    let numbers = (numbers(&a.title), numbers(&b.title));
    if numbers.0 != numbers.1 && !numbers.0.is_empty() && !numbers.1.is_empty() {
        reasons.push(Reason::NumbersDiffer { left: numbers.0.join(" "), right: numbers.1.join(" ") });
        confidence -= 45;
    }
    let keys = |r: &Record| r.institution.iter().map(|i| institutions::key(i)).collect::<Vec<_>>();
    let (inst_a, inst_b) = (keys(a), keys(b));
    if inst_a.iter().any(|i| inst_b.contains(i)) {
        reasons.push(Reason::SameInstitution);
        confidence += 12;
    } else if !inst_a.is_empty() && !inst_b.is_empty() {
        reasons.push(Reason::OtherInstitution);
        confidence -= 22;
    }
    if a.people.iter().any(|p| b.people.contains(p)) {
        reasons.push(Reason::SamePeople);
        confidence += 15;
    }
    if let (Some(ya), Some(yb)) = (a.year, b.year) {
        confidence += years(ya, yb, &mut reasons);
        let (first, second) = if ya.first <= yb.first {
            (&title_a.core, &title_b.core)
        } else {
            (&title_b.core, &title_a.core)
        };
        if let (Some(p), Some(q)) = (Phase::of(&[], first), Phase::of(&[], second))
            && p.steps_to(q) > 0
        {
            reasons.push(Reason::LaterPhase);
            confidence -= 25;
        }
    }
    let confidence = confidence.clamp(0, 100) as u32;
    (confidence >= POSSIBLE).then(|| Duplicate {
        left: a.id.clone(),
        right: b.id.clone(),
        confidence,
        reasons,
    })
}

/// Points for the titles alone, or nothing when they are plainly two.
fn likeness(a: &str, b: &str, reasons: &mut Vec<Reason>) -> Option<i32> {
    if a == b && !a.is_empty() {
        reasons.push(Reason::EqualTitles);
        return Some(75);
    }
    if stem_of(a) == stem_of(b) && stem_of(a).chars().count() >= 6 {
        reasons.push(Reason::EqualButEnding);
        return Some(62);
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let share = (short.chars().count() * 100 / long.chars().count().max(1)) as i32;
    if short.chars().count() >= 6 && long.contains(short) && share >= 45 {
        reasons.push(Reason::TitleWithin { share: share as u32 });
        return Some(40 + share * 30 / 100);
    }
    let percent = agreement(a, b);
    if percent < 80 {
        return None;
    }
    reasons.push(Reason::AlmostEqual { percent: percent as u32 });
    Some(percent - 28)
}

fn years(a: Years, b: Years, reasons: &mut Vec<Reason>) -> i32 {
    let gap = (a.first.max(b.first)) - (a.last.min(b.last));
    if gap <= 1 {
        reasons.push(Reason::YearsMeet);
        8
    } else {
        reasons.push(Reason::YearsApart { years: gap });
        -10 - 4 * (gap - 2).min(4)
    }
}

/// Letters and digits only: punctuation and brackets do not tell tasks apart.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || "ー々".contains(*c)).collect()
}

/// Endings that say the form of the work and not its content.
const ENDINGS: &[&str] = &[
    "に関する研究開発",
    "に関する開発研究",
    "に関する研究",
    "の研究開発",
    "の開発研究",
    "研究開発",
    "の開発",
    "の研究",
    "の実施",
    "開発プロジェクト",
    "プロジェクト",
    "開発",
    "研究",
    "事業",
];

fn stem_of(title: &str) -> &str {
    let mut rest = title;
    while let Some(shorter) = ENDINGS.iter().find_map(|e| rest.strip_suffix(e)) {
        rest = shorter;
    }
    rest
}

/// Numbers that count something in the title as written; years and grant numbers are off already.
fn numbers(title: &str) -> Vec<String> {
    let t = unwrap_title(title);
    let marker = |m: &&String| ["課題", "項目", "テーマ"].iter().any(|w| m.contains(w));
    let kept: String = t
        .removed
        .iter()
        .filter(marker)
        .map(String::as_str)
        .chain([t.core.as_str()])
        .collect::<Vec<_>>()
        .join(" ");
    let mut out = Vec::new();
    let mut number = String::new();
    for c in kept.chars().chain([' ']) {
        if c.is_ascii_digit() {
            number.push(c);
        } else if !number.is_empty() {
            out.push(std::mem::take(&mut number));
        }
    }
    out.sort();
    out
}

/// Agreement of two texts in percent of the longer: 100 less the share of changed, added and missing characters (Levenshtein).
fn agreement(a: &str, b: &str) -> i32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longer = a.len().max(b.len()).max(1);
    if a.len().abs_diff(b.len()) * 5 > longer {
        return 0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    (100 - row[b.len()] * 100 / longer) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(title: &str, institution: &str, first: i32, last: i32) -> Record {
        Record {
            institution: vec![institution.into()],
            year: Some(Years { first, last }),
            ..Record::titled(title, title)
        }
    }

    fn confidence(a: &Record, b: &Record) -> u32 {
        compare(a, b).map_or(0, |d| d.confidence)
    }

    #[test]
    fn one_task_written_twice_is_likely() {
        for (a, b) in [
            (
                "筋萎縮性側索硬化症患者の疾患登録システムの研究開発",
                "筋萎縮性側策硬化症患者の疾患登録システムの研究開発",
            ),
            (
                "医療機器開発支援ネットワーク事業に関する研究開発",
                "医療機器開発支援ネットワーク事業に関する研究開発(委託契約)",
            ),
            (
                "難治性疾患の遺伝子治療薬の研究開発",
                "再生・細胞医療・遺伝子治療産業化促進事業(難治性疾患の遺伝子治療薬の研究開発)",
            ),
            (
                "革新的技術による脳機能ネットワークの全容解明(中核拠点)",
                "革新的技術による脳機能ネットワークの全容解明",
            ),
        ] {
            let (a, b) = (task(a, "国立大学法人東京大学", 2022, 2022), task(b, "東京大学", 2023, 2024));
            assert!(confidence(&a, &b) >= LIKELY, "{} / {}: {:?}", a.title, b.title, compare(&a, &b));
        }
    }

    #[test]
    fn lookalikes_are_not_likely() {
        for (a, b) in [
            ("次世代創薬技術の開発/課題2", "次世代創薬技術の開発/課題5"),
            ("固形がんに対する新規治療薬の第1相試験", "固形がんに対する新規治療薬の第2相試験"),
            ("感染を有する足部創傷に対する新規治療法の探索", "感染を有する足部創傷に対する新規治療法の治験"),
            ("がんの遺伝子治療", "スマート治療室"),
        ] {
            let (a, b) = (task(a, "東京大学", 2020, 2020), task(b, "東京大学", 2021, 2022));
            assert!(confidence(&a, &b) < LIKELY, "{} / {}: {:?}", a.title, b.title, compare(&a, &b));
        }
    }

    #[test]
    fn reasons_for_and_against_are_named() {
        let (a, b) = (
            task("脳卒中の再生医療の開発", "東京大学", 2015, 2016),
            task("脳卒中の再生医療の開発", "京都大学", 2016, 2017),
        );
        let found = compare(&a, &b).expect("equal titles");
        assert_eq!(found.reasons, [Reason::EqualTitles, Reason::OtherInstitution, Reason::YearsMeet]);
    }
}
