//! The plan of the whole demo: which tasks exist, in which program, for how long, on what, led by whom.
//!
//! A plan is small (about a hundred bytes a task) and is made in full before any text is: links between tasks,
//! serial numbers and the uniqueness of titles need to see all tasks. Texts and amounts follow from it, task by
//! task, in any order.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::prelude::*;

use super::people::{Pools, has_company_lead};
use super::profiles::{Profile, profiles};
use super::random::{Purpose, Stream};
use super::succession::{self, Link};
use super::themes::Theme;
use super::titles::title_ja;

/// What is asked for; the same values give the same demo to the byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Size {
    pub tasks_per_year: u32,
    pub years: u16,
    pub seed: u64,
    /// The last fiscal year of the demo: the running one.
    pub current_fy: i16,
}

impl Size {
    pub fn first_fy(self) -> i16 {
        self.current_fy - self.years as i16 + 1
    }

    pub fn fiscal_years(self) -> std::ops::RangeInclusive<i16> {
        self.first_fy()..=self.current_fy
    }
}

/// Shares of contract periods of 1 to 5 years; a mean of 2.66 makes about 1,000 of 2,600 tasks new each year.
const DURATIONS: [f64; 5] = [0.16, 0.24, 0.46, 0.06, 0.08];
/// The mean, less what stops early or ends with its program.
const MEAN_DURATION: f64 = 2.59;
/// Tasks stopped before their end (NO-GO, or at the lead's request).
const STOPPED: f64 = 0.02;

/// One task of the demo.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskPlan {
    /// Index into [`profiles`].
    pub profile: u8,
    pub first_fy: i16,
    /// Last fiscal year of the contract.
    pub last_fy: i16,
    /// Month of the start: 4, 7, 10 or 1 (of the next calendar year).
    pub start_month: u8,
    /// The fiscal year at whose end the task was stopped.
    pub stopped_fy: Option<i16>,
    pub theme: Theme,
    /// Running number within program and first year.
    pub serial: u16,
    /// Index of the lead into [`Pools`].
    pub lead: u32,
    /// The task it continues, and how.
    pub predecessor: Option<u32>,
    /// Not announced yet.
    pub restricted: bool,
}

impl TaskPlan {
    pub fn profile(&self) -> &'static Profile {
        &profiles()[usize::from(self.profile)]
    }

    /// Last year with money.
    pub fn last_active_fy(&self) -> i16 {
        self.stopped_fy.unwrap_or(self.last_fy)
    }

    /// The years of the demo in which the task has money.
    pub fn years(&self, size: Size) -> std::ops::RangeInclusive<i16> {
        self.first_fy.max(size.first_fy())..=self.last_active_fy().min(size.current_fy)
    }
}

/// Everything that is decided before texts are written.
pub struct Plan {
    pub size: Size,
    pub tasks: Vec<TaskPlan>,
    pub links: Vec<Link>,
    pub pools: Pools,
}

/// Decides the whole demo.
pub fn plan(size: Size) -> Plan {
    let mut tasks: Vec<TaskPlan> = Vec::new();
    let mut links = Vec::new();
    let cohort = f64::from(size.tasks_per_year) / MEAN_DURATION;
    for fy in size.first_fy() - (DURATIONS.len() as i16 - 1)..=size.current_fy {
        let mut wanted = cohort.round() as usize;
        if fy > size.first_fy() {
            let continued = succession::continue_tasks(size, fy, &mut tasks);
            wanted = wanted.saturating_sub(continued.len());
            links.extend(continued);
        }
        tasks.extend(fresh_tasks(size, fy, wanted, tasks.len()));
    }
    make_titles_distinct(size.seed, &mut tasks);
    number(&mut tasks);
    let pools = Pools::sized(size.seed, &tasks);
    let leads: Vec<u32> = (0..tasks.len()).into_par_iter().map(|i| pools.lead(i, &tasks[i])).collect();
    for i in 0..tasks.len() {
        // A successor keeps its lead where both are led from a university, or both from a company.
        let kept = tasks[i].predecessor.map(|p| &tasks[p as usize]).filter(|p| pools.stays(i, p, &tasks[i]));
        tasks[i].lead = kept.map_or(leads[i], |p| p.lead);
    }
    links.extend(succession::company_links(size, &tasks));
    Plan { size, tasks, links, pools }
}

/// The tasks that begin in `fy` and are not continuations; those that ended before the demo's first year are left out.
fn fresh_tasks(size: Size, fy: i16, wanted: usize, first_index: usize) -> Vec<TaskPlan> {
    let weights: Vec<f64> =
        profiles().iter().map(|p| if p.runs_in(fy) { p.tasks / MEAN_DURATION } else { 0.0 }).collect();
    let fresh = |i: usize| {
        let mut stream = Stream::of(size.seed, Purpose::Cohort, ((fy as u64) << 32) | i as u64);
        let profile = stream.weighted(weights.iter().copied());
        let period = Period::draw(size, &profiles()[profile], fy, &mut stream);
        (period.last_fy >= size.first_fy() && period.stopped_fy.is_none_or(|y| y >= size.first_fy()))
            .then(|| period.task(profile, Theme::fresh(&profiles()[profile], &mut stream)))
    };
    debug_assert!(first_index < u32::MAX as usize);
    (0..wanted).into_par_iter().filter_map(fresh).collect()
}

/// When a task runs.
pub(super) struct Period {
    first_fy: i16,
    pub(super) last_fy: i16,
    start_month: u8,
    stopped_fy: Option<i16>,
    restricted: bool,
}

impl Period {
    pub(super) fn draw(size: Size, profile: &Profile, first_fy: i16, stream: &mut Stream) -> Self {
        let years = 1 + stream.weighted(DURATIONS.iter().copied()) as i16;
        let last_fy = (first_fy + years - 1).min(profile.last_fy);
        let start_month = *stream.pick(&[4, 4, 4, 4, 4, 4, 4, 4, 7, 7, 10, 10, 1]);
        let stopped_fy = (last_fy > first_fy && stream.chance(STOPPED * 1.6))
            .then(|| first_fy + stream.below((last_fy - first_fy) as usize) as i16)
            .filter(|fy| *fy < size.current_fy);
        // What begins in the last quarter of the running year is not announced before it begins.
        let unannounced = first_fy == size.current_fy && (start_month == 1 || stream.chance(0.01));
        Self { first_fy, last_fy, start_month, stopped_fy, restricted: unannounced }
    }

    pub(super) fn task(self, profile: usize, theme: Theme) -> TaskPlan {
        TaskPlan {
            profile: profile as u8,
            first_fy: self.first_fy,
            last_fy: self.last_fy,
            start_month: self.start_month,
            stopped_fy: self.stopped_fy,
            theme,
            serial: 0,
            lead: 0,
            predecessor: None,
            restricted: self.restricted,
        }
    }
}

/// Rewords every task whose title an earlier one already has.
fn make_titles_distinct(seed: u64, tasks: &mut [TaskPlan]) {
    const ATTEMPTS: u64 = 24;
    let hashes: Vec<u64> = tasks.par_iter().map(|task| hash(&title_ja(&task.theme))).collect();
    let mut seen = HashSet::with_capacity(tasks.len());
    let again: Vec<usize> = (0..tasks.len()).filter(|i| !seen.insert(hashes[*i])).collect();
    for i in again {
        for attempt in 1..=ATTEMPTS {
            let mut stream = Stream::of(seed, Purpose::Theme, (attempt << 40) | i as u64);
            tasks[i].theme = tasks[i].theme.reworded(&mut stream);
            if seen.insert(hash(&title_ja(&tasks[i].theme))) {
                break;
            }
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn number(tasks: &mut [TaskPlan]) {
    let mut last: HashMap<(u8, i16), u16> = HashMap::new();
    for task in tasks {
        let serial = last.entry((task.profile, task.first_fy)).or_default();
        *serial += 1;
        task.serial = *serial;
    }
}

/// Whether the program's leads sit in companies now and then, and this task's does.
pub(super) fn led_by_company(seed: u64, index: usize, task: &TaskPlan) -> bool {
    has_company_lead(task.profile()) && Stream::of(seed, Purpose::Company, index as u64).chance(0.45)
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::super::money::contracts;
    use super::super::succession::Destination;
    use super::super::titles::title;
    use super::*;

    const SIZE: Size = Size { tasks_per_year: 2_600, years: 6, seed: 1, current_fy: 2026 };

    fn default_plan() -> &'static Plan {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        PLAN.get_or_init(|| plan(SIZE))
    }

    #[test]
    fn every_year_has_about_2600_tasks_of_which_about_1000_are_new() {
        for fy in SIZE.fiscal_years() {
            let running = default_plan().tasks.iter().filter(|t| t.years(SIZE).contains(&fy)).count();
            let new = default_plan().tasks.iter().filter(|t| t.first_fy == fy).count();
            assert!((2_450..=2_750).contains(&running), "{running} tasks run in {fy}");
            assert!((950..=1_050).contains(&new), "{new} tasks are new in {fy}");
        }
    }

    #[test]
    fn about_120_supports_are_continued_each_year_and_never_before_their_end() {
        let plan = default_plan();
        for fy in SIZE.first_fy() + 1..=SIZE.current_fy {
            let to_tasks =
                plan.links.iter().filter(|l| l.fiscal_year == fy && matches!(l.to, Destination::Task(_)));
            assert!((115..=125).contains(&to_tasks.count()), "continued supports of {fy}");
        }
        for link in &plan.links {
            if let Destination::Task(to) = link.to {
                let (from, to) = (&plan.tasks[link.from as usize], &plan.tasks[to as usize]);
                assert!(from.last_fy == to.first_fy - 1 || from.last_fy == to.first_fy);
                assert_eq!(from.theme.disease, to.theme.disease);
                assert_eq!(link.kind == "hand_over", from.profile == to.profile);
            }
        }
    }

    #[test]
    fn no_two_tasks_have_one_title_and_every_title_reads() {
        let mut seen = HashSet::new();
        for task in &default_plan().tasks {
            let title = title(&task.theme);
            for text in [&title.ja, &title.en] {
                assert!(!text.contains(['{', '}', '~', '\t']) && !text.contains("  "), "{text}");
                assert!((10..=320).contains(&text.chars().count()), "{text}");
            }
            assert!(seen.insert(title.ja.clone()), "{} stands twice", title.ja);
        }
    }

    #[test]
    fn amounts_spread_from_one_million_to_ten_billion_yen() {
        let plan = default_plan();
        let mut totals: Vec<i64> = (0..plan.tasks.len())
            .flat_map(|i| contracts(plan, i))
            .inspect(|(_, c)| assert!(c.indirect * 100 <= c.direct * 30))
            .map(|(_, contract)| contract.total())
            .collect();
        totals.sort_unstable();
        let usual = totals.iter().filter(|t| (10_000_000..=100_000_000).contains(*t)).count();
        assert!(totals[0] >= 750_000 && totals[totals.len() - 1] <= 10_000_000_000);
        assert!(totals[totals.len() - 1] > 2_000_000_000);
        assert!(usual * 10 > totals.len() * 6, "{usual} of {} lie between 10 and 100 million", totals.len());
    }

    #[test]
    fn task_numbers_are_unique() {
        let mut seen = HashSet::new();
        assert!(default_plan().tasks.iter().all(|t| seen.insert((
            t.profile().letters,
            t.first_fy,
            t.serial
        ))));
    }

    #[test]
    fn the_same_size_gives_the_same_plan() {
        let small = Size { tasks_per_year: 300, ..SIZE };
        let (a, b) = (plan(small), plan(small));
        assert!(a.tasks == b.tasks && a.links == b.links);
        assert!(plan(Size { seed: 2, ..small }).tasks != a.tasks);
    }
}
