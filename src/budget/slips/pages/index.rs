//! The list of slips.

use askama::Template;
use serde::Deserialize;

use crate::budget::positions::queries::{self as positions};
use crate::budget::positions::words;
use crate::budget::rights;
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, Section, Submitted, render};

use super::super::model::{Signed, Slip, SlipState};
use super::super::queries::{self, Wanted};
use super::{SlipRow, year_choices};

/// Slips on one page.
const MOST: i64 = 500;

#[derive(Template)]
#[template(path = "budget/slips/index.html")]
struct IndexPage {
    page: Page,
    years: Vec<Choice>,
    states: Vec<Choice>,
    rows: Vec<SlipRow>,
    file_action: String,
    may_propose: bool,
}

/// What the list may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    year: String,
    state: String,
    program: String,
}

impl IndexQuery {
    fn wanted(&self, catalogue: &Catalogue) -> Wanted {
        Wanted {
            year: self.year.parse().ok(),
            state: SlipState::from_code(&self.state),
            program: catalogue.programs.iter().find(|p| p.code == self.program).map(|p| p.id),
            ..Wanted::default()
        }
    }
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let wanted = query.wanted(&catalogue);
    let slips = queries::slips(cx.pool(), wanted, MOST).await?;
    let l = cx.l;
    let mut years = vec![Choice::new("", l.t("すべての年度", "All years"), wanted.year.is_none())];
    years.extend(year_choices(&cx, &positions::years(cx.pool()).await?, wanted.year));
    let mut states = vec![Choice::new("", l.t("すべての状態", "All states"), wanted.state.is_none())];
    states.extend(SlipState::ALL.iter().map(|s| Choice::new(s.code(), s.name(l), Some(*s) == wanted.state)));
    render(&IndexPage {
        years,
        states,
        rows: slips.iter().map(|s| SlipRow::of(&cx, &catalogue, s)).collect(),
        file_action: format!("/budget/slips/file?{}", cx.facts.query),
        may_propose: rights::may_propose(&cx.viewer),
        page: cx
            .page(Section::Budget, l.t("移替と繰越", "Movements and carry-overs"))
            .crumb(l.t("予算", "Budget"), "/budget")
            .beside(tabs::tabs(&cx, MoneyTab::Slips)),
    })
}

/// The list as a file.
pub async fn file(cx: Cx, Asked(query): Asked<IndexQuery>, Submitted(form): Submitted<FileForm>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let slips = queries::slips(cx.pool(), query.wanted(&catalogue), 10_000).await?;
    let l = cx.l;
    let signed = |s: &Option<Signed>| s.as_ref().map_or(Datum::Empty, |s| Datum::text(s.by.name(l)));
    let row = |s: &Slip| {
        vec![
            Datum::text(s.name()),
            Datum::text(s.kind.name(l)),
            Datum::text(words::place(l, &catalogue, &s.from)),
            Datum::text(words::place(l, &catalogue, &s.to)),
            Datum::Number(s.amount.0),
            Datum::text(&s.reason),
            Datum::text(&s.authority),
            Datum::text(s.state.name(l)),
            Datum::text(s.proposed.by.name(l)),
            signed(&s.approved),
            signed(&s.applied),
        ]
    };
    let sheet = Sheet {
        title: l.t("移替と繰越", "Movements").to_owned(),
        labels: [
            l.t("番号", "Number"),
            l.t("種類", "Kind"),
            l.t("移替元", "From"),
            l.t("移替先", "To"),
            l.t("金額", "Amount"),
            l.t("理由", "Reason"),
            l.t("根拠", "Authority"),
            l.t("状態", "State"),
            l.t("提案", "Proposed by"),
            l.t("承認", "Approved by"),
            l.t("反映", "Applied by"),
        ]
        .map(str::to_owned)
        .to_vec(),
        widths: vec![10, 12, 50, 50, 18, 50, 40, 14, 16, 16, 16],
        rows: slips.iter().map(row).collect(),
        asked: vec![(l.t("件数", "Slips").to_owned(), slips.len().to_string())],
    };
    sheets::send(&cx, &form, sheet).await
}
