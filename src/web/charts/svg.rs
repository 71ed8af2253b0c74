//! Writing SVG: escaping, the frame of a chart, text that fits its place.

use std::fmt::{self, Display, Write};

/// Markup that is already escaped; templates print it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(pub(super) String);

impl Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

/// What a chart is called: an id unique on the page, a title, and one sentence that says what it shows.
#[derive(Debug, Clone)]
pub struct Head<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    /// Width in px at which text has its natural size.
    pub width: f64,
}

impl<'a> Head<'a> {
    pub fn new(id: &'a str, title: &'a str, description: &'a str) -> Self {
        Self { id, title, description, width: 640.0 }
    }

    pub fn wide(self, width: f64) -> Self {
        Self { width, ..self }
    }
}

/// An SVG under construction. Coordinates are px, rounded to a tenth so that snapshots and pages stay small.
pub(super) struct Svg<'a> {
    head: &'a Head<'a>,
    body: String,
    linked: bool,
}

impl<'a> Svg<'a> {
    pub fn new(head: &'a Head<'a>) -> Self {
        Self { head, body: String::new(), linked: false }
    }

    /// Closes the drawing. `class` is added to `chart`.
    pub fn finish(self, height: f64, class: &str) -> Markup {
        let Head { id, title, description, width } = self.head;
        let id = escape(id);
        let role = if self.linked { "graphics-document document" } else { "img" };
        let space = if class.is_empty() { "" } else { " " };
        Markup(format!(
            concat!(
                r#"<svg class="chart{}{}" role="{}" aria-labelledby="{}-title {}-desc" viewBox="0 0 {} {}" width="{}" height="{}">"#,
                r#"<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>"#
            ),
            space,
            class,
            role,
            id,
            id,
            px(*width),
            px(height),
            px(*width),
            px(height),
            id,
            escape(title),
            id,
            escape(description),
            self.body
        ))
    }

    /// Draws inside a link with a title of its own; without an address the mark keeps its title.
    pub fn linked(&mut self, href: Option<&str>, title: &str, draw: impl FnOnce(&mut Self)) {
        match href {
            Some(href) => {
                self.linked = true;
                let title = escape(title);
                let _ = write!(self.body, r#"<a href="{}"><title>{title}</title>"#, escape(href));
                draw(self);
                self.body.push_str("</a>");
            }
            None => {
                let _ = write!(self.body, "<g><title>{}</title>", escape(title));
                draw(self);
                self.body.push_str("</g>");
            }
        }
    }

    pub fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let _ = write!(
            self.body,
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}"/>"#,
            px(x),
            px(y),
            px(width.max(0.0)),
            px(height.max(0.0))
        );
    }

    /// A rectangle that links of the page lead to; without an id an ordinary one.
    pub fn named_rect(&mut self, id: &str, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let id = if id.is_empty() { String::new() } else { format!(r#" id="{}""#, escape(id)) };
        let _ = write!(
            self.body,
            r#"<rect{id} class="{class}" x="{}" y="{}" width="{}" height="{}"/>"#,
            px(x),
            px(y),
            px(width.max(0.0)),
            px(height.max(0.0))
        );
    }

    /// A bar of a series: coloured by class, and hatched from the second series on.
    pub fn series_rect(&mut self, series: usize, x: f64, y: f64, width: f64, height: f64) {
        self.rect(&format!("mark tile s{}", series_class(series)), x, y, width, height);
        if let Some(hatch) = hatch(series) {
            let _ = write!(
                self.body,
                r##"<rect class="overlay" fill="url(#{}-{hatch})" x="{}" y="{}" width="{}" height="{}"/>"##,
                escape(self.head.id),
                px(x),
                px(y),
                px(width.max(0.0)),
                px(height.max(0.0))
            );
        }
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = write!(
            self.body,
            r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            px(from.0),
            px(from.1),
            px(to.0),
            px(to.1)
        );
    }

    pub fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.body, r#"<path class="{class}" d="{d}"/>"#);
    }

    pub fn circle(&mut self, class: &str, x: f64, y: f64, r: f64) {
        let _ = write!(self.body, r#"<circle class="{class}" cx="{}" cy="{}" r="{}"/>"#, px(x), px(y), px(r));
    }

    pub fn text(&mut self, class: &str, anchor: Anchor, x: f64, y: f64, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let _ =
            write!(self.body, r#"<text{class}{anchor} x="{}" y="{}">{}</text>"#, px(x), px(y), escape(text));
    }

    /// The hatches that `series` many series need.
    pub fn hatches(&mut self, series: usize) {
        if series < 2 {
            return;
        }
        let id = escape(self.head.id).into_owned();
        let _ = write!(
            self.body,
            concat!(
                r#"<defs><pattern id="{id}-h1" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 6L6 0"/></pattern>"#,
                r#"<pattern id="{id}-h2" width="6" height="6" patternUnits="userSpaceOnUse"><circle class="dot-hatch" cx="3" cy="3" r="1.2"/></pattern>"#,
                r#"<pattern id="{id}-h3" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 3H6"/></pattern></defs>"#
            ),
            id = id
        );
    }

    /// Names of series in the order of their marks; returns the height it took.
    pub fn legend(&mut self, names: &[&str], left: f64, top: f64) -> f64 {
        self.legend_of(names, left, top, 12.0, |svg, series, x, y| svg.series_rect(series, x, y, 12.0, 12.0))
    }

    /// The legend of lines: a piece of each with its dash.
    pub fn legend_of_lines(&mut self, names: &[&str], left: f64, top: f64) -> f64 {
        self.legend_of(names, left, top, 30.0, |svg, series, x, y| {
            let class = series_class(series);
            svg.path(&format!("line s{class}"), &format!("M{} {}h30", px(x), px(y + 6.0)));
            svg.circle(&format!("s{class}"), x + 15.0, y + 6.0, 3.5);
        })
    }

    fn legend_of(
        &mut self,
        names: &[&str],
        left: f64,
        top: f64,
        key: f64,
        draw: impl Fn(&mut Self, usize, f64, f64),
    ) -> f64 {
        let (mut x, mut y) = (left, top);
        for (series, name) in names.iter().enumerate() {
            let needed = key + 6.0 + text_width(name, 11.0) + 16.0;
            if x > left && x + needed > self.head.width {
                x = left;
                y += 18.0;
            }
            draw(self, series, x, y);
            self.text("legend-label", Anchor::Start, x + key + 5.0, y + 10.0, name);
            x += needed;
        }
        y - top + 24.0
    }
}

#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Nine colours; a tenth series would reuse the last, so callers fold the tail into "others".
pub(super) fn series_class(series: usize) -> usize {
    series.min(8) + 1
}

fn hatch(series: usize) -> Option<&'static str> {
    match series % 4 {
        1 => Some("h1"),
        2 => Some("h2"),
        3 => Some("h3"),
        _ => None,
    }
}

/// A coordinate with at most one decimal.
pub(super) fn px(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == rounded.trunc() { format!("{}", rounded as i64) } else { format!("{rounded:.1}") }
}

pub(super) fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped.into()
}

/// Estimated width in px: full-width characters one em, others a little over half.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.58 } else { 1.0 }).sum::<f64>() * size
}

/// The text, shortened with an ellipsis when it is wider than `width` px.
pub(super) fn fit(text: &str, width: f64, size: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut taken = String::new();
    let mut used = size;
    for c in text.chars() {
        used += if c.is_ascii() { 0.58 * size } else { size };
        if used > width {
            break;
        }
        taken.push(c);
    }
    taken.push('…');
    taken
}
