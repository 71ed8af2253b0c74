//! The order and the minutes of a run list.

use axum::response::IntoResponse;

use crate::gates::item_path;
use crate::gates::meetings::forms::{ItemForm, parse_minutes};
use crate::gates::meetings::{actions, queries};
use crate::gates::queries::{Meeting, Review};
use crate::gates::rows::{Arranging, asker, doing};
use crate::web::{Acting, Cx, Outcome, Redirected, Said, Submitted, Visible, render_invalid};

use super::show::{Typed, page};

/// Moves an item among those that its mover sees: `up`, `down`, or a number of the run list.
pub async fn place(cx: Cx, review: Acting<Arranging>, Submitted(form): Submitted<ItemForm>) -> Outcome {
    let shown = queries::neighbours(cx.pool(), review.meeting_id, asker(&cx)).await?;
    let here = shown.iter().position(|id| *id == review.id.0);
    let to = match (form.to.as_str(), here) {
        ("up", Some(here)) => here.saturating_sub(1),
        ("down", Some(here)) => here + 1,
        (number, _) => match number_of(number) {
            Ok(number) => number.saturating_sub(1),
            Err(said) => return refused(&cx, &review, "", said).await,
        },
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
    let minutes = match parse_minutes(&form.minutes) {
        Ok(minutes) => minutes,
        Err(said) => return refused(&cx, &review, &form.minutes, said).await,
    };
    actions::set_minutes(&doing(&cx), &review, minutes).await?;
    Ok(Redirected::to(item_path(review.meeting_id, review.id)).into_response())
}

/// The run list with what was typed at the item, and why it was not taken.
async fn refused(cx: &Cx, review: &Review, minutes: &str, said: Said) -> Outcome {
    let meeting = Visible::<Meeting>::find(cx, review.meeting_id).await?.into_inner();
    let typed = Typed::at(review, minutes, said, cx.l);
    render_invalid(&page(cx, meeting, typed).await?)
}
