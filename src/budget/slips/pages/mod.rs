//! Pages of slips: the list, the form, one slip with its steps.

mod index;
mod new;
mod show;

use axum::response::IntoResponse;

use crate::budget::positions::words;
use crate::budget::sheets;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::Catalogue;
use crate::web::view::Choice;
use crate::web::{Cx, Outcome, Redirected, Scoped};

use super::model::{Slip, SlipId};
use super::queries::{self, Wanted};
use super::routes;

pub use index::{file, index};
pub use new::{Lines, create, new};
pub use show::{apply, approve, reject, show, take_back, withdraw};

impl Scoped for Slip {
    type Id = SlipId;

    async fn find(cx: &Cx, id: SlipId) -> anyhow::Result<Option<Self>> {
        Ok(queries::slips(cx.pool(), Wanted { id: Some(id), ..Wanted::default() }, 1).await?.pop())
    }
}

/// A slip as a line of a table.
pub struct SlipRow {
    pub href: String,
    pub name: String,
    pub kind: &'static str,
    pub from: String,
    pub to: String,
    pub amount: Yen,
    pub reason: String,
    pub proposer: String,
    pub at: chrono::DateTime<chrono::Utc>,
    pub state: &'static str,
    pub tone: &'static str,
}

impl SlipRow {
    pub fn of(cx: &Cx, catalogue: &Catalogue, s: &Slip) -> Self {
        let l = cx.l;
        Self {
            href: routes::slip(s.id),
            name: s.name(),
            kind: s.kind.name(l),
            from: words::place(l, catalogue, &s.from),
            to: words::place(l, catalogue, &s.to),
            amount: s.amount,
            reason: s.reason.clone(),
            proposer: s.proposed.by.name(l).to_owned(),
            at: s.proposed.at,
            state: s.state.name(l),
            tone: s.state.tone(),
        }
    }
}

/// The page of the slip that a form's key led to, also on its second click.
async fn landed(cx: &Cx, key: &str, id: SlipId, sentence: &str) -> Outcome {
    let location = crate::db::submissions::location_of(cx.pool(), key, cx.actor().id).await?;
    Ok(Redirected::to(location.unwrap_or_else(|| routes::slip(id))).saying(sentence).into_response())
}

fn year_choices(cx: &Cx, years: &[FiscalYear], chosen: Option<FiscalYear>) -> Vec<Choice> {
    years.iter().map(|y| Choice::new(y.short(), sheets::year_text(cx, *y), Some(*y) == chosen)).collect()
}
