//! Vote, wait, ask for a reopening, answer one.

use axum::response::IntoResponse;

use crate::accounts::Role;
use crate::gates::meetings::forms::parse_day;
use crate::gates::model::{Choice, Refusal};
use crate::gates::queries::Review;
use crate::gates::review_path;
use crate::gates::rows::{Chairing, Judging, doing};
use crate::gates::verdict::forms::StepForm;
use crate::gates::verdict::{actions, queries};
use crate::kernel::Text;
use crate::web::{Acting, Cx, Outcome, PageError, Redirected, Said, Submitted, Visible};

pub async fn vote(cx: Cx, review: Acting<Judging>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let choice = Choice::from_code(&form.choice).ok_or_else(|| {
        PageError::Refused(Said::new("投票先を選んでください。", "Choose what you vote for."))
    })?;
    let answer = actions::vote(&doing(&cx), &review, choice).await?;
    back(
        &review,
        answer,
        "vote",
        cx.l.t(
            "投票しました。決定までは変更できます。",
            "Your vote is recorded; it can be changed until the decision.",
        ),
    )
}

pub async fn wait(cx: Cx, review: Acting<Chairing>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let what = Text::<500>::parse(&form.waiting_for).map_err(|_| {
        PageError::Refused(Said::new("待っている資料を入力してください。", "Say what is waited for."))
    })?;
    let until = match form.waiting_until.trim() {
        "" => None,
        day => Some(parse_day(day).map_err(PageError::Refused)?),
    };
    let answer = actions::wait(&doing(&cx), &review, what.as_str(), until).await?;
    back(&review, answer, "decision", cx.l.t("外部資料待ちとしました。", "The item waits for evidence."))
}

pub async fn ask_reopening(cx: Cx, review: Visible<Review>, Submitted(form): Submitted<StepForm>) -> Outcome {
    if !review.chairs && !review.manages && !cx.viewer.rights.may_edit(review.program_id) {
        return Err(PageError::Forbidden(Said::new(
            "再審議を申請できるのは、委員長と担当の事業課・PS・POだけです。",
            "Only the chair and the division, PS and PO of the task ask for a reopening.",
        )));
    }
    let reason = Text::<2000>::parse(&form.reason)
        .map_err(|_| PageError::Refused(Said::new("再審議の理由を入力してください。", "Give the reason.")))?;
    let Some(decision) = queries::decision(cx.pool(), review.id).await? else {
        return Err(PageError::Refused(Refusal::NotNow.said()));
    };
    let answer = actions::ask_reopening(&doing(&cx), &review, decision.id, reason.as_str()).await?;
    back(
        &review,
        answer,
        "reopening",
        cx.l.t("再審議を申請しました。PDの承認を待ちます。", "Asked for; the PD decides."),
    )
}

pub async fn answer_reopening(
    cx: Cx,
    review: Visible<Review>,
    Submitted(form): Submitted<StepForm>,
) -> Outcome {
    if !cx.viewer.holds(&[Role::ProgramDirector]) || !cx.viewer.rights.programs.contains(&review.program_id) {
        return Err(PageError::Forbidden(Said::new(
            "再審議を承認できるのは、この課題のプロジェクトのPDだけです。",
            "Only the PD of the task's project approves a reopening.",
        )));
    }
    let answer = Text::<2000>::parse(&form.answer)
        .map_err(|_| PageError::Refused(Said::new("理由を入力してください。", "Give the reason.")))?;
    let approved = match form.approved.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(PageError::Refused(Said::new("承認か却下を選んでください。", "Approve or refuse."))),
    };
    let done = actions::answer_reopening(&doing(&cx), &review, approved, answer.as_str()).await?;
    back(&review, done, "reopening", cx.l.t("回答を記録しました。", "Your answer is recorded."))
}

fn back(review: &Review, answer: Result<(), Refusal>, part: &str, said: &str) -> Outcome {
    match answer {
        Ok(()) => {
            Ok(Redirected::to(format!("{}#{part}", review_path(review.id))).saying(said).into_response())
        }
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}
