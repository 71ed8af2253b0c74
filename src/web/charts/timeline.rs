//! A timeline: lanes with bars and diamonds over fiscal years, with a line for today.

use chrono::{Datelike, NaiveDate};

use super::svg::{Anchor, Head, Markup, Svg, fit, px};

/// The span drawn, the day it is, and the lanes from top to bottom.
#[derive(Debug, Clone)]
pub struct Timeline {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub today: NaiveDate,
    /// Word on the line of today, e.g. 本日.
    pub today_label: String,
    pub lanes: Vec<Lane>,
}

/// One task, or the heading of a group of tasks.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    /// Id of a heading on the page, for links to it; empty for none.
    pub key: String,
    pub label: String,
    pub href: Option<String>,
    /// Heading of the lanes below it.
    pub is_group: bool,
    /// State in words at the end of the lane, e.g. 2件遅延; printed in the colour of lateness.
    pub late: String,
    pub bars: Vec<Bar>,
    pub diamonds: Vec<Diamond>,
}

/// A period of work.
#[derive(Debug, Clone)]
pub struct Bar {
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub kind: BarKind,
    pub title: String,
    pub href: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarKind {
    Running,
    Planned,
    Done,
    Late,
}

/// A milestone or a gate.
#[derive(Debug, Clone)]
pub struct Diamond {
    pub on: NaiveDate,
    pub state: DiamondState,
    /// Kind, date and state in words.
    pub title: String,
    pub href: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiamondState {
    Planned,
    /// Reported as met, and not accepted yet.
    Waiting,
    Met,
    Late,
    Missed,
    Dropped,
}

const HEAD: f64 = 26.0;
const LANE: f64 = 24.0;

/// `year_label` prints a fiscal year (令和7年度 or FY2025) from the calendar year in which it begins.
pub fn timeline(head: &Head, plan: &Timeline, year_label: impl Fn(i32) -> String) -> Markup {
    let scale = Scale::over(head, plan);
    sheet(head, plan, &plan.lanes, &scale, &year_label)
}

/// A long timeline in sheets of at most `lanes` lanes, each with its heads and the same scale: what fits on a page of
/// paper, and what keeps the years in sight on a screen. Ids of the sheets after the first are numbered.
pub fn timeline_sheets(
    head: &Head,
    plan: &Timeline,
    lanes: usize,
    year_label: impl Fn(i32) -> String,
) -> Vec<Markup> {
    let scale = Scale::over(head, plan);
    plan.lanes
        .chunks(lanes.max(1))
        .enumerate()
        .map(|(n, part)| {
            let id = if n == 0 { head.id.to_owned() } else { format!("{}-{}", head.id, n + 1) };
            sheet(&Head { id: &id, ..head.clone() }, plan, part, &scale, &year_label)
        })
        .collect()
}

fn sheet(
    head: &Head,
    plan: &Timeline,
    lanes: &[Lane],
    scale: &Scale,
    year_label: &impl Fn(i32) -> String,
) -> Markup {
    let mut svg = Svg::new(head);
    let bottom = HEAD + LANE * lanes.len() as f64;
    for (i, lane) in lanes.iter().enumerate() {
        if lane.is_group {
            svg.named_rect(&lane.key, "band", 0.0, HEAD + LANE * i as f64, head.width, LANE);
        }
    }
    for year in fiscal_year(plan.from)..=fiscal_year(plan.to) {
        let x = scale.x(first_of_fiscal_year(year));
        let next = scale.x(first_of_fiscal_year(year + 1));
        if x > scale.left {
            svg.line("year-line grid-line", (x, 14.0), (x, bottom));
        }
        if next - x.max(scale.left) > 34.0 {
            let label = fit(&year_label(year), next - x.max(scale.left) - 4.0, 11.0);
            svg.text("year-label", Anchor::Start, x.max(scale.left) + 4.0, 11.0, &label);
        }
    }
    for (i, lane) in lanes.iter().enumerate() {
        draw_lane(&mut svg, scale, lane, HEAD + LANE * i as f64);
    }
    if plan.today >= plan.from && plan.today <= plan.to {
        let x = scale.x(plan.today);
        svg.line("today-line", (x, 14.0), (x, bottom));
        svg.text("today-label", Anchor::Start, x + 3.0, 23.0, &plan.today_label);
    }
    svg.line("axis-line", (0.0, bottom), (head.width, bottom));
    svg.finish(bottom + 4.0, "timeline")
}

fn draw_lane(svg: &mut Svg, scale: &Scale, lane: &Lane, top: f64) {
    let class = if lane.is_group { "lane-label lane-group" } else { "lane-label" };
    let label = fit(&lane.label, scale.left - 10.0, 12.0);
    svg.linked(lane.href.as_deref(), &lane.label, |svg| {
        svg.text(class, Anchor::Start, if lane.is_group { 2.0 } else { 10.0 }, top + 16.0, &label);
    });
    for bar in &lane.bars {
        let (start, end) = (scale.x(bar.start), scale.x(bar.end));
        let class = match bar.kind {
            BarKind::Running => "mark bar-run",
            BarKind::Planned => "mark bar-planned",
            BarKind::Done => "mark bar-done",
            BarKind::Late => "mark bar-late",
        };
        svg.linked(bar.href.as_deref(), &bar.title, |svg| {
            svg.rect(class, start, top + 7.0, (end - start).max(2.0), 10.0)
        });
    }
    for diamond in &lane.diamonds {
        let (x, y) = (scale.x(diamond.on), top + 12.0);
        let class = match diamond.state {
            DiamondState::Planned => "mark diamond-planned",
            DiamondState::Waiting => "mark diamond-waiting",
            DiamondState::Met => "mark diamond-met",
            DiamondState::Late => "mark diamond-late",
            DiamondState::Missed => "mark diamond-missed",
            DiamondState::Dropped => "mark diamond-dropped",
        };
        svg.linked(diamond.href.as_deref(), &diamond.title, |svg| {
            svg.path(class, &format!("M{} {}l6 6l-6 6l-6 -6z", px(x), px(y - 6.0)));
        });
    }
    if !lane.late.is_empty() {
        svg.text("late-label", Anchor::End, scale.right + scale.margin, top + 16.0, &lane.late);
    }
}

struct Scale {
    left: f64,
    right: f64,
    margin: f64,
    from: NaiveDate,
    days: f64,
}

impl Scale {
    fn over(head: &Head, plan: &Timeline) -> Self {
        let widest =
            plan.lanes.iter().map(|l| super::svg::text_width(&l.label, 12.0)).fold(0.0, f64::max) + 20.0;
        let late = plan.lanes.iter().map(|l| super::svg::text_width(&l.late, 11.0)).fold(0.0, f64::max);
        let margin = if late > 0.0 { late + 8.0 } else { 8.0 };
        let left = widest.clamp(80.0, head.width * 0.32);
        let days = ((plan.to - plan.from).num_days() as f64).max(1.0);
        Self { left, right: head.width - margin, margin: margin - 2.0, from: plan.from, days }
    }

    fn x(&self, date: NaiveDate) -> f64 {
        let share = ((date - self.from).num_days() as f64 / self.days).clamp(0.0, 1.0);
        self.left + (self.right - self.left) * share
    }
}

fn fiscal_year(date: NaiveDate) -> i32 {
    if date.month() >= 4 { date.year() } else { date.year() - 1 }
}

fn first_of_fiscal_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 4, 1).unwrap_or(NaiveDate::MAX)
}
