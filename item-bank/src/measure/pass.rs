//! The chance of passing a test, from what a pre-screening showed.
//!
//! P(pass) = Σ_q w_q P(score ≥ cut | θ_q), with w the posterior on the grid and the score distribution by Lord and
//! Wingersky at each point. Plugging the estimate in for θ is overconfident, so it is offered for comparison only.

use super::grid::Grid;
use super::score_distribution::at_least;
use super::{Item, Response};

/// P(score ≥ cut) of a test at every point of a grid: computed once for a form, then used for every candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct PassCurve(Vec<f64>);

impl PassCurve {
    /// `test` is the test that is forecast, `cut` the sum score that passes.
    pub fn new(test: &[Item], cut: usize, grid: &Grid) -> Self {
        Self(grid.points.iter().map(|theta| at_least(test, *theta, cut)).collect())
    }

    /// The curve of someone whose true level decides: 1 from `cut` on.
    pub fn of_theta(cut: f64, grid: &Grid) -> Self {
        Self(grid.points.iter().map(|theta| if *theta >= cut { 1.0 } else { 0.0 }).collect())
    }

    /// The pass probability under posterior weights that sum to 1.
    pub fn under(&self, posterior: &[f64]) -> f64 {
        self.0.iter().zip(posterior).map(|(chance, weight)| chance * weight).sum()
    }

    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

/// A forecast with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Forecast {
    /// The pass probability, integrated over the posterior.
    pub pass: f64,
    /// The standard deviation of P(pass | θ) over the posterior: what more questions could still change.
    pub uncertainty: f64,
    /// P(pass | θ = EAP), for comparison.
    pub plugin: f64,
    pub theta: f64,
    pub se: f64,
}

/// The chance of passing `test` with a sum score of at least `cut`, after the answers of a pre-screening.
pub fn forecast(prescreening: &[Item], responses: &[Response], test: &[Item], cut: usize, grid: &Grid) -> Forecast {
    let (posterior, _) = grid.posterior(prescreening, responses);
    let estimate = grid.moments(&posterior);
    let curve = PassCurve::new(test, cut, grid);
    let pass = curve.under(&posterior);
    let variance: f64 = curve.values().iter().zip(&posterior).map(|(chance, weight)| weight * (chance - pass).powi(2)).sum();
    Forecast { pass, uncertainty: variance.sqrt(), plugin: at_least(test, estimate.theta, cut), theta: estimate.theta, se: estimate.se }
}

/// When a forecast is decided: every curve's pass probability is below `low` or above `high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub curves: Vec<PassCurve>,
    pub low: f64,
    pub high: f64,
}

impl Decision {
    pub fn is_clear(&self, posterior: &[f64]) -> bool {
        let clear = |chance: f64| chance < self.low || chance > self.high;
        self.curves.iter().all(|curve| clear(curve.under(posterior)))
    }
}
