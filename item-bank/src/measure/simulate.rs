//! Simulation: how a pool and rules would do, before candidates meet them; and whether forecasts come true.

use serde::Serialize;

use super::cat::{Engine, Rules};
use super::grid::{Grid, Table};
use super::pass::PassCurve;
use super::random::Random;
use super::{Item, Response, score_distribution};

/// What simulated adaptive tests of standard normal persons showed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub persons: usize,
    /// Mean of estimate less true ability, and its root mean square.
    pub bias: f64,
    pub rmse: f64,
    /// Share of persons whose true ability lies within 1.96 standard errors of the estimate.
    pub coverage: f64,
    pub mean_se: f64,
    pub mean_length: f64,
    /// Tests of each length, from 0 on.
    pub lengths: Vec<usize>,
    /// Share of persons who met each item of the bank.
    pub exposure: Vec<f64>,
    /// Chi-square of the exposure against an even one, over the size of the bank (Chang & Ying 1999).
    pub unevenness: f64,
    /// Mean share of items that two persons have in common.
    pub overlap: f64,
}

/// Runs adaptive tests of `persons` whose abilities are drawn from the standard normal distribution.
pub fn adaptive(bank: &[Item], rules: &Rules, grid: &Grid, persons: usize, seed: u64) -> Report {
    let engine = Engine::new(bank, rules.clone(), grid.clone());
    let mut random = Random::seeded(seed);
    let (mut bias, mut square, mut covered, mut se, mut length) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut lengths = vec![0; rules.max_items + 1];
    let mut exposure = vec![0.0; bank.len()];
    for person in 0..persons {
        let theta = random.normal();
        let path = engine.run(seed.wrapping_add(person as u64), |item| Some(random.answer(&bank[item], theta)));
        if let Some(last) = path.estimates.last() {
            let error = last.theta - theta;
            bias += error;
            square += error * error;
            covered += f64::from(u8::from(error.abs() <= 1.959_963_984_540_054 * last.se));
            se += last.se;
        }
        length += path.items.len() as f64;
        lengths[path.items.len().min(rules.max_items)] += 1;
        path.items.iter().for_each(|item| exposure[*item] += 1.0);
    }
    let n = persons as f64;
    exposure.iter_mut().for_each(|count| *count /= n);
    let mean_length = length / n;
    let even = mean_length / bank.len() as f64;
    let unevenness = exposure.iter().map(|rate| (rate - even).powi(2) / even).sum();
    let overlap = exposure.iter().map(|rate| rate * rate).sum::<f64>() / mean_length;
    Report {
        persons,
        bias: bias / n,
        rmse: (square / n).sqrt(),
        coverage: covered / n,
        mean_se: se / n,
        mean_length,
        lengths,
        exposure,
        unevenness,
        overlap,
    }
}

/// How forecasts compare with what happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    pub persons: usize,
    /// Expected calibration error over ten even bins: mean |forecast − share that passed|, weighed by persons.
    pub ece: f64,
    pub brier: f64,
    pub bins: Vec<Bin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    pub persons: usize,
    pub forecast: f64,
    pub passed: f64,
}

/// Compares forecasts with outcomes.
pub fn reliability(forecasts: &[(f64, bool)]) -> Calibration {
    let mut bins = vec![(0_usize, 0.0, 0.0); 10];
    let mut brier = 0.0;
    for (forecast, passed) in forecasts {
        let outcome = f64::from(u8::from(*passed));
        let bin = &mut bins[((forecast * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += forecast;
        bin.2 += outcome;
        brier += (forecast - outcome).powi(2);
    }
    let n = forecasts.len().max(1) as f64;
    let ece = bins.iter().map(|(_, forecast, passed)| (forecast - passed).abs()).sum::<f64>() / n;
    let mean = |(persons, forecast, passed): &(usize, f64, f64)| {
        let count = (*persons).max(1) as f64;
        Bin { persons: *persons, forecast: forecast / count, passed: passed / count }
    };
    Calibration { persons: forecasts.len(), ece, brier: brier / n, bins: bins.iter().map(mean).collect() }
}

/// Forecasts of passing `test` at `cut` for simulated persons who answer `prescreening`: integrated over the posterior, and
/// plugged in at the estimate.
pub fn forecasts(prescreening: &[Item], test: &[Item], cut: usize, grid: &Grid, persons: usize, seed: u64) -> (Calibration, Calibration) {
    let table = Table::new(prescreening, grid.clone());
    let curve = PassCurve::new(test, cut, grid);
    let mut random = Random::seeded(seed);
    let mut scratch = Vec::new();
    let (mut integrated, mut plugged) = (Vec::with_capacity(persons), Vec::with_capacity(persons));
    for _ in 0..persons {
        let theta = random.normal();
        let answers: Vec<Response> = prescreening.iter().map(|item| Some(random.answer(item, theta))).collect();
        let score: usize = test.iter().map(|item| usize::from(random.answer(item, theta))).sum();
        let estimate = table.eap(&answers, &mut scratch);
        let total: f64 = scratch.iter().sum();
        integrated.push((curve.under(&scratch) / total, score >= cut));
        plugged.push((score_distribution::at_least(test, estimate.theta, cut), score >= cut));
    }
    (reliability(&integrated), reliability(&plugged))
}
