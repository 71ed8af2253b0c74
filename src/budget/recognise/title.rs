//! The block above a table: year, stage, unit, ministry, program, and sentences that state an amount.

use crate::budget::model::{Kind, Stage};
use crate::budget::names::{Match, Programs};
use crate::budget::number::{self, Amount};
use crate::budget::vocabulary::{self, Facets, Role, YearRef, facets, find_years, key, role};
use crate::kernel::FiscalYear;
use crate::kernel::text::nfkc;
use crate::kernel::yen::YenUnit;

use super::grid::{Content, Grid, content, label};

/// Rows above a header that can belong to its title.
const TALLEST: u32 = 40;

/// What the title block says.
#[derive(Clone, Debug, Default)]
pub struct Title {
    pub year: Option<FiscalYear>,
    pub year_place: (u32, u32),
    pub stage: Option<Stage>,
    pub kind: Option<Kind>,
    pub units: Vec<(YenUnit, (u32, u32))>,
    pub ministry: Option<&'static str>,
    pub project: Option<&'static str>,
    pub program: Option<String>,
    pub stated: Vec<Stated>,
    pub round: Option<u8>,
}

/// A sentence with an amount: 「令和7年度予算額 8,920,860 千円」.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    pub place: (u32, u32),
    pub year: Option<YearRef>,
    pub stage: Option<Stage>,
    pub yen: i64,
}

/// Reads rows `from` up to, not including, `to`.
pub fn read(grid: &Grid<'_>, from: u32, to: u32, columns: (u32, u32), programs: &Programs) -> Title {
    let mut title = Title::default();
    let mut best_year = 0;
    let mut weak_stage = true;
    for row in
        grid.sheet.rows.iter().filter(|r| r.index >= from.max(to.saturating_sub(TALLEST)) && r.index < to)
    {
        let mut awaiting: Option<Role> = None;
        for (column, cell) in &row.cells {
            let place = (row.index, *column);
            let Content::Label(text) = content(cell) else { continue };
            let in_reach = *column + 1 >= columns.0 && *column <= columns.1 + 2;
            if let Some(unit) = vocabulary::unit(&text).filter(|_| in_reach) {
                title.units.push((unit, place));
            }
            if text.chars().count() > 200 {
                continue;
            }
            let says = facets(&text);
            let about_money =
                ["予算", "要求", "補正", "調整費", "配分", "budget"].iter().any(|w| text.contains(w));
            if let Some(YearRef::Is(year)) = says.year {
                let weight = 1 + usize::from(about_money) * 2;
                if weight > best_year {
                    (best_year, title.year, title.year_place) = (weight, Some(year), place);
                }
            }
            take_stage(&mut title, &says, &mut weak_stage);
            title.round = title.round.or_else(|| round_of(&text));
            if title.ministry.is_none() {
                title.ministry = ministry_in(&text);
            }
            if let Some(project) = vocabulary::project(&text).filter(|p| *p != "その他") {
                title.project = Some(project);
            }
            read_program(&mut title, &text, awaiting, programs);
            awaiting = role(&text).filter(|r| *r == Role::Program);
        }
        let joined: Vec<String> = row.cells.iter().map(|(_, c)| label(c)).collect();
        let joined = joined.join(" ");
        if joined.len() < 600 && joined.contains('円') {
            let column = row.cells.first().map_or(0, |(c, _)| *c);
            title.stated.extend(statements(&joined, (row.index, column)));
        }
    }
    title
}

fn take_stage(title: &mut Title, says: &Facets, weak: &mut bool) {
    if let Some(stage) = says.stage
        && (title.stage.is_none() || (*weak && !says.weak_stage))
    {
        title.stage = Some(stage);
        title.kind = says.kind.or(title.kind);
        *weak = says.weak_stage;
    }
}

fn read_program(title: &mut Title, text: &str, awaiting: Option<Role>, programs: &Programs) {
    let after_colon = text
        .split_once(['：', ':'])
        .filter(|(head, _)| role(head) == Some(Role::Program))
        .map(|(_, name)| name.trim());
    let named = after_colon.or_else(|| (awaiting == Some(Role::Program)).then_some(text));
    if let Some(name) = named.filter(|n| !n.is_empty()) {
        title.program = Some(match programs.find(name) {
            Match::Known(known) => known,
            _ => name.to_owned(),
        });
    } else if title.program.is_none()
        && (5..=60).contains(&text.chars().count())
        && let Match::Known(known) = programs.find(text)
    {
        title.program = Some(known);
    }
}

/// A ministry by its full name inside a longer text: 「厚生労働省所管」.
fn ministry_in(text: &str) -> Option<&'static str> {
    vocabulary::ministry(text).filter(|_| text.chars().count() > 1).or_else(|| {
        [
            "文部科学省",
            "厚生労働省",
            "経済産業省",
            "総務省",
            "内閣府",
            "農林水産省",
            "環境省",
            "国土交通省",
            "こども家庭庁",
            "デジタル庁",
        ]
        .into_iter()
        .find(|name| text.contains(name))
    })
}

/// Amounts with their unit inside a sentence, each with the words before it.
pub fn statements(text: &str, place: (u32, u32)) -> Vec<Stated> {
    let folded = nfkc(text);
    let chars: Vec<char> = folded.chars().collect();
    let mut out = Vec::new();
    let mut words_from = 0;
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() || at.checked_sub(1).is_some_and(|i| chars[i].is_ascii_alphanumeric())
        {
            at += 1;
            continue;
        }
        let mut end = at;
        while end < chars.len() && (chars[end].is_ascii_digit() || ",. 兆億百万千".contains(chars[end]))
        {
            end += 1;
        }
        if chars.get(end) == Some(&'円') {
            let amount: String = chars[at..=end].iter().collect();
            if let Some(Amount::Yen(yen)) = number::read(&amount).map(|r| r.amount) {
                let words: String = chars[words_from..at].iter().collect();
                let says = facets(&words);
                let within: String = chars[end + 1..].iter().take(4).collect();
                let about_money = says.stage.is_some() && !within.contains("内数");
                if let (true, (Some(yen), 0)) = (about_money, yen.yen(YenUnit::Yen)) {
                    out.push(Stated { place, year: says.year, stage: says.stage, yen });
                }
            }
            words_from = end + 1;
        }
        at = end.max(at + 1);
    }
    out
}

/// Which supplementary budget or round of the adjustment fund a text names: 第2次補正予算, 調整費（第３回）.
pub fn round_of(text: &str) -> Option<u8> {
    if !text.contains('第') {
        return None;
    }
    nfkc(text).split('第').skip(1).find_map(|after| {
        let end = after.find(['次', '回'])?;
        let number = after[..end].trim();
        let kanji = ["一", "二", "三", "四", "五"].iter().position(|k| *k == number);
        let round = number.parse::<u8>().ok().or_else(|| Some(u8::try_from(kanji?).ok()? + 1))?;
        (1..=20).contains(&round).then_some(round)
    })
}

/// The fiscal year that a file or sheet name is about.
pub fn year_of_name(name: &str) -> Option<FiscalYear> {
    let years = find_years(name);
    if let Some(first) = years.first() {
        return Some(*first);
    }
    // budget_2025.xlsx: a bare year between separators.
    nfkc(name)
        .split(|c: char| !c.is_ascii_digit())
        .find(|piece| piece.len() == 4 && (2000..=2100).contains(&piece.parse::<i64>().unwrap_or(0)))
        .and_then(|piece| FiscalYear::new(piece.parse().ok()?).ok())
}

/// The stage that a file or sheet name is about.
pub fn stage_of_name(name: &str) -> Option<Stage> {
    let says = facets(name);
    says.stage.filter(|_| !says.weak_stage).or_else(|| key(name).contains("予算").then_some(Stage::Initial))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_state_amounts() {
        let found = statements("令和7年度要求・要望額 122億円（前年度予算額 92億円）", (0, 0));
        let got: Vec<_> = found.iter().map(|s| (s.stage, s.yen)).collect();
        assert_eq!(got, [(Some(Stage::Request), 12_200_000_000), (Some(Stage::Initial), 9_200_000_000)]);
        assert_eq!(found[1].year, Some(YearRef::Offset(-1)));
        assert_eq!(statements("令和７年度予算額　8,920,860 千円", (0, 0))[0].yen, 8_920_860_000);
        assert_eq!(statements("1件あたり3,000万円を上限とする", (0, 0)), []);
    }

    #[test]
    fn rounds_are_read() {
        for (text, round) in [
            ("令和２年度 調整費（第３回）", Some(3)),
            ("第1次補正予算", Some(1)),
            ("第二次補正", Some(2)),
            ("第3期健康・医療戦略", None),
            ("第99回会議", None),
            ("補正予算", None),
        ] {
            assert_eq!(round_of(text), round, "{text}");
        }
    }

    #[test]
    fn file_names_tell_their_year() {
        for (name, year) in [
            ("R8概算要求.xlsx", Some(2026)),
            ("budget_2025.csv", Some(2025)),
            ("予算（令和７年度）.ods", Some(2025)),
            ("table.xlsx", None),
            ("20250829.xlsx", None),
        ] {
            assert_eq!(year_of_name(name).map(FiscalYear::year), year, "{name}");
        }
    }
}
