//! The form of a table: where it lies, what it is in, and what its columns are.

use crate::budget::check::{AmountMeaning, Meaning, Seen};
use crate::budget::corrections::TableCorrection;
use crate::budget::model::Stage;
use crate::budget::outline::Outline;
use crate::budget::sheet::column_name;
use crate::budget::versions::model::has_rounds;
use crate::budget::vocabulary::{PROJECTS_BY_TERM, Role};
use crate::kernel::Language;
use crate::kernel::yen::YenUnit;
use crate::web::view::Choice;

use super::super::super::forms;

/// The form of one table.
pub struct TableForm {
    pub field: usize,
    pub anchor: String,
    pub range: String,
    pub form: &'static str,
    pub skip: bool,
    pub units: Vec<Choice>,
    pub year: String,
    pub year_now: String,
    pub stages: Vec<Choice>,
    pub has_rounds: bool,
    pub round: String,
    pub round_now: String,
    pub lies: Lies,
    pub columns: Vec<ColumnForm>,
}

/// Where a table lies, as typed; with what was recognised beside it.
#[derive(Default)]
pub struct Lies {
    pub head: String,
    pub body: String,
    pub span: String,
    pub head_now: String,
    pub body_now: String,
    pub span_now: String,
    /// The fields stand open: somebody said something, or nothing else is left to do.
    pub open: bool,
}

/// The form of a table that nobody recognised.
pub struct AddedForm {
    pub lies: Lies,
    pub units: Vec<Choice>,
    pub year: String,
    pub stages: Vec<Choice>,
}

/// One column of a table.
pub struct ColumnForm {
    /// Of its field.
    pub name: String,
    pub letter: String,
    pub heading: String,
    pub meaning: String,
    pub understood: bool,
    pub said: String,
}

impl TableForm {
    pub fn new(l: Language, field: usize, region: &Seen, said: &TableCorrection) -> Self {
        let as_is = |now: Option<&str>| match now {
            Some(now) => format!("{}{now}", l.t("読み取り：", "As read: ")),
            None => l.t("選んでください", "Choose").to_owned(),
        };
        let unit_now = region.unit.map(|u| l.t(u.japanese(), u.english()));
        let units = unit_choices(l, as_is(unit_now.filter(|_| said.unit.is_none())), said.unit);
        let stage_now = region.stage.map(|s| l.t(s.japanese(), s.english()));
        let stages = stage_choices(l, as_is(stage_now.filter(|_| said.stage.is_none())), said.stage);
        let amounts = region.meanings.iter().filter_map(|(_, m)| match m {
            Meaning::Amount(a) => a.stage,
            _ => None,
        });
        Self {
            field,
            anchor: region.anchor.clone(),
            range: region.range.clone(),
            form: l.t(region.form.japanese(), region.form.english()),
            skip: said.skip,
            units,
            year: said.year.map(|y| y.short()).unwrap_or_default(),
            year_now: region.year.map_or_else(|| l.t("不明", "not known").to_owned(), |y| y.short()),
            stages,
            has_rounds: region.stage.into_iter().chain(amounts).any(has_rounds),
            round: said.round.map(|r| r.to_string()).unwrap_or_default(),
            round_now: region.round.unwrap_or(1).to_string(),
            lies: lies(region, said.outline.as_ref()),
            columns: region
                .headings
                .iter()
                .map(|(index, heading)| {
                    let meaning = region.meanings.iter().find(|(c, _)| c == index).map(|(_, m)| m);
                    ColumnForm {
                        name: format!("column-{field}-{index}"),
                        letter: column_name(*index),
                        heading: heading.clone(),
                        meaning: meaning
                            .map_or_else(|| l.t("読み取らない", "Not read").to_owned(), |m| words(l, m)),
                        understood: meaning.is_some(),
                        said: said.columns.get(index).cloned().unwrap_or_default(),
                    }
                })
                .collect(),
        }
    }

    /// What was typed stands in the form again.
    pub fn keep_typed(&mut self, typed: &impl Fn(String) -> Option<String>) {
        let n = self.field;
        self.skip = typed(format!("skip-{n}")).is_some();
        self.year = typed(format!("year-{n}")).unwrap_or_default();
        self.round = typed(format!("round-{n}")).unwrap_or_default();
        choose_again(&mut self.units, typed(format!("unit-{n}")));
        choose_again(&mut self.stages, typed(format!("stage-{n}")));
        self.lies.keep_typed(&n.to_string(), typed);
        for column in &mut self.columns {
            column.said = typed(column.name.clone()).unwrap_or_default();
        }
    }
}

impl AddedForm {
    /// `open` where the sheet has no table yet.
    pub fn new(l: Language, open: bool) -> Self {
        let choose = || l.t("選んでください", "Choose").to_owned();
        Self {
            lies: Lies { open, ..Lies::default() },
            units: unit_choices(l, choose(), None),
            year: String::new(),
            stages: stage_choices(l, choose(), None),
        }
    }

    /// What was typed stands in the form again.
    pub fn keep_typed(&mut self, typed: &impl Fn(String) -> Option<String>) {
        self.lies.keep_typed("new", typed);
        self.year = typed("year-new".to_owned()).unwrap_or_default();
        choose_again(&mut self.units, typed("unit-new".to_owned()));
        choose_again(&mut self.stages, typed("stage-new".to_owned()));
    }
}

fn choose_again(choices: &mut [Choice], typed: Option<String>) {
    let value = typed.unwrap_or_default();
    for choice in choices {
        choice.chosen = choice.value == value;
    }
}

fn unit_choices(l: Language, none: String, chosen: Option<YenUnit>) -> Vec<Choice> {
    let units = forms::UNITS
        .iter()
        .map(|(code, u)| Choice::new(*code, l.t(u.japanese(), u.english()), chosen == Some(*u)));
    std::iter::once(Choice::new("", none, chosen.is_none())).chain(units).collect()
}

fn stage_choices(l: Language, none: String, chosen: Option<Stage>) -> Vec<Choice> {
    let stages =
        Stage::ALL.iter().map(|s| Choice::new(s.code(), l.t(s.japanese(), s.english()), chosen == Some(*s)));
    std::iter::once(Choice::new("", none, chosen.is_none())).chain(stages).collect()
}

fn lies(region: &Seen, said: Option<&Outline>) -> Lies {
    let now = Outline {
        headings: (region.header.0 < region.body).then_some(region.header),
        first: Some(region.body),
        last: Some(region.bottom.max(region.body)),
        columns: Some(region.columns),
    };
    let (head_now, body_now, span_now) = now.words();
    let (head, body, span) = said.map(Outline::words).unwrap_or_default();
    Lies { head, body, span, head_now, body_now, span_now, open: said.is_some() }
}

/// What a column was taken for, in words.
fn words(l: Language, meaning: &Meaning) -> String {
    match meaning {
        Meaning::Names => l.t("事業名（行の見出し）", "Names of the rows").to_owned(),
        Meaning::Aside => l.t("照合のみ（増減など）", "Checked only (differences)").to_owned(),
        Meaning::Dimension(role) => dimension(l, *role).to_owned(),
        Meaning::Amount(a) => amount(l, a),
    }
}

fn dimension(l: Language, role: Role) -> &'static str {
    match role {
        Role::Program => l.t("事業名", "Program"),
        Role::Project => l.t("プロジェクト", "Project"),
        Role::Ministry => l.t("所管府省", "Ministry"),
        Role::Kind => l.t("種別", "Kind"),
        Role::Stage => l.t("段階", "Stage"),
        Role::Year => l.t("年度", "Fiscal year"),
        Role::Unit => l.t("単位", "Unit"),
        Role::Amount => l.t("金額", "Amount"),
        Role::Note => l.t("備考", "Note"),
        Role::Serial => l.t("番号（読み取らない）", "Running number (not read)"),
        Role::Code | Role::Open => l.t("行を区別する文字", "Text that tells rows apart"),
        Role::Edition => l.t("公表年度", "Year of publication"),
        Role::Aside => l.t("照合のみ", "Checked only"),
    }
}

fn amount(l: Language, a: &AmountMeaning) -> String {
    let mut parts: Vec<String> =
        vec![if a.total { l.t("合計", "Total") } else { l.t("金額", "Amount") }.to_owned()];
    parts.extend(a.year.map(|y| y.short()));
    parts.extend(a.stage.map(|s| l.t(s.japanese(), s.english()).to_owned()));
    let kind = a.kind.filter(|k| a.stage.is_none_or(|s| s.code() != k.code()));
    parts.extend(kind.map(|k| l.t(k.japanese(), k.english()).to_owned()));
    parts.extend(a.project.map(str::to_owned));
    parts.extend(a.ministry.map(str::to_owned));
    parts.extend(a.unit.map(|u| l.t(u.japanese(), u.english()).to_owned()));
    parts.join(" · ")
}

/// Headings offered for a column: what the vocabulary knows.
pub fn headings() -> Vec<String> {
    let fixed = [
        "無視",
        "事業名",
        "プロジェクト",
        "所管",
        "種別",
        "段階",
        "年度",
        "単位",
        "金額",
        "計",
        "備考",
        "当初予算額",
        "補正予算額",
        "基金",
        "調整費",
        "前年度から繰越し",
        "翌年度へ繰越し",
        "予備費",
        "要求額",
        "要望額",
        "政府案",
        "執行額",
        "文部科学省",
        "厚生労働省",
        "経済産業省",
        "総務省",
        "内閣府",
        "等",
    ];
    let mut out: Vec<String> = fixed.iter().map(|w| (*w).to_owned()).collect();
    for name in PROJECTS_BY_TERM.iter().rev().flat_map(|(_, names)| names.iter()) {
        if !out.iter().any(|known| known == name) {
            out.push((*name).to_owned());
        }
    }
    out
}

impl Lies {
    fn keep_typed(&mut self, field: &str, typed: &impl Fn(String) -> Option<String>) {
        self.head = typed(format!("head-{field}")).unwrap_or_default();
        self.body = typed(format!("body-{field}")).unwrap_or_default();
        self.span = typed(format!("span-{field}")).unwrap_or_default();
        self.open |= [&self.head, &self.body, &self.span].iter().any(|text| !text.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_that_is_offered_is_understood() {
        for heading in headings() {
            assert!(forms::is_heading(&heading), "{heading}");
        }
    }
}
