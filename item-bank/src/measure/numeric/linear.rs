//! Small dense linear algebra: symmetric systems by Cholesky, others by elimination with pivots.

/// A square matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub size: usize,
    values: Vec<f64>,
}

impl Matrix {
    pub fn zeros(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    #[inline]
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    #[inline]
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.size + column] += value;
    }

    #[inline]
    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.size + column] = value;
    }

    /// The solution of Ax = y by elimination with row pivots; `None` when A is singular.
    pub fn solve(&self, right: &[f64]) -> Option<Vec<f64>> {
        let n = self.size;
        let mut a = self.clone();
        let mut x = right.to_vec();
        for pivot in 0..n {
            let best = (pivot..n).max_by(|l, r| a.at(*l, pivot).abs().total_cmp(&a.at(*r, pivot).abs()))?;
            if a.at(best, pivot).abs() < 1e-300 || !a.at(best, pivot).is_finite() {
                return None;
            }
            if best != pivot {
                (0..n).for_each(|k| a.values.swap(best * n + k, pivot * n + k));
                x.swap(best, pivot);
            }
            for row in pivot + 1..n {
                let factor = a.at(row, pivot) / a.at(pivot, pivot);
                if factor != 0.0 {
                    (pivot..n).for_each(|k| {
                        let value = a.at(pivot, k);
                        a.add(row, k, -factor * value);
                    });
                    x[row] -= factor * x[pivot];
                }
            }
        }
        for row in (0..n).rev() {
            let known: f64 = (row + 1..n).map(|k| a.at(row, k) * x[k]).sum();
            x[row] = (x[row] - known) / a.at(row, row);
        }
        Some(x)
    }

    /// The inverse; `None` when the matrix is singular.
    pub fn inverse(&self) -> Option<Matrix> {
        let mut inverse = Matrix::zeros(self.size);
        for column in 0..self.size {
            let mut unit = vec![0.0; self.size];
            unit[column] = 1.0;
            let solved = self.solve(&unit)?;
            solved.iter().enumerate().for_each(|(row, value)| inverse.set(row, column, *value));
        }
        Some(inverse)
    }
}
