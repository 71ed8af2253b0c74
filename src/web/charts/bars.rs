//! Lying bars: one per name, longest names readable; and shares of a whole per row.

use super::grid::{Grid, Item};
use super::measure::{Axis, Measure};
use super::svg::{Anchor, Head, Markup, Svg, fit, text_width};

const ROW: f64 = 26.0;
const BAR: f64 = 16.0;

/// One bar per item, its number at the end.
pub fn bars(head: &Head, measure: &Measure, items: &[Item]) -> Markup {
    let axis = Axis::over(items.iter().map(|i| i.value), measure);
    let mut svg = Svg::new(head);
    let left = label_column(head, items.iter().map(|i| i.label.as_str()));
    let number =
        items.iter().map(|i| text_width(&measure.with_unit(i.value), 11.0)).fold(0.0, f64::max) + 10.0;
    let plot = (head.width - left - number).max(40.0);
    let low = items.iter().map(|i| i.value).fold(0.0, f64::min);
    let high = items.iter().map(|i| i.value).fold(0.0, f64::max);
    let span = if high > low { high - low } else { axis.step };
    let at = |value: f64| left + plot * (value - low) / span;
    for (i, item) in items.iter().enumerate() {
        let y = ROW * i as f64 + 5.0;
        let title = format!("{}: {}", item.label, measure.with_unit(item.value));
        svg.text("", Anchor::End, left - 8.0, y + 12.5, &fit(&item.label, left - 10.0, 12.0));
        let (start, end) = (at(0.0).min(at(item.value)), at(0.0).max(at(item.value)));
        svg.linked(item.href.as_deref(), &title, |svg| {
            svg.series_rect(0, start, y, (end - start).max(1.0), BAR)
        });
        svg.text("soft-label", Anchor::Start, end + 6.0, y + 12.0, &measure.with_unit(item.value));
    }
    let height = ROW * items.len() as f64 + 6.0;
    svg.line("axis-line", (at(0.0), 0.0), (at(0.0), height));
    svg.finish(height, "")
}

/// One bar per category, cut into series. With `whole` every bar fills the width and parts are shares of their row.
pub fn stacked_bars(head: &Head, measure: &Measure, grid: &Grid, whole: bool) -> Markup {
    let sums: Vec<f64> = (0..grid.categories.len()).map(|i| grid.stack_sum(i, true)).collect();
    let longest = sums.iter().copied().fold(0.0, f64::max);
    let mut svg = Svg::new(head);
    svg.hatches(grid.series.len());
    let left = label_column(head, grid.categories.iter().map(String::as_str));
    let number = sums.iter().map(|s| text_width(&measure.with_unit(*s), 11.0)).fold(0.0, f64::max) + 10.0;
    let plot = (head.width - left - number).max(40.0);
    for (i, category) in grid.categories.iter().enumerate() {
        let y = ROW * i as f64 + 5.0;
        let sum = sums[i];
        let full = if whole { sum } else { longest };
        svg.text("", Anchor::End, left - 8.0, y + 12.5, &fit(category, left - 10.0, 12.0));
        let mut x = left;
        for (s, series) in grid.series.iter().enumerate() {
            let Some(cell) = series.cells.get(i) else { continue };
            let Some(value) = cell.value.filter(|v| *v > 0.0 && full > 0.0) else { continue };
            let width = plot * value / full;
            let title = format!(
                "{category} {}: {}（{:.1}%）",
                series.name,
                measure.with_unit(value),
                value / sum * 100.0
            );
            svg.linked(cell.href.as_deref(), &title, |svg| svg.series_rect(s, x, y, width, BAR));
            x += width;
        }
        svg.text("soft-label", Anchor::Start, x + 6.0, y + 12.0, &measure.with_unit(sum));
    }
    let mut height = ROW * grid.categories.len() as f64 + 6.0;
    height += svg.legend(&grid.names(), left, height + 4.0);
    svg.finish(height, "")
}

fn label_column<'a>(head: &Head, labels: impl Iterator<Item = &'a str>) -> f64 {
    let widest = labels.map(|l| text_width(l, 12.0)).fold(0.0, f64::max) + 12.0;
    widest.clamp(40.0, head.width * 0.38)
}
