//! Which item next: the criteria of adaptive testing.
//!
//! | criterion | value of an item | best | source |
//! | --- | --- | --- | --- |
//! | MFI | Fisher information at the estimate | largest | Lord 1980, ch. 10 |
//! | MEPV | Σ_k w_k Var(θ given the responses and answer k) | smallest | van der Linden 1998, eq. 15 |
//! | KL | ∫ KL(P(θ̂) against P(θ)) L(θ) dθ | largest | Chang & Ying 1996, eq. 8 |
//! | KLP | the same under the posterior L(θ) g(θ) | largest | Barrada, Olea, Ponsoda & Abad 2009 |

use serde::{Deserialize, Serialize};

use super::Item;
use super::grid::Grid;
use super::model::logistic_information;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// Maximum Fisher information at the estimate.
    Mfi,
    /// Minimum expected posterior variance.
    Mepv,
    /// Kullback-Leibler information weighted by the likelihood.
    Kl,
    /// Kullback-Leibler information weighted by the posterior.
    Klp,
}

/// How MEPV weighs the answers that may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerWeight {
    /// By the posterior predictive probability, which the derivation asks for.
    #[default]
    Posterior,
    /// By the probability at the estimate, as the R package catR does.
    Estimate,
}

/// Fisher information of each candidate at `theta`.
pub fn fisher(items: &[Item], theta: f64) -> Vec<f64> {
    items.iter().map(|item| item.information(theta)).collect()
}

/// The candidate with most information at `theta`, and that information; the first of equals.
pub fn most_informative(items: &[Item], theta: f64, mut may: impl FnMut(usize) -> bool) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (number, item) in items.iter().enumerate() {
        let value = match item {
            // Information never exceeds a²(1 − c)/4: most items of a bank need no exponential.
            Item::Logistic { a, c, .. } if best.is_some_and(|(_, known)| 0.25 * a * a * (1.0 - c) < known) => continue,
            Item::Logistic { a, b, c } => logistic_information(*a, *b, *c, theta),
            _ => item.information(theta),
        };
        if best.is_none_or(|(_, known)| value > known) && may(number) {
            best = Some((number, value));
        }
    }
    best
}

/// The probability of the top category at each grid point for every item of a bank, from which MEPV is quick.
#[derive(Clone, Debug)]
pub struct VarianceTable {
    grid: Grid,
    /// For each category but the first: P, P·θ and P·θ² are summed over the grid against the posterior.
    rows: Vec<f64>,
    starts: Vec<usize>,
    categories: Vec<usize>,
    squares: Vec<f64>,
}

impl VarianceTable {
    pub fn new(items: &[Item], grid: Grid) -> Self {
        let mut rows = Vec::new();
        let mut starts = Vec::with_capacity(items.len());
        for item in items {
            starts.push(rows.len());
            let curves: Vec<Vec<f64>> = grid.points.iter().map(|theta| item.probabilities(*theta)).collect();
            for category in 1..item.categories() {
                rows.extend(curves.iter().map(|curve| curve[category]));
            }
        }
        let squares = grid.points.iter().map(|theta| theta * theta).collect();
        Self { rows, starts, categories: items.iter().map(Item::categories).collect(), squares, grid }
    }

    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Expected posterior variance after item `number`, with answers weighed by the posterior predictive probability.
    /// `posterior` are weights on the grid that sum to 1.
    pub fn expected_variance(&self, number: usize, posterior: &Weighted) -> f64 {
        let length = self.grid.len();
        let mut rest = posterior.sums;
        let mut expected = 0.0;
        for category in 1..self.categories[number] {
            let start = self.starts[number] + (category - 1) * length;
            let row = &self.rows[start..start + length];
            let sums = sums3(row, &posterior.weights, &posterior.first, &posterior.second);
            expected += spread(sums);
            (0..3).for_each(|i| rest[i] -= sums[i]);
        }
        expected + spread(rest)
    }
}

/// A posterior with its products by θ and θ², computed once for all candidates.
#[derive(Clone, Debug)]
pub struct Weighted {
    weights: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    sums: [f64; 3],
}

impl Weighted {
    /// `posterior` are weights on the table's grid that sum to 1.
    pub fn new(table: &VarianceTable, posterior: &[f64]) -> Self {
        let by = |factor: &[f64]| -> Vec<f64> { posterior.iter().zip(factor).map(|(weight, factor)| weight * factor).collect() };
        let (first, second) = (by(&table.grid.points), by(&table.squares));
        let sums = [posterior.iter().sum(), first.iter().sum(), second.iter().sum()];
        Self { weights: posterior.to_vec(), first, second, sums }
    }
}

/// P(answer) times the variance after it.
fn spread([weight, first, second]: [f64; 3]) -> f64 {
    if weight > 0.0 { second - first * first / weight } else { 0.0 }
}

/// Three dot products at once, in four lanes each, so that the compiler uses vector instructions.
fn sums3(row: &[f64], weights: &[f64], first: &[f64], second: &[f64]) -> [f64; 3] {
    let mut lanes = [[0.0_f64; 4]; 3];
    let vectors = [weights, first, second];
    for (sums, vector) in lanes.iter_mut().zip(vectors) {
        let (chunks, row_chunks) = (vector.chunks_exact(4), row.chunks_exact(4));
        let rest: f64 = chunks.remainder().iter().zip(row_chunks.remainder()).map(|(v, p)| v * p).sum();
        for (v, p) in chunks.zip(row_chunks) {
            for lane in 0..4 {
                sums[lane] += v[lane] * p[lane];
            }
        }
        sums[0] += rest;
    }
    lanes.map(|sums| (sums[0] + sums[1]) + (sums[2] + sums[3]))
}

/// Expected posterior variance after one item, weighed as asked.
pub fn expected_variance(item: &Item, grid: &Grid, posterior: &[f64], estimate: f64, weight: AnswerWeight) -> f64 {
    let at_estimate = item.probabilities(estimate);
    let curves: Vec<Vec<f64>> = grid.points.iter().map(|theta| item.probabilities(*theta)).collect();
    let after = |category: usize| {
        let joint: Vec<f64> = posterior.iter().zip(&curves).map(|(weight, curve)| weight * curve[category]).collect();
        let total: f64 = joint.iter().sum();
        let scaled: Vec<f64> = joint.iter().map(|value| value / total).collect();
        let variance = grid.moments(&scaled).se.powi(2);
        let chance = if weight == AnswerWeight::Posterior { total } else { at_estimate[category] };
        if total > 0.0 { chance * variance } else { 0.0 }
    };
    (0..item.categories()).map(after).sum()
}

/// Kullback-Leibler information of one item at the estimate, integrated over the grid with `density` at its points
/// (likelihood for KL, likelihood times prior density for KLP), by the trapezoid rule.
pub fn kullback_leibler(item: &Item, points: &[f64], density: &[f64], estimate: f64) -> f64 {
    let here = item.probabilities(estimate);
    let value = |theta: f64| -> f64 {
        let there = item.probabilities(theta);
        here.iter().zip(&there).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum()
    };
    let integrand: Vec<f64> = points.iter().zip(density).map(|(theta, density)| density * value(*theta)).collect();
    trapezoid(points, &integrand)
}

/// ∫ y dx over the points.
pub fn trapezoid(x: &[f64], y: &[f64]) -> f64 {
    x.windows(2).zip(y.windows(2)).map(|(x, y)| 0.5 * (x[1] - x[0]) * (y[0] + y[1])).sum()
}
