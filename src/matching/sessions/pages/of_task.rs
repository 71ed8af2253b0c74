//! The sessions of one task, for its own page.

use crate::kernel::TaskId;
use crate::matching::consent::{Agreement, queries};
use crate::matching::sessions::model::State;
use crate::matching::sessions::routes::step_path;
use crate::portfolio::catalogue::Catalogue;
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::{Access, Cx};

/// A session in which the task stands.
pub struct OfTask {
    pub session: String,
    pub href: String,
    pub state: &'static str,
    pub shortlisted: i64,
    /// Where its agreement stands, with the receiving program; empty before one is proposed.
    pub agreement: &'static str,
    pub tone: &'static str,
    pub program: String,
    pub next_href: String,
}

/// The sessions of a task for those inside the agency who have no conflict of interest with it.
pub async fn of_task(cx: &Cx, c: &Catalogue, task: &TaskRecord) -> sqlx::Result<Vec<OfTask>> {
    if !task.elsewhere.sessions || !Access::STAFF.admits(&cx.viewer) {
        return Ok(Vec::new());
    }
    let l = cx.l;
    let task = task.id;
    let rows = queries::of_task(cx.pool(), task, cx.viewer.id).await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let agreement = r.state.as_deref().and_then(Agreement::from_code);
            let state = State::from_code(&r.session_state);
            let page =
                if state > Some(State::Eligible) { format!("tasks/{task}") } else { "tasks".to_owned() };
            OfTask {
                href: step_path(r.session_id, &page),
                session: r.session,
                state: state.map(|s| s.name(l)).unwrap_or_default(),
                shortlisted: r.shortlisted,
                agreement: agreement.map(|a| a.name(l)).unwrap_or_default(),
                tone: agreement.map_or("quiet", Agreement::tone),
                program: r
                    .program_id
                    .and_then(|id| c.program(id))
                    .map(|p| p.name(l).to_owned())
                    .unwrap_or_default(),
                next_href: r.successor_id.map(|id| task_path(TaskId(id))).unwrap_or_default(),
            }
        })
        .collect())
}
