//! The small steps on a review's page: vote, wait, advise, withdraw, ask for a reopening, answer one. A refused step comes
//! back on the page it was taken on, with what was typed.

use axum::response::IntoResponse;

use crate::gates::meetings::actions as meetings;
use crate::gates::meetings::forms::parse_day;
use crate::gates::model::{Choice, Refusal};
use crate::gates::queries::Review;
use crate::gates::rows::{Arranging, Attending, Chairing, Judging, directs, doing};
use crate::gates::scoring::actions as scoring;
use crate::gates::verdict::forms::StepForm;
use crate::gates::verdict::{actions, queries};
use crate::gates::{meeting_path, review_path};
use crate::kernel::Text;
use crate::web::{Acting, Cx, Outcome, PageError, Redirected, Said, Submitted, Visible};

use super::review::refused;

pub async fn vote(cx: Cx, review: Acting<Judging>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let Some(choice) = Choice::from_code(&form.choice) else {
        let said = Said::new("投票先を選んでください。", "Choose what you vote for.");
        return refused(&cx, &review, form, "choice", said).await;
    };
    let said = cx.l.t(
        "投票しました。決定までは変更できます。",
        "Your vote is recorded; it can be changed until the decision.",
    );
    match actions::vote(&doing(&cx), &review, choice).await? {
        Ok(()) => back(&review, "vote", said),
        Err(refusal) => refused(&cx, &review, form, "choice", refusal.said()).await,
    }
}

pub async fn wait(cx: Cx, review: Acting<Chairing>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let Ok(what) = Text::<500>::parse(&form.waiting_for) else {
        let said = Said::new(
            "待っている資料を500文字以内で入力してください。",
            "Say in at most 500 characters what is waited for.",
        );
        return refused(&cx, &review, form, "waiting_for", said).await;
    };
    let until = match form.waiting_until.trim() {
        "" => None,
        day => match parse_day(day) {
            Ok(day) if day <= cx.today() => {
                let said = Said::new(
                    "見込みは明日以後の日付にしてください。",
                    "The evidence is expected on a day to come.",
                );
                return refused(&cx, &review, form, "waiting_until", said).await;
            }
            Ok(day) => Some(day),
            Err(said) => return refused(&cx, &review, form, "waiting_until", said).await,
        },
    };
    match actions::wait(&doing(&cx), &review, what.as_str(), until).await? {
        Ok(()) => {
            back(&review, "decision", cx.l.t("外部資料待ちとしました。", "The item waits for evidence."))
        }
        Err(refusal) => refused(&cx, &review, form, "waiting_for", refusal.said()).await,
    }
}

pub async fn advise(cx: Cx, review: Acting<Attending>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let body = match Text::<4000>::parse(&form.body) {
        Ok(body) => body,
        Err(error) => return refused(&cx, &review, form, "body", error.into()).await,
    };
    match scoring::advise(&doing(&cx), &review, body.as_str()).await? {
        Ok(()) => back(&review, "advice", cx.l.t("助言を記録しました。", "Your advice is recorded.")),
        Err(refusal) => refused(&cx, &review, form, "body", refusal.said()).await,
    }
}

/// Takes the item off the run list; it stays on record with its reason.
pub async fn withdraw(cx: Cx, review: Acting<Arranging>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let Ok(reason) = Text::<500>::parse(&form.withdrawal) else {
        let said = Said::new(
            "取り下げる理由を500文字以内で入力してください。",
            "Give the reason in at most 500 characters.",
        );
        return refused(&cx, &review, form, "withdrawal", said).await;
    };
    match meetings::withdraw_item(&doing(&cx), &review, reason.as_str()).await? {
        Ok(()) => Ok(Redirected::to(meeting_path(review.meeting_id))
            .saying(cx.l.t("議題を取り下げました。", "The item is withdrawn."))
            .into_response()),
        Err(refusal) => refused(&cx, &review, form, "withdrawal", refusal.said()).await,
    }
}

pub async fn ask_reopening(cx: Cx, review: Visible<Review>, Submitted(form): Submitted<StepForm>) -> Outcome {
    if !review.chairs && !review.manages && !cx.viewer.rights.may_edit(review.program_id) {
        return Err(PageError::Forbidden(Said::new(
            "再審議を申請できるのは、委員長と担当の事業課・PS・POだけです。",
            "Only the chair and the division, PS and PO of the task ask for a reopening.",
        )));
    }
    let reason = match Text::<2000>::parse(&form.reason) {
        Ok(reason) => reason,
        Err(error) => return refused(&cx, &review, form, "reason", error.into()).await,
    };
    let Some(decision) = queries::decision(cx.pool(), review.id).await? else {
        return refused(&cx, &review, form, "reason", Refusal::NotNow.said()).await;
    };
    let said = cx.l.t("再審議を申請しました。PDの承認を待ちます。", "Asked for; the PD decides.");
    match actions::ask_reopening(&doing(&cx), &review, decision.id, reason.as_str()).await? {
        Ok(()) => back(&review, "reopening", said),
        Err(refusal) => refused(&cx, &review, form, "reason", refusal.said()).await,
    }
}

pub async fn answer_reopening(
    cx: Cx,
    review: Visible<Review>,
    Submitted(form): Submitted<StepForm>,
) -> Outcome {
    if !directs(&cx, &review) {
        return Err(PageError::Forbidden(Said::new(
            "再審議を承認できるのは、この課題のプロジェクトのPDだけです。",
            "Only the PD of the task's project approves a reopening.",
        )));
    }
    let answer = match Text::<2000>::parse(&form.answer) {
        Ok(answer) => answer,
        Err(error) => return refused(&cx, &review, form, "answer", error.into()).await,
    };
    let approved = match form.approved.as_str() {
        "yes" => true,
        "no" => false,
        _ => {
            let said = Said::new("承認か却下を選んでください。", "Approve or refuse.");
            return refused(&cx, &review, form, "answer", said).await;
        }
    };
    match actions::answer_reopening(&doing(&cx), &review, approved, answer.as_str()).await? {
        Ok(()) => back(&review, "reopening", cx.l.t("回答を記録しました。", "Your answer is recorded.")),
        Err(refusal) => refused(&cx, &review, form, "answer", refusal.said()).await,
    }
}

fn back(review: &Review, part: &str, said: &str) -> Outcome {
    Ok(Redirected::to(format!("{}#{part}", review_path(review.id))).saying(said).into_response())
}
