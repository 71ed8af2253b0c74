//! What a run of the solver is asked: aim, weights, and the value of a pair. Pure.
//!
//! A value is in millionths, which the engine's finer scale holds exactly: each weight in percent times points of 0 to 10,000. So 1.000000 is a
//! full text match that both sides strongly wish for.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::accounts::{Rights, Role};
use crate::kernel::{Language, Said};
use crate::matching::engine::Objective;

/// Points of a full score or of a strong wish.
pub const FULL: i64 = 10_000;

/// Nodes of the search that a run may look at where costs differ: a count, not a time, so that every machine stops at the
/// same place and a replay is exact.
pub const NODES: usize = 200;

/// What a run looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Greatest summed value.
    #[default]
    MaxSum,
    /// Most pairs, then the best worst pair, then the greatest sum.
    Bottleneck,
    /// Nobody would both rather change: deferred acceptance.
    Stable,
}

impl Aim {
    pub const ALL: [Self; 3] = [Self::MaxSum, Self::Bottleneck, Self::Stable];

    /// The word in the database and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::MaxSum => "max_sum",
            Self::Bottleneck => "bottleneck",
            Self::Stable => "stable",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aim| aim.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::MaxSum => l.t("総和最大", "Greatest sum"),
            Self::Bottleneck => l.t("最低値の底上げ", "Best worst pair"),
            Self::Stable => l.t("安定マッチング", "Stable"),
        }
    }

    /// What the number of a version means.
    pub fn measures(self, l: Language) -> &'static str {
        match self {
            Self::MaxSum | Self::Stable => l.t("評価値の合計", "sum of values"),
            Self::Bottleneck => l.t("最も低い組の評価値", "worst chosen value"),
        }
    }

    pub fn objective(self) -> Objective {
        match self {
            Self::MaxSum => Objective::MaxSum,
            Self::Bottleneck => Objective::Bottleneck,
            Self::Stable => Objective::Stable,
        }
    }
}

/// How a pair's value is made, in percent that add up to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    pub affinity: u8,
    pub upstream: u8,
    pub receiving: u8,
}

impl Default for Weights {
    fn default() -> Self {
        Self { affinity: 40, upstream: 30, receiving: 30 }
    }
}

/// Parts of a value in millionths; they add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub affinity: i64,
    pub upstream: i64,
    pub receiving: i64,
}

impl Parts {
    pub fn total(self) -> i64 {
        self.affinity + self.upstream + self.receiving
    }
}

impl Weights {
    /// Weights that add up to 100.
    pub fn new(affinity: u8, upstream: u8, receiving: u8) -> Result<Self, Said> {
        let sum = u16::from(affinity) + u16::from(upstream) + u16::from(receiving);
        if sum == 100 {
            return Ok(Self { affinity, upstream, receiving });
        }
        Err(Said::new(
            format!("重みの合計は100にしてください（現在 {sum}）。"),
            format!("Weights must add up to 100 (now {sum})."),
        ))
    }

    /// What a pair is worth: its score, and what both sides said of it (1 strong wish to 3 acceptable).
    pub fn parts(self, score: Option<i32>, upstream: Option<i16>, receiving: Option<i16>) -> Parts {
        let affinity = i64::from(score.unwrap_or(0)).clamp(0, FULL);
        Parts {
            affinity: i64::from(self.affinity) * affinity,
            upstream: i64::from(self.upstream) * points(upstream),
            receiving: i64::from(self.receiving) * points(receiving),
        }
    }

    /// The scale in words, as pages and reports print it.
    pub fn words(self, l: Language) -> String {
        let Self { affinity, upstream, receiving } = self;
        if l.is_ja() {
            format!(
                "評価値＝親和度×{affinity}%＋送り出す側の意向×{upstream}%＋受け入れる側の意向×{receiving}%。\
                 親和度は10,000点を1とし、意向は「強く希望」1.0、「希望」0.7、「可」0.4、未回答0.3。\
                 どちらかが「見送り」とした組は候補から外れます。"
            )
        } else {
            format!(
                "Value = affinity × {affinity} % + wish of the sending side × {upstream} % + wish of the receiving side × {receiving} %. \
                 Affinity: 10,000 points are 1. Wishes: strong 1.0, wish 0.7, acceptable 0.4, unanswered 0.3. \
                 A pair that either side refuses is out."
            )
        }
    }
}

/// The level at which a side refuses a pair.
pub const REFUSED: i16 = 4;

fn points(level: Option<i16>) -> i64 {
    match level {
        Some(1) => FULL,
        Some(2) => 7_000,
        Some(3) => 4_000,
        Some(_) => 0,
        None => 3_000,
    }
}

/// A run as it was asked for; part of the record of the session file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub aim: Aim,
    pub weights: Weights,
    /// Keep the least numbers of the slots; otherwise they count as none.
    pub minimums: bool,
    /// Millionths that each pair of the earlier version costs when it is not kept, and that version's number.
    pub change_penalty: i64,
    pub earlier: Option<i32>,
}

/// An amount of value: 12.345678 as 12.346; a proven gap is never rounded to nothing.
pub fn shown(millionths: i64) -> String {
    let thousandths = (millionths.unsigned_abs() + 500) / 1_000;
    let sign = if millionths < 0 { "−" } else { "" };
    if thousandths == 0 && millionths != 0 {
        return format!("{sign}0.{:06}", millionths.unsigned_abs());
    }
    format!("{sign}{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// Days for consent where the session plans no date, or its date has passed.
const DAYS_FOR_CONSENT: u64 = 14;

/// The farthest that a date for consent may lie ahead, in days.
const MOST_DAYS_FOR_CONSENT: u64 = 366;

/// Until when consent is asked when nobody says otherwise: as the session plans it.
pub fn consent_until(planned: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    planned.filter(|until| *until > today).unwrap_or(today + Days::new(DAYS_FOR_CONSENT))
}

/// Why a date for consent does not do.
pub fn until_refusal(until: NaiveDate, today: NaiveDate) -> Option<Said> {
    if until <= today {
        return Some(Said::new(
            "合意の期限は明日以降にしてください。",
            "The date for consent must lie in the future.",
        ));
    }
    (until > today + Days::new(MOST_DAYS_FOR_CONSENT)).then(|| {
        Said::new("合意の期限は1年以内にしてください。", "The date for consent must lie within a year.")
    })
}

/// Who runs a session: locks, solves, leads the meeting, adopts.
pub const FACILITATORS: [Role; 2] = [Role::StrategyUnit, Role::Administrator];

/// Who has a voice on pairs.
pub const VOICES: [Role; 5] = [
    Role::StrategyUnit,
    Role::ProgramDirector,
    Role::ProgramSupervisor,
    Role::ProgramOfficer,
    Role::DiseaseCoordinator,
];

/// Whether somebody leads sessions.
pub fn leads(rights: &Rights) -> bool {
    rights.roles.iter().any(|held| FACILITATORS.contains(&held.role))
}

/// Whether somebody has a voice.
pub fn has_voice(rights: &Rights) -> bool {
    rights.roles.iter().any(|held| VOICES.contains(&held.role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_a_perfect_pair_is_worth_one() {
        let weights = Weights::default();
        assert_eq!(weights.parts(Some(10_000), Some(1), Some(1)).total(), 1_000_000);
        let cases = [
            (Some(5_000), Some(2), Some(3), 200_000 + 210_000 + 120_000),
            (None, None, None, 90_000 + 90_000),
            (Some(14_000), Some(1), None, 400_000 + 300_000 + 90_000),
            (Some(-3), Some(3), Some(3), 240_000),
        ];
        for (score, up, down, value) in cases {
            assert_eq!(weights.parts(score, up, down).total(), value, "{score:?} {up:?} {down:?}");
        }
    }

    #[test]
    fn weights_that_do_not_add_up_are_refused() {
        assert!(Weights::new(40, 30, 30).is_ok());
        assert!(Weights::new(40, 30, 20).is_err());
        assert!(Weights::new(200, 30, 30).is_err());
    }

    #[test]
    fn consent_is_asked_until_the_planned_date_and_for_a_year_at_most() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-10-07");
        assert_eq!(consent_until(Some(day("2026-12-01")), today), day("2026-12-01"));
        assert_eq!(consent_until(Some(today), today), day("2026-10-21"));
        assert_eq!(consent_until(None, today), day("2026-10-21"));
        for (until, refused) in [
            ("2026-10-07", true),
            ("2026-10-08", false),
            ("2027-10-08", false),
            ("2027-10-09", true),
            ("9999-12-31", true),
        ] {
            assert_eq!(until_refusal(day(until), today).is_some(), refused, "{until}");
        }
    }

    #[test]
    fn small_values_are_not_rounded_to_nothing() {
        assert_eq!(
            [12_345_678, -1_500_000, 0, 12, -499].map(shown),
            ["12.346", "−1.500", "0.000", "0.000012", "−0.000499"]
        );
    }
}
