//! Upright columns over categories: side by side or stacked.

use super::grid::Grid;
use super::measure::{Axis, Measure};
use super::svg::{Anchor, Head, Markup, Svg, fit, text_width};

const TOP: f64 = 22.0;
const PLOT: f64 = 190.0;

/// Columns side by side, one group per category.
pub fn columns(head: &Head, measure: &Measure, grid: &Grid) -> Markup {
    let axis = Axis::over(grid.values(), measure);
    let mut svg = Svg::new(head);
    let frame = Frame::draw(&mut svg, head, measure, &axis, &grid.categories, grid.series.len());
    let count = grid.series.len().max(1) as f64;
    let group = (frame.slot * 0.72).min(52.0 * count);
    let width = group / count;
    for (i, category) in grid.categories.iter().enumerate() {
        let left = frame.middle(i) - group / 2.0;
        for (s, series) in grid.series.iter().enumerate() {
            let Some(cell) = series.cells.get(i) else { continue };
            let Some(value) = cell.value else { continue };
            let (y, zero) = (frame.y(&axis, value), frame.y(&axis, 0.0));
            let x = left + width * s as f64;
            let title = title(category, &series.name, grid.series.len(), measure, value);
            svg.linked(cell.href.as_deref(), &title, |svg| {
                svg.series_rect(s, x, y.min(zero), width - 1.0, (y - zero).abs());
            });
            let label = measure.format(value);
            if text_width(&label, 11.0) <= width + 1.0 {
                let y = if value < 0.0 { y + 12.0 } else { y - 4.0 };
                svg.text("soft-label", Anchor::Middle, x + width / 2.0, y, &label);
            }
        }
    }
    frame.finish(svg, &axis, grid)
}

/// Columns on top of each other; the sum stands above.
pub fn stacked_columns(head: &Head, measure: &Measure, grid: &Grid) -> Markup {
    let sums = (0..grid.categories.len()).flat_map(|i| [grid.stack_sum(i, true), grid.stack_sum(i, false)]);
    let axis = Axis::over(sums, measure);
    let mut svg = Svg::new(head);
    let frame = Frame::draw(&mut svg, head, measure, &axis, &grid.categories, grid.series.len());
    let width = (frame.slot * 0.66).min(64.0);
    for (i, category) in grid.categories.iter().enumerate() {
        let x = frame.middle(i) - width / 2.0;
        let (mut above, mut below) = (0.0, 0.0);
        for (s, series) in grid.series.iter().enumerate() {
            let Some(cell) = series.cells.get(i) else { continue };
            let Some(value) = cell.value.filter(|v| *v != 0.0) else { continue };
            let from = if value > 0.0 { &mut above } else { &mut below };
            let (start, end) = (frame.y(&axis, *from), frame.y(&axis, *from + value));
            *from += value;
            let title = title(category, &series.name, grid.series.len(), measure, value);
            svg.linked(cell.href.as_deref(), &title, |svg| {
                svg.series_rect(s, x, start.min(end), width, (start - end).abs());
            });
        }
        if above > 0.0 {
            let y = frame.y(&axis, above) - 4.0;
            svg.text("soft-label", Anchor::Middle, x + width / 2.0, y, &measure.format(above + below));
        }
    }
    frame.finish(svg, &axis, grid)
}

fn title(category: &str, series: &str, count: usize, measure: &Measure, value: f64) -> String {
    let value = measure.with_unit(value);
    if count > 1 { format!("{category} {series}: {value}") } else { format!("{category}: {value}") }
}

/// Axis, grid and category labels around the columns; shared with the line chart.
pub(super) struct Frame {
    pub left: f64,
    pub slot: f64,
    right: f64,
    top: f64,
}

impl Frame {
    pub fn draw(
        svg: &mut Svg,
        head: &Head,
        measure: &Measure,
        axis: &Axis,
        categories: &[String],
        series: usize,
    ) -> Self {
        svg.hatches(series);
        let widest = axis.ticks().map(|t| text_width(&measure.tick(t, axis.step), 11.0)).fold(0.0, f64::max);
        let left = widest + 12.0;
        let right = head.width - 6.0;
        let frame = Self { left, right, slot: (right - left) / categories.len().max(1) as f64, top: TOP };
        svg.text("axis-label", Anchor::Start, 0.0, 11.0, &measure.unit);
        for tick in axis.ticks() {
            let y = frame.y(axis, tick);
            svg.line("grid-line", (left, y), (right, y));
            svg.text("tick-label", Anchor::End, left - 6.0, y + 4.0, &measure.tick(tick, axis.step));
        }
        for (i, category) in categories.iter().enumerate() {
            let label = fit(category, frame.slot - 2.0, 11.0);
            svg.text("tick-label", Anchor::Middle, frame.middle(i), TOP + PLOT + 17.0, &label);
        }
        frame
    }

    pub fn middle(&self, category: usize) -> f64 {
        self.left + self.slot * (category as f64 + 0.5)
    }

    pub fn y(&self, axis: &Axis, value: f64) -> f64 {
        self.top + PLOT * (1.0 - axis.share(value))
    }

    pub fn finish(&self, mut svg: Svg, axis: &Axis, grid: &Grid) -> Markup {
        let mut height = self.close(&mut svg, axis);
        if grid.series.len() > 1 {
            height += svg.legend(&grid.names(), self.left, height + 4.0);
        }
        svg.finish(height, "")
    }

    /// Draws the line of zero; returns the height so far.
    pub fn close(&self, svg: &mut Svg, axis: &Axis) -> f64 {
        let zero = self.y(axis, 0.0);
        svg.line("axis-line", (self.left, zero), (self.right, zero));
        self.top + PLOT + 26.0
    }
}
