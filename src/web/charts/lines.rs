//! Lines over categories: each series with its own dash and its name at the end of the line.

use std::fmt::Write;

use super::columns::Frame;
use super::grid::Grid;
use super::measure::{Axis, Measure};
use super::svg::{Anchor, Head, Markup, Svg, px, series_class};

/// Line chart; a missing value interrupts its line.
pub fn lines(head: &Head, measure: &Measure, grid: &Grid) -> Markup {
    let axis = Axis::over(grid.values(), measure);
    let mut svg = Svg::new(head);
    let frame = Frame::draw(&mut svg, head, measure, &axis, &grid.categories, grid.series.len());
    for (s, series) in grid.series.iter().enumerate() {
        let class = series_class(s);
        let mut path = String::new();
        let mut pen_down = false;
        for (i, cell) in series.cells.iter().enumerate() {
            match cell.value {
                Some(value) => {
                    let command = if pen_down { 'L' } else { 'M' };
                    let _ = write!(path, "{command}{} {}", px(frame.middle(i)), px(frame.y(&axis, value)));
                    pen_down = true;
                }
                None => pen_down = false,
            }
        }
        svg.path(&format!("line s{class}"), &path);
        for (i, cell) in series.cells.iter().enumerate() {
            let (Some(value), Some(category)) = (cell.value, grid.categories.get(i)) else { continue };
            let title = format!("{category} {}: {}", series.name, measure.with_unit(value));
            svg.linked(cell.href.as_deref(), &title, |svg| {
                svg.circle(&format!("mark s{class}"), frame.middle(i), frame.y(&axis, value), 4.0);
            });
        }
        if grid.series.len() == 1 {
            for (i, value) in series.cells.iter().enumerate().filter_map(|(i, c)| Some((i, c.value?))) {
                let y = frame.y(&axis, value) - 9.0;
                svg.text("soft-label", Anchor::Middle, frame.middle(i), y, &measure.format(value));
            }
        }
    }
    let mut height = frame.close(&mut svg, &axis);
    if grid.series.len() > 1 {
        height += svg.legend_of_lines(&grid.names(), frame.left, height + 4.0);
    }
    svg.finish(height, "")
}
