//! The form of the rules: boxes and numbers → a new version.

use std::collections::BTreeMap;

use crate::kernel::{Language, Said, Text};
use crate::portfolio::catalogue::{Catalogue, Vocabulary};
use crate::web::FieldErrors;

use super::model::{
    ConcentrationRule, MonthsRule, PhaseRule, Prerequisite, PrerequisiteRule, Rule, Rules, Switch, TagRule,
};

/// What the form sends: every box that is ticked, every number.
#[derive(Clone, Debug, Default)]
pub struct RulesForm(Vec<(String, String)>);

impl From<Vec<(String, String)>> for RulesForm {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl RulesForm {
    /// The text of a field, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).unwrap_or_default()
    }

    fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// The form of stored rules.
    pub fn of(rules: &Rules) -> Self {
        let mut pairs = Vec::new();
        let mut tick = |name: String, on: bool| {
            if on {
                pairs.push((name, "true".to_owned()));
            }
        };
        for (rule, on, unknown) in switches(rules) {
            tick(format!("on-{}", rule.code()), on);
            tick(format!("unknown-{}", rule.code()), unknown.unwrap_or(false));
        }
        for (from, to) in &rules.phase.steps {
            for to in to {
                tick(format!("step-{from}-{to}"), true);
            }
        }
        for (phase, needs) in &rules.prerequisites.needs {
            for need in needs {
                tick(format!("need-{phase}-{}", need.code()), true);
            }
        }
        pairs.push(("least".to_owned(), rules.months.least.to_string()));
        pairs.push(("most".to_owned(), rules.months.most.to_string()));
        pairs.push(("most_tasks".to_owned(), rules.concentration.most_tasks.to_string()));
        pairs.push(("most_yen".to_owned(), (rules.concentration.most_yen / 1_000_000).to_string()));
        Self(pairs)
    }

    pub fn is_ticked(&self, name: &str) -> bool {
        self.ticked(name)
    }

    /// The rules that the form says, with the note about the change.
    pub fn parse(&self, c: &Catalogue, l: Language) -> Result<(Rules, Text<500>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let phases: Vec<&str> = c.values_of(Vocabulary::Phase).map(|v| v.code.as_str()).collect();
        let whole = |name: &str, range: std::ops::RangeInclusive<i64>| -> Result<i64, Said> {
            let plain = crate::kernel::text::nfkc(self.text(name));
            plain.parse::<i64>().ok().filter(|n| range.contains(n)).ok_or_else(|| {
                let (a, b) = (range.start(), range.end());
                Said::new(
                    format!("{a}～{b}の整数で入力してください。"),
                    format!("Enter a whole number from {a} to {b}."),
                )
            })
        };
        let least = errors.check("least", l.t("月数の下限", "Fewest months"), whole("least", -60..=60));
        let most = errors.check("most", l.t("月数の上限", "Most months"), whole("most", -60..=60));
        if let (Some(least), Some(most)) = (least, most)
            && least > most
        {
            let said = Said::new("下限以上にしてください。", "It must not be below the fewest.");
            errors.add("most", l.t("月数の上限", "Most months"), said);
        }
        let tasks =
            errors.check("most_tasks", l.t("実施中の課題数", "Running tasks"), whole("most_tasks", 0..=100));
        let yen = errors.check("most_yen", l.t("年間の額", "Money a year"), whole("most_yen", 0..=1_000_000));
        let note =
            errors.check("note", l.t("変更の理由", "Reason of the change"), Text::parse(self.text("note")));
        let tag = |rule: Rule| TagRule { on: self.on(rule), unknown_passes: self.unknown(rule) };
        let parsed = match (least, most, tasks, yen, note) {
            (Some(least), Some(most), Some(most_tasks), Some(yen), Some(note)) => {
                let months = |n: i64| i32::try_from(n).unwrap_or(0);
                let rules = Rules {
                    phase: PhaseRule {
                        on: self.on(Rule::Phase),
                        unknown_passes: self.unknown(Rule::Phase),
                        steps: self.steps(&phases),
                    },
                    modality: tag(Rule::Modality),
                    disease: tag(Rule::Disease),
                    approval: tag(Rule::Approval),
                    prerequisites: PrerequisiteRule {
                        on: self.on(Rule::Prerequisites),
                        unknown_passes: self.unknown(Rule::Prerequisites),
                        needs: self.needs(&phases),
                    },
                    months: MonthsRule {
                        on: self.on(Rule::Months),
                        least: months(least),
                        most: months(most),
                    },
                    duplicate: Switch { on: self.on(Rule::Duplicate) },
                    concentration: ConcentrationRule {
                        on: self.on(Rule::Concentration),
                        most_tasks,
                        most_yen: yen * 1_000_000,
                    },
                    deciders: Switch { on: self.on(Rule::Deciders) },
                };
                Some((rules, note))
            }
            _ => None,
        };
        errors.finish(parsed)
    }

    fn on(&self, rule: Rule) -> bool {
        self.ticked(&format!("on-{}", rule.code()))
    }

    fn unknown(&self, rule: Rule) -> bool {
        self.ticked(&format!("unknown-{}", rule.code()))
    }

    fn steps(&self, phases: &[&str]) -> BTreeMap<String, Vec<String>> {
        let to = |from: &str| -> Vec<String> {
            phases
                .iter()
                .filter(|to| self.ticked(&format!("step-{from}-{to}")))
                .map(|to| (*to).to_owned())
                .collect()
        };
        phases.iter().map(|from| ((*from).to_owned(), to(from))).filter(|(_, to)| !to.is_empty()).collect()
    }

    fn needs(&self, phases: &[&str]) -> BTreeMap<String, Vec<Prerequisite>> {
        let of = |phase: &str| -> Vec<Prerequisite> {
            Prerequisite::ALL
                .into_iter()
                .filter(|p| self.ticked(&format!("need-{phase}-{}", p.code())))
                .collect()
        };
        phases.iter().map(|p| ((*p).to_owned(), of(p))).filter(|(_, needs)| !needs.is_empty()).collect()
    }
}

/// Every rule with whether it is on, and whether what is not known passes (where that can be chosen).
pub fn switches(rules: &Rules) -> [(Rule, bool, Option<bool>); 9] {
    [
        (Rule::Phase, rules.phase.on, Some(rules.phase.unknown_passes)),
        (Rule::Modality, rules.modality.on, Some(rules.modality.unknown_passes)),
        (Rule::Disease, rules.disease.on, Some(rules.disease.unknown_passes)),
        (Rule::Approval, rules.approval.on, Some(rules.approval.unknown_passes)),
        (Rule::Prerequisites, rules.prerequisites.on, Some(rules.prerequisites.unknown_passes)),
        (Rule::Months, rules.months.on, None),
        (Rule::Duplicate, rules.duplicate.on, None),
        (Rule::Concentration, rules.concentration.on, None),
        (Rule::Deciders, rules.deciders.on, None),
    ]
}
