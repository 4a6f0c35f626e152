//! Many-facet Rasch: how severe is each rater, how hard each criterion (Linacre 1989), by marginal maximum likelihood.
//!
//! log P(k) − log P(k−1) = θ − δ_criterion − ρ_rater − τ_k, with τ of each criterion (partial credit) or common to all
//! (rating scale). θ is normal with mean 0 and a variance that is estimated; raters sum to 0, steps sum to 0.

use serde::{Deserialize, Serialize};

use super::calibrate::CalibrationError;
use super::calibrate::accelerate::Anderson;
use super::estimate::{Information, Method, estimate};
use super::grid::{Grid, Rule};
use super::numeric::linear::Matrix;
use super::{Item, Response};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steps {
    /// One scale for all criteria.
    RatingScale,
    /// Steps of their own for each criterion.
    PartialCredit,
}

/// One rating: who, by whom, on what, and the category counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating {
    pub person: usize,
    pub rater: usize,
    pub criterion: usize,
    pub category: u8,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub steps: Steps,
    pub count: usize,
    pub low: f64,
    pub high: f64,
    pub tolerance: f64,
    pub max_iterations: usize,
}

impl Options {
    /// 81 nodes on \[−8, 8\].
    pub fn new(steps: Steps) -> Self {
        Self { steps, count: 81, low: -8.0, high: 8.0, tolerance: 1e-7, max_iterations: 2000 }
    }
}

/// An estimate with its standard error from the observed information of the marginal likelihood, and `se_alone`, which
/// takes all other parameters as known: the smaller one that TAM prints.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Parameter {
    pub xsi: f64,
    pub se: f64,
    pub se_alone: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PersonMeasure {
    pub eap: f64,
    pub sd: f64,
    /// Warm's estimate; always finite.
    pub wle: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facets {
    pub criteria: Vec<Parameter>,
    pub raters: Vec<Parameter>,
    /// One list, or one for each criterion.
    pub steps: Vec<Vec<Parameter>>,
    pub variance: f64,
    pub deviance: f64,
    pub persons: Vec<PersonMeasure>,
    pub eap_reliability: f64,
    pub iterations: usize,
    pub converged: bool,
}

struct Problem<'a> {
    ratings: &'a [Rating],
    options: &'a Options,
    persons: usize,
    raters: usize,
    criteria: usize,
    /// Steps: the top category.
    top: usize,
    /// Free parameters: criteria, raters but the last, steps but the last, variance.
    size: usize,
    points: Vec<f64>,
}

struct Counts {
    /// For each rater and criterion: category by node.
    expected: Vec<f64>,
    population: Vec<f64>,
    posteriors: Vec<f64>,
    log_likelihood: f64,
}

/// Estimates all facets. Persons, raters and criteria are counted from 0 without gaps.
pub fn facets(ratings: &[Rating], options: &Options) -> Result<Facets, CalibrationError> {
    let top = ratings.iter().map(|rating| usize::from(rating.category)).max().ok_or(CalibrationError::Empty)?;
    if top == 0 {
        return Err(CalibrationError::Constant(0, 0));
    }
    let count = |pick: fn(&Rating) -> usize| ratings.iter().map(pick).max().map_or(0, |most| most + 1);
    let (persons, raters, criteria) = (count(|r| r.person), count(|r| r.rater), count(|r| r.criterion));
    let tables = if options.steps == Steps::PartialCredit { criteria } else { 1 };
    let size = criteria + raters - 1 + tables * (top - 1) + 1;
    let points = Grid::normal(options.count, options.low, options.high, Rule::Rectangle).points;
    let problem = Problem { ratings, options, persons, raters, criteria, top, size, points };
    for criterion in 0..criteria {
        for category in 0..=top {
            if !ratings.iter().any(|r| (tables == 1 || r.criterion == criterion) && usize::from(r.category) == category) {
                return Err(CalibrationError::EmptyCategory(criterion, category as u8));
            }
        }
    }
    let mut x = vec![0.0; size];
    x[size - 1] = 1.0;
    let mut anderson = Anderson::default();
    let (mut iterations, mut converged, mut best) = (0, false, f64::NEG_INFINITY);
    let mut fallback = x.clone();
    while iterations < options.max_iterations && !converged {
        iterations += 1;
        let counts = problem.expect(&x);
        if (counts.log_likelihood.is_nan() || counts.log_likelihood < best - 1e-9 * best.abs()) && x != fallback {
            x.clone_from(&fallback);
            anderson.forget();
            best = f64::NEG_INFINITY;
            continue;
        }
        best = counts.log_likelihood;
        let image = problem.maximise(&x, &counts)?;
        converged = x.iter().zip(&image).all(|(old, new)| (old - new).abs() < options.tolerance);
        fallback.clone_from(&image);
        x = if converged { image } else { anderson.next(&x, &image) };
        if x[size - 1] <= 1e-4 {
            x.clone_from(&fallback);
        }
    }
    problem.report(&x, iterations, converged)
}

impl Problem<'_> {
    /// The step logits θ + offset of a cell: −δ − ρ − τ_k for each step.
    fn offsets(&self, x: &[f64], rater: usize, criterion: usize) -> Vec<f64> {
        (1..=self.top).map(|step| -self.dot(&self.slopes(rater, criterion, step), x)).collect()
    }

    fn dot(&self, slopes: &[(usize, f64)], x: &[f64]) -> f64 {
        slopes.iter().map(|(place, weight)| weight * x[*place]).sum()
    }

    /// Which free parameters make up δ + ρ + τ of a step, and with which weight: the last of a facet is minus the sum.
    fn slopes(&self, rater: usize, criterion: usize, step: usize) -> Vec<(usize, f64)> {
        let mut list = vec![(criterion, 1.0)];
        list.extend(self.rater_slopes(rater));
        list.extend(self.step_slopes(criterion, step));
        list
    }

    fn rater_slopes(&self, rater: usize) -> Vec<(usize, f64)> {
        if rater + 1 < self.raters {
            vec![(self.criteria + rater, 1.0)]
        } else {
            (0..self.raters - 1).map(|other| (self.criteria + other, -1.0)).collect()
        }
    }

    fn step_slopes(&self, criterion: usize, step: usize) -> Vec<(usize, f64)> {
        let own = if self.options.steps == Steps::PartialCredit { criterion } else { 0 };
        let start = self.criteria + self.raters - 1 + own * (self.top - 1);
        if step < self.top { vec![(start + step - 1, 1.0)] } else { (0..self.top - 1).map(|other| (start + other, -1.0)).collect() }
    }

    fn item(&self, x: &[f64], rater: usize, criterion: usize) -> Item {
        Item::Credit { a: 1.0, steps: self.offsets(x, rater, criterion).iter().map(|offset| -offset).collect() }
    }

    fn cell(&self, rater: usize, criterion: usize, category: usize) -> usize {
        ((rater * self.criteria + criterion) * (self.top + 1) + category) * self.points.len()
    }

    fn expect(&self, x: &[f64]) -> Counts {
        let nodes = self.points.len();
        let sd = x[self.size - 1].max(1e-8).sqrt();
        let grid = Grid::normal_with(self.options.count, self.options.low, self.options.high, Rule::Rectangle, 0.0, sd);
        let mut rows = vec![0.0; self.raters * self.criteria * (self.top + 1) * nodes];
        for rater in 0..self.raters {
            for criterion in 0..self.criteria {
                let item = self.item(x, rater, criterion);
                for (node, theta) in self.points.iter().enumerate() {
                    for (category, curve) in item.curves(*theta).iter().enumerate() {
                        rows[self.cell(rater, criterion, category) + node] = curve.p.max(1e-300).ln();
                    }
                }
            }
        }
        let mut posteriors = Vec::with_capacity(self.persons * nodes);
        (0..self.persons).for_each(|_| posteriors.extend(grid.weights.iter().map(|weight| weight.max(1e-300).ln())));
        for rating in self.ratings {
            let from = self.cell(rating.rater, rating.criterion, usize::from(rating.category));
            let own = &mut posteriors[rating.person * nodes..(rating.person + 1) * nodes];
            own.iter_mut().zip(&rows[from..from + nodes]).for_each(|(log, row)| *log += row);
        }
        let log_likelihood = posteriors.chunks_exact_mut(nodes).map(super::grid::normalise).sum();
        let mut expected = vec![0.0; rows.len()];
        for rating in self.ratings {
            let from = self.cell(rating.rater, rating.criterion, usize::from(rating.category));
            let own = &posteriors[rating.person * nodes..(rating.person + 1) * nodes];
            expected[from..from + nodes].iter_mut().zip(own).for_each(|(sum, value)| *sum += value);
        }
        let mut population = vec![0.0; nodes];
        posteriors.chunks_exact(nodes).for_each(|own| population.iter_mut().zip(own).for_each(|(sum, value)| *sum += value));
        Counts { expected, population, posteriors, log_likelihood }
    }

    /// Gradient and information of the expected log likelihood, the population's variance left out.
    fn gradient(&self, x: &[f64], counts: &Counts) -> (Vec<f64>, Matrix) {
        let mut gradient = vec![0.0; self.size - 1];
        let mut information = Matrix::zeros(self.size - 1);
        for rater in 0..self.raters {
            for criterion in 0..self.criteria {
                let item = self.item(x, rater, criterion);
                let slopes: Vec<Vec<(usize, f64)>> = (1..=self.top).map(|step| self.slopes(rater, criterion, step)).collect();
                // In the step parameters first, then spread over the free ones.
                let (mut pull, mut covariance) = (vec![0.0; self.top], Matrix::zeros(self.top));
                for (node, theta) in self.points.iter().enumerate() {
                    let at = |category: usize| counts.expected[self.cell(rater, criterion, category) + node];
                    let total: f64 = (0..=self.top).map(at).sum();
                    if total < 1e-14 {
                        continue;
                    }
                    let p = item.probabilities(*theta);
                    let reach: Vec<f64> = (1..=self.top).map(|step| p[step..].iter().sum()).collect();
                    for step in 0..self.top {
                        pull[step] -= (step + 1..=self.top).map(at).sum::<f64>() - total * reach[step];
                        for other in 0..self.top {
                            covariance.add(step, other, total * (reach[step.max(other)] - reach[step] * reach[other]));
                        }
                    }
                }
                for (step, own) in slopes.iter().enumerate() {
                    for (place, weight) in own {
                        gradient[*place] += weight * pull[step];
                        for (other, others) in slopes.iter().enumerate() {
                            for (second, factor) in others {
                                information.add(*place, *second, weight * factor * covariance.at(step, other));
                            }
                        }
                    }
                }
            }
        }
        (gradient, information)
    }

    fn maximise(&self, x: &[f64], counts: &Counts) -> Result<Vec<f64>, CalibrationError> {
        let mut image = x.to_vec();
        for _ in 0..4 {
            let (gradient, information) = self.gradient(&image, counts);
            let step = information.solve(&gradient).ok_or(CalibrationError::Singular)?;
            image.iter_mut().zip(&step).for_each(|(x, step)| *x += step.clamp(-1.0, 1.0));
            if step.iter().all(|step| step.abs() < self.options.tolerance * 0.1) {
                break;
            }
        }
        let total: f64 = counts.population.iter().sum();
        let square: f64 = self.points.iter().zip(&counts.population).map(|(theta, weight)| theta * theta * weight).sum();
        image[self.size - 1] = square / total;
        Ok(image)
    }

    fn marginal_gradient(&self, x: &[f64]) -> Vec<f64> {
        let counts = self.expect(x);
        let (mut gradient, _) = self.gradient(x, &counts);
        let variance = x[self.size - 1];
        let grid = Grid::normal_with(self.options.count, self.options.low, self.options.high, Rule::Rectangle, 0.0, variance.sqrt());
        let moment = |weights: &[f64]| -> f64 { self.points.iter().zip(weights).map(|(theta, weight)| theta * theta * weight).sum() };
        let total: f64 = counts.population.iter().sum();
        gradient.push((moment(&counts.population) - total * moment(&grid.weights)) / (2.0 * variance * variance));
        gradient
    }

    fn covariance(&self, x: &[f64]) -> Result<Matrix, CalibrationError> {
        let mut information = Matrix::zeros(self.size);
        let h = 2e-3;
        for column in 0..self.size {
            let shifted = |by: f64| {
                let mut moved = x.to_vec();
                moved[column] += by;
                self.marginal_gradient(&moved)
            };
            let [up, down, far_up, far_down] = [h, -h, 2.0 * h, -2.0 * h].map(shifted);
            for row in 0..self.size {
                let slope = (8.0 * (up[row] - down[row]) - (far_up[row] - far_down[row])) / (12.0 * h);
                information.add(row, column, -0.5 * slope);
                information.add(column, row, -0.5 * slope);
            }
        }
        information.inverse().ok_or(CalibrationError::Singular)
    }

    fn report(&self, x: &[f64], iterations: usize, converged: bool) -> Result<Facets, CalibrationError> {
        let counts = self.expect(x);
        let covariance = self.covariance(x)?;
        let (_, alone) = self.gradient(x, &counts);
        let parameter = |slopes: &[(usize, f64)]| {
            let variance: f64 = slopes.iter().map(|(i, v)| slopes.iter().map(|(j, w)| v * w * covariance.at(*i, *j)).sum::<f64>()).sum();
            // The last of a facet has no information of its own; TAM, too, derives its error from the others.
            let single: f64 = slopes.iter().map(|(i, v)| v * v / alone.at(*i, *i)).sum();
            Parameter { xsi: self.dot(slopes, x), se: variance.max(0.0).sqrt(), se_alone: single.sqrt() }
        };
        let grid = Grid { points: self.points.clone(), weights: vec![0.0; self.points.len()] };
        let persons: Vec<PersonMeasure> = (0..self.persons)
            .map(|person| {
                let nodes = self.points.len();
                let found = grid.moments(&counts.posteriors[person * nodes..(person + 1) * nodes]);
                let own = self.ratings.iter().filter(|rating| rating.person == person);
                let (items, answers): (Vec<Item>, Vec<Response>) =
                    own.map(|rating| (self.item(x, rating.rater, rating.criterion), Some(rating.category))).unzip();
                let wle = estimate(&items, &answers, Method::Wle, Information::Expected).map(|found| found.theta);
                PersonMeasure { eap: found.theta, sd: found.se, wle }
            })
            .collect();
        let n = self.persons as f64;
        let mean = persons.iter().map(|person| person.eap).sum::<f64>() / n;
        let spread = persons.iter().map(|person| (person.eap - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        let noise = persons.iter().map(|person| person.sd * person.sd).sum::<f64>() / n;
        let tables = if self.options.steps == Steps::PartialCredit { self.criteria } else { 1 };
        Ok(Facets {
            criteria: (0..self.criteria).map(|criterion| parameter(&[(criterion, 1.0)])).collect(),
            raters: (0..self.raters).map(|rater| parameter(&self.rater_slopes(rater))).collect(),
            steps: (0..tables).map(|table| (1..=self.top).map(|step| parameter(&self.step_slopes(table, step))).collect()).collect(),
            variance: x[self.size - 1],
            deviance: -2.0 * counts.log_likelihood,
            persons,
            eap_reliability: spread / (spread + noise),
            iterations,
            converged,
        })
    }
}
