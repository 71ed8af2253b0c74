//! Quantiles of slips, in words.

use chrono::NaiveDate;

use crate::kernel::Language;

/// Samples from which quantiles mean something.
pub const ENOUGH: i64 = 10;

/// Slips of one type, of one modality or over all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub type_id: i16,
    /// None where the task has no modality; see `whole`.
    pub modality_id: Option<i16>,
    /// Over all modalities.
    pub whole: bool,
    pub n: i64,
    /// Days at the 10th, 25th, 50th, 75th and 90th percentile; a tenth, a quarter … were met by then.
    pub days: [i32; 5],
}

impl Sample {
    pub fn is_enough(&self) -> bool {
        self.n >= ENOUGH
    }

    pub fn median(&self) -> i32 {
        self.days[2]
    }

    /// One line: n, the median, the middle eight tenths; where n is small it says so.
    pub fn line(&self, l: Language) -> String {
        let [low, _, middle, _, high] = self.days.map(signed);
        let few = if self.is_enough() {
            String::new()
        } else {
            match l {
                Language::Ja => format!("。{ENOUGH}件未満のため目安になりません"),
                Language::En => format!("; fewer than {ENOUGH}, too few to rely on"),
            }
        };
        match l {
            Language::Ja => format!("実績{}件：中央値 {middle}日、10～90% {low}～{high}日{few}", self.n),
            Language::En => {
                format!("{} past: median {middle} days, 10–90% {low} to {high} days{few}", self.n)
            }
        }
    }

    /// The days that the median and the 90th percentile would mean for a milestone first due on a day.
    pub fn dates(&self, first_due_on: NaiveDate) -> (NaiveDate, NaiveDate) {
        let on = |days: i32| first_due_on + chrono::Duration::days(i64::from(days));
        (on(self.days[2]), on(self.days[4]))
    }
}

/// +41, −5, 0: with a sign, as differences are read.
pub fn signed(days: i32) -> String {
    match days {
        0 => "0".to_owned(),
        d if d > 0 => format!("+{d}"),
        d => format!("−{}", d.unsigned_abs()),
    }
}

/// Samples by type, for one modality and over all.
#[derive(Clone, Debug, Default)]
pub struct Forecast(Vec<Sample>);

impl Forecast {
    pub fn new(samples: Vec<Sample>) -> Self {
        Self(samples)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Sample> {
        self.0.iter()
    }

    /// Of a type and the modality.
    pub fn of(&self, type_id: i16, modality: Option<i16>) -> Option<&Sample> {
        self.0.iter().find(|s| s.type_id == type_id && !s.whole && s.modality_id == modality)
    }

    /// Of a type over all modalities.
    pub fn whole(&self, type_id: i16) -> Option<&Sample> {
        self.0.iter().find(|s| s.type_id == type_id && s.whole)
    }

    /// The type and modality where there is enough of it, otherwise the type over all modalities.
    pub fn best(&self, type_id: i16, modality: Option<i16>) -> Option<&Sample> {
        self.of(type_id, modality).filter(|s| s.is_enough()).or_else(|| self.whole(type_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(modality: Option<i16>, whole: bool, n: i64) -> Sample {
        Sample { type_id: 1, modality_id: modality, whole, n, days: [-5, 0, 41, 90, 180] }
    }

    #[test]
    fn few_samples_say_so_and_give_way_to_the_whole_type() {
        let forecast = Forecast::new(vec![sample(Some(7), false, 9), sample(None, true, 60)]);
        assert_eq!(forecast.best(1, Some(7)).map(|s| s.n), Some(60));
        assert!(sample(Some(7), false, 9).line(Language::Ja).contains("10件未満"));
        assert!(!sample(Some(7), false, 10).line(Language::Ja).contains("未満"));
        assert_eq!(sample(None, true, 60).line(Language::Ja), "実績60件：中央値 +41日、10～90% −5～+180日");
    }

    #[test]
    fn dates_are_counted_from_the_first_due_date() {
        let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).expect("a day");
        assert_eq!(sample(None, true, 60).dates(day(4, 1)), (day(5, 12), day(9, 28)));
    }
}
