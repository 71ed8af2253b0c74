//! The page of a grant: where it came from, what it went into, what came of it.

use askama::Template;
use axum::response::IntoResponse;

use crate::budget::ledger::rounds::pages::edit::units;
use crate::budget::tabs::{self, MoneyTab};
use crate::kernel::{Said, Text, Yen};
use crate::portfolio::catalogue;
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted,
    Visible, render, render_invalid,
};

use super::super::model::{AdjustmentGrantId, Grant, Refusal, RoundName};
use super::super::paths;
use super::actions;
use super::forms::{ResultForm, UseForm};
use super::queries::{self, NewUse, Wanted};

impl Scoped for Grant {
    type Id = AdjustmentGrantId;

    async fn find(cx: &Cx, id: AdjustmentGrantId) -> anyhow::Result<Option<Self>> {
        let wanted = Wanted { id: Some(id), ..Wanted::default() };
        Ok(queries::grants(cx.pool(), wanted, 1).await?.pop())
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        let keeps = self.program.is_some_and(|program| cx.viewer.rights.may_edit(program));
        (!keeps).then(|| {
            Said::new(
                "使途と成果は、その事業の担当者が記録します。",
                "The people who keep the program record what its grant went into.",
            )
        })
    }
}

#[derive(Template)]
#[template(path = "budget/grants/show.html")]
struct GrantPage {
    page: Page,
    action: String,
    grant: Grant,
    program: String,
    program_href: String,
    round: String,
    round_href: String,
    kind: &'static str,
    proposal_href: Option<String>,
    decider: String,
    left: Yen,
    uses: Vec<UseRow>,
    may_record: bool,
    units: Vec<Choice>,
    input: UseForm,
    errors: FieldErrors,
    result: ResultForm,
    result_errors: FieldErrors,
}

struct UseRow {
    what: String,
    task: Option<(String, String)>,
    amount: Yen,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
}

fn round_name(l: Language, round: RoundName) -> String {
    match l {
        Language::Ja => format!("{} 第{}回", round.fiscal_year.japanese(), round.number),
        Language::En => format!("{} round {}", round.fiscal_year.english(), round.number),
    }
}

async fn page_of(cx: &Cx, grant: &Grant) -> Result<GrantPage, PageError> {
    let l = cx.l;
    let catalogue = catalogue::of(cx).await?;
    let program = grant.program.and_then(|id| catalogue.program(id));
    let uses = queries::uses(cx.pool(), grant.id).await?;
    let tasks: Vec<uuid::Uuid> = uses.iter().filter_map(|u| u.task).collect();
    let titles = queries::task_titles(cx.pool(), &tasks, &cx.viewer.rights).await?;
    let name = program.map_or_else(|| l.t("返納", "Returned").to_owned(), |p| p.name(l).to_owned());
    let task = |id: uuid::Uuid| {
        let (id, ja, en) = titles.iter().find(|(known, ..)| *known == id)?;
        Some((l.name(ja, en.as_deref()).to_owned(), format!("/tasks/{id}")))
    };
    let round = round_name(l, grant.round);
    Ok(GrantPage {
        action: paths::grant(grant.id),
        program_href: program.map(|p| format!("/programs/{}", p.code)).unwrap_or_default(),
        round_href: paths::round(grant.round.id),
        kind: grant.kind.name(l),
        proposal_href: grant.proposal.map(|id| paths::proposal(id.into())),
        decider: grant.decided_by.name(l).to_owned(),
        left: grant.amount - grant.used,
        uses: uses
            .iter()
            .map(|u| UseRow {
                what: u.what.clone(),
                task: u.task.and_then(task),
                amount: u.amount,
                by: u.by.name(l).to_owned(),
                at: u.at,
            })
            .collect(),
        may_record: grant.refusal(cx).is_none(),
        units: units(l, cx.viewer.yen_unit.code()),
        input: UseForm::default(),
        errors: FieldErrors::new(),
        result: ResultForm {
            version: grant.version.to_string(),
            result: grant.result.clone().unwrap_or_default(),
        },
        result_errors: FieldErrors::new(),
        page: cx
            .page(Section::Budget, format!("{}{}", name, l.t("への調整費の配分", ": grant")))
            .crumb(l.t("調整費", "Adjustment fund"), paths::ROUNDS)
            .crumb(&round, paths::round(grant.round.id))
            .beside(tabs::tabs(cx, MoneyTab::Adjustments)),
        program: name,
        round,
        grant: grant.clone(),
    })
}

pub async fn show(cx: Cx, grant: Visible<Grant>) -> Outcome {
    render(&page_of(&cx, &grant).await?)
}

pub async fn record_use(cx: Cx, grant: Acting<Grant>, Submitted(input): Submitted<UseForm>) -> Outcome {
    let l = cx.l;
    let invalid = async |input: UseForm, errors: FieldErrors| {
        render_invalid(&GrantPage {
            units: units(l, &input.unit),
            input,
            errors,
            ..page_of(&cx, &grant).await?
        })
    };
    let (what, amount) = match input.parse(l) {
        Ok(parsed) => parsed,
        Err(errors) => return invalid(input, errors).await,
    };
    let named = input.task.trim();
    let task = if named.is_empty() {
        None
    } else {
        queries::task_of(cx.pool(), named, grant.program, &cx.viewer.rights).await?
    };
    let mut errors = FieldErrors::new();
    if task.is_none() && !named.is_empty() {
        let said =
            Said::new("この事業にその番号の課題はありません。", "The program has no task of this number.");
        errors.add("task", l.t("課題番号", "Task number"), said);
        return invalid(input, errors).await;
    }
    let used = NewUse { task, what: what.as_str(), amount };
    match actions::record_use(cx.pool(), &cx.actor(), grant.id, &used, &input.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#uses", paths::grant(grant.id)))
            .saying(l.t("使途を記録しました。", "Recorded."))
            .into_response()),
        Err(refusal) => {
            errors.add("amount", l.t("金額", "Amount"), refusal.said());
            invalid(input, errors).await
        }
    }
}

pub async fn put_result(cx: Cx, grant: Acting<Grant>, Submitted(input): Submitted<ResultForm>) -> Outcome {
    let l = cx.l;
    let mut errors = FieldErrors::new();
    let text = errors.check("result", l.t("成果", "Result"), Text::<4000>::parse(&input.result));
    let text = match errors.finish(text) {
        Ok(text) => text,
        Err(result_errors) => {
            return render_invalid(&GrantPage {
                result: input,
                result_errors,
                ..page_of(&cx, &grant).await?
            });
        }
    };
    let version = (grant.id, input.version.parse().unwrap_or(0));
    match actions::put_result(cx.pool(), &cx.actor(), version, text.as_str(), cx.now).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#result", paths::grant(grant.id)))
            .saying(l.t("成果を記録しました。", "The result is recorded."))
            .into_response()),
        Err(Refusal::Stale) => Err(PageError::Conflict(Box::new(Conflict {
            fields: vec![ConflictField {
                label: l.t("成果", "Result").to_owned(),
                yours: input.result.clone(),
                theirs: grant.result.clone().unwrap_or_default(),
            }],
            reload_href: paths::grant(grant.id),
            action: format!("{}/result", paths::grant(grant.id)),
            pairs: vec![
                ("result".to_owned(), input.result.clone()),
                ("version".to_owned(), grant.version.to_string()),
            ],
        }))),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}
