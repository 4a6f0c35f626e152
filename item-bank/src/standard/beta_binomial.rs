//! Classification from one administration without item parameters: true scores follow a beta distribution on \[l, u\].
//!
//! Livingston & Lewis (1995) with the effective test length; Hanson & Brennan (1990) with the test's own length and Lord's
//! two-term approximation to the compound binomial.

use serde::Serialize;

use crate::measure::numeric::gauss_jacobi;

/// A beta distribution of true proportion scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TrueScores {
    pub alpha: f64,
    pub beta: f64,
    pub l: f64,
    pub u: f64,
}

/// Shares between 0 and 1. Positive is to pass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Accuracy {
    pub true_positive: f64,
    pub true_negative: f64,
    pub false_positive: f64,
    pub false_negative: f64,
    pub accuracy: f64,
    /// Two administrations decide the same, and would by chance.
    pub consistency: f64,
    pub chance: f64,
    pub kappa: f64,
}

/// The effective number of equally hard, independent items that give this reliability (Livingston & Lewis 1995, eq. 5).
pub fn effective_test_length(mean: f64, variance: f64, lowest: f64, highest: f64, reliability: f64) -> f64 {
    ((mean - lowest) * (highest - mean) - reliability * variance) / (variance * (1.0 - reliability))
}

/// The two-parameter true-score distribution, l = 0 and u = 1, from the first two factorial moments of observed scores on a test
/// of `length` items. `None` when the moments belong to no beta distribution.
pub fn fit_two_parameters(proportions: &[f64], length: f64) -> Option<TrueScores> {
    let n = proportions.len() as f64;
    let first = proportions.iter().sum::<f64>() / n;
    let second = proportions.iter().map(|p| p * length * (p * length - 1.0)).sum::<f64>() / n / (length * (length - 1.0));
    let variance = second - first * first;
    let common = first * (1.0 - first) / variance - 1.0;
    let (alpha, beta) = (first * common, (1.0 - first) * common);
    (alpha > 0.0 && beta > 0.0).then_some(TrueScores { alpha, beta, l: 0.0, u: 1.0 })
}

/// Lord's k, for the two-term approximation (Lord 1965, eq. 5; Hanson 1991), from mean, variance, reliability and length.
pub fn lords_k(mean: f64, variance: f64, reliability: f64, length: f64) -> f64 {
    let error = variance * (1.0 - reliability);
    let above = length * ((length - 1.0) * (variance - error) - length * variance + mean * (length - mean));
    above / (2.0 * (mean * (length - mean) - (variance - error)))
}

/// Accuracy and consistency at a cut: scores of at least `cut` on `length` items pass, and true proportions of at least
/// `true_cut`. `k` is Lord's, 0 for the plain binomial.
pub fn classify(scores: &TrueScores, length: usize, cut: usize, true_cut: f64, k: f64) -> Accuracy {
    let passes = |p: f64| -> f64 { error_distribution(p, length, k).iter().skip(cut).sum() };
    let place = ((true_cut - scores.l) / (scores.u - scores.l)).clamp(0.0, 1.0);
    let mut found = Accuracy {
        true_positive: 0.0,
        true_negative: 0.0,
        false_positive: 0.0,
        false_negative: 0.0,
        accuracy: 0.0,
        consistency: 0.0,
        chance: 0.0,
        kappa: 0.0,
    };
    for (low, high, above) in [(0.0, place, false), (place, 1.0, true)] {
        for (x, weight) in gauss_jacobi::beta_panel(scores.alpha, scores.beta, low, high) {
            let pass = passes(scores.l + (scores.u - scores.l) * x);
            let (positive, negative) = (weight * pass, weight * (1.0 - pass));
            if above {
                found.true_positive += positive;
                found.false_negative += negative;
            } else {
                found.false_positive += positive;
                found.true_negative += negative;
            }
            found.consistency += weight * (pass * pass + (1.0 - pass) * (1.0 - pass));
        }
    }
    let pass = found.true_positive + found.false_positive;
    found.accuracy = found.true_positive + found.true_negative;
    found.chance = pass * pass + (1.0 - pass) * (1.0 - pass);
    found.kappa = (found.consistency - found.chance) / (1.0 - found.chance);
    found
}

/// P(score | true proportion): binomial, less Lord's correction k p(1 − p) [b(x; n−2) − 2 b(x−1; n−2) + b(x−2; n−2)].
fn error_distribution(p: f64, length: usize, k: f64) -> Vec<f64> {
    let mut distribution = binomial(p, length);
    if k != 0.0 && length > 2 {
        let inner = binomial(p, length - 2);
        for (score, chance) in distribution.iter_mut().enumerate() {
            let at = |less: usize| score.checked_sub(less).and_then(|place| inner.get(place)).copied().unwrap_or(0.0);
            *chance -= k * p * (1.0 - p) * (at(0) - 2.0 * at(1) + at(2));
        }
    }
    distribution
}

fn binomial(p: f64, length: usize) -> Vec<f64> {
    crate::measure::score_distribution::of_probabilities(&vec![p; length])
}
