//! The form of a round.

use askama::Template;
use axum::response::IntoResponse;

use crate::budget::rights;
use crate::kernel::Said;
use crate::kernel::yen::YenUnit;
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted,
    render, render_invalid,
};

use super::super::super::model::{AdjustmentRoundId, Refusal, Round, RoundState};
use super::super::super::paths;
use super::super::forms::{RoundFields, RoundForm};
use super::super::queries::RoundRow;
use super::super::{actions, queries};

impl Scoped for Round {
    type Id = AdjustmentRoundId;

    async fn find(cx: &Cx, id: AdjustmentRoundId) -> anyhow::Result<Option<Self>> {
        Ok(queries::round(cx.pool(), id).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        if !rights::may_decide(&cx.viewer) {
            return Some(Said::new(
                "調整費の記録は戦略策定・実施ユニットと管理者が行います。",
                "The strategy unit and administrators keep the ledger of the adjustment fund.",
            ));
        }
        (self.state == RoundState::Closed)
            .then(|| Said::new("締めた回は変更できません。", "A round that is closed stays as it is."))
    }
}

#[derive(Template)]
#[template(path = "budget/rounds/edit.html")]
struct EditPage {
    page: Page,
    action: String,
    back: String,
    units: Vec<Choice>,
    input: RoundForm,
    errors: FieldErrors,
}

/// Units to choose from.
pub fn units(l: Language, chosen: &str) -> Vec<Choice> {
    [YenUnit::Oku, YenUnit::Million, YenUnit::Thousand, YenUnit::Yen]
        .map(|u| Choice::new(u.code(), l.t(u.japanese(), u.english()), u.code() == chosen))
        .to_vec()
}

fn form_page(cx: &Cx, round: Option<&Round>, input: RoundForm, errors: FieldErrors) -> EditPage {
    let l = cx.l;
    let title = match round {
        None => l.t("調整費の回を記録", "Record a round").to_owned(),
        Some(round) => format!("{}{}", round.name(l), l.t("の編集", ": edit")),
    };
    let action = round.map_or(paths::ROUNDS.to_owned(), |r| paths::round(r.id));
    EditPage {
        page: cx.page(Section::Budget, title).crumb(l.t("調整費", "Adjustment fund"), paths::ROUNDS),
        back: action.clone(),
        action,
        units: units(l, &input.unit),
        input,
        errors,
    }
}

pub async fn new(cx: Cx) -> Outcome {
    let rounds = queries::rounds(cx.pool()).await?;
    let year = cx.fiscal_year();
    let next = rounds.iter().filter(|r| r.fiscal_year == year).map(|r| r.number).max().unwrap_or(0) + 1;
    let input = RoundForm {
        fiscal_year: year.short(),
        number: next.to_string(),
        unit: YenUnit::Oku.code().to_owned(),
        ..RoundForm::default()
    };
    render(&form_page(&cx, None, input, FieldErrors::new()))
}

pub async fn create(cx: Cx, Submitted(input): Submitted<RoundForm>) -> Outcome {
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&form_page(&cx, None, input, errors)),
    };
    let id = AdjustmentRoundId::new();
    match actions::record(cx.pool(), &cx.actor(), id, &row(&fields), &input.key, cx.now).await? {
        Ok(()) => {
            let location = crate::db::submissions::location_of(cx.pool(), &input.key, cx.actor().id).await?;
            Ok(Redirected::to(location.unwrap_or_else(|| paths::round(id)))
                .saying(cx.l.t("回を記録しました。", "The round is recorded."))
                .into_response())
        }
        Err(refusal) => render_invalid(&form_page(&cx, None, input, errors_of(&cx, refusal))),
    }
}

pub async fn form(cx: Cx, round: Acting<Round>) -> Outcome {
    render(&form_page(&cx, Some(&round), RoundForm::of(&round), FieldErrors::new()))
}

pub async fn update(cx: Cx, round: Acting<Round>, Submitted(input): Submitted<RoundForm>) -> Outcome {
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&form_page(&cx, Some(&round), input, errors)),
    };
    let version = input.version.parse().unwrap_or(0);
    match actions::edit(cx.pool(), &cx.actor(), (round.id, version), &row(&fields), cx.now).await? {
        Ok(()) => Ok(Redirected::to(paths::round(round.id))
            .saying(cx.l.t("保存しました。", "Saved."))
            .into_response()),
        Err(Refusal::Stale) => Err(PageError::Conflict(Box::new(conflict(&cx, &round, &input)))),
        Err(refusal) => render_invalid(&form_page(&cx, Some(&round), input, errors_of(&cx, refusal))),
    }
}

fn errors_of(cx: &Cx, refusal: Refusal) -> FieldErrors {
    let mut errors = FieldErrors::new();
    match refusal {
        Refusal::NumberTaken => errors.add("number", cx.l.t("回", "Round"), refusal.said()),
        _ => errors.add("total", cx.l.t("総額", "Total"), refusal.said()),
    }
    errors
}

fn row(f: &RoundFields) -> RoundRow<'_> {
    RoundRow {
        fiscal_year: f.fiscal_year,
        number: f.number,
        decided_on: f.decided_on,
        total: f.total,
        unit: f.unit,
        step: f.step,
        rounding: f.rounding,
        rounding_note: f.rounding_note.as_ref().map(|t| t.as_str()),
        remark: f.remark.as_ref().map(|t| t.as_str()),
        source: f.source.as_ref().map(|t| t.as_str()),
        parts: &f.parts,
    }
}

fn conflict(cx: &Cx, round: &Round, mine: &RoundForm) -> Conflict {
    let theirs = RoundForm::of(round);
    let mut pairs: Vec<(String, String)> =
        mine.labelled(cx.l).into_iter().map(|(name, _, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("version".to_owned(), theirs.version.clone()));
    Conflict {
        fields: mine
            .labelled(cx.l)
            .into_iter()
            .zip(theirs.labelled(cx.l))
            .map(|((_, label, yours), (_, _, theirs))| ConflictField {
                label: label.to_owned(),
                yours: yours.to_owned(),
                theirs: theirs.to_owned(),
            })
            .collect(),
        reload_href: format!("{}/edit", paths::round(round.id)),
        action: paths::round(round.id),
        pairs,
    }
}
