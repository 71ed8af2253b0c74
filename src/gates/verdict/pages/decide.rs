//! The form of a decision, for the acting chair of the item.

use askama::Template;
use axum::response::IntoResponse;

use crate::gates::model::{Choice as Vote, Disposition, Outcome as Decided, ReviewState};
use crate::gates::queries as shared;
use crate::gates::queries::Review;
use crate::gates::rows::{Chairing, doing};
use crate::gates::templates::{Proposal, VersionId, queries as templates};
use crate::gates::verdict::actions;
use crate::gates::verdict::forms::{CONDITION_LINES, DISPOSITION_LINES, DecisionForm};
use crate::gates::verdict::model::results;
use crate::gates::verdict::queries::{self, Closer};
use crate::gates::{meeting_path, review_path};
use crate::portfolio::catalogue;
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, render, render_invalid,
};

#[derive(Template)]
#[template(path = "gates/decide.html")]
struct DecidePage {
    page: Page,
    action: String,
    back: String,
    title: String,
    number: String,
    input: DecisionForm,
    errors: FieldErrors,
    outcomes: Vec<Choice>,
    programs: Vec<Choice>,
    conditions: Vec<ConditionLine>,
    dispositions: Vec<DispositionLine>,
    alone: bool,
    carried: String,
    proposal: String,
    can_decide: bool,
}

struct ConditionLine {
    n: usize,
    text: String,
    needed: String,
    due: String,
    closers: Vec<Choice>,
}

struct DispositionLine {
    n: usize,
    kinds: Vec<Choice>,
    text: String,
}

pub async fn form(cx: Cx, review: Acting<Chairing>) -> Outcome {
    if review.state == ReviewState::Decided {
        return Ok(Redirected::to(review_path(review.id)).into_response());
    }
    render(&page(&cx, &review, None, FieldErrors::new()).await?)
}

pub async fn create(cx: Cx, review: Acting<Chairing>, Submitted(form): Submitted<DecisionForm>) -> Outcome {
    let l = cx.l;
    let alone = review.state == ReviewState::Waiting;
    let closers = queries::closers(cx.pool(), review.program_id, cx.today()).await?;
    let catalogue = catalogue::of(&cx).await?;
    let program = catalogue.programs.iter().find(|p| p.code == form.receiving_program).map(|p| p.id);
    let mut decision = match form.parse(program, &closers, alone, cx.today(), l) {
        Ok(decision) => decision,
        Err(errors) => return render_invalid(&page(&cx, &review, Some(form), errors).await?),
    };
    let (proposal, score) = proposed(&cx, &review).await?;
    decision.proposed = proposal.map(code_of);
    decision.score_tenths = score;
    match actions::decide(&doing(&cx), &review, &decision).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#decision", review_path(review.id)))
            .saying(l.t("決定を記録しました。", "The decision is recorded."))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("outcome", l.t("結論", "Outcome"), refusal.said());
            render_invalid(&page(&cx, &review, Some(form), errors).await?)
        }
    }
}

/// The word of a proposal in the database.
fn code_of(proposal: Proposal) -> &'static str {
    match proposal {
        Proposal::Go => "go",
        Proposal::ConditionalGo => "conditional_go",
        Proposal::NoGo => "no_go",
    }
}

/// What the template's rule proposes for the revealed scores.
async fn proposed(cx: &Cx, review: &Review) -> Result<(Option<Proposal>, Option<i16>), PageError> {
    let mut connection = cx.pool().acquire().await?;
    let content = templates::content(&mut connection, VersionId(review.template_version_id))
        .await?
        .ok_or(PageError::NotFound)?;
    drop(connection);
    let sheets =
        queries::revealed_sheets(cx.pool(), review.meeting_id, Some(review.id.0), cx.viewer.id.0).await?;
    let found = results(&content, &sheets.iter().collect::<Vec<_>>());
    Ok((found.proposal, found.score))
}

async fn page(
    cx: &Cx,
    review: &Review,
    form: Option<DecisionForm>,
    errors: FieldErrors,
) -> Result<DecidePage, PageError> {
    let l = cx.l;
    let closers = queries::closers(cx.pool(), review.program_id, cx.today()).await?;
    let catalogue = catalogue::of(cx).await?;
    let mut tx = cx.pool().begin().await?;
    let seated = shared::room(&mut tx, review.id, false).await?;
    tx.commit().await?;
    let carried = seated.room.carried(&seated.rule);
    let alone = review.state == ReviewState::Waiting;
    let input = form.unwrap_or_else(|| DecisionForm {
        outcome: carried.filter(|_| !alone).map(|c| c.code().to_owned()).unwrap_or_default(),
        ..DecisionForm::default()
    });
    let (proposal, score) = proposed(cx, review).await?;
    let proposal = proposal.and_then(|p| Decided::from_code(code_of(p))).map(|p| {
        let score = score.map(crate::gates::templates::model::points).unwrap_or_default();
        format!("{}（{} {score}）", p.name(l), l.t("評点", "score"))
    });
    let carried_words = match carried {
        Some(Vote::Delegate) => {
            l.t("外部資料を待ち委員長一任", "Wait for evidence, the chair decides").to_owned()
        }
        Some(choice) => choice.name(l).to_owned(),
        None => String::new(),
    };
    let carried_note =
        format!("{} {}/{}", l.t("投票", "Votes"), seated.room.present(), seated.room.eligible());
    Ok(DecidePage {
        page: cx
            .page(Section::Gates, l.t("決定の記録", "Record the decision"))
            .crumb(l.t("ゲート評価", "Gates"), "/gates")
            .crumb(l.name(&review.meeting_ja, review.meeting_en.as_deref()), meeting_path(review.meeting_id))
            .crumb(review.number.clone().unwrap_or_default(), review_path(review.id)),
        action: format!("{}/decision", review_path(review.id)),
        back: review_path(review.id),
        title: l.name(&review.title_ja, review.title_en.as_deref()).to_owned(),
        number: review.number.clone().unwrap_or_default(),
        outcomes: Decided::ALL
            .iter()
            .map(|o| Choice::new(o.code(), o.name(l), o.code() == input.outcome))
            .collect(),
        programs: catalogue
            .programs
            .iter()
            .map(|p| Choice::new(p.code.clone(), p.name(l), p.code == input.receiving_program))
            .collect(),
        conditions: (0..CONDITION_LINES).map(|n| condition_line(&input, &closers, n, l)).collect(),
        dispositions: (0..DISPOSITION_LINES).map(|n| disposition_line(&input, n, l)).collect(),
        can_decide: alone || carried.is_some_and(|c| c != Vote::Delegate),
        carried: if carried_words.is_empty() {
            carried_note
        } else {
            format!("{carried_words}（{carried_note}）")
        },
        proposal: proposal.unwrap_or_default(),
        alone,
        input,
        errors,
    })
}

fn condition_line(
    input: &DecisionForm,
    closers: &[Closer],
    n: usize,
    l: crate::web::Language,
) -> ConditionLine {
    let at = |list: &[String]| list.get(n).cloned().unwrap_or_default();
    let chosen = at(&input.condition_closer);
    ConditionLine {
        n,
        text: at(&input.condition_text),
        needed: at(&input.condition_needed),
        due: at(&input.condition_due),
        closers: closers
            .iter()
            .map(|c| {
                let role = crate::accounts::Role::from_code(&c.role).map(|r| r.name(l)).unwrap_or_default();
                let label = format!("{}（{role}）", l.name(&c.name_ja, c.name_en.as_deref()));
                Choice::new(c.id.to_string(), label, c.id.to_string() == chosen)
            })
            .collect(),
    }
}

fn disposition_line(input: &DecisionForm, n: usize, l: crate::web::Language) -> DispositionLine {
    let chosen = input.disposition_kind.get(n).cloned().unwrap_or_default();
    DispositionLine {
        n,
        kinds: Disposition::ALL
            .iter()
            .map(|d| Choice::new(d.code(), d.name(l), d.code() == chosen))
            .collect(),
        text: input.disposition_text.get(n).cloned().unwrap_or_default(),
    }
}
