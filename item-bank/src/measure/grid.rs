//! A grid of abilities, the posterior on it, and the EAP estimate.
//!
//! EAP = Σ θ_q L(θ_q) w_q / Σ L(θ_q) w_q and its standard error is the posterior standard deviation
//! (Bock & Mislevy 1982, eqs. 5 and 6). Everything is in logits.

use super::numeric::special::normal_density;
use super::{Item, Response};

/// How the points of a grid are weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rule {
    /// Half weight to both ends.
    #[default]
    Trapezoid,
    /// The same weight to every point.
    Rectangle,
}

/// Equally spaced abilities with the prior's weight at each (the weights sum to 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub points: Vec<f64>,
    pub weights: Vec<f64>,
}

/// An estimate with its standard error, both in logits.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    pub theta: f64,
    pub se: f64,
}

impl Default for Grid {
    /// 161 points on \[−8, 8\] under a standard normal prior.
    fn default() -> Self {
        Self::normal(161, -8.0, 8.0, Rule::Trapezoid)
    }
}

impl Grid {
    /// `count` (at least 2) points from `low` to `high` under a standard normal prior.
    pub fn normal(count: usize, low: f64, high: f64, rule: Rule) -> Self {
        Self::normal_with(count, low, high, rule, 0.0, 1.0)
    }

    /// The same under a normal prior with another mean and standard deviation.
    pub fn normal_with(count: usize, low: f64, high: f64, rule: Rule, mean: f64, sd: f64) -> Self {
        let count = count.max(2);
        let step = (high - low) / (count - 1) as f64;
        let points: Vec<f64> = (0..count).map(|q| if q + 1 == count { high } else { low + step * q as f64 }).collect();
        let mut weights: Vec<f64> = points.iter().map(|theta| normal_density((theta - mean) / sd)).collect();
        if rule == Rule::Trapezoid {
            weights[0] *= 0.5;
            weights[count - 1] *= 0.5;
        }
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        Self { points, weights }
    }

    pub fn len(&self) -> usize {
        self.points.len()
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The posterior weights after `responses`, summing to 1, and the log of the marginal probability of the responses.
    pub fn posterior(&self, items: &[Item], responses: &[Response]) -> (Vec<f64>, f64) {
        let mut log: Vec<f64> = self.weights.iter().map(|weight| weight.ln()).collect();
        for (item, response) in items.iter().zip(responses) {
            if let Some(category) = response {
                let category = usize::from(*category);
                log.iter_mut().zip(&self.points).for_each(|(log, theta)| *log += item.probability(*theta, category).ln());
            }
        }
        let marginal = normalise(&mut log);
        (log, marginal)
    }

    /// Mean and standard deviation of weights that sum to 1.
    pub fn moments(&self, weights: &[f64]) -> Estimate {
        let theta: f64 = self.points.iter().zip(weights).map(|(point, weight)| point * weight).sum();
        let variance: f64 = self.points.iter().zip(weights).map(|(point, weight)| (point - theta).powi(2) * weight).sum();
        Estimate { theta, se: variance.sqrt() }
    }

    /// EAP estimate; without any response it is the prior's mean and standard deviation.
    pub fn eap(&self, items: &[Item], responses: &[Response]) -> Estimate {
        self.moments(&self.posterior(items, responses).0)
    }
}

/// Turns logarithms of weights into weights that sum to 1, and returns the logarithm of their sum.
pub(crate) fn normalise(log: &mut [f64]) -> f64 {
    let top = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    log.iter_mut().for_each(|log| *log = (*log - top).exp());
    let total: f64 = log.iter().sum();
    log.iter_mut().for_each(|weight| *weight /= total);
    top + total.ln()
}

/// The log probabilities of a bank on a grid, so that scoring a person only adds rows. Worth building for many persons.
#[derive(Clone, Debug)]
pub struct Table {
    pub grid: Grid,
    log_weights: Vec<f64>,
    /// One row of grid length for each category of each item; `starts` says where an item's rows begin.
    rows: Vec<f64>,
    starts: Vec<usize>,
    categories: Vec<usize>,
}

impl Table {
    pub fn new(items: &[Item], grid: Grid) -> Self {
        let mut rows = Vec::new();
        let mut starts = Vec::with_capacity(items.len());
        for item in items {
            starts.push(rows.len());
            let curves: Vec<Vec<f64>> = grid.points.iter().map(|theta| item.probabilities(*theta)).collect();
            for category in 0..item.categories() {
                rows.extend(curves.iter().map(|curve| curve[category].ln()));
            }
        }
        let log_weights = grid.weights.iter().map(|weight| weight.ln()).collect();
        Self { log_weights, rows, starts, categories: items.iter().map(Item::categories).collect(), grid }
    }

    /// The log probability of a category at every point.
    pub fn row(&self, item: usize, category: usize) -> &[f64] {
        let length = self.grid.len();
        let start = self.starts[item] + category * length;
        &self.rows[start..start + length]
    }

    pub fn log_prior(&self) -> &[f64] {
        &self.log_weights
    }

    /// Adds one answer to a log posterior. An answer in a category that the item does not have is left out.
    pub fn add(&self, log: &mut [f64], item: usize, category: u8) {
        let category = usize::from(category);
        if category < self.categories[item] {
            log.iter_mut().zip(self.row(item, category)).for_each(|(log, row)| *log += row);
        }
    }

    /// EAP of a person; `scratch` is working space that is kept between persons.
    pub fn eap(&self, responses: &[Response], scratch: &mut Vec<f64>) -> Estimate {
        scratch.clear();
        scratch.extend_from_slice(&self.log_weights);
        for (item, response) in responses.iter().enumerate() {
            if let Some(category) = response {
                self.add(scratch, item, *category);
            }
        }
        self.eap_of(scratch)
    }

    /// EAP from a log posterior, which becomes the posterior's weights up to a constant.
    pub fn eap_of(&self, log: &mut [f64]) -> Estimate {
        let top = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut total, mut first) = (0.0, 0.0);
        for (log, point) in log.iter_mut().zip(&self.grid.points) {
            // Below e^-50 a point changes no digit of the result, and the exponential costs more than the rest.
            *log = if *log - top < -50.0 { 0.0 } else { (*log - top).exp() };
            total += *log;
            first += *log * point;
        }
        let theta = first / total;
        let square: f64 = log.iter().zip(&self.grid.points).map(|(weight, point)| weight * (point - theta) * (point - theta)).sum();
        Estimate { theta, se: (square / total).sqrt() }
    }
}
