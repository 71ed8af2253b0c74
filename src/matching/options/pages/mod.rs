//! Pages of pairing options: what their lists, records and books share.

mod book;
mod index;
mod offer;
mod show;

use uuid::Uuid;

use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{Catalogue, Program};
use crate::web::{Cx, Language, PageError, Said, Scoped};

use crate::matching::options::model::{Side, Step};
use crate::matching::options::queries::{self, OptionRow, Wanted};
use crate::matching::options::routes::option_path;

pub use book::{book, set_book};
pub use index::index;
pub use offer::{new, offer};
pub use show::{show, step};

/// An option in a list.
pub struct Row {
    pub href: String,
    pub number: String,
    pub title: String,
    pub from: String,
    pub to: String,
    pub year: FiscalYear,
    pub yen: Yen,
    pub state: &'static str,
    pub tone: &'static str,
    pub decide_by: chrono::NaiveDate,
    pub overdue: bool,
    pub waits: bool,
}

/// Per cent with one decimal.
pub fn percent(p: f64) -> String {
    format!("{:.1}%", p * 100.0)
}

fn find_program<'c>(c: &'c Catalogue, code: &str) -> Result<Option<&'c Program>, PageError> {
    match code {
        "" => Ok(None),
        code => Ok(Some(c.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?)),
    }
}

/// An option as its row; the title of a task that the viewer may not know stays hidden.
pub fn row(o: &OptionRow, cx: &Cx, c: &Catalogue) -> Row {
    let l = cx.l;
    let name = |id: Uuid| c.program(id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let state = o.state();
    Row {
        href: option_path(o.id),
        number: if o.task_visible { o.task_number.clone().unwrap_or_default() } else { String::new() },
        title: title(o, l),
        from: name(o.task_program),
        to: name(o.program_id),
        year: o.fiscal_year,
        yen: o.reserved_yen,
        state: state.name(l),
        tone: state.tone(),
        decide_by: o.decide_by,
        overdue: state.is_alive() && o.decide_by < cx.today(),
        waits: waits(o, cx),
    }
}

/// It is on the viewer to take it further; confirming is, once the stage ends within 60 days.
fn waits(o: &OptionRow, cx: &Cx) -> bool {
    let soon = o.stage_ends_on <= cx.today() + chrono::Days::new(60);
    let due = |step: &Step| match step {
        Step::Release | Step::Expire => false,
        Step::Confirm => soon,
        Step::Hold | Step::Exercise => true,
    };
    o.decide_by >= cx.today()
        && o.state().steps().into_iter().any(|s| due(&s) && may_step(o, s, cx).is_none())
}

fn title(o: &OptionRow, l: Language) -> String {
    if o.task_visible {
        l.name(&o.task_ja, o.task_en.as_deref()).to_owned()
    } else {
        l.t("（公表前の課題）", "(a task not yet public)").to_owned()
    }
}

/// Why the viewer cannot take a step, or nothing.
fn may_step(o: &OptionRow, step: Step, cx: &Cx) -> Option<Said> {
    let rights = &cx.viewer.rights;
    let (upstream, receiving) = (rights.may_edit(o.task_program), rights.may_edit(o.program_id));
    let may = match step.side() {
        Side::Upstream => upstream,
        Side::Receiving => receiving,
        Side::Either => upstream || receiving,
    };
    let early = step == Step::Expire && o.decide_by >= cx.today();
    if early {
        return Some(crate::matching::options::model::Refusal::NotYet.said());
    }
    (!may).then(|| {
        Said::new(
            "この操作は、受入事業または課題の事業を担当する人だけができます。",
            "Only those in charge of the receiving program or of the task's program do this.",
        )
    })
}

impl Scoped for OptionRow {
    type Id = Uuid;

    async fn find(cx: &Cx, id: Uuid) -> anyhow::Result<Option<Self>> {
        let wanted = Wanted { id: Some(id), ..Wanted::default() };
        Ok(queries::options(cx.pool(), &cx.viewer, &wanted).await?.into_iter().next())
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        let rights = &cx.viewer.rights;
        (!rights.may_edit(self.task_program) && !rights.may_edit(self.program_id)).then(|| {
            Said::new(
                "この枠は、受入事業または課題の事業を担当する人だけが変更できます。",
                "Only those in charge of the receiving program or of the task's program change this option.",
            )
        })
    }
}
