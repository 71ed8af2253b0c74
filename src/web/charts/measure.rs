//! What the numbers of a chart are: unit, scale, decimals; and the round steps of an axis.

/// A unit of display. Values are given in their base unit (yen, tasks, shares of one) and divided for print.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Printed after the number, e.g. `億円`.
    pub unit: String,
    /// Base units in one printed unit.
    pub divisor: f64,
    pub decimals: usize,
}

impl Measure {
    pub fn new(unit: impl Into<String>, divisor: f64, decimals: usize) -> Self {
        Self { unit: unit.into(), divisor, decimals }
    }

    /// Things that are counted, e.g. `Measure::count("件")`.
    pub fn count(unit: impl Into<String>) -> Self {
        Self::new(unit, 1.0, 0)
    }

    /// Shares of one, printed in percent.
    pub fn percent() -> Self {
        Self::new("%", 0.01, 1)
    }

    /// The number as printed, with thousands commas and a true minus.
    pub fn format(&self, value: f64) -> String {
        grouped(value / self.divisor, self.decimals)
    }

    /// The number with its unit.
    pub fn with_unit(&self, value: f64) -> String {
        format!(
            "{}{}{}",
            self.format(value),
            if self.unit.is_ascii() && self.unit != "%" { " " } else { "" },
            self.unit
        )
    }

    /// A tick of an axis: no more decimals than the step needs.
    pub(super) fn tick(&self, value: f64, step: f64) -> String {
        let step = (step / self.divisor).abs();
        let decimals = if step >= 1.0 { 0 } else { ((-step.log10()).ceil() as usize).min(4) };
        grouped(value / self.divisor, decimals)
    }
}

fn grouped(value: f64, decimals: usize) -> String {
    let printed = format!("{:.decimals$}", value.abs());
    let (whole, rest) = printed.split_once('.').map_or((printed.as_str(), ""), |(w, r)| (w, r));
    let mut text = String::new();
    let is_zero = printed.bytes().all(|b| b == b'0' || b == b'.');
    if value < 0.0 && !is_zero {
        text.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    text
}

/// A linear axis from zero (or below) to a round value above the largest.
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

impl Axis {
    pub fn over(values: impl Iterator<Item = f64>, divisor: f64) -> Self {
        let (low, high) =
            values.filter(|v| v.is_finite()).fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let span = if high - low > 0.0 { (high - low) / divisor } else { 1.0 };
        let rough = span / 4.0;
        let magnitude = 10f64.powf(rough.log10().floor());
        let factor =
            [1.0, 2.0, 2.5, 5.0].into_iter().find(|f| f * magnitude >= rough * 0.999).unwrap_or(10.0);
        let step = factor * magnitude * divisor;
        let high = if high > 0.0 { (high / step - 1e-9).ceil() * step } else { 0.0 };
        let low = if low < 0.0 { (low / step + 1e-9).floor() * step } else { 0.0 };
        Self { low, high: if high == low { low + step } else { high }, step }
    }

    pub fn ticks(&self) -> impl Iterator<Item = f64> + '_ {
        let count = ((self.high - self.low) / self.step).round() as i32;
        (0..=count).map(|i| self.low + f64::from(i) * self.step)
    }

    /// Share of the axis that lies below the value.
    pub fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_and_a_true_minus() {
        let oku = Measure::new("億円", 1e8, 1);
        assert_eq!(oku.format(124_520_000_000.0), "1,245.2");
        assert_eq!(oku.with_unit(-3_500_000_000.0), "−35.0億円");
        assert_eq!(Measure::count("tasks").with_unit(2604.0), "2,604 tasks");
        assert_eq!(Measure::percent().with_unit(0.125), "12.5%");
        assert_eq!(oku.format(-1.0), "0.0", "a rounded zero has no sign");
    }

    #[test]
    fn axis_ends_on_round_steps() {
        let axis = Axis::over([3.0, 97.0].into_iter(), 1.0);
        assert_eq!((axis.low, axis.high, axis.step), (0.0, 100.0, 25.0));
        let axis = Axis::over([-7.0, 12.0].into_iter(), 1.0);
        assert_eq!((axis.low, axis.high, axis.step), (-10.0, 15.0, 5.0));
        assert_eq!(Axis::over([0.0].into_iter(), 1.0).ticks().count(), 2, "an empty chart still has an axis");
    }
}
