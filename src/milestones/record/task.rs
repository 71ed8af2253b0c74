//! The exit strategy and the milestones of one task: on a page of their own, and in brief on the page of the task.

use askama::Template;

use crate::kernel::{Language, TaskId};
use crate::milestones::forecast::{self, Forecast};
use crate::milestones::ledger::model::milestone_name;
use crate::milestones::ledger::{self, Filter, Line};
use crate::milestones::routes::{task_milestones_path, task_strategy_path};
use crate::milestones::strategy::{self, Strategy};
use crate::milestones::timeline::draw::{self, Drawing};
use crate::milestones::types::{self, Types};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::charts::{Bar, BarKind, Head, Lane, Markup, Timeline, timeline};
use crate::web::{
    Access, Acting, Cx, FieldErrors, Outcome, Page, PageError, Section, Submitted, Visible, render,
};

use super::forms::MilestoneForm;
use super::milestone_path;
use super::model::{Graph, Node, Row, Shown};
use super::pages::{Making, create_of, new_page};
use super::queries;

#[derive(Template)]
#[template(path = "milestones/task.html")]
struct TaskPage {
    page: Page,
    number: String,
    task_title: String,
    task_href: String,
    new_href: String,
    strategy_href: String,
    can_edit: bool,
    in_charge: bool,
    strategy: Option<StrategyView>,
    chart: Option<Markup>,
    legend: &'static str,
    rows: Vec<MilestoneRow>,
    lines: Vec<Line>,
    ledger_href: String,
}

/// An exit strategy in words: label, text.
struct StrategyView {
    open: Vec<(&'static str, String)>,
    scoped: Vec<(&'static str, String)>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

struct MilestoneRow {
    name: String,
    href: String,
    owner: String,
    due_on: chrono::NaiveDate,
    first_due_on: chrono::NaiveDate,
    slip: String,
    expected: Option<chrono::NaiveDate>,
    because: String,
    met_on: Option<chrono::NaiveDate>,
    forecast: String,
    word: String,
    tone: &'static str,
    evidence: i64,
}

pub async fn show(cx: Cx, task: Visible<TaskRecord>) -> Outcome {
    let l = cx.l;
    let (c, types) = (catalogue::of(&cx).await?, types::of(&cx).await?);
    let (pool, rights, today) = (cx.pool(), &cx.viewer.rights, cx.today());
    let id: TaskId = task.id.into();
    let strategy = strategy::strategy(pool, id).await?;
    let rows = queries::of_tasks(pool, &[task.id], true).await?;
    let seeds: Vec<uuid::Uuid> = rows.iter().map(|r| r.id).collect();
    let graph =
        if seeds.is_empty() { Graph::default() } else { queries::graph(pool, &seeds, rights, true).await? };
    let plan = graph.plan(today);
    let mut kinds: Vec<i16> = rows.iter().map(|r| r.type_id).collect();
    kinds.dedup();
    let forecast =
        if kinds.is_empty() { Forecast::default() } else { forecast::of_types(pool, rights, &kinds).await? };
    let filter = Filter { task: Some(task.id), ..Filter::default() };
    let lines = ledger::queries::entries(pool, &filter, rights, 30).await?;
    let drawing = Drawing { l, types: &types, plan: &plan, today };
    let view = View { l, types: &types, c: &c, graph: &graph, drawing: &drawing, forecast: &forecast };
    let page = cx
        .page(Section::Tasks, l.t("出口戦略とマイルストーン", "Exit strategy and milestones"))
        .crumb(l.t("課題一覧", "Tasks"), "/tasks")
        .crumb(task.title(l), task_path(id));
    render(&TaskPage {
        number: task.number().unwrap_or_default().to_owned(),
        task_title: task.title(l).to_owned(),
        task_href: task_path(id),
        new_href: format!("{}/new", task_milestones_path(id)),
        strategy_href: format!("{}/edit", task_strategy_path(id)),
        can_edit: can_edit(&cx, &task),
        in_charge: task.in_charge,
        strategy: strategy.map(|s| strategy_view(if task.in_charge { s } else { s.for_everybody() }, &c, l)),
        chart: (!rows.is_empty()).then(|| chart(&drawing, &task, &rows)),
        legend: draw::legend(l),
        rows: rows.iter().map(|r| view.row(r, task.modality_ids.first().copied())).collect(),
        lines: lines.iter().map(|e| e.line(&types, l)).collect(),
        ledger_href: format!("{}?task={id}", ledger::pages::LEDGER),
        page,
    })
}

fn can_edit(cx: &Cx, task: &TaskRecord) -> bool {
    cx.viewer.rights.may_edit(task.program_id) && Access::KEEPERS.admits(&cx.viewer)
}

fn strategy_view(s: Strategy, c: &Catalogue, l: Language) -> StrategyView {
    let [product, class, kind, taker, program, data, ip, competitors] = strategy::pages::labels(l);
    let text = |t: Option<String>| t.unwrap_or_default();
    let class_name = s.approval_class_id.and_then(|id| c.value(id)).map(|v| v.name(l).to_owned());
    let program_name = s.taker_program_id.and_then(|id| c.program(id)).map(|p| p.name(l).to_owned());
    let mut scoped = vec![(taker, text(s.taker))];
    if program_name.is_some() {
        scoped.push((program, text(program_name)));
    }
    scoped.extend([(data, text(s.data_set)), (ip, text(s.ip)), (competitors, text(s.competitors))]);
    StrategyView {
        open: vec![(product, s.product), (class, text(class_name)), (kind, s.taker_kind.name(l).to_owned())],
        scoped,
        updated_at: s.updated_at,
    }
}

/// The contract period, then one lane for each milestone.
fn chart(drawing: &Drawing<'_>, task: &TaskRecord, rows: &[Row]) -> Markup {
    let l = drawing.l;
    let end = task.stopped_on.unwrap_or(task.ends_on);
    let running = Bar {
        start: task.starts_on,
        end,
        kind: if end < drawing.today { BarKind::Done } else { BarKind::Running },
        title: format!("{} – {end}", task.starts_on),
        href: Some(task_path(task.id.into())),
    };
    let mut lanes = vec![Lane {
        label: l.t("契約期間", "Contract period").to_owned(),
        href: Some(task_path(task.id.into())),
        is_group: true,
        bars: vec![running],
        ..Lane::default()
    }];
    lanes.extend(rows.iter().map(|r| drawing.lane(r)));
    let days = [task.starts_on, end].into_iter().chain(rows.iter().flat_map(|r| {
        [r.first_due_on, r.met_on.unwrap_or(r.due_on), drawing.expected(r).unwrap_or(r.due_on)]
    }));
    let (from, to) = draw::span(days, drawing.today);
    let head = Head::new(
        "timeline",
        l.t("マイルストーンのタイムライン", "Timeline of milestones"),
        l.t(
            "契約期間とマイルストーン。下の表と同じ内容です",
            "Contract period and milestones; the table below says the same",
        ),
    );
    let today_label = l.t("本日", "Today").to_owned();
    timeline(
        &head.wide(1_100.0),
        &Timeline { from, to, today: drawing.today, today_label, lanes },
        draw::year_label(l),
    )
}

struct View<'a> {
    l: Language,
    types: &'a Types,
    c: &'a Catalogue,
    graph: &'a Graph,
    drawing: &'a Drawing<'a>,
    forecast: &'a Forecast,
}

impl View<'_> {
    fn row(&self, r: &Row, modality: Option<i16>) -> MilestoneRow {
        let l = self.l;
        let shown = self.drawing.shown(r);
        let slipped =
            i32::try_from((r.met_on.unwrap_or(r.due_on) - r.first_due_on).num_days()).unwrap_or(i32::MAX);
        let because = self.drawing.plan.of(r.id).and_then(|settled| match settled {
            Ok(expected) => expected.because,
            Err(blocked) => Some(blocked.by).filter(|by| *by != r.id),
        });
        let because = because.and_then(|id| self.graph.nodes.get(&id));
        let open = matches!(
            shown,
            Shown::Late(_) | Shown::Pushed(_) | Shown::Blocked | Shown::Soon | Shown::Planned
        );
        MilestoneRow {
            name: milestone_name(self.types, r.type_id, r.detail.as_deref(), l),
            href: milestone_path(r.id.into()),
            owner: r.owner.in_language(l).to_owned(),
            due_on: r.due_on,
            first_due_on: r.first_due_on,
            slip: if slipped == 0 {
                String::new()
            } else {
                format!("{}{}", forecast::signed(slipped), l.t("日", " d"))
            },
            expected: self.drawing.expected(r),
            because: because
                .map(|n| milestone_name(self.types, n.type_id, n.detail.as_deref(), l))
                .unwrap_or_default(),
            met_on: r.met_on,
            forecast: if open { self.forecast(r.type_id, modality) } else { String::new() },
            word: shown.word(l),
            tone: shown.tone(),
            evidence: r.evidence,
        }
    }

    /// The line of the best sample, and what it is a sample of.
    fn forecast(&self, type_id: i16, modality: Option<i16>) -> String {
        let l = self.l;
        let Some(sample) = self.forecast.best(type_id, modality) else {
            return l.t("実績なし", "None so far").to_owned();
        };
        let of = match modality.and_then(|id| self.c.value(id)) {
            Some(value) if !sample.whole => value.name(l),
            _ => l.t("全モダリティ", "all modalities"),
        };
        format!("{of}{}{}", l.t("：", ": "), sample.line(l))
    }
}

async fn making<'a>(cx: &'a Cx, task: &TaskRecord, types: &'a Types) -> Result<Making<'a>, PageError> {
    let c = catalogue::of(cx).await?;
    let strategy = strategy::strategy(cx.pool(), task.id.into()).await?;
    let class = strategy.and_then(|s| s.approval_class_id);
    let ids = task.approval_ids.iter().copied().chain(class);
    Ok(Making {
        cx,
        types,
        owners: queries::owners(cx.pool(), task.id.into(), cx.today()).await?,
        classes: ids.filter_map(|id| c.value(id)).map(|v| v.code.clone()).collect(),
        kept: None,
        period: (task.starts_on, task.ends_on),
    })
}

pub async fn new(cx: Cx, task: Acting<TaskRecord>) -> Outcome {
    let types = types::of(&cx).await?;
    let making = making(&cx, &task, &types).await?;
    let owner = making.owner_ids().first().map(|o| o.code()).unwrap_or_default();
    let input = MilestoneForm { owner, ..MilestoneForm::default() };
    new_page(&cx, &making, (task.id.into(), task.title(cx.l)), input, FieldErrors::new()).await
}

pub async fn create(cx: Cx, task: Acting<TaskRecord>, Submitted(input): Submitted<MilestoneForm>) -> Outcome {
    let types = types::of(&cx).await?;
    let making = making(&cx, &task, &types).await?;
    create_of(&cx, &making, (task.id.into(), task.title(cx.l)), input).await
}

/// What the page of a task says of its milestones.
#[derive(Clone, Debug, Default)]
pub struct Brief {
    pub href: String,
    pub milestones: usize,
    pub met: usize,
    /// Name, address, due date and state of the next one, and of those that are late.
    pub lines: Vec<BriefLine>,
    pub product: String,
}

/// One milestone in brief.
#[derive(Clone, Debug)]
pub struct BriefLine {
    pub name: String,
    pub href: String,
    pub due_on: chrono::NaiveDate,
    pub word: String,
    pub tone: &'static str,
}

/// Milestones of a task in brief: those that are late or wait to be accepted, then the next due one.
pub async fn brief(cx: &Cx, task: &TaskRecord) -> Result<Brief, PageError> {
    const LATE: usize = 4;
    let l = cx.l;
    let types = types::of(cx).await?;
    let graph = if task.elsewhere.milestones {
        queries::needed_by(cx.pool(), task.id.into(), &cx.viewer.rights).await?
    } else {
        Graph::default()
    };
    let plan = graph.plan(cx.today());
    let mut own: Vec<&Node> = graph.nodes.values().filter(|n| n.task_id == task.id).collect();
    own.sort_by_key(|n| (n.due_on, n.id));
    let shown: Vec<(&Node, Shown)> = own.into_iter().map(|n| (n, n.shown(&plan, cx.today()))).collect();
    let urgent = |s: Shown| matches!(s, Shown::Late(_) | Shown::Waiting | Shown::Blocked | Shown::Pushed(_));
    let late = shown.iter().filter(|(_, s)| urgent(*s)).take(LATE);
    let next = shown.iter().find(|(_, s)| matches!(s, Shown::Soon | Shown::Planned));
    let line = |(n, s): &(&Node, Shown)| BriefLine {
        name: milestone_name(&types, n.type_id, n.detail.as_deref(), l),
        href: milestone_path(n.id.into()),
        due_on: n.due_on,
        word: s.word(l),
        tone: s.tone(),
    };
    Ok(Brief {
        href: task_milestones_path(task.id.into()),
        milestones: shown.len(),
        met: shown.iter().filter(|(_, s)| *s == Shown::Met).count(),
        lines: late.chain(next).map(line).collect(),
        product: task.elsewhere.product.clone().unwrap_or_default(),
    })
}
