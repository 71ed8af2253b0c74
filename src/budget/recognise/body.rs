//! The rows under a header: lines, totals, group headings, memos and notes, with their figures in yen.

use std::collections::HashMap;

use crate::budget::findings::{Code, Findings};
use crate::budget::model::{Kind, Stage};
use crate::budget::names::{Match, Programs};
use crate::budget::vocabulary::{self, Role, facets, is_total, key, strip_number};
use crate::kernel::FiscalYear;
use crate::kernel::yen::YenUnit;

use super::columns::Layout;
use super::figures::{Cells, read_figure};
use super::grid::{Content, Grid};
use super::header::{Header, is_header};
use super::region::{BodyRow, Figure, RowKind};
use super::title::{Title, round_of};

/// Blank rows after which only a row with figures still belongs to the table.
const WIDEST_GAP: u32 = 3;

/// What carries over from group headings and rows above.
#[derive(Clone, Default)]
struct Context {
    group: usize,
    /// Group headings that name nothing known: the same line may stand under several of them.
    unnamed: usize,
    project: Option<String>,
    ministry: Option<String>,
    money: Option<Kind>,
    stage: Option<Stage>,
    round: Option<u8>,
    year: Option<FiscalYear>,
}

/// Reads rows until the table ends.
pub struct Body<'a, 'g> {
    pub grid: &'a Grid<'g>,
    pub header: &'a Header,
    pub layout: &'a Layout,
    pub title: &'a Title,
    pub unit: Option<YenUnit>,
    pub programs: &'a Programs,
    pub names: &'a mut HashMap<String, Match>,
    pub findings: &'a mut Findings,
    pub end: End,
}

/// Where the rows of a table end, apart from what they say themselves.
#[derive(Clone, Copy, Debug, Default)]
pub struct End {
    /// The last row, where a person said so: all down to it belong to the table.
    pub last: Option<u32>,
    /// A row at which another table begins, as a person said.
    pub before: Option<u32>,
}

/// A row label that is nothing but 第2回 or 第1次: a round of the adjustment fund, or a supplementary budget.
fn only_a_round(label: &str) -> Option<u8> {
    let word = key(label);
    let bare = word.strip_suffix("配分").unwrap_or(&word);
    round_of(label)
        .filter(|_| bare.starts_with('第') && bare.ends_with(['回', '次']) && bare.chars().count() <= 5)
}

impl Body<'_, '_> {
    /// The rows, and the last row that belongs to the table.
    pub fn read(&mut self) -> (Vec<BodyRow>, u32) {
        let mut rows: Vec<BodyRow> = Vec::new();
        let mut context = Context::default();
        let mut last = self.end.last.unwrap_or(self.header.bottom);
        let mut expected = self.header.body;
        let start = self.grid.sheet.rows.partition_point(|r| r.index < self.header.body);
        let said = self.end.last.is_some();
        let mut total_seen = false;
        for stored in &self.grid.sheet.rows[start..] {
            let row = stored.index;
            let gap = if said { 0 } else { row - expected };
            expected = row + 1;
            if self.end.last.is_some_and(|end| row > end) || self.end.before.is_some_and(|next| row >= next) {
                break;
            }
            if !said && is_header(self.grid, row) {
                break;
            }
            let cells = Cells::read(self.grid, self.layout, row);
            if !said && total_seen && self.is_next_title(stored) {
                break;
            }
            if cells.figures == 0 {
                let label = self.label(row);
                if gap >= WIDEST_GAP || (is_note(&label) && cells.odd == 0) {
                    if gap >= WIDEST_GAP {
                        break;
                    }
                    continue;
                }
                if cells.odd == 0 || label.is_empty() {
                    self.group_heading(&label, &mut context);
                    continue;
                }
            }
            last = last.max(row);
            total_seen |= self.is_total_row(row);
            let read = self.row(row, &cells, &context, rows.last());
            rows.push(read);
        }
        self.carry_programs_down(&mut rows);
        (rows, last)
    }

    /// After the total, a sentence that states an amount belongs to the table below.
    fn is_next_title(&self, stored: &crate::budget::sheet::Row) -> bool {
        let joined: Vec<String> = stored.cells.iter().map(|(_, c)| super::grid::label(c)).collect();
        let joined = joined.join(" ");
        joined.len() < 600 && joined.contains('円') && !super::title::statements(&joined, (0, 0)).is_empty()
    }

    fn is_total_row(&self, row: u32) -> bool {
        is_total(&self.label(row))
    }

    fn label(&self, row: u32) -> String {
        let label = self.layout.label.map(|c| self.grid.label(row, c)).filter(|t| !t.is_empty());
        label
            .or_else(|| {
                self.layout.dimensions.iter().map(|(_, c)| self.grid.label(row, *c)).find(|t| !t.is_empty())
            })
            .or_else(|| {
                (self.layout.first..=self.layout.last)
                    .map(|c| self.grid.label(row, c))
                    .find(|t| !t.is_empty())
            })
            .unwrap_or_default()
    }

    fn group_heading(&self, label: &str, context: &mut Context) {
        if label.is_empty() || label.chars().count() > 60 {
            return;
        }
        let says = facets(
            label.trim_matches(['【', '】', '〔', '〕', '[', ']', '<', '>', '＜', '＞', '■', '●', '○', '◆']),
        );
        let bare = label
            .trim_matches(['【', '】', '〔', '〕', '[', ']', '<', '>', '＜', '＞', '（', '）', '(', ')'])
            .trim_end_matches('分')
            .trim_end_matches("所管")
            .trim_end_matches("関係")
            .trim_end_matches("計上");
        context.group += 1;
        if let Some(ministry) = says.ministry.or_else(|| vocabulary::ministry(bare)) {
            context.ministry = Some(ministry.to_owned());
        } else if let Some(project) = says.project {
            context.project = Some(project.to_owned());
        } else if says.stage.is_some() || says.kind.is_some() {
            context.money = says.kind;
            context.stage = says.stage.filter(|_| !says.weak_stage).or(context.stage);
            context.round = round_of(label);
        } else {
            context.unnamed += 1;
        }
        if let Some(year) = says.year.and_then(|y| y.resolve(self.title.year)) {
            context.year = Some(year);
        }
    }

    fn row(&mut self, row: u32, cells: &Cells, context: &Context, above: Option<&BodyRow>) -> BodyRow {
        let label = self.layout.label.map(|c| self.grid.label(row, c)).unwrap_or_default();
        let mut out = BodyRow {
            row,
            kind: RowKind::Line,
            label: label.clone(),
            program: None,
            of_program: false,
            project: context.project.clone(),
            ministry: context.ministry.clone(),
            money: context.money,
            stage: context.stage,
            round: context.round,
            year: context.year,
            note: String::new(),
            group: context.group,
            hidden: self.grid.sheet.is_row_hidden(row),
            counted: true,
            figures: Vec::new(),
            identity: String::new(),
        };
        self.classify(row, &label, &mut out);
        let mut unit = self.unit;
        let mut leaves = false;
        if out.kind == RowKind::Line {
            leaves = self.name_row(row, &label, &mut out, above);
            self.read_dimensions(row, context.unnamed, &mut out, &mut unit);
        } else {
            self.read_total_scope(row, &mut out);
        }
        for (i, column) in self.layout.amounts.iter().enumerate() {
            let unit = column.unit.or(unit);
            let mut figure = read_figure(self.grid, self.layout, cells, i, row, unit, self.findings);
            // 翌年度へ繰越し leaves the year, printed as a positive number as often as not.
            if let (Figure::Yen(yen), true) = (figure, leaves || column.leaves) {
                figure = Figure::Yen(-yen.abs());
            }
            out.figures.push(figure);
        }
        out
    }

    /// Line, total or memo, by the words at its left.
    fn classify(&self, row: u32, label: &str, out: &mut BodyRow) {
        let mut words = vec![label.to_owned()];
        let dimension_columns = self.layout.dimensions.iter().filter(|(role, _)| *role != Role::Note);
        words.extend(dimension_columns.map(|(_, c)| self.grid.label(row, *c)));
        if let Some(word) = words.iter().find(|w| !w.is_empty() && is_total(w)) {
            out.kind = RowKind::Total;
            out.label.clone_from(word);
        } else if words.iter().any(|w| is_memo(w)) {
            out.kind = RowKind::Memo;
        }
    }

    /// What the name of a line means: a program, or a project, ministry or kind of money that stands in its place.
    fn name_row(&mut self, row: u32, label: &str, out: &mut BodyRow, above: Option<&BodyRow>) -> bool {
        let bare = strip_number(label);
        if let Some(round) = only_a_round(label) {
            out.round = Some(round);
            out.program.clone_from(&self.title.program);
            return false;
        }
        if let Some((stage, kind, leaves)) = review_label(label) {
            out.money = kind.or(out.money);
            out.stage = stage.or(out.stage);
            out.program.clone_from(&self.title.program);
            return leaves;
        }
        if let Some(ministry) = vocabulary::ministry(bare) {
            out.ministry = Some(ministry.to_owned());
            out.program.clone_from(&self.title.program);
        } else if let Some(project) = vocabulary::project(bare) {
            out.project = Some(project.to_owned());
            out.program.clone_from(&self.title.program);
        } else if key(label).is_empty() && !label.is_empty() {
            // A dash for the name: the amount belongs to no program.
        } else if !label.is_empty() {
            out.program = Some(self.program(row, label));
        } else if self.layout.label.is_none() {
            out.program.clone_from(&self.title.program);
        } else if let Some(column) = self.layout.label {
            // Merged downwards: the cell above speaks for this one (the grid already says so); a blank one is told later.
            let _ = (column, above);
        }
        false
    }

    fn program(&mut self, row: u32, label: &str) -> String {
        let found = match self.names.get(label) {
            Some(found) => found.clone(),
            None => {
                let found = self.programs.find(label);
                if self.names.len() < 50_000 {
                    self.names.insert(label.to_owned(), found.clone());
                    self.report_name(row, label, &found);
                }
                found
            }
        };
        match found {
            Match::Known(name) => name,
            _ => strip_number(label).split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    fn report_name(&mut self, row: u32, label: &str, found: &Match) {
        let place = (row, self.layout.label.unwrap_or(0));
        match found {
            Match::Known(_) => {}
            Match::Near(near) => {
                let near = near.join("」「");
                self.findings.at(
                    Code::ProgramMisspelt, place,
                    format!("事業名「{label}」は登録がありません。「{near}」の誤記ではありませんか。正しい名称に直してください。"),
                    format!("No program is called “{label}”. Did you mean “{near}”? Correct the name."),
                );
            }
            Match::Unknown(near) => {
                let (ja, en) = if near.is_empty() {
                    (String::new(), String::new())
                } else {
                    (
                        format!("近い名称：「{}」。", near.join("」「")),
                        format!(" Nearest: “{}”.", near.join("”, “")),
                    )
                };
                self.findings.at(
                    Code::ProgramUnknown,
                    place,
                    format!(
                        "事業名「{label}」は登録がありません。新しい事業であればこのままで構いません。{ja}"
                    ),
                    format!("No program is called “{label}”. If it is new, leave it as it is.{en}"),
                );
            }
        }
    }

    fn read_dimensions(&mut self, row: u32, unnamed: usize, out: &mut BodyRow, unit: &mut Option<YenUnit>) {
        let mut identity = key(out.program.as_deref().unwrap_or(&out.label));
        if out.program == self.title.program {
            identity.push_str(&key(&out.label));
        }
        let mut notes: Vec<String> = Vec::new();
        for (role, column) in &self.layout.dimensions {
            let text = self.grid.label(row, *column);
            if text.is_empty() {
                continue;
            }
            let place = (row, *column);
            if matches!(role, Role::Kind | Role::Stage) {
                out.round = round_of(&text).or(out.round);
            }
            match role {
                Role::Project => self.read_project(&text, place, out),
                Role::Ministry => match vocabulary::ministry(&text) {
                    Some(name) => out.ministry = Some(name.to_owned()),
                    None => {
                        self.findings.at(
                            Code::MinistryUnknown, place,
                            format!("省庁名「{text}」を解釈できません。正式名称または「文・厚・経・総」などの略称に直してください。"),
                            format!("The ministry “{text}” is not known. Use its official name or its usual short form."),
                        );
                        out.ministry = Some(text.clone());
                    }
                },
                Role::Kind => match vocabulary::kind(&text) {
                    Some(kind) => out.money = Some(kind),
                    None if vocabulary::stage(&text).is_some() => out.stage = vocabulary::stage(&text),
                    None => self.findings.at(
                        Code::KindUnknown, place,
                        format!("予算の種別「{text}」を解釈できません。当初・補正・基金・調整費・繰越のいずれかに直してください。"),
                        format!("The kind of budget “{text}” is not known. Use 当初, 補正, 基金, 調整費 or 繰越."),
                    ),
                },
                Role::Stage => match vocabulary::stage(&text).or_else(|| facets(&text).stage) {
                    Some(stage) => out.stage = Some(stage),
                    None => self.findings.at(
                        Code::KindUnknown, place,
                        format!("予算の段階「{text}」を解釈できません。要求・要望・政府案・当初・補正・調整費のいずれかに直してください。"),
                        format!("The stage “{text}” is not known. Use 要求, 要望, 政府案, 当初, 補正 or 調整費."),
                    ),
                },
                Role::Year => match text.parse::<FiscalYear>() {
                    Ok(year) => out.year = Some(year),
                    Err(_) => match facets(&text).year.and_then(|y| y.resolve(self.title.year)) {
                        Some(year) => out.year = Some(year),
                        None => self.findings.at(
                            Code::YearUnreadable, place,
                            format!("年度「{text}」を解釈できません。令和7年度、R7、2025のように書いてください。"),
                            format!("The fiscal year “{text}” cannot be read. Write R7, 令和7年度 or 2025."),
                        ),
                    },
                },
                Role::Unit => *unit = vocabulary::unit(&text).or(*unit),
                Role::Note => notes.push(text.clone()),
                Role::Program if out.program.is_none() => out.program = Some(self.program(row, &text)),
                _ => {}
            }
            if !matches!(role, Role::Note | Role::Serial) {
                identity.push('|');
                identity.push_str(&key(&text));
            }
        }
        if out.program.is_none() && self.layout.label.is_none() {
            out.program.clone_from(&self.title.program);
        }
        out.note = notes.join(" / ").chars().take(500).collect();
        out.identity = format!(
            "{identity}|{unnamed}|{}|{}|{}|{}|{}",
            out.project.as_deref().unwrap_or(""),
            out.ministry.as_deref().unwrap_or(""),
            out.money.map_or("", Kind::code),
            out.stage.map_or("", Stage::code),
            out.year.map_or(0, FiscalYear::year),
        );
    }

    fn read_project(&mut self, text: &str, place: (u32, u32), out: &mut BodyRow) {
        let by_number = || {
            text.trim()
                .parse()
                .ok()
                .and_then(|n| vocabulary::project_by_number(n, out.year.or(self.title.year)))
        };
        match vocabulary::project(text).or_else(by_number) {
            Some(name) => out.project = Some(name.to_owned()),
            None => {
                self.findings.at(
                    Code::ProjectUnknown,
                    place,
                    format!(
                        "プロジェクト名「{text}」を解釈できません。統合プロジェクトの名称に直してください。"
                    ),
                    format!("The project “{text}” is not known. Use the name of an integrated project."),
                );
                out.project = Some(text.to_owned());
            }
        }
    }

    /// For which project, ministry, program or year a total stands.
    fn read_total_scope(&self, row: u32, out: &mut BodyRow) {
        let says = facets(&out.label);
        out.ministry = says.ministry.map(str::to_owned);
        out.project = says.project.map(str::to_owned);
        out.money = says.kind;
        out.stage = says.stage.filter(|_| !says.weak_stage);
        out.year = says.year.and_then(|y| y.resolve(self.title.year));
        if let Some(column) = self.layout.label {
            let name = self.grid.label(row, column);
            if !name.is_empty() && !is_total(&name) {
                out.of_program = true;
                out.program = Some(match self.programs.find(&name) {
                    Match::Known(known) => known,
                    _ => strip_number(&name).split_whitespace().collect::<Vec<_>>().join(" "),
                });
            }
        }
        for (role, column) in &self.layout.dimensions {
            let text = self.grid.label(row, *column);
            match role {
                Role::Ministry => {
                    out.ministry = vocabulary::ministry(&text).map(str::to_owned).or(out.ministry.take())
                }
                Role::Project => {
                    out.project = vocabulary::project(&text).map(str::to_owned).or(out.project.take())
                }
                Role::Year => out.year = text.parse().ok().or(out.year),
                _ => {}
            }
        }
    }

    /// In long tables a blank name means the one above, where that is the habit of the table; else it is an error.
    fn carry_programs_down(&mut self, rows: &mut [BodyRow]) {
        let Some(column) = self.layout.label else { return };
        let nameless = |r: &BodyRow| r.kind == RowKind::Line && r.label.is_empty() && r.program.is_none();
        let lines = rows.iter().filter(|r| r.kind == RowKind::Line).count();
        let blanks = rows.iter().filter(|r| nameless(r)).count();
        let habit = blanks >= 3 && blanks * 4 >= lines && !self.layout.dimensions.is_empty();
        let mut above: Option<String> = None;
        for row in rows.iter_mut().filter(|r| r.kind == RowKind::Line) {
            if !nameless(row) {
                above.clone_from(&row.program);
                continue;
            }
            if row.figures.iter().all(|f| matches!(f, Figure::Blank | Figure::Nothing)) {
                continue;
            }
            match (&above, habit) {
                (Some(name), true) => {
                    row.program = Some(name.clone());
                    row.identity = format!("{}{}", key(name), row.identity);
                }
                _ => self.findings.at(
                    Code::BlankProgram,
                    (row.row, column),
                    "金額がありますが、事業名が空欄です。事業名を入力してください。",
                    "There is an amount but no program name. Enter the name.",
                ),
            }
        }
    }
}

/// ※, 注, 出典: text that goes with the table and is none of its rows.
pub fn is_note(label: &str) -> bool {
    let text = label.trim_start_matches(['(', '（', '[', '［', '〔', '＜', '<', ' ', '\u{3000}']);
    ["※", "注", "*", "＊", "出典", "資料", "備考", "参考", "Note", "Source"]
        .iter()
        .any(|mark| text.starts_with(mark))
}

/// うち○○, 再掲, 内訳: part of another row.
fn is_memo(label: &str) -> bool {
    let text = label.trim_start_matches(['(', '（', '〔', '[', ' ', '\u{3000}', '・']);
    text.starts_with("うち")
        || text.starts_with("内訳")
        || text.starts_with("再掲")
        || label.contains("（再掲）")
        || label.contains("(再掲)")
}

/// A row that stands for a stage or kind of money, as in a review sheet.
fn review_label(label: &str) -> Option<(Option<Stage>, Option<Kind>, bool)> {
    const WORDS: [&str; 25] = [
        "要求額",
        "概算要求",
        "概算要求額",
        "要求",
        "要望",
        "要望額",
        "当初",
        "当初予算",
        "当初予算額",
        "補正",
        "補正予算",
        "補正予算額",
        "前年度から繰越し",
        "前年度からの繰越",
        "翌年度へ繰越し",
        "翌年度への繰越",
        "予備費等",
        "予備費",
        "執行額",
        "決算額",
        "基金",
        "調整費",
        "政府案",
        "政府予算案",
        "予算案",
    ];
    let bare = key(strip_number(label));
    if !WORDS.iter().any(|w| key(w) == bare) {
        return None;
    }
    let says = facets(label);
    Some((says.stage, says.kind, says.leaves))
}

impl super::grid::Content {
    /// A text where a figure belongs that is more than a remark: 未定, 調整中, 12,34O.
    pub fn is_odd_figure(&self) -> bool {
        match self {
            Content::Label(text) => {
                crate::budget::number::looks_numeric(text)
                    || ["未定", "調整中", "検討中", "精査中", "別途", "約", "事項要求", "未確定"]
                        .iter()
                        .any(|w| text.contains(w))
            }
            Content::Date | Content::Percent | Content::Error(_) | Content::WithoutResult => true,
            _ => false,
        }
    }
}
