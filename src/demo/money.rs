//! Contract amounts: log-normal around the program's median, 1 百万円 to 100 億円 a year with indirect cost.

use super::plan::{Plan, TaskPlan};
use super::random::{Purpose, Stream};
use super::themes::Theme;

/// Direct and indirect cost of one year, yen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    pub direct: i64,
    pub indirect: i64,
}

impl Contract {
    pub fn total(self) -> i64 {
        self.direct + self.indirect
    }
}

/// Smallest and largest direct cost of a year: 1 百万円 and 100 億円 with 30 % indirect cost on top.
const LEAST: f64 = 770_000.0;
const MOST: f64 = 7_690_000_000.0;

/// The amounts of a task's years of the demo, in their order.
pub fn contracts(plan: &Plan, index: usize) -> Vec<(i16, Contract)> {
    let task = &plan.tasks[index];
    let profile = task.profile();
    let mut stream = Stream::of(plan.size.seed, Purpose::Money, index as u64);
    let scale = (profile.sigma * stream.normal()).exp() * phase_factor(&task.theme);
    let whole_year = profile.median * 1e6 * scale;
    let rate = indirect_percent(task, &mut stream);
    let gate = stream.chance(0.15);
    task.years(plan.size)
        .map(|fy| {
            let months = if fy == task.first_fy { months_of_first_year(task.start_month) } else { 12.0 };
            // Passing a stage gate raises the ceiling of the later years.
            let raised = if gate && fy >= task.first_fy + 2 { 1.3 } else { 1.0 };
            let yen = whole_year * raised * (0.9 + 0.2 * stream.unit()) * months / 12.0;
            let direct = round_like_a_contract(yen.clamp(LEAST, MOST));
            (fy, Contract { direct, indirect: direct / 100 * rate })
        })
        .collect()
}

fn phase_factor(theme: &Theme) -> f64 {
    match theme.phase_letter() {
        'b' => 0.85,
        'n' => 1.2,
        'c' => 1.15,
        't' => 1.55,
        'o' => 0.8,
        _ => 1.0,
    }
}

/// 30 % of the direct cost for most commissions; less for subsidies and companies.
fn indirect_percent(task: &TaskPlan, stream: &mut Stream) -> i64 {
    match task.profile().subsidy {
        true => *stream.pick(&[0, 10, 10, 10, 15]),
        false => *stream.pick(&[30, 30, 30, 30, 30, 30, 30, 30, 30, 10, 15, 20]),
    }
}

fn months_of_first_year(start_month: u8) -> f64 {
    match start_month {
        7 => 9.0,
        10 => 6.0,
        1 => 3.0,
        _ => 12.0,
    }
}

/// To 千円 below 3 百万円, to 10 or 100 千円 above, as budgets are asked for; a third is exact to the 千円.
fn round_like_a_contract(yen: f64) -> i64 {
    let thousand = (yen / 1_000.0) as i64;
    let step = match thousand {
        0..3_000 => 1,
        3_000..30_000 if thousand % 3 != 0 => 10,
        _ if thousand % 3 != 0 => 100,
        _ => 1,
    };
    (thousand / step).max(1) * step * 1_000
}
