//! The chance of passing a test, from what a pre-screening showed.
//!
//! P(pass) = Σ_q w_q P(score ≥ cut | θ_q), with w the posterior on the grid and the score distribution by Lord and
//! Wingersky at each point. Plugging the estimate in for θ is overconfident, so it is offered for comparison only.

use super::grid::Grid;
use super::numeric::special::normal_cdf;
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

    /// P(pass | θ) at each point of the grid, however it was found.
    pub fn of_values(values: Vec<f64>) -> Self {
        Self(values)
    }

    /// The pass probability under posterior weights that sum to 1.
    pub fn under(&self, posterior: &[f64]) -> f64 {
        self.0.iter().zip(posterior).map(|(chance, weight)| chance * weight).sum()
    }

    /// P(pass | θ) between the points of the grid, on straight lines; beyond its ends as at them.
    pub fn between(&self, grid: &Grid, theta: f64) -> f64 {
        let above = grid.points.partition_point(|point| *point <= theta);
        match (above.checked_sub(1), grid.points.get(above)) {
            (None, _) => self.0[0],
            (Some(below), None) => self.0[below],
            (Some(below), Some(next)) => {
                let share = (theta - grid.points[below]) / (next - grid.points[below]);
                self.0[below] + share * (self.0[above] - self.0[below])
            }
        }
    }

    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

/// A pass probability with what is not known about it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Chance {
    /// The mean over what the answers leave open: the pass probability.
    pub pass: f64,
    /// The standard deviation of P(pass | ability) over it.
    pub uncertainty: f64,
    /// The central interval of P(pass | ability) that holds the share that was asked for; where a skewed distribution leaves its mean outside, as far
    /// as the mean.
    pub low: f64,
    pub high: f64,
}

impl Chance {
    /// From values of P(pass | ability) with their weights, which sum to 1. `interval` is the share that the interval holds.
    pub fn of(mut weighted: Vec<(f64, f64)>, interval: f64) -> Self {
        let pass: f64 = weighted.iter().map(|(value, weight)| value * weight).sum();
        let variance: f64 = weighted.iter().map(|(value, weight)| weight * (value - pass).powi(2)).sum();
        weighted.sort_by(|left, right| left.0.total_cmp(&right.0));
        let quantile = |share: f64| {
            let mut sum = 0.0;
            let found = weighted.iter().find(|(_, weight)| {
                sum += weight;
                sum >= share
            });
            found.or(weighted.last()).map_or(f64::NAN, |(value, _)| *value)
        };
        let tail = (1.0 - interval) / 2.0;
        Self { pass, uncertainty: variance.sqrt(), low: quantile(tail).min(pass), high: quantile(1.0 - tail).max(pass) }
    }

    /// Of a test that the ability on the grid decides.
    pub fn under(curve: &PassCurve, posterior: &[f64], interval: f64) -> Self {
        Self::of(curve.values().iter().copied().zip(posterior.iter().copied()).collect(), interval)
    }
}

/// A skill that was not asked, as writing and speaking are not: η = ρθ + √(1 − ρ²) ε with ε standard normal and independent of θ, and
/// P(pass | η) = Φ((η − cut) / error), where `error` stands for tasks and raters. In the population η is standard normal, as θ is.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LinkedSkill {
    /// ρ, from 0 (unrelated) to 1 (the same).
    pub correlation: f64,
    /// The ability at which the test is passed half of the time.
    pub cut: f64,
    /// The standard deviation of what decides beside ability, in logits; positive.
    pub error: f64,
}

impl LinkedSkill {
    /// P(pass | θ), with what the skill has of its own averaged out.
    pub fn at(&self, theta: f64) -> f64 {
        let spread = (1.0 - self.correlation * self.correlation + self.error * self.error).sqrt();
        normal_cdf((self.correlation * theta - self.cut) / spread)
    }

    /// The forecast under a posterior of θ: wider than that of a skill that was asked, by what the skill has of its own.
    pub fn under(&self, grid: &Grid, posterior: &[f64], interval: f64) -> Chance {
        let own = Grid::normal(33, -4.0, 4.0, super::grid::Rule::Trapezoid);
        let rest = (1.0 - self.correlation * self.correlation).sqrt();
        let mut weighted = Vec::with_capacity(grid.len() * own.len());
        for (theta, weight) in grid.points.iter().zip(posterior).filter(|(_, weight)| **weight > 1e-12) {
            for (epsilon, share) in own.points.iter().zip(&own.weights) {
                let ability = self.correlation * theta + rest * epsilon;
                weighted.push((normal_cdf((ability - self.cut) / self.error), weight * share));
            }
        }
        Chance::of(weighted, interval)
    }
}

/// The curve of a right-or-wrong item whose difficulty is known only up to a normal error of `sd` logits, averaged over that error: the
/// discrimination shrinks to a / √(1 + π a² sd² / 8) (MacKay 1992, eq. 10). Errors of different items are independent, so that the score
/// distribution given ability is that of the averaged curves. Other items are left as they are.
pub fn blurred(item: &Item, sd: f64) -> Item {
    match item {
        Item::Logistic { a, b, c } => Item::Logistic { a: a / (1.0 + std::f64::consts::PI * a * a * sd * sd / 8.0).sqrt(), b: *b, c: *c },
        other => other.clone(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_is_forecast_with_more_uncertainty_and_the_same_mean_either_way() {
        let grid = Grid::default();
        let items: Vec<Item> = (0..20).map(|n| Item::rasch(f64::from(n) / 5.0 - 2.0)).collect();
        let answers: Vec<Response> = (0..20).map(|n| Some(u8::from(n < 13))).collect();
        let (posterior, _) = grid.posterior(&items, &answers);
        let linked = LinkedSkill { correlation: 0.8, cut: 0.3, error: 0.4 };
        let chance = linked.under(&grid, &posterior, 0.8);
        let mean: f64 = grid.points.iter().zip(&posterior).map(|(theta, weight)| linked.at(*theta) * weight).sum();
        assert!((chance.pass - mean).abs() < 1e-3, "{} {mean}", chance.pass);
        let asked = Chance::under(&PassCurve::new(&items, 11, &grid), &posterior, 0.8);
        assert!(chance.high - chance.low > asked.high - asked.low);
        assert!(asked.low <= asked.pass && asked.pass <= asked.high);
    }

    #[test]
    fn a_difficulty_that_is_not_known_well_flattens_the_curve() {
        let (item, sd) = (Item::Logistic { a: 1.2, b: 0.4, c: 0.0 }, 0.8);
        let errors = Grid::normal(201, -6.0, 6.0, super::super::grid::Rule::Trapezoid);
        for theta in [-1.5, 0.4, 1.0, 2.5] {
            let averaged: f64 = errors.points.iter().zip(&errors.weights).map(|(e, w)| w * item.probability(theta + sd * e, 1)).sum();
            assert!((blurred(&item, sd).probability(theta, 1) - averaged).abs() < 0.006);
        }
    }

    #[test]
    fn an_interval_holds_its_share() {
        let chance = Chance::of((0..100).map(|n| (f64::from(n) / 100.0, 0.01)).collect(), 0.8);
        assert!((chance.low - 0.09).abs() < 0.011 && (chance.high - 0.89).abs() < 0.011 && (chance.pass - 0.495).abs() < 1e-12);
    }
}
