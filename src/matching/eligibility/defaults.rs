//! The first version of the rules, for a database that has none yet. Ours (inferred from the agency's published phases
//! and stage gates); an officer changes them on the page, which makes a new version.

use std::collections::BTreeMap;

use super::model::{
    ConcentrationRule, MonthsRule, PhaseRule, Prerequisite, PrerequisiteRule, Rules, Switch, TagRule,
};

/// The phases of the ladder, in order.
pub const LADDER: [&str; 6] =
    ["basic", "applied", "nonclinical", "clinical_trial", "registration_trial", "post_market"];

impl Default for Rules {
    fn default() -> Self {
        Self {
            phase: PhaseRule {
                on: true,
                unknown_passes: false,
                steps: steps(&[
                    ("basic", &["basic", "applied", "nonclinical"]),
                    ("applied", &["applied", "nonclinical", "clinical_trial"]),
                    ("nonclinical", &["nonclinical", "clinical_trial", "registration_trial"]),
                    ("clinical_trial", &["clinical_trial", "registration_trial"]),
                    ("registration_trial", &["registration_trial", "post_market"]),
                    ("post_market", &["post_market"]),
                    ("observational", &["observational", "applied", "clinical_trial"]),
                ]),
            },
            modality: TagRule { on: true, unknown_passes: true },
            disease: TagRule { on: true, unknown_passes: true },
            approval: TagRule { on: true, unknown_passes: true },
            prerequisites: PrerequisiteRule {
                on: true,
                unknown_passes: true,
                needs: [
                    ("clinical_trial".to_owned(), vec![Prerequisite::Pmda]),
                    ("registration_trial".to_owned(), vec![Prerequisite::Ip, Prerequisite::Pmda]),
                ]
                .into(),
            },
            months: MonthsRule { on: true, least: -3, most: 12 },
            duplicate: Switch { on: true },
            concentration: ConcentrationRule { on: true, most_tasks: 3, most_yen: 300_000_000 },
            deciders: Switch { on: true },
        }
    }
}

fn steps(table: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    table
        .iter()
        .map(|(from, to)| ((*from).to_owned(), to.iter().map(|t| (*t).to_owned()).collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::super::model::{Outcome, Rule, SlotFacts, TaskFacts, judge, months_between};
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    fn codes(all: &[&str]) -> Vec<String> {
        all.iter().map(|c| (*c).to_owned()).collect()
    }

    fn task() -> TaskFacts {
        TaskFacts {
            phases: codes(&["nonclinical"]),
            modalities: codes(&["antibody"]),
            diseases: codes(&["cancer"]),
            approvals: codes(&["drug"]),
            free_on: Some(day(2027, 3, 31)),
            met: vec![Prerequisite::Pmda],
            met_is_known: true,
            program: Uuid::from_u128(1),
            ..TaskFacts::default()
        }
    }

    fn slot() -> SlotFacts {
        SlotFacts {
            phases: codes(&["clinical_trial"]),
            starts_on: Some(day(2027, 4, 1)),
            program: Uuid::from_u128(2),
            ..SlotFacts::default()
        }
    }

    #[test]
    fn a_pair_that_fits_passes_every_rule() {
        let truth = judge(&Rules::default(), &task(), &slot());
        assert!(truth.eligible(), "{truth:?}");
        assert!(truth.0.values().all(|o| *o == Outcome::Pass));
    }

    #[test]
    fn each_rule_stops_what_it_is_for() {
        use Outcome::{Fail, Missing, Off, Unknown};
        let (t, s, r) = (task, slot, Rules::default);
        let far = day(2029, 4, 1);
        let cases: Vec<(Rule, Outcome, Rules, TaskFacts, SlotFacts)> = vec![
            (Rule::Phase, Fail, r(), t(), SlotFacts { phases: codes(&["basic"]), ..s() }),
            (Rule::Phase, Missing, r(), TaskFacts { phases: vec![], ..t() }, s()),
            (Rule::Modality, Fail, r(), t(), SlotFacts { modalities: codes(&["software"]), ..s() }),
            (
                Rule::Modality,
                Unknown,
                r(),
                TaskFacts { modalities: vec![], ..t() },
                SlotFacts { modalities: codes(&["software"]), ..s() },
            ),
            (Rule::Disease, Fail, r(), t(), SlotFacts { diseases: codes(&["rare"]), ..s() }),
            (Rule::Approval, Fail, r(), t(), SlotFacts { approvals: codes(&["device"]), ..s() }),
            (Rule::Prerequisites, Fail, r(), TaskFacts { met: vec![], ..t() }, s()),
            (Rule::Prerequisites, Unknown, r(), TaskFacts { met: vec![], met_is_known: false, ..t() }, s()),
            (Rule::Months, Fail, r(), t(), SlotFacts { starts_on: Some(far), ..s() }),
            (Rule::Duplicate, Fail, r(), TaskFacts { present_in: vec![Uuid::from_u128(2)], ..t() }, s()),
            (Rule::Concentration, Fail, r(), TaskFacts { lead_tasks: 4, ..t() }, s()),
            (Rule::Concentration, Fail, r(), TaskFacts { lead_yen: 300_000_001, ..t() }, s()),
            (Rule::Deciders, Fail, r(), TaskFacts { barred_in: vec![Uuid::from_u128(1)], ..t() }, s()),
            (
                Rule::Deciders,
                Off,
                Rules { deciders: Switch { on: false }, ..r() },
                TaskFacts { barred_in: vec![Uuid::from_u128(1)], ..t() },
                s(),
            ),
        ];
        for (rule, outcome, rules, task, slot) in cases {
            let truth = judge(&rules, &task, &slot);
            assert_eq!(truth.of(rule), outcome, "{rule:?}");
            assert_eq!(truth.eligible(), !outcome.stops(), "{rule:?}");
            let stopped: Vec<Rule> = truth.stopped_by().collect();
            assert_eq!(stopped, if outcome.stops() { vec![rule] } else { vec![] }, "{rule:?} alone decides");
        }
    }

    #[test]
    fn months_are_counted_by_the_calendar() {
        for (from, to, months) in [
            (day(2027, 3, 31), day(2027, 4, 1), 0),
            (day(2026, 3, 31), day(2027, 4, 1), 12),
            (day(2027, 9, 30), day(2027, 4, 1), -6),
            (day(2026, 10, 7), day(2027, 4, 1), 6),
        ] {
            assert_eq!(months_between(from, to), months, "{from} {to}");
        }
    }

    #[test]
    fn rules_read_back_from_their_json() {
        let json = serde_json::to_value(Rules::default()).unwrap();
        assert_eq!(serde_json::from_value::<Rules>(json).unwrap(), Rules::default());
    }
}
