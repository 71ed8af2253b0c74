//! The page of a round: parts, proposals, grants, closing.

use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;

use crate::budget::rights;
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::{Text, Yen};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::view::{Choice, Figure};
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, Visible, render,
    render_invalid,
};

use super::super::super::grants::queries::{self as grants, NewGrant};
use super::super::super::model::{AdjustmentGrantId, Closing, Grant, Part, Refusal, Round, RoundState};
use super::super::super::paths;
use super::super::super::proposals::pages::ProposalRow;
use super::super::super::proposals::queries as proposals;
use super::super::actions;
use super::super::forms::{ClosingForm, GrantForm, RETURN};
use super::edit::units;

/// Rows of a kind on the page of a round.
const ROWS: i64 = 500;

#[derive(Template)]
#[template(path = "budget/rounds/show.html")]
struct RoundPage {
    page: Page,
    round: Round,
    name: String,
    file_action: String,
    printed: String,
    state: &'static str,
    tone: &'static str,
    figures: Vec<Figure>,
    parts: Vec<PartRow>,
    grants: Vec<GrantRow>,
    granted: Yen,
    used: Yen,
    proposals: Vec<ProposalRow>,
    may_act: bool,
    may_propose: bool,
    is_published: bool,
    is_open: bool,
    is_closed: bool,
    closing: ClosingView,
    closing_input: ClosingForm,
    closing_errors: FieldErrors,
    grant: GrantForm,
    grant_errors: FieldErrors,
    programs: Vec<Choice>,
    kinds: Vec<Choice>,
    units: Vec<Choice>,
}

struct PartRow {
    name: &'static str,
    amount: Yen,
    granted: Yen,
    remainder: Yen,
}

/// A grant as a line of a table.
pub struct GrantRow {
    pub href: String,
    pub program: String,
    pub program_href: String,
    pub kind: &'static str,
    pub amount: Yen,
    pub used: Yen,
    pub purpose: String,
    pub has_result: bool,
    pub is_return: bool,
}

impl GrantRow {
    pub fn of(cx: &Cx, catalogue: &Catalogue, g: &Grant) -> Self {
        let l = cx.l;
        let program = g.program.and_then(|id| catalogue.program(id));
        Self {
            href: paths::grant(g.id),
            program: program.map_or_else(|| l.t("返納", "Returned").to_owned(), |p| p.name(l).to_owned()),
            program_href: program.map(|p| format!("/programs/{}", p.code)).unwrap_or_default(),
            kind: g.kind.name(l),
            amount: g.amount,
            used: g.used,
            purpose: g.purpose.clone(),
            has_result: g.result.is_some(),
            is_return: g.program.is_none(),
        }
    }
}

struct ClosingView {
    at_zero: bool,
    within_rounding: bool,
    left: Yen,
}

struct View {
    cx: Cx,
    catalogue: Arc<Catalogue>,
    round: Round,
}

impl View {
    async fn of(cx: Cx, round: Round) -> Result<Self, PageError> {
        Ok(Self { catalogue: catalogue::of(&cx).await?, cx, round })
    }

    async fn page(&self) -> Result<RoundPage, PageError> {
        let (cx, round, l) = (&self.cx, &self.round, self.cx.l);
        let wanted = grants::Wanted { round: Some(round.id), ..grants::Wanted::default() };
        let granted = grants::grants(cx.pool(), wanted, ROWS).await?;
        let wanted = proposals::Wanted { round: Some(round.id), ..proposals::Wanted::default() };
        let proposed = proposals::proposals(cx.pool(), wanted, ROWS).await?;
        let page = cx
            .page(Section::Budget, format!("{} {}", l.t("調整費", "Adjustment fund"), round.name(l)))
            .crumb(l.t("調整費", "Adjustment fund"), paths::ROUNDS);
        let part = |p: &Part| PartRow {
            name: p.kind.name(l),
            amount: p.amount,
            granted: p.granted,
            remainder: p.remainder(),
        };
        Ok(RoundPage {
            name: round.name(l),
            file_action: format!("{}/file", paths::round(round.id)),
            printed: printed(cx, round),
            state: round.state.name(l),
            tone: round.state.tone(),
            figures: figures(cx, &page, round, granted.len()),
            parts: round.parts.iter().map(part).collect(),
            granted: granted.iter().map(|g| g.amount).sum(),
            used: granted.iter().map(|g| g.used).sum(),
            grants: granted.iter().map(|g| GrantRow::of(cx, &self.catalogue, g)).collect(),
            proposals: proposed.iter().map(|p| ProposalRow::of(cx, &self.catalogue, p)).collect(),
            may_act: rights::may_decide(&cx.viewer) && round.state != RoundState::Closed,
            may_propose: rights::may_propose(&cx.viewer) && round.state == RoundState::Open,
            is_published: round.state == RoundState::Published,
            is_open: round.state == RoundState::Open,
            is_closed: round.state == RoundState::Closed,
            closing: closing(round),
            closing_input: ClosingForm::default(),
            closing_errors: FieldErrors::new(),
            programs: self.programs(""),
            kinds: self.kinds(""),
            units: units(l, page.unit.code()),
            grant: GrantForm::default(),
            grant_errors: FieldErrors::new(),
            round: round.clone(),
            page: page.beside(tabs::tabs(cx, MoneyTab::Adjustments)),
        })
    }

    fn programs(&self, chosen: &str) -> Vec<Choice> {
        let l = self.cx.l;
        let back = Choice::new(
            RETURN,
            l.t("（返納：どの事業にも配分しない）", "(Returned: to no program)"),
            chosen == RETURN,
        );
        let known = self.catalogue.programs.iter();
        std::iter::once(back)
            .chain(known.map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == chosen)))
            .collect()
    }

    /// Kinds of the round with what is left of each.
    fn kinds(&self, chosen: &str) -> Vec<Choice> {
        let parts = self.round.parts.iter();
        parts
            .map(|p| {
                let left = p.remainder().in_unit(self.cx.viewer.yen_unit);
                let label = format!("{}{}{left}", p.kind.name(self.cx.l), self.cx.l.t("　残額 ", ", left "));
                Choice::new(p.kind.code(), label, p.kind.code() == chosen)
            })
            .collect()
    }
}

/// The total as it was printed: 47.0億円.
fn printed(cx: &Cx, round: &Round) -> String {
    let decimals = (round.unit.size() / round.step.max(1)).max(1).ilog10() as usize;
    let size = i128::from(round.unit.size());
    let scale = 10_i128.pow(u32::try_from(decimals).unwrap_or(0));
    let scaled = i128::from(round.total.0) * scale / size;
    let unit = cx.l.t(round.unit.japanese(), round.unit.english());
    let whole = crate::kernel::yen::group_thousands(&(scaled / scale).to_string());
    match decimals {
        0 => format!("{whole}{unit}"),
        _ => format!("{whole}.{:0decimals$}{unit}", scaled % scale),
    }
}

fn figures(cx: &Cx, page: &Page, round: &Round, grants: usize) -> Vec<Figure> {
    let l = cx.l;
    let figure = |label: &str, value: String, href: Option<String>| Figure {
        label: label.to_owned(),
        value,
        unit: page.unit_name().to_owned(),
        href,
        note: String::new(),
    };
    let mut figures = vec![figure(
        l.t("総額", "Total"),
        page.yen(&round.total),
        round.source.clone().filter(|s| s.starts_with("https://")),
    )];
    if round.state != RoundState::Published {
        figures.push(Figure {
            note: if l.is_ja() { format!("{grants}件") } else { format!("{grants} grants") },
            ..figure(l.t("配分済み", "Granted"), page.yen(&round.granted()), Some("#grants".to_owned()))
        });
        let rounding = |ja: &str, en: &str, yen: Yen| {
            if yen == Yen::ZERO { String::new() } else { format!("{}{}", l.t(ja, en), page.yen(&yen)) }
        };
        figures.push(Figure {
            note: if round.state == RoundState::Closed {
                rounding("四捨五入による端数 ", "left to rounding ", round.residue())
            } else {
                rounding(
                    "内訳の残りの合計。総額との端数 ",
                    "sum of the parts; they differ from the total by ",
                    round.rounding,
                )
            },
            ..figure(l.t("残額", "Remainder"), page.yen(&round.left()), Some("#parts".to_owned()))
        });
    }
    figures
}

fn closing(round: &Round) -> ClosingView {
    let (at_zero, within_rounding, left) = match round.closing() {
        Closing::AtZero => (true, false, Yen::ZERO),
        Closing::WithinRounding(left) => (false, true, left),
        Closing::Left(left) => (false, false, left),
    };
    ClosingView { at_zero, within_rounding, left }
}

pub async fn show(cx: Cx, round: Visible<Round>) -> Outcome {
    render(&View::of(cx, round.into_inner()).await?.page().await?)
}

pub async fn grant(cx: Cx, round: Acting<Round>, Submitted(input): Submitted<GrantForm>) -> Outcome {
    let view = View::of(cx, round.into_inner()).await?;
    let cx = &view.cx;
    let invalid = async |input: GrantForm, errors: FieldErrors| {
        render_invalid(&RoundPage {
            programs: view.programs(&input.program),
            kinds: view.kinds(&input.kind),
            units: units(cx.l, &input.unit),
            grant: input,
            grant_errors: errors,
            ..view.page().await?
        })
    };
    let fields = match input.parse(cx.l, &view.catalogue) {
        Ok(fields) => fields,
        Err(errors) => return invalid(input, errors).await,
    };
    let row = NewGrant {
        id: AdjustmentGrantId::new(),
        round: view.round.id,
        kind: fields.kind,
        program: fields.program,
        proposal: None,
        amount: fields.amount,
        purpose: fields.purpose.as_str(),
        authority: fields.authority.as_str(),
    };
    let done = super::super::super::grants::actions::record(cx.pool(), &cx.actor(), &row, &input.key, cx.now)
        .await?;
    match done {
        Ok(()) => Ok(Redirected::to(format!("{}#grants", paths::round(view.round.id)))
            .saying(cx.l.t("配分を記録しました。", "The grant is recorded."))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            match refusal {
                Refusal::NeedsProposal | Refusal::NoSuchPart => {
                    errors.add("kind", cx.l.t("区分", "Kind"), refusal.said());
                }
                _ => errors.add("amount", cx.l.t("金額", "Amount"), refusal.said()),
            }
            invalid(input, errors).await
        }
    }
}

pub async fn close(cx: Cx, round: Acting<Round>, Submitted(input): Submitted<ClosingForm>) -> Outcome {
    let view = View::of(cx, round.into_inner()).await?;
    let cx = &view.cx;
    let label = cx.l.t("締めの注記", "Note on closing");
    let invalid = async |input: ClosingForm, errors: FieldErrors| {
        render_invalid(&RoundPage { closing_input: input, closing_errors: errors, ..view.page().await? })
    };
    let mut errors = FieldErrors::new();
    let note = errors.check("closing_note", label, Text::<1000>::optional(&input.closing_note));
    let note = match errors.finish(note) {
        Ok(note) => note,
        Err(errors) => return invalid(input, errors).await,
    };
    let version = (view.round.id, input.version.parse().unwrap_or(0));
    let note = note.as_ref().map(|t| t.as_str());
    match actions::close(cx.pool(), &cx.actor(), version, note, cx.now).await? {
        Ok(()) => Ok(Redirected::to(paths::round(view.round.id))
            .saying(cx.l.t("この回を締めました。", "The round is closed."))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("closing_note", label, refusal.said());
            invalid(input, errors).await
        }
    }
}

pub async fn open(cx: Cx, round: Acting<Round>, Submitted(input): Submitted<ClosingForm>) -> Outcome {
    let version = (round.id, input.version.parse().unwrap_or(0));
    match actions::open(cx.pool(), &cx.actor(), version, cx.now).await? {
        Ok(()) => Ok(Redirected::to(paths::round(round.id))
            .saying(cx.l.t("配分の記録を始めました。", "Grants can be recorded now."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}

/// The grants of a round as a file.
pub async fn file(cx: Cx, round: Visible<Round>, Submitted(form): Submitted<FileForm>) -> Outcome {
    let l = cx.l;
    let catalogue = catalogue::of(&cx).await?;
    let wanted = grants::Wanted { round: Some(round.id), ..grants::Wanted::default() };
    let granted = grants::grants(cx.pool(), wanted, 5_000).await?;
    let row = |g: &Grant| {
        let program = g.program.and_then(|id| catalogue.program(id));
        vec![
            Datum::text(program.map(|p| p.code.clone()).unwrap_or_default()),
            Datum::text(program.map_or_else(|| l.t("返納", "Returned").to_owned(), |p| p.name(l).to_owned())),
            Datum::text(g.kind.name(l)),
            Datum::Number(g.amount.0),
            Datum::Number(g.used.0),
            Datum::text(&g.purpose),
            Datum::text(&g.authority),
            Datum::text(g.result.clone().unwrap_or_default()),
        ]
    };
    let mut rows: Vec<Vec<Datum>> = granted.iter().map(row).collect();
    rows.push(vec![
        Datum::Empty,
        Datum::text(l.t("合計", "Total")),
        Datum::Empty,
        Datum::Number(granted.iter().map(|g| g.amount.0).sum()),
        Datum::Number(granted.iter().map(|g| g.used.0).sum()),
    ]);
    let sheet = Sheet {
        title: format!("{}{}", l.t("調整費_", "Adjustment fund "), round.name(l).replace(' ', "")),
        labels: [
            l.t("事業番号", "Code"),
            l.t("事業", "Program"),
            l.t("区分", "Kind"),
            l.t("配分額", "Granted"),
            l.t("使用済み", "Used"),
            l.t("使途", "Purpose"),
            l.t("決定の根拠", "Authority"),
            l.t("成果", "Result"),
        ]
        .map(str::to_owned)
        .to_vec(),
        widths: vec![10, 40, 16, 18, 18, 50, 40, 60],
        rows,
        asked: vec![
            (l.t("回", "Round").to_owned(), round.name(l)),
            (l.t("総額", "Total").to_owned(), round.total.exact()),
            (l.t("版", "Version").to_owned(), round.version.to_string()),
        ],
    };
    sheets::send(&cx, &form, sheet).await
}
