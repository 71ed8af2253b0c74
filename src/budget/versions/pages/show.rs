//! One version: its facts, control totals and lines; and taking it back.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::model::Kind;
use crate::kernel::{Language, Text, Yen};
use crate::portfolio::catalogue;
use crate::web::view::{Choice, Figure, Pager};
use crate::web::{
    Acting, Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Submitted, Visible, paths,
    render, render_invalid,
};

use super::super::actions::{self, Refusal};
use super::super::model::{State, Stored, Version};
use super::super::queries::{self, LineFilter};
use super::super::routes;
use super::frame;

/// Lines on a page.
const PAGE: i64 = 200;

#[derive(Template)]
#[template(path = "budget/versions/show.html")]
struct ShowPage {
    page: Page,
    version: Version,
    figures: Vec<Figure>,
    blocks: Vec<Block>,
    lines: Vec<LineRow>,
    pager: Pager,
    programs: Vec<Choice>,
    ministries: Vec<Choice>,
    kinds: Vec<Choice>,
    is_filtered: bool,
    may_reverse: bool,
    reason: String,
    errors: FieldErrors,
}

/// Control totals by one dimension.
struct Block {
    label: &'static str,
    rows: Vec<(String, Yen)>,
}

/// One line.
struct LineRow {
    href: String,
    program: String,
    program_href: Option<String>,
    project: String,
    ministry: String,
    kind: &'static str,
    amount: String,
    note: String,
    cell: String,
}

/// What the list of lines may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    pub program: String,
    pub project: String,
    pub ministry: String,
    pub kind: String,
    pub from: String,
}

impl ShowQuery {
    pub fn filter(&self) -> LineFilter {
        let text = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        LineFilter {
            program: self.program.parse::<Uuid>().ok(),
            project: self.project.parse::<Uuid>().ok(),
            ministry: text(&self.ministry),
            kind: text(&self.kind),
        }
    }

    pub fn is_narrow(&self) -> bool {
        !(self.program.is_empty()
            && self.project.is_empty()
            && self.ministry.is_empty()
            && self.kind.is_empty())
    }
}

pub async fn show(cx: Cx, version: Visible<Version>, Asked(query): Asked<ShowQuery>) -> Outcome {
    render(&show_page(&cx, version.into_inner(), &query, String::new(), FieldErrors::new()).await?)
}

async fn show_page(
    cx: &Cx,
    version: Version,
    query: &ShowQuery,
    reason: String,
    errors: FieldErrors,
) -> Result<ShowPage, PageError> {
    let l = cx.l;
    let catalogue = catalogue::of(cx).await?;
    let sums = queries::sums(cx.pool(), version.id).await?;
    let from = query.from.parse::<i32>().unwrap_or(1).max(1);
    let mut page_lines = queries::line_page(cx.pool(), version.id, &query.filter(), from, PAGE + 1).await?;
    let next = (page_lines.len() > PAGE as usize).then(|| page_lines.pop().map_or(0, |(p, _)| p));
    let page = frame(cx, version.slot.name(l));
    let by = |dimension: &str| -> Vec<(String, Yen)> {
        let parts = sums.totals[dimension].as_object().into_iter().flatten();
        parts.map(|(name, yen)| (name.clone(), Yen(yen.as_i64().unwrap_or(0)))).collect()
    };
    let kinds_by = by("kind").into_iter().map(|(code, yen)| {
        (Kind::from_code(&code).map_or(code.clone(), |k| l.t(k.japanese(), k.english()).to_owned()), yen)
    });
    let blocks = vec![
        Block { label: l.t("府省", "Ministry"), rows: by("ministry") },
        Block { label: l.t("プロジェクト", "Project"), rows: by("project") },
        Block { label: l.t("種別", "Kind"), rows: kinds_by.collect() },
    ];
    let figure = |label: &str, value: String, unit: &str| Figure {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        ..Figure::default()
    };
    let figures = vec![
        figure(l.t("合計", "Total"), page.yen(&Yen(version.total_yen)), page.unit_name()),
        figure(l.t("明細", "Lines"), page.count(&i64::from(version.line_count)), ""),
        figure(l.t("事業", "Programs"), by("program").len().to_string(), ""),
        figure(l.t("内数（加えない）", "Within others (not added)"), sums.within.to_string(), ""),
    ];
    let href = |from: i32| {
        let from = if from > 1 { from.to_string() } else { String::new() };
        paths::with_query(
            &routes::version(version.id),
            &[
                ("program", &query.program),
                ("project", &query.project),
                ("ministry", &query.ministry),
                ("kind", &query.kind),
                ("from", &from),
            ],
        )
    };
    let pager = Pager {
        shown: match (page_lines.first(), page_lines.last(), l) {
            (Some((a, _)), Some((z, _)), Language::Ja) => format!("{a}～{z}行目"),
            (Some((a, _)), Some((z, _)), Language::En) => format!("lines {a}–{z}"),
            _ => String::new(),
        },
        first: (from > 1).then(|| href(1)),
        previous: None,
        next: next.map(href),
    };
    let every = || Choice::new("", l.t("すべて", "All"), false);
    let mut programs = vec![every()];
    programs.extend(catalogue.programs.iter().filter(|p| sums.programs.contains(&p.id)).map(|p| {
        Choice::new(p.id.to_string(), format!("{} {}", p.code, p.name(l)), p.id.to_string() == query.program)
    }));
    let mut ministries = vec![every()];
    ministries.extend(
        catalogue.ministries.iter().map(|m| Choice::new(&m.code, m.name(l), m.code == query.ministry)),
    );
    let mut kinds = vec![every()];
    kinds.extend(
        Kind::ALL
            .iter()
            .map(|k| Choice::new(k.code(), l.t(k.japanese(), k.english()), k.code() == query.kind)),
    );
    Ok(ShowPage {
        figures,
        blocks,
        lines: page_lines.iter().map(|(_, s)| line_row(&page, &catalogue, s)).collect(),
        pager,
        programs,
        ministries,
        kinds,
        is_filtered: query.is_narrow(),
        may_reverse: cx.viewer.is_administrator() && version.state == State::Applied,
        reason,
        errors,
        version,
        page,
    })
}

fn line_row(page: &Page, catalogue: &catalogue::Catalogue, stored: &Stored) -> LineRow {
    let (l, line) = (page.l, &stored.line);
    let program = line.program_id.and_then(|id| catalogue.program(id));
    LineRow {
        href: routes::line(stored.id),
        program: line.program_name.clone().unwrap_or_else(|| l.t("（事業なし）", "(no program)").to_owned()),
        program_href: program.map(|p| format!("/programs/{}", p.code)),
        project: line.project_name.clone().unwrap_or_default(),
        ministry: line.ministry_name.clone().unwrap_or_default(),
        kind: l.t(line.kind.japanese(), line.kind.english()),
        amount: amount(page, line.amount_yen, line.within_yen),
        note: line.note.clone(),
        cell: line.origin.as_ref().map(|o| format!("{}!{}", o.sheet, o.cell)).unwrap_or_default(),
    }
}

/// An amount, or that it is inside another.
pub fn amount(page: &Page, yen: Option<i64>, within: Option<i64>) -> String {
    let l = page.l;
    match (yen, within) {
        (Some(yen), _) => page.yen(&Yen(yen)),
        (None, Some(of)) if l.is_ja() => format!("{}の内数", page.yen_with_unit(&Yen(of))),
        (None, Some(of)) => format!("within {}", page.yen_with_unit(&Yen(of))),
        (None, None) => l.t("内数", "within").to_owned(),
    }
}

/// The reason as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReversalForm {
    reason: String,
}

pub async fn reverse(cx: Cx, version: Acting<Version>, Submitted(form): Submitted<ReversalForm>) -> Outcome {
    let version = version.into_inner();
    let l = cx.l;
    let mut errors = FieldErrors::new();
    let Some(reason) =
        errors.check("reason", l.t("取り消す理由", "Reason"), Text::<500>::parse(&form.reason))
    else {
        let page = show_page(&cx, version, &ShowQuery::default(), form.reason, errors).await?;
        return render_invalid(&page);
    };
    let said = match actions::reverse(cx.pool(), &cx.actor(), &version, &reason, cx.now).await? {
        Ok(Some(_)) => l.t(
            "取り消しました。直前の版が再び有効です。",
            "Taken back; the version before it is in force again.",
        ),
        Ok(None) => l.t(
            "取り消しました。この段階に有効な版はありません。",
            "Taken back; nothing is in force at this stage now.",
        ),
        Err(Refusal::NotInForce) => {
            return Err(PageError::Refused(Said::new(
                "この版は既に有効ではありません。予算版の一覧を開き直してください。",
                "This version is no longer in force. Reopen the list of versions.",
            )));
        }
    };
    Ok(Redirected::to(routes::version(version.id)).saying(said).into_response())
}

impl ShowPage {
    fn export_href(&self, format: &str) -> String {
        format!("/budget/versions/{}/export?format={format}", self.version.id)
    }
}
