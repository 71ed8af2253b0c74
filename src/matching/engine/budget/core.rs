//! The linear relaxation over the entries that are still open, and what it says as integer prices.

use super::super::prices::{FINE, PriceList};
use super::super::relax::{Fixed, Relaxation};
use super::super::simplex::{Column, End, Simplex};

/// Most rows and columns of a relaxation; beyond, prices come from the subgradient alone.
const MOST_ROWS: usize = 320;
const MOST_COLUMNS: usize = 6_000;

/// The linear relaxation over the entries that are not ruled out.
pub(super) struct Core {
    pub(super) simplex: Simplex,
    /// Column of an entry.
    column: Vec<Option<u32>>,
    /// Rows: lefts first, then these.
    node_rows: Vec<NodeRow>,
    left_rows: usize,
    /// Row of each left that still has a choice.
    left_row: Vec<Option<u32>>,
    /// Largest weight, by which the simplex's costs are divided.
    unit: f64,
    pub(super) stale: bool,
}

struct NodeRow {
    node: u32,
    /// What a row over yen is divided by.
    yen: Option<f64>,
}

impl Core {
    /// `None` when there are too many rows even so.
    pub(super) fn new(relaxation: &Relaxation, ruled: &Fixed) -> Option<Core> {
        let network = relaxation.network;
        let entries: Vec<usize> = (0..ruled.len()).filter(|&entry| ruled[entry] != Some(false)).collect();
        if entries.len() > MOST_COLUMNS {
            return None;
        }
        let mut below = vec![0u32; network.high.len()];
        let mut left_row = vec![None; network.left_max.len()];
        let mut bounds: Vec<(f64, f64)> = Vec::new();
        for &entry in &entries {
            let left = network.entry_left[entry] as usize;
            left_row[left].get_or_insert_with(|| {
                bounds.push((
                    f64::from(network.left_min[left]),
                    f64::from(network.left_max[left].min(1 << 20)),
                ));
                bounds.len() as u32 - 1
            });
            network.chain(network.entry_right[entry]).for_each(|node| below[node as usize] += 1);
        }
        let left_rows = bounds.len();
        let mut node_rows = Vec::new();
        let mut rows_of = vec![(None, None); network.high.len()];
        for node in 0..network.high.len() {
            if network.high[node] < below[node] || network.low[node] > 0 {
                rows_of[node].0 = Some(bounds.len() as u32);
                bounds.push((
                    f64::from(network.low[node]),
                    f64::from(network.high[node].max(network.low[node])),
                ));
                node_rows.push(NodeRow { node: node as u32, yen: None });
            }
            if let Some(budget) = relaxation.budget[node] {
                let divisor = (budget as f64).max(1.0);
                rows_of[node].1 = Some((bounds.len() as u32, divisor));
                bounds.push((0.0, budget as f64 / divisor));
                node_rows.push(NodeRow { node: node as u32, yen: Some(divisor) });
            }
        }
        if bounds.len() > MOST_ROWS {
            return None;
        }
        let unit = network.weight.iter().map(|weight| weight.abs()).max().unwrap_or(0).max(1) as f64;
        let mut column = vec![None; network.weight.len()];
        let mut columns: Vec<(f64, Column)> = Vec::with_capacity(entries.len());
        for &entry in &entries {
            column[entry] = Some(columns.len() as u32);
            let mut rows: Column =
                left_row[network.entry_left[entry] as usize].map(|row| (row, 1.0)).into_iter().collect();
            for node in network.chain(network.entry_right[entry]) {
                let (count, yen) = rows_of[node as usize];
                rows.extend(count.map(|row| (row, 1.0)));
                rows.extend(
                    yen.filter(|_| relaxation.cost[entry] != 0)
                        .map(|(row, divisor)| (row, relaxation.cost[entry] as f64 / divisor)),
                );
            }
            columns.push((-(network.weight[entry] as f64) / unit, rows));
        }
        Some(Core {
            simplex: Simplex::new(&columns, &bounds),
            column,
            node_rows,
            left_rows,
            left_row,
            unit,
            stale: false,
        })
    }

    pub(super) fn solve(&mut self, fixed: &Fixed, stop: &dyn Fn() -> bool) -> End {
        for (entry, column) in self.column.iter().enumerate() {
            let Some(column) = column else { continue };
            let (low, high) = match fixed[entry] {
                None => (0.0, 1.0),
                Some(true) => (1.0, 1.0),
                Some(false) => (0.0, 0.0),
            };
            self.simplex.bound(*column as usize, low, high);
        }
        self.simplex.solve(stop)
    }

    /// Prices of the lefts.
    pub(super) fn left_prices(&self, relaxation: &Relaxation) -> Vec<i128> {
        let network = relaxation.network;
        let duals = self.simplex.duals();
        let price = |(left, row): (usize, &Option<u32>)| {
            let price = row.map_or(0, |row| (-duals[row as usize] * self.unit * FINE as f64).round() as i128);
            if network.left_min[left] == 0 { price.max(0) } else { price }
        };
        self.left_row.iter().enumerate().map(price).collect()
    }

    /// Row multipliers as integer prices.
    pub(super) fn prices(&self, relaxation: &Relaxation, duals: &[f64], ray: bool) -> PriceList {
        let mut prices = PriceList::free(relaxation.network);
        // A ray has no scale of its own: give it one that survives rounding.
        let unit = if ray { 1e9 * FINE as f64 } else { self.unit * FINE as f64 };
        for (row, dual) in self.node_rows.iter().zip(&duals[self.left_rows..]) {
            let price = -dual * unit;
            let node = row.node as usize;
            match row.yen {
                Some(divisor) => {
                    prices.yen[node] = ((price / divisor * 1e9).round() as i128).clamp(0, 1 << 90)
                }
                None if relaxation.network.low[node] == 0 => {
                    prices.place[node] = (price.round() as i128).clamp(0, 1 << 80)
                }
                None => prices.place[node] = (price.round() as i128).clamp(-(1 << 80), 1 << 80),
            }
        }
        prices
    }

    /// The entry nearest to one half.
    pub(super) fn most_fractional(&self, fixed: &Fixed) -> Option<(usize, f64)> {
        let mut found: Option<(f64, usize, f64)> = None;
        for (entry, column) in self.column.iter().enumerate() {
            let Some(column) = column.filter(|_| fixed[entry].is_none()) else { continue };
            let x = self.simplex.x(column as usize);
            let distance = (x - 0.5).abs();
            if distance < 0.5 - 1e-7 && found.is_none_or(|(best, ..)| distance < best) {
                found = Some((distance, entry, x));
            }
        }
        found.map(|(_, entry, x)| (entry, x))
    }

    /// Entries that are not fixed out, those the relaxation takes most of first.
    pub(super) fn order(&self, relaxation: &Relaxation, fixed: &Fixed) -> Vec<usize> {
        let network = relaxation.network;
        let mut order: Vec<(f64, f64, usize)> = (0..network.weight.len())
            .filter_map(|entry| match (fixed[entry], self.column[entry]) {
                (Some(true), _) => Some((2.0, 0.0, entry)),
                (Some(false), _) => None,
                (None, Some(column)) => {
                    let column = column as usize;
                    Some((self.simplex.x(column), self.simplex.reduced_cost(column), entry))
                }
                (None, None) => Some((0.0, 0.0, entry)),
            })
            .collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        order.into_iter().map(|(_, _, entry)| entry).collect()
    }
}
