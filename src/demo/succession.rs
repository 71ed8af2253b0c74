//! Continuations: about 120 of 2,600 tasks a year go on in the next stage, inside their program or in another, and
//! about 130 lead to a licence, a transfer or a joint development with a company (the national indicators).

use super::plan::{Period, Size, TaskPlan};
use super::profiles::{FIRST_FY_OF_TERM_3, phase, profiles};
use super::random::{Purpose, Stream};
use super::themes::{PhaseStep, Theme, suits};

/// A successor link.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub from: u32,
    pub to: Destination,
    pub kind: &'static str,
    pub fiscal_year: i16,
}

/// Where a task goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Destination {
    Task(u32),
    /// Index of an invented company.
    Company(u16),
}

const CONTINUED_SHARE: f64 = 120.0 / 2600.0;
const COMPANY_SHARE: f64 = 130.0 / 2600.0;
/// Invented companies that take results over.
pub const COMPANIES: u16 = 220;

/// Programs known to hand over, with how much more often than others. The first is the example that the agency named.
const ROADS: [(&str, &str, f64); 8] = [
    ("R04", "R05", 30.0),
    ("R21", "R20", 16.0),
    ("R41", "R04", 4.0),
    ("R41", "R45", 4.0),
    ("R45", "R03", 6.0),
    ("R16", "R17", 14.0),
    ("R45", "R49", 4.0),
    ("R11", "R14", 8.0),
];

/// Adds the tasks that begin in `fy` as the next stage of earlier ones; returns the links to them.
pub fn continue_tasks(size: Size, fy: i16, tasks: &mut Vec<TaskPlan>) -> Vec<Link> {
    let wanted = (f64::from(size.tasks_per_year) * CONTINUED_SHARE).round() as usize;
    let mut stream = Stream::of(size.seed, Purpose::Link, fy as u64);
    // Most go on after their end, some before it (early move).
    let mut candidates: Vec<u32> = (0..tasks.len() as u32)
        .filter(|i| {
            let task = &tasks[*i as usize];
            let ends =
                task.last_fy == fy - 1 || (task.last_fy == fy && task.first_fy < fy && i.is_multiple_of(7));
            ends && task.stopped_fy.is_none()
        })
        .collect();
    stream.shuffle(&mut candidates);
    let mut links = Vec::with_capacity(wanted);
    for from in candidates {
        if links.len() == wanted {
            break;
        }
        let Some((to, kind)) = next_task(size, fy, &tasks[from as usize], from, &mut stream) else {
            continue;
        };
        links.push(Link { from, to: Destination::Task(tasks.len() as u32), kind, fiscal_year: fy });
        tasks.push(to);
    }
    links
}

fn next_task(
    size: Size,
    fy: i16,
    from: &TaskPlan,
    index: u32,
    stream: &mut Stream,
) -> Option<(TaskPlan, &'static str)> {
    let step = PhaseStep::after(from.theme.phase)?;
    let options: Vec<(usize, &'static str, u8, f64)> = profiles()
        .iter()
        .enumerate()
        .filter(|(_, p)| p.runs_in(fy) && p.takes_group(from.theme.group))
        .filter(|(_, p)| !p.is_regenerative() || from.theme.way().approval == "regenerative")
        .flat_map(|(at, p)| {
            let family = step.family(from.theme.family(), p);
            step.phases().filter_map(move |phase| {
                let family = family.filter(|f| p.takes_phase(phase) && suits(f, phase))?;
                Some((at, family, phase, weight(from.profile().code, p.code, p.tasks)))
            })
        })
        .collect();
    if options.is_empty() {
        return None;
    }
    let (at, family, phase, _) = options[stream.weighted(options.iter().map(|o| o.3))];
    let theme: Theme = from.theme.next_stage(family, phase, stream);
    let mut to = Period::draw(size, &profiles()[at], fy, stream).task(at, theme);
    to.predecessor = Some(index);
    Some((to, kind(fy, usize::from(from.profile) == at, stream)))
}

fn weight(from: &str, to: &str, tasks: f64) -> f64 {
    let road = ROADS.iter().find(|(a, b, _)| (*a, *b) == (from, to)).map_or(1.0, |(_, _, w)| *w);
    // A hand-over inside one program counts too, and is common.
    let inside = if from == to { 9.0 } else { 1.0 };
    tasks.sqrt() * road * inside
}

/// Pairing and matching exist since term 3; before it a task was continued without the agency's doing.
fn kind(fy: i16, inside: bool, stream: &mut Stream) -> &'static str {
    match (inside, fy >= FIRST_FY_OF_TERM_3) {
        (true, _) => "hand_over",
        (false, false) => "continuation",
        (false, true) => {
            const KINDS: [&str; 6] =
                ["matching", "matching", "matching", "pairing", "pairing", "continuation"];
            KINDS[stream.below(KINDS.len())]
        }
    }
}

/// Results that companies take over, from tasks in or after non-clinical work.
pub fn company_links(size: Size, tasks: &[TaskPlan]) -> Vec<Link> {
    let ripe =
        |task: &TaskPlan| ['n', 'c', 't', 'p'].into_iter().any(|letter| task.theme.phase == phase(letter));
    let mut links = Vec::new();
    for fy in size.fiscal_years() {
        let wanted = (f64::from(size.tasks_per_year) * COMPANY_SHARE).round() as usize;
        let mut stream = Stream::of(size.seed, Purpose::Link, 0x10_000 | fy as u64);
        let mut from: Vec<u32> = (0..tasks.len() as u32)
            .filter(|i| {
                let task = &tasks[*i as usize];
                ripe(task) && (task.last_fy == fy || task.last_fy == fy - 1) && task.stopped_fy.is_none()
            })
            .collect();
        stream.shuffle(&mut from);
        for from in from.into_iter().take(wanted) {
            let to = Destination::Company(stream.below(usize::from(COMPANIES)) as u16);
            let kind = *stream.pick(&["licence", "licence", "licence", "transfer", "joint_development"]);
            links.push(Link { from, to, kind, fiscal_year: fy });
        }
    }
    links
}
