//! The rules and how a pair is judged by them. Pure: facts in, a truth table out.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Language;

/// One rule of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The phase the task comes out of leads into a phase that the slot takes in.
    Phase,
    Modality,
    Disease,
    Approval,
    /// Intellectual property, PMDA consultation, a partner: what the phase taken in asks for.
    Prerequisites,
    /// Months from the day the task is free to the day the call's tasks start.
    Months,
    /// The task has gone on to the receiving program already, or its lead leads a running task there.
    Duplicate,
    /// The lead has many running tasks, or much money a year, already.
    Concentration,
    /// On both sides somebody without a conflict of interest can decide.
    Deciders,
}

/// What a rule says of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    /// Nothing is known, and the rule lets it pass.
    Unknown,
    /// Nothing is known, and the rule asks that something be known.
    Missing,
    /// The rule is switched off.
    Off,
}

/// A fact that a phase may ask for before it is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prerequisite {
    Ip,
    Pmda,
    Partner,
}

/// The rules of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub phase: PhaseRule,
    pub modality: TagRule,
    pub disease: TagRule,
    pub approval: TagRule,
    pub prerequisites: PrerequisiteRule,
    pub months: MonthsRule,
    pub duplicate: Switch,
    pub concentration: ConcentrationRule,
    pub deciders: Switch,
}

/// Phase-out → phases in which the work may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseRule {
    pub on: bool,
    pub unknown_passes: bool,
    pub steps: BTreeMap<String, Vec<String>>,
}

/// A slot that names tags takes tasks that carry one of them; a slot that names none takes all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRule {
    pub on: bool,
    pub unknown_passes: bool,
}

/// Phase taken in → what must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrerequisiteRule {
    pub on: bool,
    pub unknown_passes: bool,
    pub needs: BTreeMap<String, Vec<Prerequisite>>,
}

/// Whole months, both included; negative where the call starts before the task is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthsRule {
    pub on: bool,
    pub least: i32,
    pub most: i32,
}

/// At most so many running tasks and so many yen a year with the same lead, this task not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcentrationRule {
    pub on: bool,
    pub most_tasks: i64,
    pub most_yen: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    pub on: bool,
}

/// What the rules know of a task; codes are those of the vocabularies, the main one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskFacts {
    pub phases: Vec<String>,
    pub modalities: Vec<String>,
    pub diseases: Vec<String>,
    pub approvals: Vec<String>,
    /// The day on which the task can move: its end, or the day it entered the session where a gate let it go early.
    pub free_on: Option<NaiveDate>,
    pub met: Vec<Prerequisite>,
    /// False where nothing at all is recorded of its prerequisites.
    pub met_is_known: bool,
    /// Programs in which the lead leads another running task, or to which the task has gone on.
    pub present_in: Vec<Uuid>,
    /// Other running tasks of the lead, and their yen this year.
    pub lead_tasks: i64,
    pub lead_yen: i64,
    /// Programs none of whose PS and PO may decide on this task.
    pub barred_in: Vec<Uuid>,
    pub program: Uuid,
}

/// What the rules know of a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlotFacts {
    pub phases: Vec<String>,
    pub modalities: Vec<String>,
    pub diseases: Vec<String>,
    pub approvals: Vec<String>,
    pub starts_on: Option<NaiveDate>,
    pub program: Uuid,
}

/// What every rule says of one pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Truth(pub BTreeMap<Rule, Outcome>);

impl Rule {
    pub const ALL: [Self; 9] = [
        Self::Phase,
        Self::Modality,
        Self::Disease,
        Self::Approval,
        Self::Prerequisites,
        Self::Months,
        Self::Duplicate,
        Self::Concentration,
        Self::Deciders,
    ];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Modality => "modality",
            Self::Disease => "disease",
            Self::Approval => "approval",
            Self::Prerequisites => "prerequisites",
            Self::Months => "months",
            Self::Duplicate => "duplicate",
            Self::Concentration => "concentration",
            Self::Deciders => "deciders",
        }
    }

    /// Reads [`Rule::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Phase => l.t("フェーズの接続", "Phase-out to phase-in"),
            Self::Modality => l.t("モダリティ", "Modality"),
            Self::Disease => l.t("疾患領域", "Disease area"),
            Self::Approval => l.t("承認上の分類", "Approval class"),
            Self::Prerequisites => l.t("前提条件（知財・PMDA・企業）", "Prerequisites (IP, PMDA, partner)"),
            Self::Months => l.t("終了から開始までの月数", "Months between end and call"),
            Self::Duplicate => l.t("重複", "Duplication"),
            Self::Concentration => l.t("集中", "Concentration"),
            Self::Deciders => l.t("判断者の利益相反", "Deciders without conflict"),
        }
    }

    /// What the rule asks, in one sentence.
    pub fn asks(self, l: Language) -> &'static str {
        match self {
            Self::Phase => l.t(
                "課題の主フェーズから、受入枠のフェーズへ進める組合せか。",
                "Does the task's main phase lead into a phase that the slot takes in?",
            ),
            Self::Modality => l.t(
                "受入枠がモダリティを限定している場合、課題のモダリティが含まれるか。",
                "Where the slot names modalities, does the task carry one of them?",
            ),
            Self::Disease => l.t(
                "受入枠が疾患領域を限定している場合、課題の疾患領域が含まれるか。",
                "Where the slot names disease areas, does the task carry one of them?",
            ),
            Self::Approval => l.t(
                "受入枠が承認上の分類を限定している場合、課題の分類が含まれるか。",
                "Where the slot names approval classes, does the task carry one of them?",
            ),
            Self::Prerequisites => l.t(
                "受入フェーズが求める知財・PMDA相談・企業連携のマイルストーンを達成しているか。",
                "Are the milestones met that the phase asks for: IP, PMDA consultation, partner?",
            ),
            Self::Months => l.t(
                "課題が移行できる日から公募の開始日までの月数が範囲内か。",
                "Do the months from the task's free day to the call's start lie within the range?",
            ),
            Self::Duplicate => l.t(
                "同じ代表者の課題が受入事業で実施中でなく、この課題が受入事業へ移行済みでないか。",
                "Does the lead lead no running task there, and has the task not moved there already?",
            ),
            Self::Concentration => l.t(
                "同じ代表者の実施中の課題数と年間の額が上限以内か。",
                "Are the lead's running tasks and yearly money within the limits?",
            ),
            Self::Deciders => l.t(
                "双方の事業に、この課題と利益相反のない判断者（PS・PO）がいるか。",
                "Has each side a PS or PO without a conflict of interest with the task?",
            ),
        }
    }
}

impl Outcome {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Missing => "missing",
            Self::Off => "off",
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Pass => l.t("適合", "Fits"),
            Self::Fail => l.t("不適合", "Does not fit"),
            Self::Unknown => l.t("情報なし（通す）", "Not known, passes"),
            Self::Missing => l.t("情報なし（通さない）", "Not known, stops"),
            Self::Off => l.t("適用しない", "Switched off"),
        }
    }

    /// Tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Pass => "ok",
            Self::Fail => "bad",
            Self::Unknown | Self::Missing => "warn",
            Self::Off => "quiet",
        }
    }

    /// Keeps the pair from being eligible.
    pub fn stops(self) -> bool {
        matches!(self, Self::Fail | Self::Missing)
    }
}

impl Prerequisite {
    pub const ALL: [Self; 3] = [Self::Ip, Self::Pmda, Self::Partner];

    pub fn code(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Pmda => "pmda",
            Self::Partner => "partner",
        }
    }

    /// Reads [`Prerequisite::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Ip => l.t("知財", "IP"),
            Self::Pmda => l.t("PMDA相談", "PMDA consultation"),
            Self::Partner => l.t("企業連携", "Partner"),
        }
    }
}

impl Truth {
    pub fn of(&self, rule: Rule) -> Outcome {
        self.0.get(&rule).copied().unwrap_or(Outcome::Off)
    }

    /// No rule stops the pair.
    pub fn eligible(&self) -> bool {
        !self.0.values().any(|o| o.stops())
    }

    /// The rules that stop it.
    pub fn stopped_by(&self) -> impl Iterator<Item = Rule> + '_ {
        self.0.iter().filter(|(_, o)| o.stops()).map(|(r, _)| *r)
    }
}

/// Judges one pair by every rule.
pub fn judge(rules: &Rules, task: &TaskFacts, slot: &SlotFacts) -> Truth {
    let outcome = |rule| match rule {
        Rule::Phase => phase(&rules.phase, task, slot),
        Rule::Modality => tags(rules.modality, &task.modalities, &slot.modalities),
        Rule::Disease => tags(rules.disease, &task.diseases, &slot.diseases),
        Rule::Approval => tags(rules.approval, &task.approvals, &slot.approvals),
        Rule::Prerequisites => prerequisites(&rules.prerequisites, task, slot),
        Rule::Months => months(rules.months, task, slot),
        Rule::Duplicate => when(rules.duplicate.on, || !task.present_in.contains(&slot.program)),
        Rule::Concentration => {
            let c = rules.concentration;
            when(c.on, || task.lead_tasks <= c.most_tasks && task.lead_yen <= c.most_yen)
        }
        Rule::Deciders => when(rules.deciders.on, || {
            ![task.program, slot.program].iter().any(|p| task.barred_in.contains(p))
        }),
    };
    Truth(Rule::ALL.into_iter().map(|rule| (rule, outcome(rule))).collect())
}

fn when(on: bool, holds: impl FnOnce() -> bool) -> Outcome {
    match on {
        false => Outcome::Off,
        true if holds() => Outcome::Pass,
        true => Outcome::Fail,
    }
}

fn not_known(passes: bool) -> Outcome {
    if passes { Outcome::Unknown } else { Outcome::Missing }
}

fn phase(rule: &PhaseRule, task: &TaskFacts, slot: &SlotFacts) -> Outcome {
    if !rule.on {
        return Outcome::Off;
    }
    let Some(steps) = task.phases.first().and_then(|out| rule.steps.get(out)) else {
        return not_known(rule.unknown_passes);
    };
    if slot.phases.is_empty() || slot.phases.iter().any(|p| steps.contains(p)) {
        Outcome::Pass
    } else {
        Outcome::Fail
    }
}

fn tags(rule: TagRule, of_task: &[String], of_slot: &[String]) -> Outcome {
    if !rule.on {
        Outcome::Off
    } else if of_slot.is_empty() || of_task.iter().any(|t| of_slot.contains(t)) {
        Outcome::Pass
    } else if of_task.is_empty() {
        not_known(rule.unknown_passes)
    } else {
        Outcome::Fail
    }
}

/// What the phases of a slot ask for, each once.
pub fn needed(rule: &PrerequisiteRule, slot: &SlotFacts) -> Vec<Prerequisite> {
    let mut needed: Vec<Prerequisite> =
        slot.phases.iter().filter_map(|p| rule.needs.get(p)).flatten().copied().collect();
    needed.sort_unstable();
    needed.dedup();
    needed
}

fn prerequisites(rule: &PrerequisiteRule, task: &TaskFacts, slot: &SlotFacts) -> Outcome {
    if !rule.on {
        return Outcome::Off;
    }
    let needed = needed(rule, slot);
    if needed.iter().all(|n| task.met.contains(n)) {
        Outcome::Pass
    } else if !task.met_is_known {
        not_known(rule.unknown_passes)
    } else {
        Outcome::Fail
    }
}

fn months(rule: MonthsRule, task: &TaskFacts, slot: &SlotFacts) -> Outcome {
    if !rule.on {
        return Outcome::Off;
    }
    match task.free_on.zip(slot.starts_on) {
        Some((free, starts)) if (rule.least..=rule.most).contains(&months_between(free, starts)) => {
            Outcome::Pass
        }
        Some(_) => Outcome::Fail,
        None => Outcome::Unknown,
    }
}

/// Whole months from one day to another, rounded to the nearest: 31 March to 1 April is 0.
pub fn months_between(from: NaiveDate, to: NaiveDate) -> i32 {
    let days = i64::from(to.year() - from.year()) * 360
        + i64::from(to.month() as i32 - from.month() as i32) * 30
        + i64::from(to.day().min(30) as i32 - from.day().min(30) as i32);
    i32::try_from((days as f64 / 30.0).round() as i64).unwrap_or(0)
}
