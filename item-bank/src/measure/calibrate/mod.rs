//! Calibration: item parameters from answers.
//!
//! Marginal maximum likelihood by EM (Bock & Aitkin 1981), sped up by Anderson mixing; standard errors from the observed
//! information (Oakes 1999); conditional maximum likelihood for Rasch and partial credit (Andersen 1972). Items may be
//! anchored at known parameters, with the population's mean and spread estimated (Kim 2006).

pub(crate) mod accelerate;
pub mod cml;
mod em;
mod errors;
mod params;

use serde::{Deserialize, Serialize};

use super::grid::{Grid, Rule};
use super::{Item, Response};

pub use em::{calibrate, calibrate_watched};

/// How far a calibration is, as its watcher is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    /// An iteration of EM was done; `change` is the largest move of a parameter, which must come below the tolerance.
    Estimating { iteration: usize, change: f64 },
    /// So many of the columns of the information matrix are there.
    Errors { done: usize, of: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// a = 1, and the population's variance is estimated.
    Rasch,
    #[serde(rename = "2pl")]
    TwoPl,
    #[serde(rename = "3pl")]
    ThreePl,
    Grm,
    /// a = 1, and the population's variance is estimated.
    Pcm,
    Gpcm,
}

/// Answers of many persons, person after person, each with a weight (1, or how often the pattern occurs).
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    items: usize,
    /// 255 where an item was not put.
    categories: Vec<u8>,
    weights: Vec<f64>,
}

/// Prior on the logit of the guessing parameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuessingPrior {
    pub mean: f64,
    pub sd: f64,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub model: Model,
    /// Nodes of the quadrature; their weights are those of the population at the start.
    pub count: usize,
    pub low: f64,
    pub high: f64,
    /// EM stops when no parameter moves by more than this.
    pub tolerance: f64,
    pub max_iterations: usize,
    pub standard_errors: bool,
    /// For the 3PL; without it the guessing parameters of easy items are hardly determined.
    pub guessing_prior: Option<GuessingPrior>,
    /// Known parameters of items, by their column; the others are then put on this scale.
    pub anchors: Vec<Option<Item>>,
}

impl Options {
    /// 61 nodes on \[−6, 6\], tolerance 1e-7.
    pub fn new(model: Model) -> Self {
        Self {
            model,
            count: 61,
            low: -6.0,
            high: 6.0,
            tolerance: 1e-7,
            max_iterations: 2000,
            standard_errors: true,
            guessing_prior: None,
            anchors: Vec::new(),
        }
    }

    fn grid(&self, mean: f64, sd: f64) -> Grid {
        Grid::normal_with(self.count, self.low, self.high, Rule::Rectangle, mean, sd)
    }
}

/// One calibrated item: parameters, and their errors in the order of the estimation's own parameters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibrated {
    pub item: Item,
    /// Intercepts: z = aθ + d for the logistic and graded models; the cumulated ones for partial credit.
    pub d: Vec<f64>,
    pub se_a: Option<f64>,
    pub se_d: Vec<f64>,
    /// Errors of the difficulties (boundaries, steps), from those of intercept and slope and their covariance by the delta method.
    pub se_b: Vec<f64>,
    /// Error of the guessing parameter of a 3PL item.
    pub se_c: Option<f64>,
    pub anchored: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    pub items: Vec<Calibrated>,
    pub log_likelihood: f64,
    pub mean: f64,
    pub variance: f64,
    pub iterations: usize,
    pub converged: bool,
}

impl Calibration {
    pub fn bank(&self) -> Vec<Item> {
        self.items.iter().map(|calibrated| calibrated.item.clone()).collect()
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    #[error("there are no answers")]
    Empty,
    #[error("the items and the anchors are not equally many")]
    Anchors,
    #[error("item {0} has one answer only, in category {1}: it says nothing")]
    Constant(usize, u8),
    #[error("nobody chose category {1} of item {0}")]
    EmptyCategory(usize, u8),
    #[error("item {0} has more than two categories, which this model does not have")]
    TooManyCategories(usize),
    #[error("the information matrix is singular")]
    Singular,
    #[error("the calibration was stopped")]
    Stopped,
}

const MISSING: u8 = u8::MAX;

impl Answers {
    pub fn new(persons: &[Vec<Response>]) -> Self {
        Self::weighted(persons, vec![1.0; persons.len()])
    }

    /// `weights` says how often each pattern occurs.
    pub fn weighted(persons: &[Vec<Response>], weights: Vec<f64>) -> Self {
        let items = persons.first().map_or(0, Vec::len);
        let categories = persons.iter().flat_map(|person| person.iter().map(|answer| answer.unwrap_or(MISSING))).collect();
        Self { items, categories, weights }
    }

    pub fn items(&self) -> usize {
        self.items
    }

    pub fn persons(&self) -> impl Iterator<Item = (&[u8], f64)> {
        self.categories.chunks_exact(self.items.max(1)).zip(self.weights.iter().copied())
    }

    /// How often each category of an item was chosen.
    pub fn counts(&self, item: usize) -> Vec<f64> {
        let mut counts = Vec::new();
        for (answers, weight) in self.persons() {
            let category = usize::from(answers[item]);
            if answers[item] != MISSING {
                counts.resize(counts.len().max(category + 1), 0.0);
                counts[category] += weight;
            }
        }
        counts
    }

    /// The counts of every item, when they suffice for a calibration.
    fn checked(&self, model: Model) -> Result<Vec<Vec<f64>>, CalibrationError> {
        if self.items == 0 || self.categories.is_empty() {
            return Err(CalibrationError::Empty);
        }
        let dichotomous = matches!(model, Model::Rasch | Model::TwoPl | Model::ThreePl);
        (0..self.items)
            .map(|item| {
                let counts = self.counts(item);
                if dichotomous && counts.len() > 2 {
                    return Err(CalibrationError::TooManyCategories(item));
                }
                if counts.iter().filter(|count| **count > 0.0).count() < 2 {
                    return Err(CalibrationError::Constant(item, counts.len().saturating_sub(1) as u8));
                }
                match counts.iter().position(|count| *count == 0.0) {
                    Some(category) => Err(CalibrationError::EmptyCategory(item, category as u8)),
                    None => Ok(counts),
                }
            })
            .collect()
    }
}
