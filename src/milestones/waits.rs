//! How slips pass on: the day on which each open milestone can be expected, given what it waits for.
//!
//! A milestone is expected on its due date, or today once that has passed, but not before everything it waits for is
//! expected, and the days of work between. A met one counts on the day it was met. One that waits for something missed
//! or dropped is blocked: no day can be told. The expected day stands beside the due date and never replaces it.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use uuid::Uuid;

use super::model::State;

/// A milestone as the rule sees it.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    pub id: Uuid,
    pub state: State,
    pub due_on: NaiveDate,
    /// The day it was met, or is reported as met.
    pub met_on: Option<NaiveDate>,
}

/// `id` waits for `needs`.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Wait {
    pub id: Uuid,
    pub needs: Uuid,
    pub lag_days: i16,
    /// Due date of the needed one when the waiting one was last planned.
    pub agreed_due_on: NaiveDate,
}

/// When a milestone can be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    pub on: NaiveDate,
    /// Which needed milestone sets the day; none: its own due date does.
    pub because: Option<Uuid>,
}

/// It waits, perhaps through others, for something that will not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    pub by: Uuid,
}

/// Expected days of a set of milestones.
#[derive(Clone, Debug, Default)]
pub struct Plan(HashMap<Uuid, Result<Expected, Blocked>>);

impl Plan {
    pub fn of(&self, id: Uuid) -> Option<Result<Expected, Blocked>> {
        self.0.get(&id).copied()
    }

    /// The expected day, where one can be told.
    pub fn day(&self, id: Uuid) -> Option<NaiveDate> {
        self.of(id)?.ok().map(|e| e.on)
    }
}

/// Milestones with what they wait for; dependencies on milestones outside the set are not followed.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    open: HashMap<Uuid, Open>,
    needs: HashMap<Uuid, Vec<Wait>>,
}

impl Waits {
    pub fn new(milestones: impl IntoIterator<Item = Open>, waits: impl IntoIterator<Item = Wait>) -> Self {
        let open: HashMap<Uuid, Open> = milestones.into_iter().map(|m| (m.id, m)).collect();
        let mut needs: HashMap<Uuid, Vec<Wait>> = HashMap::new();
        for wait in waits {
            if open.contains_key(&wait.id) && open.contains_key(&wait.needs) {
                needs.entry(wait.id).or_default().push(wait);
            }
        }
        for list in needs.values_mut() {
            list.sort_by_key(|w| w.needs);
        }
        Self { open, needs }
    }

    /// Expected days of all milestones that are planned or met. A cycle, which the database refuses, would end where
    /// it closes.
    pub fn plan(&self, today: NaiveDate) -> Plan {
        let mut plan = Plan::default();
        let mut ids: Vec<Uuid> = self.open.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            self.settle(id, today, &mut plan, &mut Vec::new());
        }
        plan
    }

    fn settle(
        &self,
        id: Uuid,
        today: NaiveDate,
        plan: &mut Plan,
        path: &mut Vec<Uuid>,
    ) -> Option<Result<Expected, Blocked>> {
        if let Some(known) = plan.of(id) {
            return Some(known);
        }
        let open = self.open.get(&id).filter(|_| !path.contains(&id))?;
        let own = |on| Ok(Expected { on, because: None });
        let settled = match (open.state, open.met_on) {
            (State::Missed | State::Dropped, _) => Err(Blocked { by: id }),
            (_, Some(on)) => own(on),
            _ => {
                path.push(id);
                let mut settled = own(open.due_on.max(today));
                for wait in self.needs.get(&id).into_iter().flatten() {
                    let Some(needed) = self.settle(wait.needs, today, plan, path) else { continue };
                    settled = later(settled, needed, wait);
                }
                path.pop();
                settled
            }
        };
        plan.0.insert(id, settled);
        Some(settled)
    }
}

/// The later of what is known so far and what one needed milestone asks for.
fn later(
    so_far: Result<Expected, Blocked>,
    needed: Result<Expected, Blocked>,
    wait: &Wait,
) -> Result<Expected, Blocked> {
    let (so_far, needed) = (so_far?, needed?);
    let lag = Days::new(u64::try_from(wait.lag_days).unwrap_or(0));
    let free = needed.on.checked_add_days(lag).unwrap_or(needed.on);
    Ok(if free > so_far.on { Expected { on: free, because: Some(wait.needs) } } else { so_far })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 4, 1).expect("a day") + chrono::Duration::days(n)
    }

    fn open(id: u128, state: State, due: i64, met: Option<i64>) -> Open {
        Open { id: Uuid::from_u128(id), state, due_on: day(due), met_on: met.map(day) }
    }

    fn wait(id: u128, needs: u128, lag_days: i16) -> Wait {
        Wait { id: Uuid::from_u128(id), needs: Uuid::from_u128(needs), lag_days, agreed_due_on: day(0) }
    }

    fn on(plan: &Plan, id: u128) -> Option<NaiveDate> {
        plan.day(Uuid::from_u128(id))
    }

    #[test]
    fn a_slip_passes_down_the_chain_and_stops_at_slack() {
        let planned = |id, due| open(id, State::Planned, due, None);
        let milestones = [planned(1, 100), planned(2, 110), planned(3, 400)];
        let plan = Waits::new(milestones, [wait(2, 1, 30), wait(3, 2, 0)]).plan(day(0));
        assert_eq!(on(&plan, 2), Some(day(130)));
        assert_eq!(
            plan.of(Uuid::from_u128(2)),
            Some(Ok(Expected { on: day(130), because: Some(Uuid::from_u128(1)) }))
        );
        assert_eq!(on(&plan, 3), Some(day(400)), "there was time enough");
    }

    #[test]
    fn what_is_overdue_can_come_today_at_the_earliest() {
        let milestones = [open(1, State::Planned, 10, None), open(2, State::Planned, 60, None)];
        let plan = Waits::new(milestones, [wait(2, 1, 0)]).plan(day(90));
        assert_eq!((on(&plan, 1), on(&plan, 2)), (Some(day(90)), Some(day(90))));
    }

    #[test]
    fn what_was_met_counts_on_its_day() {
        let milestones = [open(1, State::Met, 10, Some(50)), open(2, State::Planned, 60, None)];
        let plan = Waits::new(milestones, [wait(2, 1, 30)]).plan(day(55));
        assert_eq!(on(&plan, 2), Some(day(80)));
    }

    #[test]
    fn waiting_for_what_was_dropped_is_blocked_all_the_way() {
        let planned = |id, due| open(id, State::Planned, due, None);
        let milestones = [open(1, State::Dropped, 10, None), planned(2, 60), planned(3, 90)];
        let plan = Waits::new(milestones, [wait(2, 1, 0), wait(3, 2, 0)]).plan(day(0));
        assert_eq!(plan.of(Uuid::from_u128(3)), Some(Err(Blocked { by: Uuid::from_u128(1) })));
    }

    #[test]
    fn a_cycle_ends() {
        let milestones = [open(1, State::Planned, 10, None), open(2, State::Planned, 20, None)];
        let plan = Waits::new(milestones, [wait(1, 2, 0), wait(2, 1, 0)]).plan(day(0));
        assert!(on(&plan, 1).is_some() && on(&plan, 2).is_some());
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_expected_before_what_it_waits_for(
            dues in proptest::collection::vec(0_i64..900, 2..12),
            edges in proptest::collection::vec((0_usize..12, 0_usize..12, 0_i16..120), 0..30),
            today in 0_i64..900,
        ) {
            let milestones: Vec<Open> =
                dues.iter().enumerate().map(|(i, due)| open(i as u128 + 1, State::Planned, *due, None)).collect();
            // From later to earlier numbers only: no cycles.
            let waits: Vec<Wait> = edges
                .iter()
                .filter(|(a, b, _)| a > b && *a < dues.len())
                .map(|(a, b, lag)| wait(*a as u128 + 1, *b as u128 + 1, *lag))
                .collect();
            let plan = Waits::new(milestones.clone(), waits.clone()).plan(day(today));
            for m in &milestones {
                let on = plan.day(m.id).expect("nothing is blocked");
                proptest::prop_assert!(on >= m.due_on && on >= day(today));
            }
            for w in &waits {
                let lag = Days::new(w.lag_days as u64);
                proptest::prop_assert!(plan.day(w.id) >= plan.day(w.needs).map(|d| d + lag));
            }
        }
    }
}
