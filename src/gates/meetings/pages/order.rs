//! The order and the minutes of a run list.

use axum::response::IntoResponse;

use crate::gates::meetings::forms::{ItemForm, parse_minutes};
use crate::gates::meetings::{actions, queries};
use crate::gates::rows::{Arranging, asker, doing};
use crate::gates::{item_path, meeting_path};
use crate::kernel::Text;
use crate::web::{Acting, Cx, Outcome, PageError, Redirected, Said, Submitted};

/// Moves an item among those that its mover sees: `up`, `down`, or a number of the run list.
pub async fn place(cx: Cx, review: Acting<Arranging>, Submitted(form): Submitted<ItemForm>) -> Outcome {
    let shown = queries::neighbours(cx.pool(), review.meeting_id, asker(&cx)).await?;
    let here = shown.iter().position(|id| *id == review.id.0);
    let to = match (form.to.as_str(), here) {
        ("up", Some(here)) => here.saturating_sub(1),
        ("down", Some(here)) => here + 1,
        (number, _) => number_of(number).map_err(PageError::Refused)?.saturating_sub(1),
    };
    if let Some(to) = shown.get(to.min(shown.len().saturating_sub(1))) {
        actions::move_item(&doing(&cx), &review, (*to).into()).await?;
    }
    Ok(Redirected::to(item_path(review.meeting_id, review.id)).into_response())
}

fn number_of(typed: &str) -> Result<usize, Said> {
    crate::kernel::text::nfkc(typed.trim())
        .parse()
        .map_err(|_| Said::new("何番目に移すかを数字で入力してください。", "Enter the place as a number."))
}

pub async fn minutes(cx: Cx, review: Acting<Arranging>, Submitted(form): Submitted<ItemForm>) -> Outcome {
    let minutes = parse_minutes(&form.minutes).map_err(PageError::Refused)?;
    actions::set_minutes(&doing(&cx), &review, minutes).await?;
    Ok(Redirected::to(item_path(review.meeting_id, review.id)).into_response())
}

pub async fn withdraw(cx: Cx, review: Acting<Arranging>, Submitted(form): Submitted<ItemForm>) -> Outcome {
    let reason = Text::<500>::parse(&form.reason).map_err(|_| {
        PageError::Refused(Said::new("取り下げる理由を入力してください。", "Give the reason."))
    })?;
    match actions::withdraw_item(&doing(&cx), &review, reason.as_str()).await? {
        Ok(()) => Ok(Redirected::to(meeting_path(review.meeting_id))
            .saying(cx.l.t("議題を取り下げました。", "The item is withdrawn."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}
