//! Anderson mixing of a fixed-point iteration (Walker & Ni 2011): the next point is the combination of the last few images
//! whose residuals cancel best.

use super::super::numeric::linear::Matrix;

const DEPTH: usize = 6;

#[derive(Default)]
pub struct Anderson {
    /// Differences of images and of residuals, oldest first.
    images: Vec<Vec<f64>>,
    residuals: Vec<Vec<f64>>,
    last: Option<(Vec<f64>, Vec<f64>)>,
}

impl Anderson {
    /// The next point after `point` was mapped to `image`.
    pub fn next(&mut self, point: &[f64], image: &[f64]) -> Vec<f64> {
        let residual: Vec<f64> = image.iter().zip(point).map(|(image, point)| image - point).collect();
        if let Some((last_image, last_residual)) = &self.last {
            let minus = |left: &[f64], right: &[f64]| -> Vec<f64> { left.iter().zip(right).map(|(l, r)| l - r).collect() };
            self.images.push(minus(image, last_image));
            self.residuals.push(minus(&residual, last_residual));
            if self.images.len() > DEPTH {
                self.images.remove(0);
                self.residuals.remove(0);
            }
        }
        self.last = Some((image.to_vec(), residual.clone()));
        let depth = self.residuals.len();
        let mut normal = Matrix::zeros(depth);
        let dot = |left: &[f64], right: &[f64]| -> f64 { left.iter().zip(right).map(|(l, r)| l * r).sum() };
        for row in 0..depth {
            for column in 0..depth {
                normal.set(row, column, dot(&self.residuals[row], &self.residuals[column]));
            }
            // A touch of ridge keeps nearly parallel differences from exploding.
            let diagonal = normal.at(row, row);
            normal.set(row, row, diagonal * (1.0 + 1e-10));
        }
        let right: Vec<f64> = self.residuals.iter().map(|difference| dot(difference, &residual)).collect();
        let mut mixed = image.to_vec();
        if let (true, Some(gamma)) = (depth > 0, normal.solve(&right)) {
            for (weight, difference) in gamma.iter().zip(&self.images) {
                mixed.iter_mut().zip(difference).for_each(|(mixed, difference)| *mixed -= weight * difference);
            }
        }
        if mixed.iter().all(|value| value.is_finite()) { mixed } else { image.to_vec() }
    }

    pub fn forget(&mut self) {
        *self = Self::default();
    }
}
