//! Charts as small as a word: a line over years, a share of a whole.

use std::fmt::Write;

use super::svg::{Markup, escape, px, series_class};

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 20.0;

/// A line of the values with a dot on the last; `title` says it in words, e.g. 令和2年度 35億円 → 令和7年度 52億円.
pub fn sparkline(title: &str, values: &[f64]) -> Markup {
    let high = values.iter().copied().fold(0.0, f64::max);
    let step = (WIDTH - 6.0) / (values.len().max(2) - 1) as f64;
    let point = |i: usize, v: f64| {
        let share = if high > 0.0 { (v / high).clamp(0.0, 1.0) } else { 0.0 };
        (3.0 + step * i as f64, HEIGHT - 3.0 - (HEIGHT - 6.0) * share)
    };
    let mut path = String::new();
    for (i, value) in values.iter().enumerate() {
        let (x, y) = point(i, *value);
        let _ = write!(path, "{}{} {}", if i == 0 { 'M' } else { 'L' }, px(x), px(y));
    }
    let dot = values.last().map_or(String::new(), |last| {
        let (x, y) = point(values.len() - 1, *last);
        format!(r#"<circle class="last" cx="{}" cy="{}" r="2.5"/>"#, px(x), px(y))
    });
    let title = escape(title);
    Markup(format!(
        r#"<svg class="sparkline" role="img" aria-label="{title}" viewBox="0 0 {WIDTH} {HEIGHT}"><title>{title}</title><path class="line" d="{path}"/>{dot}</svg>"#
    ))
}

/// A score as the sum of its parts, each a piece of one bar as long as `full` when complete.
/// The title and a hidden text say every part in words; parts of zero or less are said but not drawn.
pub fn parts_bar(title: &str, parts: &[(&str, f64)], full: f64) -> Markup {
    let mut rects = String::new();
    let mut x = 0.0;
    for (i, (name, value)) in parts.iter().enumerate().filter(|(_, (_, value))| *value > 0.0 && full > 0.0) {
        let width = (value / full * 100.0).min(100.0 - x);
        let class = series_class(i);
        let name = escape(name);
        let _ = write!(
            rects,
            r#"<rect class="s{class}" x="{}" width="{}" height="10"><title>{name} {value:.2}</title></rect>"#,
            px(x),
            px(width)
        );
        x += width;
    }
    let words: Vec<String> =
        parts.iter().map(|(name, value)| format!("{} {value:.2}", escape(name))).collect();
    let label = format!("{}: {}", escape(title), words.join(", "));
    Markup(format!(
        r#"<svg class="score-bar" role="img" aria-label="{label}" viewBox="0 0 100 10" preserveAspectRatio="none">{rects}</svg>"#
    ))
}

/// A thin bar that fills `share` of its width (0 to 1; more is drawn as over the limit). Its number stands beside it.
pub fn share_bar(share: f64) -> Markup {
    let class = if share > 1.0 + 1e-9 { "bar-over" } else { "bar-fill" };
    let width = if share.is_finite() { share.clamp(0.0, 1.0) * 100.0 } else { 0.0 };
    Markup(format!(
        concat!(
            r#"<svg class="bar" aria-hidden="true" viewBox="0 0 100 6" preserveAspectRatio="none">"#,
            r#"<rect class="bar-ground" width="100" height="6"/><rect class="{}" width="{}" height="6"/></svg>"#
        ),
        class,
        px(width)
    ))
}
