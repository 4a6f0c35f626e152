//! Simulation: how a pool and rules would do, before candidates meet them; and whether forecasts come true.

use serde::Serialize;

use super::cat::{Engine, Path, Rules, Stop};
use super::grid::{Estimate, Grid, Table};
use super::pass::PassCurve;
use super::random::Random;
use super::reliability::{Reliability, reliability};
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
    /// The share of each content area in all items that were put; empty without content balance.
    pub content: Vec<f64>,
    /// Why the tests ended, as shares.
    pub stops: Stops,
    /// The same by true ability, in bands of a logit; the outer two are open.
    pub by_ability: Vec<AbilityBand>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Default)]
pub struct Stops {
    pub precision: f64,
    pub decision: f64,
    pub length: f64,
    pub exhausted: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AbilityBand {
    /// The middle of the band, in logits.
    pub ability: f64,
    pub persons: usize,
    pub bias: f64,
    pub rmse: f64,
    pub coverage: f64,
    pub mean_length: f64,
}

/// Sums over the tests of some persons.
#[derive(Clone, Copy, Default)]
struct Sums {
    persons: usize,
    error: f64,
    square: f64,
    covered: f64,
    se: f64,
    length: f64,
}

impl Sums {
    fn add(&mut self, theta: f64, last: Option<&Estimate>, length: usize) {
        self.persons += 1;
        self.length += length as f64;
        if let Some(last) = last {
            let error = last.theta - theta;
            self.error += error;
            self.square += error * error;
            self.covered += f64::from(u8::from(error.abs() <= 1.959_963_984_540_054 * last.se));
            self.se += last.se;
        }
    }

    fn mean(&self, sum: f64) -> f64 {
        sum / self.persons.max(1) as f64
    }
}

/// The middles of the bands of ability.
const BANDS: [f64; 7] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];

/// Runs adaptive tests of `persons` whose abilities are drawn from the standard normal distribution.
pub fn adaptive(bank: &[Item], rules: &Rules, grid: &Grid, persons: usize, seed: u64) -> Report {
    let engine = Engine::new(bank, rules.clone(), grid.clone());
    let mut random = Random::seeded(seed);
    let mut all = Sums::default();
    let mut bands = [Sums::default(); BANDS.len()];
    let mut lengths = vec![0; rules.max_items + 1];
    let mut exposure = vec![0.0; bank.len()];
    let mut stops = Stops::default();
    for person in 0..persons {
        let theta = random.normal();
        let path = engine.run(seed.wrapping_add(person as u64), |item| Some(random.answer(&bank[item], theta)));
        all.add(theta, path.estimates.last(), path.items.len());
        bands[((theta + 3.5).max(0.0) as usize).min(BANDS.len() - 1)].add(theta, path.estimates.last(), path.items.len());
        lengths[path.items.len().min(rules.max_items)] += 1;
        path.items.iter().for_each(|item| exposure[*item] += 1.0);
        count(&mut stops, &path);
    }
    let n = persons as f64;
    exposure.iter_mut().for_each(|count| *count /= n);
    [&mut stops.precision, &mut stops.decision, &mut stops.length, &mut stops.exhausted].into_iter().for_each(|stop| *stop /= n);
    let mean_length = all.length / n;
    let even = mean_length / bank.len() as f64;
    let unevenness = exposure.iter().map(|rate| (rate - even).powi(2) / even).sum();
    let overlap = exposure.iter().map(|rate| rate * rate).sum::<f64>() / mean_length;
    let content = rules.content.as_ref().map_or_else(Vec::new, |balance| {
        let put = |area: usize| balance.areas.iter().zip(&exposure).filter(move |(of, _)| **of == area).map(|(_, rate)| rate).sum::<f64>();
        (0..balance.shares.len()).map(|area| put(area) / mean_length).collect()
    });
    let band = |(ability, sums): (&f64, &Sums)| AbilityBand {
        ability: *ability,
        persons: sums.persons,
        bias: sums.mean(sums.error),
        rmse: sums.mean(sums.square).sqrt(),
        coverage: sums.mean(sums.covered),
        mean_length: sums.mean(sums.length),
    };
    Report {
        persons,
        bias: all.mean(all.error),
        rmse: all.mean(all.square).sqrt(),
        coverage: all.mean(all.covered),
        mean_se: all.mean(all.se),
        mean_length,
        lengths,
        exposure,
        unevenness,
        overlap,
        content,
        stops,
        by_ability: BANDS.iter().zip(&bands).map(band).collect(),
    }
}

fn count(stops: &mut Stops, path: &Path) {
    match path.stop {
        Some(Stop::Precision) => stops.precision += 1.0,
        Some(Stop::Decision) => stops.decision += 1.0,
        Some(Stop::Length) => stops.length += 1.0,
        Some(Stop::Exhausted) => stops.exhausted += 1.0,
        None => {}
    }
}

/// How forecasts by both roads compare with what happened to the same simulated persons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecasts {
    /// Integrated over the posterior.
    pub posterior: Reliability,
    /// Plugged in at the estimate, for comparison.
    pub plugin: Reliability,
}

/// Forecasts of passing `test` at `cut` for simulated persons who answer all of `prescreening`.
pub fn forecasts(prescreening: &[Item], test: &[Item], cut: usize, grid: &Grid, persons: usize, seed: u64) -> Forecasts {
    let table = Table::new(prescreening, grid.clone());
    let curve = PassCurve::new(test, cut, grid);
    let mut random = Random::seeded(seed);
    let mut scratch = Vec::new();
    let mut found = Found::with_capacity(persons);
    for _ in 0..persons {
        let theta = random.normal();
        let answers: Vec<Response> = prescreening.iter().map(|item| Some(random.answer(item, theta))).collect();
        let score: usize = test.iter().map(|item| usize::from(random.answer(item, theta))).sum();
        let estimate = table.eap(&answers, &mut scratch);
        let total: f64 = scratch.iter().sum();
        found.add(curve.under(&scratch) / total, score_distribution::at_least(test, estimate.theta, cut), score >= cut);
    }
    found.compare()
}

/// The same of a test whose chance of passing at each point of the grid is `curve`, for persons whose pre-screening is adaptive. What happens
/// to a person is drawn at their true ability, between the points of the grid.
pub fn adaptive_forecasts(bank: &[Item], rules: &Rules, curve: &PassCurve, grid: &Grid, persons: usize, seed: u64) -> Forecasts {
    let engine = Engine::new(bank, rules.clone(), grid.clone());
    let table = Table::new(bank, grid.clone());
    let mut random = Random::seeded(seed);
    let mut found = Found::with_capacity(persons);
    for person in 0..persons {
        let theta = random.normal();
        let path = engine.run(seed.wrapping_add(person as u64), |item| Some(random.answer(&bank[item], theta)));
        let mut posterior = table.log_prior().to_vec();
        path.items.iter().zip(&path.responses).for_each(|(item, category)| table.add(&mut posterior, *item, *category));
        let estimate = table.eap_of(&mut posterior);
        let total: f64 = posterior.iter().sum();
        let passes = random.uniform() < curve.between(grid, theta);
        found.add(curve.under(&posterior) / total, curve.between(grid, estimate.theta), passes);
    }
    found.compare()
}

struct Found {
    posterior: Vec<(f64, bool)>,
    plugin: Vec<(f64, bool)>,
}

impl Found {
    fn with_capacity(persons: usize) -> Self {
        Self { posterior: Vec::with_capacity(persons), plugin: Vec::with_capacity(persons) }
    }

    fn add(&mut self, posterior: f64, plugin: f64, passed: bool) {
        self.posterior.push((posterior, passed));
        self.plugin.push((plugin, passed));
    }

    fn compare(&self) -> Forecasts {
        Forecasts { posterior: reliability(&self.posterior), plugin: reliability(&self.plugin) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::ContentBalance;
    use super::super::exposure::Exposure;
    use super::super::select::Criterion;
    use super::*;

    /// Twenty items of each of three areas, as a pool has them.
    fn pool() -> (Vec<Item>, ContentBalance) {
        let item = |n: usize| Item::Logistic { a: 0.9 + 0.1 * (n % 5) as f64, b: -2.3 + 0.24 * (n % 20) as f64, c: 0.0 };
        let areas = (0..60).map(|n| n / 20).collect();
        ((0..60).map(item).collect(), ContentBalance { areas, shares: vec![1.0, 1.0, 1.0] })
    }

    fn rules(content: ContentBalance) -> Rules {
        Rules { criterion: Criterion::Mepv, content: Some(content), exposure: Exposure::Randomesque(4), min_items: 8, ..Rules::default() }
    }

    #[test]
    fn an_adaptive_pre_screening_is_unbiased_covers_and_keeps_its_content() {
        let (bank, content) = pool();
        let grid = Grid::normal(41, -4.0, 4.0, super::super::grid::Rule::Trapezoid);
        let report = adaptive(&bank, &rules(content), &grid, 1_000, 3);
        assert!(report.bias.abs() < 0.05, "{}", report.bias);
        // Four standard errors of a share of 1,000 about 95 %.
        assert!((report.coverage - 0.95).abs() < 0.028, "{}", report.coverage);
        report.content.iter().for_each(|share| assert!((share - 1.0 / 3.0).abs() < 0.04, "{share}"));
        assert_eq!(report.by_ability.iter().map(|band| band.persons).sum::<usize>(), 1_000);
        assert!((report.stops.length - 1.0).abs() < 1e-12);
    }

    #[test]
    fn forecasts_integrated_over_the_posterior_come_true_and_those_plugged_in_are_too_sure() {
        let (bank, content) = pool();
        let grid = Grid::normal(41, -4.0, 4.0, super::super::grid::Rule::Trapezoid);
        let test: Vec<Item> = (0..15).map(|n| Item::Logistic { a: 1.1, b: -1.7 + 0.15 * f64::from(n), c: 0.0 }).collect();
        let found = adaptive_forecasts(&bank, &rules(content), &PassCurve::new(&test, 9, &grid), &grid, 2_000, 9);
        assert!(found.posterior.ece < 0.03, "{}", found.posterior.ece);
        assert!(found.plugin.ece > found.posterior.ece, "{} {}", found.plugin.ece, found.posterior.ece);
        assert!(found.posterior.brier < found.plugin.brier);
    }
}
