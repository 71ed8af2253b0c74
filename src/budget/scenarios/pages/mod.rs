//! Pages of scenarios: the list, one scenario, several side by side.

pub mod comparison;
pub mod index;
pub mod record;

use crate::budget::positions::words;
use crate::budget::sheets;
use crate::web::{Cx, Scoped};

use super::model::{Scenario, ScenarioId};
use super::queries;

impl Scoped for Scenario {
    type Id = ScenarioId;

    async fn find(cx: &Cx, id: ScenarioId) -> anyhow::Result<Option<Self>> {
        Ok(queries::scenarios(cx.pool(), Some(&[id.0]), 1).await?.pop())
    }

    fn refusal(&self, cx: &Cx) -> Option<crate::kernel::Said> {
        self.change_refusal(&cx.viewer)
    }
}

/// 令和8年度 当初 第2版.
fn base(cx: &Cx, s: &Scenario) -> String {
    let stage = words::stage(cx.l, s.stage, s.round);
    let year = sheets::year_text(cx, s.year);
    if cx.l.is_ja() {
        format!("{year} {stage} 第{}版", s.version_number)
    } else {
        format!("{year} {stage} version {}", s.version_number)
    }
}
