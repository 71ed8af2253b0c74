//! A treemap: areas by value, squarified, each tile labelled where the label fits.

use super::grid::Item;
use super::measure::Measure;
use super::svg::{Anchor, Head, Markup, Svg, fit};

const HEIGHT: f64 = 360.0;

/// Tiles in falling order of value; the shade is by value too, so that a copy in grey still reads.
/// Values of zero or less have no area and are left to the table.
pub fn treemap(head: &Head, measure: &Measure, items: &[Item]) -> Markup {
    let mut order: Vec<&Item> = items.iter().filter(|i| i.value > 0.0).collect();
    order.sort_by(|a, b| b.value.total_cmp(&a.value).then_with(|| a.label.cmp(&b.label)));
    let total: f64 = order.iter().map(|i| i.value).sum();
    let mut svg = Svg::new(head);
    let highest = order.first().map_or(1.0, |i| i.value);
    let areas: Vec<f64> = order.iter().map(|i| i.value / total * head.width * HEIGHT).collect();
    for (item, tile) in order.iter().zip(squarified(&areas, head.width, HEIGHT)) {
        let title = format!(
            "{}: {}（{:.1}%）",
            item.label,
            measure.with_unit(item.value),
            item.value / total * 100.0
        );
        let heat = 1 + ((item.value / highest).sqrt() * 3.99) as usize;
        svg.linked(item.href.as_deref(), &title, |svg| {
            svg.rect(&format!("mark tile heat-{heat}"), tile.x, tile.y, tile.width, tile.height);
            if tile.width > 52.0 && tile.height > 18.0 {
                svg.text(
                    "",
                    Anchor::Start,
                    tile.x + 6.0,
                    tile.y + 15.0,
                    &fit(&item.label, tile.width - 10.0, 12.0),
                );
            }
            if tile.width > 52.0 && tile.height > 36.0 {
                let number = fit(&measure.with_unit(item.value), tile.width - 10.0, 12.0);
                svg.text("", Anchor::Start, tile.x + 6.0, tile.y + 31.0, &number);
            }
        });
    }
    svg.finish(HEIGHT, "treemap")
}

#[derive(Debug, Clone, Copy)]
struct Tile {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Squarified layout (Bruls, Huizing, van Wijk 2000): rows are grown while the worst aspect ratio improves.
fn squarified(areas: &[f64], width: f64, height: f64) -> Vec<Tile> {
    let mut tiles = Vec::with_capacity(areas.len());
    let mut free = Tile { x: 0.0, y: 0.0, width, height };
    let mut from = 0;
    while from < areas.len() {
        let side = free.width.min(free.height);
        let mut to = from + 1;
        while to < areas.len() && worst(&areas[from..=to], side) <= worst(&areas[from..to], side) {
            to += 1;
        }
        free = lay_row(&areas[from..to], free, &mut tiles);
        from = to;
    }
    tiles
}

fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let (low, high) = row.iter().fold((f64::MAX, 0.0_f64), |(l, h), a| (l.min(*a), h.max(*a)));
    (side * side * high / (sum * sum)).max(sum * sum / (side * side * low))
}

/// Lays a row along the shorter side and returns what is left.
fn lay_row(row: &[f64], free: Tile, tiles: &mut Vec<Tile>) -> Tile {
    let sum: f64 = row.iter().sum();
    if free.width >= free.height {
        let depth = sum / free.height;
        let mut y = free.y;
        for area in row {
            tiles.push(Tile { x: free.x, y, width: depth, height: area / depth });
            y += area / depth;
        }
        Tile { x: free.x + depth, width: free.width - depth, ..free }
    } else {
        let depth = sum / free.width;
        let mut x = free.x;
        for area in row {
            tiles.push(Tile { x, y: free.y, width: area / depth, height: depth });
            x += area / depth;
        }
        Tile { y: free.y + depth, height: free.height - depth, ..free }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_the_area_without_overlap() {
        let areas = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let tiles = squarified(&areas, 6.0, 4.0);
        let covered: f64 = tiles.iter().map(|t| t.width * t.height).sum();
        assert!((covered - 24.0).abs() < 1e-9);
        for (i, a) in tiles.iter().enumerate() {
            assert!(a.x + a.width <= 6.0 + 1e-9 && a.y + a.height <= 4.0 + 1e-9);
            for b in &tiles[i + 1..] {
                let apart = a.x + a.width <= b.x + 1e-9
                    || b.x + b.width <= a.x + 1e-9
                    || a.y + a.height <= b.y + 1e-9
                    || b.y + b.height <= a.y + 1e-9;
                assert!(apart, "{a:?} and {b:?} overlap");
            }
        }
    }
}
