//! Marginal maximum likelihood by EM (Bock & Aitkin 1981).

use std::ops::ControlFlow;

use super::super::Item;
use super::super::numeric::linear::Matrix;
use super::accelerate::Anderson;
use super::params::{self, has_slope};
use super::{Answers, Calibrated, Calibration, CalibrationError, MISSING, Model, Options, Stage, errors};

/// The state of an estimation: the parameters of the free items one after the other, then the population's.
pub(super) struct Problem<'a> {
    pub answers: &'a Answers,
    pub options: &'a Options,
    /// The number of categories of each item.
    pub categories: Vec<usize>,
    /// Where the parameters of each item begin; `None` for an anchored one.
    pub starts: Vec<Option<usize>>,
    pub sizes: Vec<usize>,
    pub free_mean: bool,
    pub free_variance: bool,
    pub size: usize,
    points: Vec<f64>,
}

/// Expected counts given the answers: for each item and category at each node.
pub(super) struct Counts {
    expected: Vec<f64>,
    starts: Vec<usize>,
    population: Vec<f64>,
    pub log_likelihood: f64,
}

/// Estimates item parameters by marginal maximum likelihood.
pub fn calibrate(answers: &Answers, options: &Options) -> Result<Calibration, CalibrationError> {
    calibrate_watched(answers, options, &mut |_| ControlFlow::Continue(()))
}

/// The same, telling `watch` how far it is; it stops with [`CalibrationError::Stopped`] as soon as `watch` breaks.
pub fn calibrate_watched(
    answers: &Answers,
    options: &Options,
    watch: &mut dyn FnMut(Stage) -> ControlFlow<()>,
) -> Result<Calibration, CalibrationError> {
    let counts = answers.checked(options.model)?;
    let problem = Problem::new(answers, options, &counts)?;
    let mut x = problem.start(&counts);
    let mut anderson = Anderson::default();
    let mut best = f64::NEG_INFINITY;
    let mut fallback = x.clone();
    let (mut iterations, mut converged) = (0, false);
    while iterations < options.max_iterations && !converged {
        iterations += 1;
        let counts = problem.expect(&x);
        // A mixed step that loses likelihood is taken back, and plain EM goes on from the last good image.
        if counts.log_likelihood.is_nan() || counts.log_likelihood < best - 1e-6 * best.abs().max(1.0) * 1e-3 && x != fallback {
            x = fallback.clone();
            anderson.forget();
            best = f64::NEG_INFINITY;
            continue;
        }
        best = counts.log_likelihood;
        let image = problem.maximise(&x, &counts);
        let change = x.iter().zip(&image).map(|(old, new)| (old - new).abs()).fold(0.0, f64::max);
        converged = change < options.tolerance;
        if watch(Stage::Estimating { iteration: iterations, change }).is_break() {
            return Err(CalibrationError::Stopped);
        }
        fallback.clone_from(&image);
        let mixed = if converged { image } else { anderson.next(&x, &image) };
        x = if problem.is_sound(&mixed) { mixed } else { fallback.clone() };
    }
    let log_likelihood = problem.expect(&x).log_likelihood;
    let errors = if options.standard_errors { Some(errors::covariances(&problem, &x, watch)?) } else { None };
    Ok(problem.report(&x, errors.as_ref(), log_likelihood, iterations, converged))
}

impl<'a> Problem<'a> {
    fn new(answers: &'a Answers, options: &'a Options, counts: &[Vec<f64>]) -> Result<Self, CalibrationError> {
        if !options.anchors.is_empty() && options.anchors.len() != answers.items() {
            return Err(CalibrationError::Anchors);
        }
        let anchor = |item: usize| options.anchors.get(item).and_then(Option::as_ref);
        let anchored = (0..answers.items()).any(|item| anchor(item).is_some());
        let mut size = 0;
        let (mut starts, mut sizes, mut categories) = (Vec::new(), Vec::new(), Vec::new());
        for (item, counts) in counts.iter().enumerate() {
            let length = params::start(options.model, counts).len();
            categories.push(anchor(item).map_or(counts.len(), Item::categories).max(counts.len()));
            starts.push(anchor(item).is_none().then_some(size));
            sizes.push(length);
            size += if anchor(item).is_none() { length } else { 0 };
        }
        let free_variance = anchored || !has_slope(options.model);
        let points = options.grid(0.0, 1.0).points;
        let size = size + usize::from(anchored) + usize::from(free_variance);
        Ok(Self { answers, options, categories, starts, sizes, free_mean: anchored, free_variance, size, points })
    }

    fn start(&self, counts: &[Vec<f64>]) -> Vec<f64> {
        let mut x = vec![0.0; self.size];
        for (item, counts) in counts.iter().enumerate() {
            if let Some(start) = self.starts[item] {
                let values = params::start(self.options.model, counts);
                x[start..start + values.len()].copy_from_slice(&values);
            }
        }
        if self.free_variance {
            x[self.size - 1] = 1.0;
        }
        x
    }

    fn of<'x>(&self, item: usize, x: &'x [f64]) -> Option<&'x [f64]> {
        self.starts[item].map(|start| &x[start..start + self.sizes[item]])
    }

    /// Mean and variance of the population.
    pub fn population(&self, x: &[f64]) -> (f64, f64) {
        let variance = if self.free_variance { x[self.size - 1] } else { 1.0 };
        let mean = if self.free_mean { x[self.size - 2] } else { 0.0 };
        (mean, variance)
    }

    fn is_sound(&self, x: &[f64]) -> bool {
        let rising = |item: usize| match self.of(item, x) {
            Some(own) if self.options.model == Model::Grm => own[1..].windows(2).all(|pair| pair[0] > pair[1]),
            _ => true,
        };
        let moderate = x.iter().all(|value| value.abs() < 50.0);
        moderate && self.population(x).1 > 1e-4 && (0..self.starts.len()).all(rising)
    }

    pub fn item(&self, item: usize, x: &[f64]) -> Item {
        match (self.of(item, x), self.options.anchors.get(item)) {
            (None, Some(Some(anchor))) => anchor.clone(),
            (own, _) => params::item(self.options.model, own.unwrap_or(&[])),
        }
    }

    /// The E step. Category 0 is the base: persons only add the rows of their other answers.
    pub fn expect(&self, x: &[f64]) -> Counts {
        let nodes = self.points.len();
        let (mean, variance) = self.population(x);
        let grid = self.options.grid(mean, variance.max(1e-8).sqrt());
        let items = self.categories.len();
        let (mut rows, mut starts) = (Vec::new(), Vec::with_capacity(items));
        let mut base: Vec<f64> = grid.weights.iter().map(|weight| weight.max(1e-320).ln()).collect();
        for item in 0..items {
            starts.push(rows.len());
            let curve = self.item(item, x);
            let count = self.categories[item];
            rows.resize(rows.len() + count * nodes, f64::NEG_INFINITY);
            let own = &mut rows[starts[item]..];
            for (node, theta) in self.points.iter().enumerate() {
                let probabilities = curve.curves(*theta);
                let first = probabilities[0].p.max(1e-300).ln();
                base[node] += first;
                own[node] = first;
                for (k, curve) in probabilities.iter().enumerate().skip(1) {
                    own[k * nodes + node] = curve.p.max(1e-300).ln() - first;
                }
            }
        }
        let mut expected = vec![0.0; rows.len()];
        let mut population = vec![0.0; nodes];
        let mut log_likelihood = 0.0;
        let mut log = vec![0.0; nodes];
        for (answers, weight) in self.answers.persons() {
            log.copy_from_slice(&base);
            for (item, category) in answers.iter().enumerate() {
                match *category {
                    0 => {}
                    MISSING => {
                        let row = &rows[starts[item]..starts[item] + nodes];
                        log.iter_mut().zip(row).for_each(|(log, row)| *log -= row);
                    }
                    k => {
                        let from = starts[item] + usize::from(k) * nodes;
                        log.iter_mut().zip(&rows[from..from + nodes]).for_each(|(log, row)| *log += row);
                    }
                }
            }
            let top = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut total = 0.0;
            for value in &mut log {
                // Below e^-45 a node changes no digit that counts, and the exponential costs more than the rest.
                *value = if *value - top < -45.0 { 0.0 } else { (*value - top).exp() };
                total += *value;
            }
            log_likelihood += weight * (top + total.ln());
            let scale = weight / total;
            log.iter_mut().zip(&mut population).for_each(|(value, sum)| {
                *value *= scale;
                *sum += *value;
            });
            for (item, category) in answers.iter().enumerate() {
                if *category != 0 {
                    // What was not put is gathered in the row of category 0, and taken off the base below.
                    let k = if *category == MISSING { 0 } else { usize::from(*category) };
                    let from = starts[item] + k * nodes;
                    expected[from..from + nodes].iter_mut().zip(&log).for_each(|(sum, value)| *sum += value);
                }
            }
        }
        for (start, categories) in starts.iter().zip(&self.categories) {
            for (node, everyone) in population.iter().enumerate() {
                let from = start + node;
                let rest: f64 = (0..*categories).map(|k| expected[from + k * nodes]).sum();
                expected[from] = (everyone - rest).max(0.0);
            }
        }
        Counts { expected, starts, population, log_likelihood }
    }

    /// The gradient of an item's expected log likelihood by its parameters, and its expected information.
    fn gradient(&self, item: usize, own: &[f64], counts: &Counts) -> (Vec<f64>, Matrix) {
        let (size, count, nodes) = (own.len(), self.categories[item], self.points.len());
        let mut gradient = vec![0.0; size];
        let mut information = Matrix::zeros(size);
        let (mut p, mut slopes) = (vec![0.0; count], vec![0.0; count * size]);
        for (node, theta) in self.points.iter().enumerate() {
            params::slopes(self.options.model, own, *theta, &mut p, &mut slopes);
            let at = |k: usize| counts.expected[counts.starts[item] + k * nodes + node];
            let total: f64 = (0..count).map(at).sum();
            if total < 1e-12 {
                continue;
            }
            for k in 0..count {
                let chance = p[k].max(1e-300);
                let pull = at(k) / chance;
                let weight = total / chance;
                for i in 0..size {
                    let slope = slopes[k * size + i];
                    gradient[i] += pull * slope;
                    for j in 0..=i {
                        information.add(i, j, weight * slope * slopes[k * size + j]);
                    }
                }
            }
        }
        if let (Model::ThreePl, Some(prior)) = (self.options.model, self.options.guessing_prior) {
            gradient[2] -= (own[2] - prior.mean) / (prior.sd * prior.sd);
            information.add(2, 2, 1.0 / (prior.sd * prior.sd));
        }
        for i in 0..size {
            for j in i + 1..size {
                information.set(i, j, information.at(j, i));
            }
        }
        (gradient, information)
    }

    /// The M step: Fisher scoring item by item, then the population's moments.
    fn maximise(&self, x: &[f64], counts: &Counts) -> Vec<f64> {
        let mut image = x.to_vec();
        for item in 0..self.categories.len() {
            let Some(start) = self.starts[item] else { continue };
            let mut own = x[start..start + self.sizes[item]].to_vec();
            for _ in 0..20 {
                let (gradient, information) = self.gradient(item, &own, counts);
                let Some(mut step) = information.solve(&gradient) else { break };
                let largest = step.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
                if largest > 1.0 {
                    step.iter_mut().for_each(|value| *value /= largest);
                }
                let moved = |by: f64| -> Vec<f64> { own.iter().zip(&step).map(|(own, step)| own + by * step).collect() };
                let rises = |own: &[f64]| self.options.model != Model::Grm || own[1..].windows(2).all(|pair| pair[0] > pair[1]);
                let by = [1.0, 0.5, 0.25, 0.125, 0.01].into_iter().find(|by| rises(&moved(*by))).unwrap_or(0.0);
                own = moved(by);
                if largest < self.options.tolerance * 0.1 {
                    break;
                }
            }
            image[start..start + own.len()].copy_from_slice(&own);
        }
        let total: f64 = counts.population.iter().sum();
        let mean: f64 = self.points.iter().zip(&counts.population).map(|(theta, weight)| theta * weight).sum::<f64>() / total;
        let centre = if self.free_mean { mean } else { 0.0 };
        let variance =
            self.points.iter().zip(&counts.population).map(|(theta, weight)| (theta - centre).powi(2) * weight).sum::<f64>() / total;
        if self.free_mean {
            image[self.size - 2] = mean;
        }
        if self.free_variance {
            image[self.size - 1] = variance;
        }
        image
    }

    /// The gradient of the marginal log likelihood at `x`, by Fisher's identity.
    pub fn marginal_gradient(&self, x: &[f64]) -> Vec<f64> {
        let counts = self.expect(x);
        let mut gradient = vec![0.0; self.size];
        for item in 0..self.categories.len() {
            if let (Some(start), Some(own)) = (self.starts[item], self.of(item, x)) {
                let (slopes, _) = self.gradient(item, own, &counts);
                gradient[start..start + own.len()].copy_from_slice(&slopes);
            }
        }
        // The population's weights are a discrete normal: its slopes are the moments observed less the moments expected.
        let (mean, variance) = self.population(x);
        let grid = self.options.grid(mean, variance.sqrt());
        let total: f64 = counts.population.iter().sum();
        let moment = |power: i32, weights: &[f64]| -> f64 {
            self.points.iter().zip(weights).map(|(theta, weight)| (theta - mean).powi(power) * weight).sum()
        };
        if self.free_mean {
            gradient[self.size - 2] = (moment(1, &counts.population) - total * moment(1, &grid.weights)) / variance;
        }
        if self.free_variance {
            gradient[self.size - 1] = (moment(2, &counts.population) - total * moment(2, &grid.weights)) / (2.0 * variance * variance);
        }
        gradient
    }

    fn report(&self, x: &[f64], covariances: Option<&Matrix>, log_likelihood: f64, iterations: usize, converged: bool) -> Calibration {
        let model = self.options.model;
        let (mean, variance) = self.population(x);
        let one = |item: usize| {
            let own = self.of(item, x);
            let errors = self.starts[item].zip(covariances).map(|(start, all)| Errors { all, start });
            let slope = usize::from(has_slope(model));
            let last = if model == Model::ThreePl { 2 } else { self.sizes[item] };
            let curve = self.item(item, x);
            let se_c = match (&curve, errors, model) {
                (Item::Logistic { c, .. }, Some(errors), Model::ThreePl) => Some(c * (1.0 - c) * errors.of(2)),
                _ => None,
            };
            let se_b = |errors: Errors<'_>| match &curve {
                Item::Logistic { a, b, .. } => vec![errors.of_ratio(*a, *b, slope, slope == 1)],
                Item::Graded { a, b: steps } | Item::Credit { a, steps } => {
                    steps.iter().enumerate().map(|(k, b)| errors.of_ratio(*a, *b, slope + k, slope == 1)).collect()
                }
            };
            Calibrated {
                d: own.map_or_else(Vec::new, |own| params::intercepts(model, own)),
                se_a: errors.filter(|_| slope == 1).map(|errors| errors.of(0)),
                se_d: errors.map_or_else(Vec::new, |errors| (slope..last).map(|place| errors.of(place)).collect()),
                se_b: errors.map_or_else(Vec::new, se_b),
                se_c,
                anchored: own.is_none(),
                item: curve,
            }
        };
        Calibration { items: (0..self.categories.len()).map(one).collect(), log_likelihood, mean, variance, iterations, converged }
    }
}

/// The part of the covariances that is one item's.
#[derive(Clone, Copy)]
struct Errors<'a> {
    all: &'a Matrix,
    start: usize,
}

impl Errors<'_> {
    fn covariance(self, one: usize, other: usize) -> f64 {
        self.all.at(self.start + one, self.start + other)
    }

    fn of(self, place: usize) -> f64 {
        self.covariance(place, place).max(0.0).sqrt()
    }

    /// The error of b = −d / a, whose intercept stands at `place`: √((Var d + b² Var a + 2b Cov(a, d)) / a²); a is fixed without a slope.
    fn of_ratio(self, a: f64, b: f64, place: usize, slope: bool) -> f64 {
        if !slope {
            return self.of(place);
        }
        let variance = self.covariance(place, place) + b * b * self.covariance(0, 0) + 2.0 * b * self.covariance(0, place);
        (variance / (a * a)).max(0.0).sqrt()
    }
}
