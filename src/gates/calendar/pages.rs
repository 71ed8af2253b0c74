//! The calendar of gates falling due, and the way from it to a new meeting.

use askama::Template;
use chrono::{Days, Months, NaiveDate};
use serde::Deserialize;

use crate::gates::rows::asker;
use crate::gates::tabs;
use crate::portfolio::catalogue;
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, Section, render};

use super::queries::{self, MOST, Window};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CalendarQuery {
    pub program: String,
    pub months: String,
    pub all: String,
}

#[derive(Template)]
#[template(path = "gates/calendar.html")]
struct CalendarPage {
    page: Page,
    programs: Vec<Choice>,
    spans: Vec<Choice>,
    shows_all: bool,
    groups: Vec<Month>,
    count: usize,
    is_cut: bool,
    can_compose: bool,
    program_code: String,
}

struct Month {
    label: String,
    late: bool,
    rows: Vec<Row>,
}

struct Row {
    task_id: String,
    /// The task with the code of the gate, as [`MeetingForm`](crate::gates::meetings::forms::MeetingForm) takes it.
    ticked: String,
    number: String,
    title: String,
    program: String,
    template: String,
    due_on: NaiveDate,
    due_word: &'static str,
    due_tone: &'static str,
    meeting: Option<(String, String)>,
    open_conditions: i64,
    is_reopening: bool,
}

pub async fn index(cx: Cx, Asked(query): Asked<CalendarQuery>) -> Outcome {
    let l = cx.l;
    let today = cx.today();
    let catalogue = catalogue::of(&cx).await?;
    let by = asker(&cx);
    let months: u32 = query.months.parse().unwrap_or(6).clamp(1, 24);
    let program = catalogue.programs.iter().find(|p| p.code == query.program);
    let window = Window {
        from: today - Days::new(120),
        until: today.checked_add_months(Months::new(months)).unwrap_or(today),
        program: program.map(|p| p.id),
        unplanned: query.all.is_empty(),
    };
    let rows = queries::due(cx.pool(), &window, by).await?;
    let (count, is_cut) = (rows.len(), i64::try_from(rows.len()).unwrap_or(0) >= MOST);
    let mut groups: Vec<Month> = Vec::new();
    for r in rows {
        let late = r.due_on < today;
        let label = if r.is_reopening {
            l.t("再審議が承認されたもの", "Approved for reopening").to_owned()
        } else if late {
            l.t("期限を過ぎたもの", "Overdue").to_owned()
        } else if l.is_ja() {
            r.due_on.format("%Y年%-m月").to_string()
        } else {
            r.due_on.format("%B %Y").to_string()
        };
        let (due_word, due_tone) = match (r.due_on - today).num_days() {
            ..0 => (l.t("超過", "Overdue"), "bad"),
            0..=60 => (l.t("2か月以内", "Within 2 months"), "warn"),
            _ => ("", ""),
        };
        let row = Row {
            task_id: r.task_id.to_string(),
            ticked: format!("{}:{}", r.task_id, r.template_code),
            number: r.number.unwrap_or_default(),
            title: l.name(&r.title_ja, r.title_en.as_deref()).to_owned(),
            program: catalogue.program(r.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
            template: l.t(&r.template_ja, &r.template_en).to_owned(),
            due_on: r.due_on,
            due_word,
            due_tone,
            meeting: r.meeting_id.map(|id| {
                let name = l.name(r.meeting_ja.as_deref().unwrap_or_default(), r.meeting_en.as_deref());
                let name = match r.at_another_gate {
                    true => format!("{}{name}", l.t("別のゲートで審議中：", "At another gate: ")),
                    false => name.to_owned(),
                };
                (name, format!("/gates/meetings/{id}"))
            }),
            open_conditions: r.open_conditions,
            is_reopening: r.is_reopening,
        };
        match groups.last_mut().filter(|g| g.label == label) {
            Some(group) => group.rows.push(row),
            None => groups.push(Month { label, late: late && !row.is_reopening, rows: vec![row] }),
        }
    }
    let mine = |id: &uuid::Uuid| by.sees_all || by.programs.contains(id);
    render(&CalendarPage {
        programs: catalogue
            .programs
            .iter()
            .filter(|p| mine(&p.id))
            .map(|p| Choice::new(p.code.clone(), p.name(l), program.is_some_and(|c| c.id == p.id)))
            .collect(),
        spans: [3_u32, 6, 12, 24]
            .map(|n| {
                let label =
                    if l.is_ja() { format!("{n}か月先まで") } else { format!("Next {n} months") };
                Choice::new(n.to_string(), label, n == months)
            })
            .to_vec(),
        shows_all: !query.all.is_empty(),
        groups,
        count,
        is_cut,
        can_compose: by.rights.edits_all || !by.rights.edits.is_empty(),
        program_code: query.program,
        page: cx
            .page(Section::Gates, l.t("ゲートの予定", "Gates falling due"))
            .crumb(l.t("ゲート評価", "Gates"), "/gates")
            .beside(tabs(&cx, "calendar")),
    })
}
