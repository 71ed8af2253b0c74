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
        let is_whole = |parts: f64| (parts - parts.round()).abs() < 1e-6;
        let fitting = [(0, 1.0), (1, 10.0), (2, 100.0), (3, 1000.0)]
            .into_iter()
            .find(|(_, in_one)| is_whole(step * in_one));
        grouped(value / self.divisor, fitting.map_or(4, |(decimals, _)| decimals))
    }

    /// Things have no halves: steps between ticks are whole.
    fn counts(&self) -> bool {
        self.divisor == 1.0 && self.decimals == 0
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
    pub fn over(values: impl Iterator<Item = f64>, measure: &Measure) -> Self {
        let (low, high) =
            values.filter(|v| v.is_finite()).fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let span = if high - low > 0.0 { (high - low) / measure.divisor } else { 1.0 };
        let rough = if measure.counts() { (span / 4.0).max(1.0) } else { span / 4.0 };
        let magnitude = 10f64.powf(rough.log10().floor());
        let fits = |f: &f64| {
            let step = f * magnitude;
            step >= rough * 0.999 && (!measure.counts() || step.fract() == 0.0)
        };
        let step = [1.0, 2.0, 2.5, 5.0].into_iter().find(fits).unwrap_or(10.0) * magnitude * measure.divisor;
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
        let axis = Axis::over([3.0, 97.0].into_iter(), &Measure::count("件"));
        assert_eq!((axis.low, axis.high, axis.step), (0.0, 100.0, 25.0));
        let axis = Axis::over([-7.0, 12.0].into_iter(), &Measure::count("件"));
        assert_eq!((axis.low, axis.high, axis.step), (-10.0, 15.0, 5.0));
        let empty = Axis::over([0.0].into_iter(), &Measure::count("件"));
        assert_eq!(empty.ticks().collect::<Vec<_>>(), [0.0, 1.0], "an empty chart still has an axis");
    }

    #[test]
    fn things_are_counted_in_whole_steps_and_shares_in_the_decimals_they_need() {
        let count = Measure::count("件");
        for (most, ticks) in [(1.0, "0 1"), (2.0, "0 1 2"), (9.0, "0 5 10"), (7.0, "0 2 4 6 8")] {
            let axis = Axis::over([most].into_iter(), &count);
            let printed: Vec<String> = axis.ticks().map(|t| count.tick(t, axis.step)).collect();
            assert_eq!(printed.join(" "), ticks);
        }
        let oku = Measure::new("億円", 1e8, 1);
        let axis = Axis::over([1e8].into_iter(), &oku);
        let printed: Vec<String> = axis.ticks().map(|t| oku.tick(t, axis.step)).collect();
        assert_eq!(printed, ["0.00", "0.25", "0.50", "0.75", "1.00"]);
    }
}
