//! A bounded dual simplex for the relaxations of the search: small, dense, deterministic.
//!
//! It only guides. Whatever prices it returns are rounded to integers and the bound is evaluated exactly from those, so
//! an error here costs time, never correctness. Every variable and every row has finite bounds, which makes any basis
//! dual feasible: after a change of bounds the search simply goes on from where it was.

/// minimise cost·x with row bounds on A·x and bounds on x.
#[derive(Clone, Debug)]
pub(super) struct Simplex {
    rows: usize,
    cols: usize,
    start: Vec<usize>,
    row: Vec<u32>,
    value: Vec<f64>,
    cost: Vec<f64>,
    /// Bounds of the columns, then of the rows.
    low: Vec<f64>,
    high: Vec<f64>,
    /// Variable at each position of the basis (rows are numbered after the columns).
    basis: Vec<usize>,
    place: Vec<Place>,
    inverse: Vec<f64>,
    level: Vec<f64>,
    reduced: Vec<f64>,
    pivots: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Basic(u32),
    Low,
    High,
}

/// How a solve ended.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum End {
    Optimal,
    /// No point keeps the bounds: row multipliers that show it, up to sign.
    Infeasible(Vec<f64>),
    /// Gave up; the prices so far are still of use.
    Stalled,
}

const FEASIBLE: f64 = 1e-9;
const PIVOT: f64 = 1e-8;

/// A sparse column: rows and values.
pub(super) type Column = Vec<(u32, f64)>;

impl Simplex {
    /// Columns with cost; all start between 0 and 1. Rows with their bounds.
    pub fn new(columns: &[(f64, Column)], row_bounds: &[(f64, f64)]) -> Simplex {
        let (rows, cols) = (row_bounds.len(), columns.len());
        let (mut start, mut row, mut value) = (vec![0], Vec::new(), Vec::new());
        for (_, column) in columns {
            for &(at, entry) in column {
                row.push(at);
                value.push(entry);
            }
            start.push(row.len());
        }
        let mut inverse = vec![0.0; rows * rows];
        (0..rows).for_each(|at| inverse[at * rows + at] = -1.0);
        let cost: Vec<f64> = columns.iter().map(|&(cost, _)| cost).collect();
        let reduced: Vec<f64> = cost.iter().copied().chain(std::iter::repeat_n(0.0, rows)).collect();
        let mut place: Vec<Place> = vec![Place::Low; cols];
        place.extend((0..rows as u32).map(Place::Basic));
        Simplex {
            rows,
            cols,
            start,
            row,
            value,
            cost,
            low: std::iter::repeat_n(0.0, cols).chain(row_bounds.iter().map(|bounds| bounds.0)).collect(),
            high: std::iter::repeat_n(1.0, cols).chain(row_bounds.iter().map(|bounds| bounds.1)).collect(),
            basis: (cols..cols + rows).collect(),
            place,
            inverse,
            level: vec![0.0; rows],
            reduced,
            pivots: 0,
        }
    }

    /// Sets the bounds of a column.
    pub fn bound(&mut self, column: usize, low: f64, high: f64) {
        (self.low[column], self.high[column]) = (low, high);
    }

    /// Value of a column.
    pub fn x(&self, column: usize) -> f64 {
        match self.place[column] {
            Place::Basic(at) => self.level[at as usize],
            Place::Low => self.low[column],
            Place::High => self.high[column],
        }
    }

    /// Reduced cost of a column.
    pub fn reduced_cost(&self, column: usize) -> f64 {
        self.reduced[column]
    }

    /// Row multipliers: the reduced costs of the rows.
    pub fn duals(&self) -> Vec<f64> {
        self.reduced[self.cols..].to_vec()
    }

    /// Solves from the current basis.
    pub fn solve(&mut self, stop: &dyn Fn() -> bool) -> End {
        self.settle();
        let most = 200 + 20 * (self.rows + self.cols);
        for step in 0..most {
            if step % 32 == 31 && stop() {
                return End::Stalled;
            }
            if self.pivots >= 120 {
                if !self.refactor() {
                    return End::Stalled;
                }
                self.settle();
            }
            let Some((position, rising)) = self.leaving() else { return End::Optimal };
            let rho = self.inverse[position * self.rows..][..self.rows].to_vec();
            let alpha = self.row_of(&rho);
            let Some((entering, flips)) = self.entering(position, rising, &alpha) else {
                if self.pivots > 0 && step > 0 && self.refactor() {
                    // Make sure with a fresh inverse.
                    self.settle();
                    self.pivots = 0;
                    if self.leaving().is_some_and(|(again, _)| again == position) {
                        return End::Infeasible(rho);
                    }
                    continue;
                }
                return End::Infeasible(rho);
            };
            if !self.pivot(position, rising, entering, &flips, &alpha) {
                if self.pivots == 0 || !self.refactor() {
                    return End::Stalled;
                }
                self.settle();
            }
        }
        End::Stalled
    }

    /// Puts every nonbasic variable at the bound its reduced cost asks for and recomputes the basic ones.
    fn settle(&mut self) {
        let mut sum = vec![0.0; self.rows];
        for variable in 0..self.cols + self.rows {
            if matches!(self.place[variable], Place::Basic(_)) {
                continue;
            }
            let at_high = self.reduced[variable] < 0.0
                || (self.reduced[variable] == 0.0 && self.place[variable] == Place::High);
            self.place[variable] = if at_high { Place::High } else { Place::Low };
            let value = if at_high { self.high[variable] } else { self.low[variable] };
            if value != 0.0 {
                self.add_column(variable, value, &mut sum);
            }
        }
        for at in 0..self.rows {
            let row = &self.inverse[at * self.rows..][..self.rows];
            self.level[at] = -row.iter().zip(&sum).map(|(a, b)| a * b).sum::<f64>();
        }
    }

    /// The inverse times a column, which has few values.
    fn times_column(&self, variable: usize) -> Vec<f64> {
        let rows = self.rows;
        if variable >= self.cols {
            return (0..rows).map(|at| -self.inverse[at * rows + variable - self.cols]).collect();
        }
        let range = self.start[variable]..self.start[variable + 1];
        let (row, value) = (&self.row[range.clone()], &self.value[range]);
        let own = |at: usize| -> f64 {
            row.iter().zip(value).map(|(&row, value)| self.inverse[at * rows + row as usize] * value).sum()
        };
        (0..rows).map(own).collect()
    }

    fn add_column(&self, variable: usize, factor: f64, sum: &mut [f64]) {
        if variable >= self.cols {
            sum[variable - self.cols] -= factor;
            return;
        }
        for at in self.start[variable]..self.start[variable + 1] {
            sum[self.row[at] as usize] += factor * self.value[at];
        }
    }

    /// The position furthest outside its bounds, and whether it must rise.
    fn leaving(&self) -> Option<(usize, bool)> {
        let mut worst = FEASIBLE;
        let mut found = None;
        for (position, &variable) in self.basis.iter().enumerate() {
            let level = self.level[position];
            let (under, over) = (self.low[variable] - level, level - self.high[variable]);
            if under > worst {
                (worst, found) = (under, Some((position, true)));
            } else if over > worst {
                (worst, found) = (over, Some((position, false)));
            }
        }
        found
    }

    /// The row of the tableau that belongs to `rho`.
    fn row_of(&self, rho: &[f64]) -> Vec<f64> {
        let mut alpha = Vec::with_capacity(self.cols + self.rows);
        for column in 0..self.cols {
            let range = self.start[column]..self.start[column + 1];
            alpha.push(range.map(|at| rho[self.row[at] as usize] * self.value[at]).sum());
        }
        alpha.extend(rho.iter().map(|value| -value));
        alpha
    }

    /// The variable that enters, and those that jump to their other bound on the way.
    fn entering(&self, position: usize, rising: bool, alpha: &[f64]) -> Option<(usize, Vec<usize>)> {
        let leaving = self.basis[position];
        let level = self.level[position];
        let mut slope = if rising { self.low[leaving] - level } else { level - self.high[leaving] };
        let mut candidates: Vec<(f64, usize)> = Vec::new();
        for (variable, &alpha) in alpha.iter().enumerate() {
            let pull = if rising { alpha } else { -alpha };
            let helps = match self.place[variable] {
                Place::Basic(_) => false,
                Place::Low => pull < -PIVOT,
                Place::High => pull > PIVOT,
            };
            if helps && self.high[variable] > self.low[variable] {
                candidates.push((self.reduced[variable].abs() / pull.abs(), variable));
            }
        }
        candidates.sort_unstable_by(|a, b| {
            a.0.total_cmp(&b.0)
                .then_with(|| alpha[b.1].abs().total_cmp(&alpha[a.1].abs()))
                .then(a.1.cmp(&b.1))
        });
        let mut flips = Vec::new();
        for &(_, variable) in &candidates {
            slope -= alpha[variable].abs() * (self.high[variable] - self.low[variable]);
            if slope <= FEASIBLE {
                return Some((variable, flips));
            }
            flips.push(variable);
        }
        None
    }

    /// Carries out one exchange; `false` when the pivot is too small to trust.
    fn pivot(
        &mut self,
        position: usize,
        rising: bool,
        entering: usize,
        flips: &[usize],
        alpha: &[f64],
    ) -> bool {
        let rows = self.rows;
        let direction = self.times_column(entering);
        let pivot = direction[position];
        if pivot.abs() < PIVOT || (pivot - alpha[entering]).abs() > 1e-6 * (1.0 + pivot.abs()) {
            return false;
        }
        if !flips.is_empty() {
            let mut shift = vec![0.0; rows];
            for &variable in flips {
                let range = self.high[variable] - self.low[variable];
                let (place, change) = if self.place[variable] == Place::Low {
                    (Place::High, range)
                } else {
                    (Place::Low, -range)
                };
                self.place[variable] = place;
                self.add_column(variable, change, &mut shift);
            }
            for at in 0..rows {
                let row = &self.inverse[at * rows..][..rows];
                self.level[at] -= row.iter().zip(&shift).map(|(a, b)| a * b).sum::<f64>();
            }
        }
        let leaving = self.basis[position];
        let goal = if rising { self.low[leaving] } else { self.high[leaving] };
        let step = (self.level[position] - goal) / pivot;
        let value = self.x(entering) + step;
        for (level, direction) in self.level.iter_mut().zip(&direction) {
            *level -= step * direction;
        }
        self.level[position] = value;
        let price = self.reduced[entering] / alpha[entering];
        for (reduced, alpha) in self.reduced.iter_mut().zip(alpha) {
            *reduced -= price * alpha;
        }
        for &variable in &self.basis {
            self.reduced[variable] = 0.0;
        }
        self.reduced[leaving] = -price;
        self.reduced[entering] = 0.0;
        self.place[leaving] = if rising { Place::Low } else { Place::High };
        self.place[entering] = Place::Basic(position as u32);
        self.basis[position] = entering;
        self.update_inverse(position, &direction);
        self.pivots += 1;
        true
    }

    fn update_inverse(&mut self, position: usize, direction: &[f64]) {
        let rows = self.rows;
        let pivot = direction[position];
        let pivot_row: Vec<f64> =
            self.inverse[position * rows..][..rows].iter().map(|value| value / pivot).collect();
        for (at, row) in self.inverse.chunks_exact_mut(rows).enumerate() {
            let factor = direction[at];
            if at != position && factor != 0.0 {
                row.iter_mut().zip(&pivot_row).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
        self.inverse[position * rows..][..rows].copy_from_slice(&pivot_row);
    }

    /// Recomputes the inverse and the reduced costs from the basis; `false` when the basis is singular.
    fn refactor(&mut self) -> bool {
        let rows = self.rows;
        // Solve for the inverse by Gauss–Jordan on [B | I], B's columns being the basic variables.
        let mut matrix = vec![0.0; rows * rows];
        for (position, &variable) in self.basis.iter().enumerate() {
            if variable >= self.cols {
                matrix[(variable - self.cols) * rows + position] = -1.0;
                continue;
            }
            for at in self.start[variable]..self.start[variable + 1] {
                matrix[self.row[at] as usize * rows + position] = self.value[at];
            }
        }
        let mut inverse = vec![0.0; rows * rows];
        (0..rows).for_each(|at| inverse[at * rows + at] = 1.0);
        for column in 0..rows {
            let best = (column..rows).max_by(|&a, &b| {
                matrix[a * rows + column].abs().total_cmp(&matrix[b * rows + column].abs()).then(b.cmp(&a))
            });
            let Some(best) = best.filter(|&best| matrix[best * rows + column].abs() > 1e-11) else {
                return false;
            };
            for at in 0..rows {
                matrix.swap(column * rows + at, best * rows + at);
                inverse.swap(column * rows + at, best * rows + at);
            }
            let pivot = matrix[column * rows + column];
            let (own, own_inverse) =
                (matrix[column * rows..][..rows].to_vec(), inverse[column * rows..][..rows].to_vec());
            for at in 0..rows {
                let factor = matrix[at * rows + column] / pivot;
                if at == column || factor == 0.0 {
                    continue;
                }
                matrix[at * rows..][..rows]
                    .iter_mut()
                    .zip(&own)
                    .for_each(|(value, own)| *value -= factor * own);
                inverse[at * rows..][..rows]
                    .iter_mut()
                    .zip(&own_inverse)
                    .for_each(|(value, own)| *value -= factor * own);
            }
            matrix[column * rows..][..rows].iter_mut().for_each(|value| *value /= pivot);
            inverse[column * rows..][..rows].iter_mut().for_each(|value| *value /= pivot);
        }
        self.inverse = inverse;
        self.pivots = 0;
        self.price();
        true
    }

    fn price(&mut self) {
        let mut duals = vec![0.0; self.rows];
        for (position, &variable) in self.basis.iter().enumerate() {
            let cost = if variable < self.cols { self.cost[variable] } else { 0.0 };
            if cost != 0.0 {
                let row = &self.inverse[position * self.rows..][..self.rows];
                duals.iter_mut().zip(row).for_each(|(dual, value)| *dual += cost * value);
            }
        }
        for column in 0..self.cols {
            let range = self.start[column]..self.start[column + 1];
            self.reduced[column] = self.cost[column]
                - range.map(|at| duals[self.row[at] as usize] * self.value[at]).sum::<f64>();
        }
        self.reduced[self.cols..].copy_from_slice(&duals);
        for &variable in &self.basis {
            self.reduced[variable] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_knapsack_relaxation() {
        // max 3a + 2b + 2c with a + b + c <= 2, 2a + b + 3c <= 3.
        let columns = vec![
            (-3.0, vec![(0, 1.0), (1, 2.0)]),
            (-2.0, vec![(0, 1.0), (1, 1.0)]),
            (-2.0, vec![(0, 1.0), (1, 3.0)]),
        ];
        let mut simplex = Simplex::new(&columns, &[(0.0, 2.0), (0.0, 3.0)]);
        assert_eq!(simplex.solve(&|| false), End::Optimal);
        let value: f64 = columns.iter().enumerate().map(|(at, (cost, _))| -cost * simplex.x(at)).sum();
        assert!((value - 5.0).abs() < 1e-9, "{value}");
        simplex.bound(0, 0.0, 0.0);
        assert_eq!(simplex.solve(&|| false), End::Optimal);
        assert!((simplex.x(1) - 1.0).abs() < 1e-9 && (simplex.x(2) - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn an_impossible_row_is_noticed() {
        let mut simplex = Simplex::new(&[(-1.0, vec![(0, 1.0)]), (1.0, vec![(0, 1.0)])], &[(3.0, 9.0)]);
        assert!(matches!(simplex.solve(&|| false), End::Infeasible(_)));
    }
}
