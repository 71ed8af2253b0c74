//! Gates on the page of a task: what was decided, what is on an agenda.

mod queries;

use crate::kernel::Language;
use crate::kernel::clock::today_in_japan;
use crate::portfolio::tasks::record::TaskRecord;
use crate::web::Cx;

use super::model::ReviewState;
use super::rows::asker;

/// A review of the task, as far as the viewer may know it.
pub struct GateLine {
    pub template: String,
    pub meeting: String,
    pub on: String,
    pub state: &'static str,
    pub tone: &'static str,
    pub statement: String,
    pub note: String,
    /// The review's page, where the viewer may open it.
    pub href: Option<String>,
}

/// Decisions for everybody who sees the task, agendas for those entitled; nothing to whoever is in conflict with it.
pub async fn lines(cx: &Cx, task: &TaskRecord) -> sqlx::Result<Vec<GateLine>> {
    if !task.elsewhere.gates {
        return Ok(Vec::new());
    }
    let rows = queries::of_task(cx.pool(), task.id, asker(cx)).await?;
    Ok(rows.into_iter().map(|r| line(cx.l, r)).collect())
}

fn line(l: Language, r: queries::GateRow) -> GateLine {
    let (word, tone) = match r.outcome {
        Some(o) => (o.name(l), o.tone()),
        None => (r.state.name(l), r.state.tone()),
    };
    let mut notes = Vec::new();
    if r.is_superseded {
        notes.push(l.t("再審議により失効", "Superseded").to_owned());
    }
    if r.open_conditions > 0 {
        notes.push(if l.is_ja() {
            format!("未了の条件 {}件", r.open_conditions)
        } else {
            format!("{} open conditions", r.open_conditions)
        });
    }
    if r.state == ReviewState::Waiting {
        notes.push(r.waiting_for.unwrap_or_default());
    }
    GateLine {
        template: l.t(&r.template_ja, &r.template_en).to_owned(),
        meeting: l.name(&r.meeting_ja, r.meeting_en.as_deref()).to_owned(),
        on: today_in_japan(r.decided_at.unwrap_or(r.held_at)).to_string(),
        state: word,
        tone,
        statement: r.statement.unwrap_or_default(),
        note: notes.join(l.t("、", ", ")),
        href: r.entitled.then(|| format!("/gates/reviews/{}", r.id)),
    }
}
