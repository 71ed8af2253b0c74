//! Lineage: programs or tasks as boxes in columns of years, arrows from the earlier to the later.

use std::collections::HashMap;
use std::fmt::Write;

use super::svg::{Anchor, Head, Markup, Svg, fit, px};

/// A program or a task.
#[derive(Debug, Clone)]
pub struct Node {
    /// Unique in the drawing; edges name it.
    pub key: String,
    /// Column from the left, mostly the position of its first year; empty columns are closed up.
    pub column: usize,
    pub label: String,
    /// Second line: number, years, amount.
    pub note: String,
    pub href: Option<String>,
    /// The one whose page this is.
    pub here: bool,
}

/// An arrow with its kind in words (改称, 統合, 分割, 後継, ペアリング …).
#[derive(Debug, Clone)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub label: String,
    /// Drawn dashed: proposed or inferred, not confirmed.
    pub weak: bool,
}

const BOX_HEIGHT: f64 = 42.0;
const ROW: f64 = 58.0;
const GAP: f64 = 64.0;

/// Boxes in columns, arrows between them. Edges to keys that are not drawn are left out.
/// Cycles cannot loop the layout: the place of a node is its given column.
pub fn lineage(head: &Head, nodes: &[Node], edges: &[Edge]) -> Markup {
    let columns = closed_up(nodes);
    let count = columns.values().max().map_or(1, |c| c + 1);
    let width = ((head.width - GAP * (count as f64 - 1.0)) / count as f64).clamp(120.0, 260.0);
    let head = &head.clone().wide(head.width.max(count as f64 * (width + GAP) - GAP + 2.0));
    let rows = rows(nodes, edges, &columns, count);
    let place: HashMap<&str, (f64, f64)> = nodes
        .iter()
        .zip(&rows)
        .map(|(n, row)| {
            (n.key.as_str(), (1.0 + columns[&n.column] as f64 * (width + GAP), 8.0 + *row as f64 * ROW))
        })
        .collect();
    let mut svg = Svg::new(head);
    for edge in edges {
        if let (Some(&from), Some(&to)) = (place.get(edge.from.as_str()), place.get(edge.to.as_str())) {
            draw_edge(&mut svg, edge, from, to, width);
        }
    }
    for node in nodes {
        let (x, y) = place[node.key.as_str()];
        let title =
            if node.note.is_empty() { node.label.clone() } else { format!("{} {}", node.label, node.note) };
        svg.linked(node.href.as_deref(), &title, |svg| {
            svg.rect(if node.here { "mark node-here" } else { "mark node" }, x, y, width, BOX_HEIGHT);
            svg.text("strong-label", Anchor::Start, x + 8.0, y + 17.0, &fit(&node.label, width - 14.0, 12.0));
            svg.text("soft-label", Anchor::Start, x + 8.0, y + 33.0, &fit(&node.note, width - 14.0, 11.0));
        });
    }
    let depth = rows.iter().max().map_or(0, |r| r + 1);
    svg.finish(depth as f64 * ROW + 10.0, "lineage")
}

fn draw_edge(svg: &mut Svg, edge: &Edge, from: (f64, f64), to: (f64, f64), width: f64) {
    let (x1, y1) = (from.0 + width, from.1 + BOX_HEIGHT / 2.0);
    let (x2, y2) = (to.0 - 7.0, to.1 + BOX_HEIGHT / 2.0);
    let bend = ((x2 - x1) / 2.0).abs().max(24.0);
    let class = if edge.weak { "edge edge-weak" } else { "edge" };
    let mut d = String::new();
    let _ = write!(
        d,
        "M{} {}C{} {} {} {} {} {}",
        px(x1),
        px(y1),
        px(x1 + bend),
        px(y1),
        px(x2 - bend),
        px(y2),
        px(x2),
        px(y2)
    );
    svg.path(class, &d);
    svg.path("arrow", &format!("M{} {}l8 4.5l-8 4.5z", px(x2 - 1.0), px(y2 - 4.5)));
    if !edge.label.is_empty() {
        let y = (y1 + y2) / 2.0 - 5.0;
        svg.text("edge-label", Anchor::Middle, (x1 + x2) / 2.0, y, &fit(&edge.label, GAP - 6.0, 11.0));
    }
}

/// Used columns, numbered without gaps.
fn closed_up(nodes: &[Node]) -> HashMap<usize, usize> {
    let mut used: Vec<usize> = nodes.iter().map(|n| n.column).collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter().enumerate().map(|(place, column)| (column, place)).collect()
}

/// Row of every node: column by column, ordered by the mean row of what leads to it (fewer crossings), then as given.
fn rows(nodes: &[Node], edges: &[Edge], columns: &HashMap<usize, usize>, count: usize) -> Vec<usize> {
    let index: HashMap<&str, usize> = nodes.iter().enumerate().map(|(i, n)| (n.key.as_str(), i)).collect();
    let mut row = vec![0usize; nodes.len()];
    for column in 0..count {
        let mut here: Vec<usize> =
            (0..nodes.len()).filter(|i| columns[&nodes[*i].column] == column).collect();
        let wish = |i: usize, row: &[usize]| -> Option<f64> {
            let before: Vec<f64> = edges
                .iter()
                .filter(|e| e.to == nodes[i].key)
                .filter_map(|e| index.get(e.from.as_str()))
                .filter(|f| columns[&nodes[**f].column] < column)
                .map(|f| row[*f] as f64)
                .collect();
            (!before.is_empty()).then(|| before.iter().sum::<f64>() / before.len() as f64)
        };
        let wishes: HashMap<usize, f64> =
            here.iter().map(|i| (*i, wish(*i, &row).unwrap_or(f64::MAX))).collect();
        here.sort_by(|a, b| wishes[a].total_cmp(&wishes[b]).then(a.cmp(b)));
        let mut next = 0;
        for i in here {
            let wished = wishes[&i];
            row[i] = if wished == f64::MAX { next } else { next.max(wished.floor() as usize) };
            next = row[i] + 1;
        }
    }
    row
}
