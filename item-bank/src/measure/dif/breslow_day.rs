//! Breslow & Day 1980, p. 142: is the odds ratio the same at every level of the score?

use serde::Serialize;

use super::super::numeric::special::chi_square_upper;
use super::{Grouped, mantel_haenszel};

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BreslowDay {
    pub chisq: f64,
    pub df: usize,
    pub p: f64,
}

pub fn breslow_day(data: &Grouped, item: usize, matching: &[bool]) -> BreslowDay {
    let odds = mantel_haenszel(data, item, matching, false).alpha;
    let (mut chisq, mut levels) = (0.0, 0_usize);
    for level in data.levels(item, matching) {
        let (n, m) = level.sizes();
        let a = level.reference[1];
        let right = a + level.focal[1];
        if n == 0.0 || m == 0.0 || right == 0.0 || right == n + m {
            continue;
        }
        // The right answers of the reference group under the common odds ratio: a root of a quadratic.
        let (square, linear, constant) = (odds - 1.0, -(odds * (n + right) + (m - right)), odds * n * right);
        let expected = if square.abs() < 1e-12 {
            -constant / linear
        } else {
            (-linear - (linear * linear - 4.0 * square * constant).max(0.0).sqrt()) / (2.0 * square)
        };
        let variance = 1.0 / (1.0 / expected + 1.0 / (right - expected) + 1.0 / (n - expected) + 1.0 / (m - right + expected));
        chisq += (a - expected).powi(2) / variance;
        levels += 1;
    }
    let df = levels.saturating_sub(1);
    BreslowDay { chisq, df, p: chi_square_upper(chisq, df as f64) }
}
