//! The lines behind a figure: file, sheet, cell, batch and person of each, and the movements that changed it.

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::model::Kind;
use crate::budget::overview::queries::{self, OriginLine, Wanted};
use crate::budget::positions::{Place, words};
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::slips::model::{Slip, SlipState};
use crate::budget::slips::pages::SlipRow;
use crate::budget::slips::queries as slips;
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::Yen;
use crate::web::view::Figure;
use crate::web::{Access, Asked, Cx, Outcome, Page, PageError, Section, Submitted, render};

use super::Chosen;

/// Lines of one page; a budget of a year has a few hundred.
const MOST: i64 = 3_000;

/// What the page may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinesQuery {
    pub year: String,
    pub budget: String,
    /// Id of a program.
    pub program: String,
    /// A name that no program has; `-` for money of no program.
    pub name: String,
    /// Id of a project; `-` for lines without one.
    pub project: String,
    pub ministry: String,
    pub kind: String,
}

#[derive(Template)]
#[template(path = "budget/overview/lines.html")]
struct LinesPage {
    page: Page,
    lead: String,
    figures: Vec<Figure>,
    rows: Vec<Row>,
    printed: Yen,
    moves: Vec<(SlipRow, Yen)>,
    moved: Yen,
    /// May open the origin of a line, and slips.
    opens: bool,
    file_action: String,
}

struct Row {
    href: String,
    program: String,
    project: String,
    ministry: String,
    kind: &'static str,
    amount: Option<Yen>,
    within: Option<Yen>,
    note: String,
    file: String,
    cell: String,
    by: String,
    at: Option<chrono::DateTime<chrono::Utc>>,
}

struct View {
    cx: Cx,
    chosen: Chosen,
    lines: Vec<OriginLine>,
    moves: Vec<(Slip, Yen)>,
    asked: Vec<String>,
}

impl View {
    async fn of(cx: Cx, query: LinesQuery) -> Result<Self, PageError> {
        let chosen = Chosen::of(&cx, &query.year, &query.budget).await?;
        let text = |s: &str| Some(s.to_owned()).filter(|s| !s.is_empty());
        let wanted = Wanted {
            program: query.program.parse().ok(),
            program_name: text(&query.name).map(|n| if n == "-" { String::new() } else { n }),
            project: query.project.parse().ok(),
            without_project: query.project == "-",
            ministry: text(&query.ministry),
            kind: text(&query.kind),
        };
        let lines = queries::lines(cx.pool(), (chosen.year, chosen.slot), &wanted, MOST).await?;
        let found = slips::Wanted {
            year: Some(chosen.year),
            state: Some(SlipState::Applied),
            program: wanted.program,
            ..slips::Wanted::default()
        };
        let slips = slips::slips(cx.pool(), found, MOST).await?;
        let here = |p: &Place| {
            p.year == chosen.year
                && (p.stage, p.round) == (chosen.slot.stage, chosen.slot.round)
                && wanted.program.is_none_or(|id| id == p.program)
                && wanted.program_name.is_none()
                && wanted.project.is_none_or(|id| Some(id) == p.project)
                && (!wanted.without_project || p.project.is_none())
                && wanted.ministry.as_ref().is_none_or(|m| Some(m) == p.ministry.as_ref())
                && wanted.kind.as_ref().is_none_or(|k| k == p.kind.code())
        };
        let moves = slips
            .into_iter()
            .filter_map(|s| {
                let given = if here(&s.from) { -s.amount } else { Yen::ZERO };
                let taken = if here(&s.to) { s.amount } else { Yen::ZERO };
                (here(&s.from) || here(&s.to)).then_some((s, given + taken))
            })
            .collect();
        let l = cx.l;
        let catalogue = &chosen.catalogue;
        let mut asked = Vec::new();
        asked.extend(wanted.program.and_then(|id| catalogue.program(id)).map(|p| p.name(l).to_owned()));
        asked.extend(wanted.program_name.clone().filter(|n| !n.is_empty()));
        asked.extend(wanted.project.and_then(|id| catalogue.project(id)).map(|p| p.name(l).to_owned()));
        asked.extend(
            wanted.without_project.then(|| l.t("プロジェクトの記載なし", "No project stated").to_owned()),
        );
        asked.extend(
            wanted.ministry.as_deref().and_then(|m| catalogue.ministry(m)).map(|m| m.name(l).to_owned()),
        );
        asked.extend(wanted.kind.as_deref().and_then(Kind::from_code).map(|k| words::kind(l, k).to_owned()));
        Ok(Self { cx, chosen, lines, moves, asked })
    }

    fn row(&self, line: &OriginLine) -> Row {
        let l = self.cx.l;
        let catalogue = &self.chosen.catalogue;
        let program = line.program.and_then(|id| catalogue.program(id)).map(|p| p.name(l).to_owned());
        let project = line
            .project
            .and_then(|id: Uuid| catalogue.project(id))
            .map(|p| format!("{} {}", p.number, p.short(l)));
        let ministry = line
            .ministry
            .as_deref()
            .and_then(|m| catalogue.ministry(m))
            .map(|m| l.t(&m.short_ja, &m.code).to_owned());
        Row {
            href: format!("/budget/lines/{}", line.id),
            program: program.or_else(|| line.program_name.clone()).unwrap_or_default(),
            project: project.or_else(|| line.project_name.clone()).unwrap_or_default(),
            ministry: ministry.unwrap_or_default(),
            kind: line.kind.map(|k| words::kind(l, k)).unwrap_or_default(),
            amount: line.amount,
            within: line.within,
            note: line.note.clone(),
            file: line.file.clone().unwrap_or_default(),
            cell: line.sheet.iter().chain(&line.cell).cloned().collect::<Vec<_>>().join("!"),
            by: line.imported_by.clone().unwrap_or_default(),
            at: line.imported_at,
        }
    }

    fn printed(&self) -> Yen {
        self.lines.iter().filter_map(|l| l.amount).sum()
    }

    fn moved(&self) -> Yen {
        self.moves.iter().map(|(_, yen)| *yen).sum()
    }

    fn lead(&self) -> String {
        let mut words = vec![self.chosen.version_words(&self.cx)];
        words.extend(self.asked.iter().cloned());
        words.join(self.cx.l.t("　", " · "))
    }
}

pub async fn show(cx: Cx, Asked(query): Asked<LinesQuery>) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let page = cx
        .page(Section::Budget, l.t("金額の内訳と出所", "Lines behind the figure"))
        .crumb(l.t("予算", "Budget"), "/budget");
    render(&LinesPage {
        lead: view.lead(),
        figures: vec![
            page.figure(l.t("いまの額", "Now"), view.printed() + view.moved()),
            page.figure(l.t("予算版の額", "As in the version"), view.printed()),
            page.figure(l.t("移替・繰越", "Moved"), view.moved()),
        ],
        rows: view.lines.iter().map(|line| view.row(line)).collect(),
        printed: view.printed(),
        moves: view.moves.iter().map(|(s, yen)| (SlipRow::of(cx, &view.chosen.catalogue, s), *yen)).collect(),
        moved: view.moved(),
        opens: Access::STAFF.admits(&cx.viewer),
        file_action: format!("/budget/lines/file?{}", cx.facts.query),
        page: page.beside(tabs::tabs(cx, MoneyTab::Overview)),
    })
}

/// The lines as a file.
pub async fn file(cx: Cx, Asked(query): Asked<LinesQuery>, Submitted(form): Submitted<FileForm>) -> Outcome {
    let view = View::of(cx, query).await?;
    let (cx, l) = (&view.cx, view.cx.l);
    let mut rows: Vec<Vec<Datum>> = view
        .lines
        .iter()
        .map(|line| {
            let row = view.row(line);
            vec![
                Datum::text(row.program),
                Datum::text(row.project),
                Datum::text(row.ministry),
                Datum::text(row.kind),
                row.amount.map_or(Datum::Empty, |yen| Datum::Number(yen.0)),
                Datum::text(row.note),
                Datum::text(row.file),
                Datum::text(row.cell),
                Datum::text(row.by),
            ]
        })
        .collect();
    for (slip, yen) in &view.moves {
        let name = format!("{} {}", slip.kind.name(l), slip.name());
        rows.push(vec![
            Datum::text(name),
            Datum::Empty,
            Datum::Empty,
            Datum::Empty,
            Datum::Number(yen.0),
            Datum::text(&slip.reason),
        ]);
    }
    let total = Datum::Number((view.printed() + view.moved()).0);
    rows.push(vec![Datum::text(l.t("合計", "Total")), Datum::Empty, Datum::Empty, Datum::Empty, total]);
    let sheet = Sheet {
        title: l.t("金額の内訳", "Lines").to_owned(),
        labels: [
            l.t("事業", "Program"),
            l.t("統合プロジェクト", "Project"),
            l.t("府省", "Ministry"),
            l.t("種類", "Kind"),
            l.t("金額", "Amount"),
            l.t("注記", "Note"),
            l.t("ファイル", "File"),
            l.t("セル", "Cell"),
            l.t("取込者", "Imported by"),
        ]
        .map(str::to_owned)
        .to_vec(),
        widths: vec![44, 24, 10, 10, 18, 30, 40, 24, 30],
        rows,
        asked: vec![(l.t("版・条件", "Version and query").to_owned(), view.lead())],
    };
    sheets::send(cx, &form, sheet).await
}
