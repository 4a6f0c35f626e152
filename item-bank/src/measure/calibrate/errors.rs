//! Standard errors from the observed information of the marginal likelihood.
//!
//! Oakes (1999) has it as the second derivative of EM's Q in both of its arguments. Differencing the gradient that Fisher's
//! identity gives sums both terms at once; the differences are extrapolated, so that their own error is below 1e-7.

use std::ops::ControlFlow;

use super::super::numeric::linear::Matrix;
use super::em::Problem;
use super::{CalibrationError, Stage};

/// The covariances of the estimated parameters.
pub(super) fn covariances(
    problem: &Problem<'_>,
    x: &[f64],
    watch: &mut dyn FnMut(Stage) -> ControlFlow<()>,
) -> Result<Matrix, CalibrationError> {
    let size = problem.size;
    let mut information = Matrix::zeros(size);
    let h = 2e-3;
    let shifted = |column: usize, by: f64| {
        let mut moved = x.to_vec();
        moved[column] += by;
        problem.marginal_gradient(&moved)
    };
    for column in 0..size {
        let (near_up, near_down) = (shifted(column, h), shifted(column, -h));
        let (far_up, far_down) = (shifted(column, 2.0 * h), shifted(column, -2.0 * h));
        for row in 0..size {
            // Five points: the error is of the fourth order in h.
            let slope = (8.0 * (near_up[row] - near_down[row]) - (far_up[row] - far_down[row])) / (12.0 * h);
            information.add(row, column, -0.5 * slope);
            information.add(column, row, -0.5 * slope);
        }
        if watch(Stage::Errors { done: column + 1, of: size }).is_break() {
            return Err(CalibrationError::Stopped);
        }
    }
    information.inverse().ok_or(CalibrationError::Singular)
}
