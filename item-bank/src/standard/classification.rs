//! How often a test that is cut at scores decides rightly (accuracy), and twice the same (consistency).
//!
//! Rudner (2001, 2005) from estimates and their errors; Lee (2010) from the score distribution given ability.

use serde::Serialize;

use crate::measure::numeric::special::normal_cdf;
use crate::measure::{Item, score_distribution};

/// Shares between 0 and 1: at each cut, and at all cuts at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Classification {
    pub cuts: Vec<Decision>,
    pub simultaneous: Decision,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Decision {
    pub accuracy: f64,
    pub consistency: f64,
}

/// Rudner's indices: abilities with the standard errors of their estimates, taken as normal. `weights` need not sum to 1; cuts
/// rise.
pub fn rudner(thetas: &[f64], errors: &[f64], weights: &[f64], cuts: &[f64]) -> Classification {
    let one = |(theta, se): (&f64, &f64)| {
        let below: Vec<f64> = cuts.iter().map(|cut| normal_cdf((cut - theta) / se)).collect();
        (below, cuts.iter().filter(|cut| theta >= cut).count())
    };
    average(thetas.iter().zip(errors).map(one), weights)
}

/// Lee's indices: cuts are sum scores that pass, rising; a person's true class is that of the expected score.
pub fn lee(items: &[Item], thetas: &[f64], weights: &[f64], cuts: &[usize]) -> Classification {
    let one = |theta: &f64| {
        let distribution = score_distribution::at(items, *theta);
        let expected: f64 = items.iter().map(|item| item.expected_score(*theta)).sum();
        let below: Vec<f64> = cuts.iter().map(|cut| distribution.iter().take(*cut).sum()).collect();
        (below, cuts.iter().filter(|cut| expected >= **cut as f64).count())
    };
    average(thetas.iter().map(one), weights)
}

/// From the chance to fall below each cut and the true class of each person.
fn average(persons: impl Iterator<Item = (Vec<f64>, usize)>, weights: &[f64]) -> Classification {
    let mut sums: Vec<Decision> = Vec::new();
    let mut total = 0.0;
    for ((below, class), weight) in persons.zip(weights) {
        let count = below.len();
        sums.resize(count + 1, Decision { accuracy: 0.0, consistency: 0.0 });
        for (cut, below) in below.iter().enumerate() {
            sums[cut].accuracy += weight * if class > cut { 1.0 - below } else { *below };
            sums[cut].consistency += weight * (below * below + (1.0 - below) * (1.0 - below));
        }
        let edge = |place: usize| if place == 0 { 0.0 } else { below.get(place - 1).copied().unwrap_or(1.0) };
        let shares: Vec<f64> = (0..=count).map(|place| edge(place + 1) - edge(place)).collect();
        sums[count].accuracy += weight * shares[class];
        sums[count].consistency += weight * shares.iter().map(|share| share * share).sum::<f64>();
        total += weight;
    }
    sums.iter_mut().for_each(|sum| {
        sum.accuracy /= total;
        sum.consistency /= total;
    });
    let simultaneous = sums.pop().unwrap_or(Decision { accuracy: f64::NAN, consistency: f64::NAN });
    Classification { cuts: sums, simultaneous }
}
