//! The order and the minutes of a run list.

use axum::response::IntoResponse;

use crate::gates::meetings::actions;
use crate::gates::meetings::forms::{ItemForm, parse_minutes};
use crate::gates::rows::{Arranging, doing};
use crate::gates::{item_path, meeting_path};
use crate::kernel::Text;
use crate::web::{Acting, Cx, Outcome, PageError, Redirected, Said, Submitted};

/// Moves an item: `up`, `down`, or a place counted from 1.
pub async fn place(cx: Cx, review: Acting<Arranging>, Submitted(form): Submitted<ItemForm>) -> Outcome {
    let to = match form.to.as_str() {
        "up" => review.position - 1,
        "down" => review.position + 1,
        number => crate::kernel::text::nfkc(number.trim()).parse().map_err(|_| {
            PageError::Refused(Said::new(
                "何番目に移すかを数字で入力してください。",
                "Enter the place as a number.",
            ))
        })?,
    };
    actions::move_item(&doing(&cx), &review, to.max(1)).await?;
    Ok(Redirected::to(item_path(review.meeting_id, review.id)).into_response())
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
