//! Rows of tasks and of what hangs on them, from the plan.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use uuid::Uuid;

use super::copy::Rows;
use super::money::contracts;
use super::names;
use super::plan::{Plan, TaskPlan};
use super::profiles::Profile;
use super::random::{Purpose, Row, Stream, row_id};
use super::summaries::{keywords, nonpublic, summary};
use super::tags::{Vocabulary, project, tags};
use super::titles::title;
use crate::portfolio::tasks::{SearchSource, search_document};

/// A table and the columns that the demo fills.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static str,
}

pub const TASKS: Table = Table {
    name: "tasks",
    columns: "id, program_id, stable_number, title_ja, title_en, summary_ja, summary_en, summary_nonpublic, keywords, \
              lead_person_id, institution_id, starts_on, ends_on, stopped_on, stop_reason, funding_form, is_fund, \
              restricted, phase_ids, modality_ids, approval_ids, nature_ids, disease_ids, search_text, search_pairs, \
              title_pairs, created_at, updated_at",
};
pub const TASK_YEARS: Table = Table {
    name: "task_years",
    columns: "task_id, fiscal_year, program_id, project_id, task_number, amount_yen, direct_yen, indirect_yen, is_new",
};
pub const TASK_PEOPLE: Table = Table { name: "task_people", columns: "task_id, person_id, position" };
pub const TASK_INSTITUTIONS: Table =
    Table { name: "task_institutions", columns: "task_id, institution_id, position" };

/// Rows of a block of tasks, by table.
#[derive(Default)]
pub struct TaskRows {
    pub tasks: Rows,
    pub years: Rows,
    pub people: Rows,
    pub institutions: Rows,
}

/// Ids that the reference data of the database has, and names that rows carry in their search text.
pub struct Context<'a> {
    pub plan: &'a Plan,
    pub vocabulary: &'a Vocabulary,
}

/// The id of the task at an index of the plan.
pub fn task_id(plan: &Plan, index: usize) -> Uuid {
    row_id(plan.size.seed, Row::Task, index as u64)
}

/// The id of a person of the plan.
pub fn person_id(plan: &Plan, index: u32) -> Uuid {
    row_id(plan.size.seed, Row::Person, u64::from(index))
}

/// Writes the rows of one task.
pub fn write_task(context: &Context<'_>, index: usize, rows: &mut TaskRows) {
    let plan = context.plan;
    let (task, id) = (&plan.tasks[index], task_id(plan, index));
    let lead = plan.pools.person(task.lead);
    let title = title(&task.theme);
    let text = summary(&task.theme, plan.size, index);
    let words = keywords(&task.theme);
    let contracts = contracts(plan, index);
    let stable = stable_number(task);
    let (institution_ja, institution_en) = names::institution(lead.institution);
    let mut numbers = vec![stable.clone()];
    numbers.extend(contracts.iter().map(|(fy, _)| printed_number(task, &stable, *fy)));
    let found_by = search_document(&SearchSource {
        title_ja: &title.ja,
        title_en: Some(&title.en),
        summary_ja: Some(&text.ja),
        summary_en: Some(&text.en),
        keywords: &words,
        numbers: &numbers,
        institution: &[institution_ja, institution_en],
        lead: &[lead.name_ja(), lead.kana(), lead.name_en()],
    });
    let chance = Stream::of(plan.size.seed, Purpose::Summary, (2 << 40) | index as u64).bits();
    let tags = tags(&task.theme, context.vocabulary, chance);
    let period = Period::of(task);
    let created = noon(period.starts_on - Days::new(20));
    let last = noon(
        NaiveDate::from_ymd_opt(i32::from(*task.years(plan.size).end()), 4, 20).unwrap_or(period.starts_on),
    );
    let program = program_of(task);
    rows.tasks
        .row(28)
        .uuid(id)
        .uuid(names::program_id(program))
        .text(&stable)
        .text(&title.ja)
        .text(&title.en)
        .text(&text.ja)
        .text(&text.en)
        .text(&nonpublic(&task.theme, plan.size.seed, index))
        .text_array(&words)
        .uuid(person_id(plan, task.lead))
        .uuid(names::institution_id(plan.size.seed, lead.institution))
        .date(period.starts_on)
        .date(period.ends_on)
        .date_or_null(period.stopped_on)
        .text_or_null(period.stopped_on.map(|_| stop_reason(chance)))
        .text(if task.profile().subsidy { "subsidy" } else { "commission" })
        .bool(names::is_fund(program))
        .bool(task.restricted)
        .int2_array(&tags.phases)
        .int2_array(&tags.modalities)
        .int2_array(&tags.approvals)
        .int2_array(&tags.natures)
        .int2_array(&tags.diseases)
        .text(&found_by.text)
        .int4_array(&found_by.pairs)
        .int4_array(&found_by.title_pairs)
        .time(created)
        .time(last.max(created));
    for (fy, contract) in contracts {
        let project = project(task.profile(), &task.theme, fy).map(|n| names::project_id(fy, n));
        rows.years
            .row(9)
            .uuid(id)
            .int2(fy)
            .uuid(names::program_id(names::booked(task.profile().code, fy)))
            .uuid_or_null(project)
            .text(&printed_number(task, &stable, fy))
            .int8(contract.total())
            .int8(contract.direct)
            .int8(contract.indirect)
            .bool(fy == task.first_fy);
    }
    let mut seen = vec![lead.institution];
    for (position, person) in plan.pools.team(index, task).into_iter().enumerate() {
        rows.people.row(3).uuid(id).uuid(person_id(plan, person)).int2(position as i16 + 1);
        let institution = plan.pools.institution(person);
        if !seen.contains(&institution) {
            rows.institutions
                .row(3)
                .uuid(id)
                .uuid(names::institution_id(plan.size.seed, institution))
                .int2(seen.len() as i16);
            seen.push(institution);
        }
    }
}

/// Days of a contract.
pub struct Period {
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub stopped_on: Option<NaiveDate>,
}

impl Period {
    pub fn of(task: &TaskPlan) -> Self {
        let day = |year: i16, month, day| {
            NaiveDate::from_ymd_opt(i32::from(year), month, day).expect("firsts and lasts of months exist")
        };
        let calendar_year = if task.start_month < 4 { task.first_fy + 1 } else { task.first_fy };
        Self {
            starts_on: day(calendar_year, u32::from(task.start_month), 1),
            ends_on: day(task.last_fy + 1, 3, 31),
            stopped_on: task.stopped_fy.map(|fy| day(fy + 1, 3, 31)),
        }
    }
}

/// Letters, two digits of the first year, four of the serial: `ama221409`.
fn stable_number(task: &TaskPlan) -> String {
    let Profile { letters, .. } = task.profile();
    format!("{letters}{:02}{:04}", task.first_fy % 100, task.serial)
}

/// The year's digits in front, the number of the contract behind: `22ama221409h0001`, then `23ama221409h0002`.
fn printed_number(task: &TaskPlan, stable: &str, fy: i16) -> String {
    format!("{:02}{stable}h{:04}", fy % 100, fy - task.first_fy + 1)
}

/// The program a task is listed under: where it stands at its end, since a renamed program keeps its tasks.
pub fn program_of(task: &TaskPlan) -> &'static str {
    names::booked(task.profile().code, task.last_active_fy())
}

fn stop_reason(chance: u64) -> &'static str {
    const REASONS: [&str; 5] = [
        "中間評価の結果、計画の継続は困難と判断された。",
        "研究代表者の異動に伴い、本人の申し出により終了した。",
        "ステージゲート評価でNO-GOと判定された。成果は他事業での活用を検討する。",
        "主要な仮説が支持されず、研究開発の目的を達成する見込みがなくなった。",
        "企業が開発を引き継いだため、期間の途中で終了した。",
    ];
    REASONS[(chance >> 8) as usize % REASONS.len()]
}

fn noon(day: NaiveDate) -> DateTime<Utc> {
    Utc.from_utc_datetime(&day.and_hms_opt(3, 0, 0).expect("three o'clock exists"))
}
