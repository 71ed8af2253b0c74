//! The pages of versions: the list, one version with its lines, where an amount came from, stages and years side by side.

mod export;
mod index;
mod origin;
mod show;
mod side_by_side;

use crate::kernel::{BudgetVersionId, Said};
use crate::web::scoped::Scoped;
use crate::web::{Cx, Page, Section};

use super::model::Version;
use super::queries;

pub use export::export;
pub use index::index;
pub use origin::origin;
pub use show::{reverse, show};
pub use side_by_side::{stages, years};

impl Scoped for Version {
    type Id = BudgetVersionId;

    /// Everybody who may open the pages of the budget may know every version that was applied.
    async fn find(cx: &Cx, id: BudgetVersionId) -> anyhow::Result<Option<Self>> {
        Ok(queries::version(cx.pool(), id).await?.filter(|v| v.applied_at.is_some()))
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!cx.viewer.is_administrator()).then(|| {
            Said::new("予算版を取り消せるのは管理者だけです。", "Only administrators take a version back.")
        })
    }
}

fn frame(cx: &Cx, title: impl Into<String>) -> Page {
    cx.page(Section::Budget, title).crumb(cx.l.t("予算", "Budget"), "/budget/versions")
}
