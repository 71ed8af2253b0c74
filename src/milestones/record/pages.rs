//! The page of a milestone with everything that can be done to it, and the forms that make and edit one.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::accounts::{Role, Viewer};
use crate::kernel::{Language, Said, TaskId};
use crate::milestones::evidence::model::{ACCEPTED, Attached, NewEvidence};
use crate::milestones::evidence::{self, Evidence, EvidenceForm};
use crate::milestones::forecast::{self, Sample};
use crate::milestones::ledger::model::milestone_name;
use crate::milestones::ledger::{self, Filter, Line};
use crate::milestones::routes::task_milestones_path;
use crate::milestones::types::{self, Types};
use crate::milestones::{MilestoneId, Move, Reason, State};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Access, Acting, Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted,
    Visible, render, render_invalid,
};

use super::actions::{self, NotDone, Wish};
use super::forms::{self, MilestoneForm, MoveForm};
use super::milestone_path;
use super::model::{Graph, Milestone, Node, OwnerId, Shown};
use super::queries::{self, NewMilestone, OwnerChoice};

/// Those who change milestones.
pub fn not_yours() -> Said {
    Said::new(
        "このマイルストーンを変更できるのは、事業の担当者と戦略策定・実施ユニットです。",
        "Only the people in charge of the program and the strategy unit may change this milestone.",
    )
}

impl Scoped for Milestone {
    type Id = MilestoneId;

    async fn find(cx: &Cx, id: MilestoneId) -> anyhow::Result<Option<Self>> {
        Ok(queries::milestone(cx.pool(), id, &cx.viewer.rights).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!cx.viewer.rights.may_edit(self.task.program_id)).then(not_yours)
    }
}

/// PS and PO of the program accept.
fn may_accept(viewer: &Viewer, m: &Milestone) -> bool {
    viewer.rights.roles.iter().any(|r| {
        matches!(r.role, Role::ProgramSupervisor | Role::ProgramOfficer)
            && r.program_id == Some(m.task.program_id)
    })
}

fn may_edit(cx: &Cx, m: &Milestone) -> bool {
    cx.viewer.rights.may_edit(m.task.program_id)
        && matches!(Access::KEEPERS, Access::Roles(roles) if cx.viewer.holds(roles))
}

/// A form of the page that was refused: which one, what was typed, what is wrong.
#[derive(Default)]
pub struct Failed {
    which: &'static str,
    form: MoveForm,
    evidence: EvidenceForm,
    errors: FieldErrors,
}

impl Failed {
    fn of(which: &'static str, form: MoveForm, errors: FieldErrors) -> Self {
        Self { which, form, errors, evidence: EvidenceForm::default() }
    }

    pub fn evidence(evidence: EvidenceForm, errors: FieldErrors) -> Self {
        Self { which: "evidence", evidence, errors, form: MoveForm::default() }
    }
}

#[derive(Template)]
#[template(path = "milestones/show.html")]
struct ShowPage {
    page: Page,
    m: Milestone,
    name: String,
    word: String,
    tone: &'static str,
    number: String,
    task_title: String,
    task_href: String,
    program: String,
    owner: String,
    slip: String,
    expected: Option<ExpectedView>,
    blocked: Option<Linked>,
    forecasts: Vec<ForecastView>,
    evidence: Vec<EvidenceView>,
    needs: Vec<WaitRow>,
    waiting: Vec<WaitRow>,
    lines: Vec<Line>,
    ledger_href: String,
    can_edit: bool,
    can_accept: bool,
    is_planned: bool,
    is_reported: bool,
    is_own_report: bool,
    can_reopen: bool,
    failed: Failed,
    /// The form that was refused is not on the page as it stands now: its errors come first.
    is_refused_as_a_whole: bool,
    due_reasons: Vec<Choice>,
    close_reasons: Vec<Choice>,
    reopen_reasons: Vec<Choice>,
    close_states: Vec<Choice>,
    sought: String,
    candidates: Vec<Choice>,
    accepted_files: &'static str,
}

struct Linked {
    name: String,
    note: String,
    href: String,
}

struct ExpectedView {
    on: NaiveDate,
    days: i64,
    because: Option<Linked>,
}

struct ForecastView {
    of: String,
    line: String,
    is_enough: bool,
    median: NaiveDate,
    late: NaiveDate,
}

struct EvidenceView {
    id: uuid::Uuid,
    body: String,
    url: Option<String>,
    file: Option<(String, String)>,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
    withdrawn_at: Option<chrono::DateTime<chrono::Utc>>,
    can_withdraw: bool,
}

/// A milestone that this one waits for, or that waits for this one.
struct WaitRow {
    id: uuid::Uuid,
    to: Linked,
    due_on: NaiveDate,
    expected: Option<NaiveDate>,
    word: String,
    tone: &'static str,
    /// What the wait means today, in words.
    effect: String,
    is_late: bool,
}

/// What the page may be asked: words by which another milestone to wait for is sought.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SeekQuery {
    find: String,
}

pub async fn show(cx: Cx, m: Visible<Milestone>, Asked(query): Asked<SeekQuery>) -> Outcome {
    let failed = Failed {
        form: MoveForm {
            due_on: m.due_on.to_string(),
            met_on: cx.today().to_string(),
            ..MoveForm::default()
        },
        ..Failed::default()
    };
    render(&show_page(&cx, m.into_inner(), failed, &query.find).await?)
}

/// The page again with the form that was refused.
pub async fn show_failed(cx: &Cx, m: Milestone, failed: Failed) -> Outcome {
    let mut response: Response = render(&show_page(cx, m, failed, "").await?)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn show_page(cx: &Cx, m: Milestone, failed: Failed, sought: &str) -> Result<ShowPage, PageError> {
    let l = cx.l;
    let (c, types) = (catalogue::of(cx).await?, types::of(cx).await?);
    let (pool, rights) = (cx.pool(), &cx.viewer.rights);
    let graph = queries::graph(pool, &[m.id], rights, true).await?;
    let plan = graph.plan(cx.today());
    let view = View { cx, types: &types, c: &c, graph: &graph, plan: &plan };
    let evidence = if m.in_scope { evidence::of_milestone(pool, m.id.into()).await? } else { Vec::new() };
    let filter = Filter { milestone: Some(m.id), ..Filter::default() };
    let lines = ledger::queries::entries(pool, &filter, rights, 100).await?;
    let forecast = forecast::of_types(pool, rights, &[m.type_id]).await?;
    let can_edit = may_edit(cx, &m);
    let is_planned = m.state == State::Planned;
    let sought = sought.trim().chars().take(60).collect::<String>();
    let candidates = if can_edit && is_planned {
        let folded = crate::kernel::text::fold(&sought);
        queries::candidates(pool, &m, &folded, rights).await?
    } else {
        Vec::new()
    };
    let settled = plan.of(m.id);
    let shown = Shown::of(
        m.state,
        m.due_on,
        m.reported_on.filter(|_| is_planned),
        cx.today(),
        settled.and_then(Result::ok).map(|e| e.on),
        matches!(settled, Some(Err(_))),
    );
    let name = milestone_name(&types, m.type_id, m.detail.as_deref(), l);
    let slipped = (m.due_on - m.first_due_on).num_days();
    let can_accept = may_accept(&cx.viewer, &m) && m.waits_for_acceptance();
    let can_reopen = can_edit && matches!(m.state, State::Missed | State::Dropped);
    let is_on_page = match failed.which {
        "due" | "report" | "close" => can_edit && is_planned && !m.waits_for_acceptance(),
        "accept" | "return" => can_accept,
        "wait" | "evidence" => can_edit && is_planned,
        "reopen" => can_reopen,
        _ => true,
    };
    Ok(ShowPage {
        is_refused_as_a_whole: !is_on_page,
        word: shown.word(l),
        tone: shown.tone(),
        number: m.task.number.clone().unwrap_or_default(),
        task_title: m.task.title.in_language(l).to_owned(),
        task_href: task_milestones_path(m.task_id.into()),
        program: c.program(m.task.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        owner: m.owner_name.in_language(l).to_owned(),
        slip: if slipped == 0 {
            String::new()
        } else {
            let days = forecast::signed(i32::try_from(slipped).unwrap_or(i32::MAX));
            format!("{days}{}", l.t("日", " days"))
        },
        expected: settled.and_then(Result::ok).filter(|e| is_planned && e.on > m.due_on).map(|e| {
            ExpectedView {
                on: e.on,
                days: (e.on - m.due_on).num_days(),
                because: e.because.and_then(|id| graph.nodes.get(&id)).map(|n| view.linked(n)),
            }
        }),
        blocked: settled
            .and_then(Result::err)
            .filter(|b| is_planned && b.by != m.id)
            .and_then(|b| graph.nodes.get(&b.by))
            .map(|n| view.linked(n)),
        forecasts: forecasts(&view, &m, &forecast),
        evidence: evidence.into_iter().map(|e| evidence_view(e, &m, can_edit, l)).collect(),
        needs: view.needs(&m),
        waiting: view.waiting(&m),
        lines: lines.iter().map(|e| e.line(&types, l)).collect(),
        ledger_href: format!("{}?task={}", ledger::pages::LEDGER, m.task_id),
        can_edit,
        can_accept,
        is_planned,
        is_reported: m.waits_for_acceptance(),
        is_own_report: m.reported_by == Some(cx.viewer.id.0),
        can_reopen,
        due_reasons: reasons(&Reason::OF_DATES, &failed.form.due_reason, l),
        close_reasons: reasons(&Reason::OF_CLOSING, &failed.form.close_reason, l),
        reopen_reasons: reasons(&Reason::OF_REOPENING, &failed.form.reopen_reason, l),
        close_states: [State::Missed, State::Dropped]
            .map(|s| Choice::new(s.code(), s.name(l), s.code() == failed.form.close_state))
            .to_vec(),
        candidates: candidates.iter().map(|n| view.candidate(n, &m, &failed.form.needs)).collect(),
        sought,
        accepted_files: ACCEPTED,
        page: cx
            .page(Section::Milestones, name.clone())
            .crumb(l.t("マイルストーン", "Milestones"), "/milestones")
            .crumb(m.task.title.in_language(l), task_milestones_path(m.task_id.into())),
        name,
        failed,
        m,
    })
}

fn reasons(among: &[Reason], chosen: &str, l: Language) -> Vec<Choice> {
    among.iter().map(|r| Choice::new(r.code(), r.name(l), r.code() == chosen)).collect()
}

fn forecasts(view: &View<'_>, m: &Milestone, forecast: &forecast::Forecast) -> Vec<ForecastView> {
    let l = view.cx.l;
    let modality = m.task.modality_id.and_then(|id| view.c.value(id));
    let of = |s: &Sample| ForecastView {
        of: if s.whole {
            l.t("全モダリティ", "All modalities").to_owned()
        } else {
            modality.map_or(l.t("モダリティ未設定", "No modality"), |v| v.name(l)).to_owned()
        },
        line: s.line(l),
        is_enough: s.is_enough(),
        median: s.dates(m.first_due_on).0,
        late: s.dates(m.first_due_on).1,
    };
    [forecast.of(m.type_id, m.task.modality_id), forecast.whole(m.type_id)]
        .into_iter()
        .flatten()
        .map(of)
        .collect()
}

fn evidence_view(e: Evidence, m: &Milestone, can_edit: bool, l: Language) -> EvidenceView {
    let size = |bytes: i32| {
        if bytes >= 1 << 20 {
            format!("{:.1} MB", f64::from(bytes) / 1_048_576.0)
        } else {
            format!("{} kB", (bytes + 1023) / 1024)
        }
    };
    EvidenceView {
        id: e.id,
        by: l.name(e.added_ja.as_deref().unwrap_or_default(), e.added_en.as_deref()).to_owned(),
        body: e.body,
        url: e.url,
        file: e.file_name.zip(e.file_size.map(size)),
        at: e.added_at,
        withdrawn_at: e.withdrawn_at,
        can_withdraw: can_edit && m.state != State::Met && e.withdrawn_at.is_none(),
    }
}

struct View<'a> {
    cx: &'a Cx,
    types: &'a Types,
    c: &'a Catalogue,
    graph: &'a Graph,
    plan: &'a crate::milestones::Plan,
}

impl View<'_> {
    fn linked(&self, n: &Node) -> Linked {
        let l = self.cx.l;
        Linked {
            name: milestone_name(self.types, n.type_id, n.detail.as_deref(), l),
            note: n.title.in_language(l).to_owned(),
            href: milestone_path(n.id.into()),
        }
    }

    fn row(&self, n: &Node, effect: String, is_late: bool) -> WaitRow {
        let settled = self.plan.of(n.id);
        let shown = Shown::of(
            n.state,
            n.due_on,
            n.reported_on.filter(|_| n.state == State::Planned),
            self.cx.today(),
            settled.and_then(Result::ok).map(|e| e.on),
            matches!(settled, Some(Err(b)) if b.by != n.id),
        );
        WaitRow {
            id: n.id,
            to: self.linked(n),
            due_on: n.due_on,
            expected: n.met_on.or_else(|| self.plan.day(n.id)),
            word: shown.word(self.cx.l),
            tone: shown.tone(),
            effect,
            is_late,
        }
    }

    /// What this milestone waits for: by how much each moved since, and the time that is left.
    fn needs(&self, m: &Milestone) -> Vec<WaitRow> {
        let l = self.cx.l;
        let mut rows: Vec<WaitRow> = self
            .graph
            .needs(m.id)
            .map(|(wait, n)| {
                let slip = self.graph.slip_of(wait, self.plan);
                let free =
                    self.plan.day(n.id).map(|on| on + chrono::Duration::days(i64::from(wait.lag_days)));
                let slack = free.map(|on| (m.due_on - on).num_days());
                let effect = effect(l, n.state, slip, slack, wait.lag_days);
                let gone = matches!(n.state, State::Missed | State::Dropped);
                self.row(n, effect, gone || slack.is_some_and(|days| days < 0))
            })
            .collect();
        rows.sort_by_key(|r| (r.due_on, r.id));
        rows
    }

    /// Everything that waits for this milestone, and what its slip does to each.
    fn waiting(&self, m: &Milestone) -> Vec<WaitRow> {
        let l = self.cx.l;
        self.graph
            .waiting(m.id)
            .into_iter()
            .map(|n| {
                let pushed = self.plan.day(n.id).map_or(0, |on| (on - n.due_on).num_days());
                let direct = self.graph.waits.iter().find(|w| w.id == n.id && w.needs == m.id);
                let slip = direct.map_or(0, |w| self.graph.slip_of(w, self.plan));
                let effect = match (n.state, pushed > 0, slip > 0) {
                    (State::Planned, true, _) => match l {
                        Language::Ja => format!("期日に{pushed}日遅れる見込み"),
                        Language::En => format!("expected {pushed} days late"),
                    },
                    (State::Planned, false, true) => match l {
                        Language::Ja => format!("先行が{slip}日遅れているが、期日には間に合う見込み"),
                        Language::En => format!("{slip} days slipped before it; still in time"),
                    },
                    _ => String::new(),
                };
                self.row(n, effect, n.state == State::Planned && pushed > 0)
            })
            .collect()
    }

    fn candidate(&self, n: &Node, m: &Milestone, chosen: &str) -> Choice {
        let l = self.cx.l;
        let name = milestone_name(self.types, n.type_id, n.detail.as_deref(), l);
        let task = if n.task_id == m.task_id {
            String::new()
        } else {
            let program = self.c.program(n.program_id).map(|p| p.code.as_str()).unwrap_or_default();
            format!("　{program} {}", n.title.in_language(l))
        };
        let id = n.id.to_string();
        Choice::new(&id, format!("{} {name}{task}", n.due_on), id == chosen)
    }
}

/// A slip before a milestone and the time left, in words.
fn effect(l: Language, state: State, slip: i64, slack: Option<i64>, lag: i16) -> String {
    let between = match (lag, l) {
        (0, _) => String::new(),
        (days, Language::Ja) => format!("（間に{days}日必要）"),
        (days, Language::En) => format!(" ({days} days needed between)"),
    };
    let said = match (state, slack, l) {
        (State::Missed | State::Dropped, _, Language::Ja) => {
            "待つ相手がなくなりました。先行を見直してください".to_owned()
        }
        (State::Missed | State::Dropped, _, Language::En) => "it will not come; plan anew".to_owned(),
        (_, None, _) => String::new(),
        (_, Some(slack), Language::Ja) if slack < 0 => {
            format!("合意した期日から{slip}日の遅れ。{}日不足", -slack)
        }
        (_, Some(slack), Language::En) if slack < 0 => format!("slipped {slip} days; {} days short", -slack),
        (_, Some(slack), Language::Ja) if slip > 0 => {
            format!("合意した期日から{slip}日の遅れ。余裕 {slack}日")
        }
        (_, Some(slack), Language::En) if slip > 0 => format!("slipped {slip} days; {slack} days left"),
        (_, Some(slack), Language::Ja) => format!("余裕 {slack}日"),
        (_, Some(slack), Language::En) => format!("{slack} days left"),
    };
    format!("{said}{between}")
}

pub async fn due(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.due(cx.l) {
        Ok((day, reason, remark)) => {
            let wish = Wish { wish: Move::Due(day), reason, remark: remark.as_str(), evidence: None };
            act(
                &cx,
                m.into_inner(),
                "due",
                form.clone(),
                wish,
                cx.l.t("期日を変更しました。", "The due date is changed."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("due", form, errors)).await,
    }
}

pub async fn report(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.report(cx.l) {
        Ok((day, body)) => {
            let evidence = body.map(|body| NewEvidence { body, attached: Attached::Nothing });
            let wish = Wish {
                wish: Move::Report(day),
                reason: Reason::Achieved,
                remark: "",
                evidence: evidence.as_ref(),
            };
            let said = cx.l.t(
                "達成を報告しました。PSまたはPOの確認を待ちます。",
                "Reported as met; it waits for a PS or PO.",
            );
            act(&cx, m.into_inner(), "report", form.clone(), wish, said).await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("report", form, errors)).await,
    }
}

/// Refuses those who are not PS or PO of the milestone's program.
fn accepting(cx: &Cx, m: Visible<Milestone>) -> Result<Milestone, PageError> {
    if may_accept(&cx.viewer, &m) {
        return Ok(m.into_inner());
    }
    Err(PageError::Forbidden(Said::new(
        "達成を確認できるのは、この事業のPSとPOです。",
        "Only a PS or PO of this program accepts milestones as met.",
    )))
}

pub async fn accept(cx: Cx, m: Visible<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let m = accepting(&cx, m)?;
    match form.acceptance(cx.l) {
        Ok(remark) => {
            let plain = m.reported_on.map(|on| on.to_string()).unwrap_or_default();
            let remark = remark.map_or(plain, |r| r.into_string());
            let by = cx.viewer.id.0;
            let wish = Wish {
                wish: Move::Accept { by, evidence: false },
                reason: Reason::Achieved,
                remark: &remark,
                evidence: None,
            };
            act(&cx, m, "accept", form.clone(), wish, cx.l.t("達成を確認しました。", "Accepted as met."))
                .await
        }
        Err(errors) => show_failed(&cx, m, Failed::of("accept", form, errors)).await,
    }
}

pub async fn return_report(cx: Cx, m: Visible<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let m = accepting(&cx, m)?;
    match form.return_(cx.l) {
        Ok(remark) => {
            let wish = Wish {
                wish: Move::Return,
                reason: Reason::Returned,
                remark: remark.as_str(),
                evidence: None,
            };
            act(
                &cx,
                m,
                "return",
                form.clone(),
                wish,
                cx.l.t("達成報告を差し戻しました。", "The report is returned."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m, Failed::of("return", form, errors)).await,
    }
}

pub async fn close(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.closing(cx.l) {
        Ok((state, reason, remark)) => {
            let wish = Wish { wish: Move::Close(state), reason, remark: remark.as_str(), evidence: None };
            act(
                &cx,
                m.into_inner(),
                "close",
                form.clone(),
                wish,
                cx.l.t("状態を変更しました。", "The state is changed."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("close", form, errors)).await,
    }
}

pub async fn reopen(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.reopening(cx.l) {
        Ok((reason, remark)) => {
            let wish = Wish { wish: Move::Reopen, reason, remark: remark.as_str(), evidence: None };
            act(
                &cx,
                m.into_inner(),
                "reopen",
                form.clone(),
                wish,
                cx.l.t("予定に戻しました。", "Planned again."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("reopen", form, errors)).await,
    }
}

/// Field at which a refusal of a form stands.
fn field_of(which: &str) -> &'static str {
    match which {
        "due" => "due_on",
        "report" => "met_on",
        "accept" => "accept_remark",
        "return" => "return_remark",
        "close" => "close_state",
        "wait" => "needs",
        _ => "reopen_reason",
    }
}

async fn act(
    cx: &Cx,
    m: Milestone,
    which: &'static str,
    form: MoveForm,
    wish: Wish<'_>,
    said: &str,
) -> Outcome {
    let id = m.id.into();
    match actions::change(cx.pool(), &cx.actor(), (id, form.version()), wish, &form.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(milestone_path(id)).saying(said).into_response()),
        Err(NotDone::Stale) => Err(PageError::Conflict(Box::new(move_conflict(cx, &m, which, &form)))),
        Err(not) => show_failed(cx, m, Failed::of(which, form, refused(cx.l, which, not))).await,
    }
}

fn refused(l: Language, which: &'static str, not: NotDone) -> FieldErrors {
    let said = match not {
        NotDone::Refused(crate::milestones::Refusal::NoEvidence) if which == "report" => {
            let mut errors = FieldErrors::new();
            errors.add(
                "report_body",
                forms::label_evidence(l),
                crate::milestones::Refusal::NoEvidence.said(),
            );
            return errors;
        }
        NotDone::Refused(refusal) => refusal.said(),
        NotDone::BeforeTask(day) => Said::new(
            format!("課題の開始日（{day}）より前です。開始日以後の日を入力してください。"),
            format!("The task begins on {day}; enter that day or a later one."),
        ),
        NotDone::BeforeNeeded(day) => Said::new(
            format!(
                "先行マイルストーンにより、{day}より前にはできません。先に先行の期日を見直してください。"
            ),
            format!("What it waits for makes {day} the earliest day; move that first."),
        ),
        NotDone::Cycle => Said::new(
            "互いに待ち合うことになります。別のマイルストーンを選んでください。",
            "The two would wait for each other; choose another milestone.",
        ),
        NotDone::NothingToWaitFor | NotDone::Stale => Said::new(
            "待つ相手が見つからないか、未達・取りやめになっています。一覧から選び直してください。",
            "The milestone to wait for is not there or will not come; choose again.",
        ),
    };
    let mut errors = FieldErrors::new();
    let field = field_of(which);
    let label = match field {
        "due_on" => forms::label_due(l),
        "met_on" => forms::label_met(l),
        "close_state" => l.t("状態", "State"),
        "needs" => l.t("先行マイルストーン", "Waits for"),
        "accept_remark" => l.t("達成の確認", "Acceptance"),
        _ => forms::label_reason(l),
    };
    errors.add(field, label, said);
    errors
}

/// Both the present state and what was asked for, with a way to ask again.
fn move_conflict(cx: &Cx, m: &Milestone, which: &'static str, form: &MoveForm) -> Conflict {
    let l = cx.l;
    let field = |label: &str, yours: &str, theirs: &str| ConflictField {
        label: label.to_owned(),
        yours: yours.to_owned(),
        theirs: theirs.to_owned(),
    };
    let state = m.state.name(l);
    let reason = |code: &str| Reason::from_code(code).map(|r| r.name(l)).unwrap_or_default();
    let due = m.due_on.to_string();
    let reported = m.reported_on.map(|d| d.to_string()).unwrap_or_default();
    let (fields, names): (Vec<ConflictField>, Vec<(&str, &String)>) = match which {
        "due" => (
            vec![
                field(forms::label_due(l), &form.due_on, &due),
                field(forms::label_reason(l), reason(&form.due_reason), ""),
                field(forms::label_remark(l), &form.due_remark, ""),
            ],
            vec![
                ("due_on", &form.due_on),
                ("due_reason", &form.due_reason),
                ("due_remark", &form.due_remark),
            ],
        ),
        "report" => (
            vec![
                field(forms::label_met(l), &form.met_on, &reported),
                field(forms::label_evidence(l), &form.report_body, ""),
            ],
            vec![("met_on", &form.met_on), ("report_body", &form.report_body)],
        ),
        "close" => (
            vec![
                field(
                    l.t("状態", "State"),
                    State::from_code(&form.close_state).map(|s| s.name(l)).unwrap_or_default(),
                    state,
                ),
                field(forms::label_remark(l), &form.close_remark, ""),
            ],
            vec![
                ("close_state", &form.close_state),
                ("close_reason", &form.close_reason),
                ("close_remark", &form.close_remark),
            ],
        ),
        "accept" => (
            vec![field(l.t("達成の確認", "Acceptance"), &form.accept_remark, state)],
            vec![("accept_remark", &form.accept_remark)],
        ),
        "return" => (
            vec![field(l.t("差戻しの理由", "Why it is returned"), &form.return_remark, state)],
            vec![("return_remark", &form.return_remark)],
        ),
        _ => (
            vec![field(forms::label_remark(l), &form.reopen_remark, state)],
            vec![("reopen_reason", &form.reopen_reason), ("reopen_remark", &form.reopen_remark)],
        ),
    };
    let mut pairs: Vec<(String, String)> =
        names.into_iter().map(|(n, v)| (n.to_owned(), v.clone())).collect();
    pairs.push(("version".to_owned(), m.version.to_string()));
    pairs.push(("key".to_owned(), uuid::Uuid::new_v4().simple().to_string()));
    let noun = match which {
        "due" => "due",
        "report" => "report",
        "close" => "closing",
        "accept" => "acceptance",
        "return" => "return",
        _ => "reopening",
    };
    let href = milestone_path(m.id.into());
    Conflict { fields, action: format!("{href}/{noun}"), reload_href: href, pairs }
}

pub async fn wait(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let (needs, lag) = match form.wait(cx.l) {
        Ok(parsed) => parsed,
        Err(errors) => return show_failed(&cx, m.into_inner(), Failed::of("wait", form, errors)).await,
    };
    let id = m.id.into();
    match actions::wait(cx.pool(), &cx.actor(), (id, needs), lag, &cx.viewer.rights, cx.now).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#waits", milestone_path(id)))
            .saying(cx.l.t("先行マイルストーンを登録しました。", "It waits for that milestone now."))
            .into_response()),
        Err(not) => {
            show_failed(&cx, m.into_inner(), Failed::of("wait", form, refused(cx.l, "wait", not))).await
        }
    }
}

pub async fn stop_waiting(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let needs: MilestoneId = form.needs.parse().map_err(|_| PageError::NotFound)?;
    let id: MilestoneId = m.id.into();
    actions::stop_waiting(cx.pool(), &cx.actor(), (m.task_id, id, needs), cx.now).await?;
    Ok(Redirected::to(format!("{}#waits", milestone_path(id)))
        .saying(cx.l.t("先行マイルストーンを外しました。", "It no longer waits for that milestone."))
        .into_response())
}

#[derive(Template)]
#[template(path = "milestones/edit.html")]
struct EditPage {
    page: Page,
    action: String,
    back: String,
    input: MilestoneForm,
    errors: FieldErrors,
    types: Vec<Choice>,
    owners: Vec<Choice>,
    is_new: bool,
    period: String,
}

/// What the form of a milestone needs beside what was typed.
pub(super) struct Making<'a> {
    pub cx: &'a Cx,
    pub types: &'a Types,
    pub owners: Vec<OwnerChoice>,
    /// Codes of the approval classes of task and strategy.
    pub classes: Vec<String>,
    pub kept: Option<i16>,
    pub period: (NaiveDate, NaiveDate),
}

impl Making<'_> {
    pub fn owner_ids(&self) -> Vec<OwnerId> {
        self.owners.iter().map(|o| o.id).collect()
    }

    fn types(&self, chosen: &str) -> Vec<Choice> {
        let l = self.cx.l;
        let classes: Vec<&str> = self.classes.iter().map(String::as_str).collect();
        self.types
            .offered(&classes, self.kept)
            .into_iter()
            .map(|t| Choice::new(&t.code, format!("{}　{}", t.set.name(l), t.name(l)), t.code == chosen))
            .collect()
    }

    fn owners(&self, chosen: &str) -> Vec<Choice> {
        let l = self.cx.l;
        let part = |o: &OwnerChoice| match o.part.as_str() {
            "lead" => l.t("研究代表者", "Lead investigator"),
            "co" => l.t("研究分担者", "Co-investigator"),
            role => Role::from_code(role).map(|r| r.name(l)).unwrap_or_default(),
        };
        self.owners
            .iter()
            .map(|o| {
                let code = o.id.code();
                let label =
                    format!("{}{}{}{}", o.name.in_language(l), l.t("（", " ("), part(o), l.t("）", ")"));
                let chosen = code == chosen;
                Choice::new(code, label, chosen)
            })
            .collect()
    }

    fn page(&self, page: Page, input: MilestoneForm, errors: FieldErrors, to: (String, String)) -> EditPage {
        EditPage {
            types: self.types(&input.kind),
            owners: self.owners(&input.owner),
            is_new: input.version.is_empty(),
            period: format!(
                "{}{} – {}",
                self.cx.l.t("課題の期間：", "Period of the task: "),
                self.period.0,
                self.period.1
            ),
            action: to.0,
            back: to.1,
            input,
            errors,
            page,
        }
    }
}

/// The form of a new milestone of a task; `id` names the task.
pub(super) async fn new_page(
    cx: &Cx,
    making: &Making<'_>,
    (id, title): (TaskId, &str),
    input: MilestoneForm,
    errors: FieldErrors,
) -> Outcome {
    let l = cx.l;
    let page = cx
        .page(Section::Tasks, l.t("マイルストーンの追加", "Add a milestone"))
        .crumb(title, task_milestones_path(id));
    let back = task_milestones_path(id);
    let is_wrong = !errors.is_empty();
    let page = making.page(page, input, errors, (back.clone(), back));
    if is_wrong { render_invalid(&page) } else { render(&page) }
}

/// Makes a milestone of what was typed, or shows the form again.
pub(super) async fn create_of(
    cx: &Cx,
    making: &Making<'_>,
    (task, title): (TaskId, &str),
    input: MilestoneForm,
) -> Outcome {
    let (fields, due_on) = match input.parse(cx.l, making.types, &making.owner_ids()) {
        Ok(parsed) => parsed,
        Err(errors) => return new_page(cx, making, (task, title), input, errors).await,
    };
    let milestone = NewMilestone {
        id: MilestoneId::new(),
        task,
        type_id: fields.type_id,
        detail: fields.detail.map(|t| t.into_string()),
        due_on,
        owner: fields.owner,
    };
    match actions::create(cx.pool(), &cx.actor(), &milestone, making.period.0, &input.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(task_milestones_path(task))
            .saying(cx.l.t("マイルストーンを追加しました。", "The milestone is added."))
            .into_response()),
        Err(not) => new_page(cx, making, (task, title), input, refused(cx.l, "due", not)).await,
    }
}

async fn making<'a>(
    cx: &'a Cx,
    m: &Milestone,
    types: &'a Types,
    c: &Catalogue,
) -> Result<Making<'a>, PageError> {
    let mut owners = queries::owners(cx.pool(), m.task_id.into(), cx.today()).await?;
    if !owners.iter().any(|o| o.id == m.owner) {
        owners.push(OwnerChoice { id: m.owner, name: m.owner_name.clone(), part: String::new() });
    }
    let code = |id: &i16| c.value(*id).map(|v| v.code.clone());
    Ok(Making {
        cx,
        types,
        owners,
        classes: m.task.approval_ids.iter().filter_map(code).collect(),
        kept: Some(m.type_id),
        period: (m.task.starts_on, m.task.ends_on),
    })
}

fn edit_frame(cx: &Cx, m: &Milestone, types: &Types) -> (Page, (String, String)) {
    let l = cx.l;
    let href = milestone_path(m.id.into());
    let name = milestone_name(types, m.type_id, m.detail.as_deref(), l);
    let page = cx
        .page(Section::Milestones, l.t("マイルストーンの編集", "Edit a milestone"))
        .crumb(m.task.title.in_language(l), task_milestones_path(m.task_id.into()))
        .crumb(name, &href);
    (page, (href.clone(), href))
}

pub async fn edit(cx: Cx, m: Acting<Milestone>) -> Outcome {
    let (types, c) = (types::of(&cx).await?, catalogue::of(&cx).await?);
    let making = making(&cx, &m, &types, &c).await?;
    let (page, to) = edit_frame(&cx, &m, &types);
    render(&making.page(page, MilestoneForm::of(&m, &types), FieldErrors::new(), to))
}

pub async fn update(cx: Cx, m: Acting<Milestone>, Submitted(input): Submitted<MilestoneForm>) -> Outcome {
    let (types, c) = (types::of(&cx).await?, catalogue::of(&cx).await?);
    let making = making(&cx, &m, &types, &c).await?;
    let mut errors = FieldErrors::new();
    let fields = input.fields(cx.l, &types, &making.owner_ids(), &mut errors);
    let fields = match errors.finish(fields) {
        Ok(fields) => fields,
        Err(errors) => {
            let (page, to) = edit_frame(&cx, &m, &types);
            return render_invalid(&making.page(page, input, errors, to));
        }
    };
    let version = input.version.parse().unwrap_or(0);
    let detail = fields.detail.as_ref().map(|t| t.as_str());
    let written = (fields.type_id, detail, fields.owner);
    match actions::edit(cx.pool(), &cx.actor(), (m.task_id, m.id.into(), version), written, cx.now).await? {
        Ok(()) => Ok(Redirected::to(milestone_path(m.id.into()))
            .saying(cx.l.t("保存しました。", "Saved."))
            .into_response()),
        Err(_) => Err(PageError::Conflict(Box::new(edit_conflict(&cx, &m, &making, &input)))),
    }
}

fn edit_conflict(cx: &Cx, m: &Milestone, making: &Making<'_>, mine: &MilestoneForm) -> Conflict {
    let l = cx.l;
    let theirs = MilestoneForm::of(m, making.types);
    let kind = |form: &MilestoneForm| {
        making.types.by_code(&form.kind).map(|t| t.name(l).to_owned()).unwrap_or_default()
    };
    let owner = |form: &MilestoneForm| {
        let found = making.owners.iter().find(|o| o.id.code() == form.owner);
        found.map(|o| o.name.in_language(l).to_owned()).unwrap_or_default()
    };
    let field =
        |label: &str, yours: String, theirs: String| ConflictField { label: label.to_owned(), yours, theirs };
    let href = milestone_path(m.id.into());
    Conflict {
        fields: vec![
            field(forms::label_type(l), kind(mine), kind(&theirs)),
            field(forms::label_detail(l), mine.detail.clone(), theirs.detail.clone()),
            field(forms::label_owner(l), owner(mine), owner(&theirs)),
        ],
        reload_href: format!("{href}/edit"),
        action: href,
        pairs: vec![
            ("type".to_owned(), mine.kind.clone()),
            ("detail".to_owned(), mine.detail.clone()),
            ("owner".to_owned(), mine.owner.clone()),
            ("version".to_owned(), theirs.version),
        ],
    }
}
