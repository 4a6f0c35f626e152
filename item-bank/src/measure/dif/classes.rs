//! What to make of the numbers: ETS classes, shrinkage for small groups, correction for many tests.

use serde::{Deserialize, Serialize};

use super::super::numeric::special::normal_cdf;
use super::MantelHaenszel;

/// The classes of Educational Testing Service (Zieky 1993): A negligible, B slight to moderate, C moderate to large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EtsClass {
    A,
    B,
    C,
}

/// C when |Δ| is at least 1.5 and significantly above 1 (one-sided, 5 %); A when |Δ| is below 1 or not significantly
/// different from 0 (5 %); else B.
pub fn ets_class(found: &MantelHaenszel) -> EtsClass {
    let size = found.delta.abs();
    if size < 1.0 || found.p.is_nan() || found.p >= 0.05 {
        EtsClass::A
    } else if size >= 1.5 && (size - 1.0) / found.se_delta > 1.644_853_626_951_472_2 {
        EtsClass::C
    } else {
        EtsClass::B
    }
}

/// The delta of an item shrunk towards the mean of all items (Zwick, Thayer & Lewis 1999, eqs. 6 to 9).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EmpiricalBayes {
    pub delta: f64,
    pub se: f64,
    /// Posterior probability that the true |Δ| is below 1, from 1 to 1.5, above 1.5.
    pub class_probabilities: [f64; 3],
}

/// Items without a finite delta get `None`.
pub fn empirical_bayes(found: &[MantelHaenszel]) -> Vec<Option<EmpiricalBayes>> {
    let sound: Vec<&MantelHaenszel> = found.iter().filter(|item| item.delta.is_finite() && item.se_delta.is_finite()).collect();
    let n = sound.len() as f64;
    if n < 2.0 {
        return vec![None; found.len()];
    }
    let mean = sound.iter().map(|item| item.delta).sum::<f64>() / n;
    let spread = sound.iter().map(|item| (item.delta - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let noise = sound.iter().map(|item| item.se_delta.powi(2)).sum::<f64>() / n;
    let between = (spread - noise).max(0.0);
    let shrink = |item: &MantelHaenszel| {
        let weight = between / (between + item.se_delta.powi(2));
        let delta = weight * item.delta + (1.0 - weight) * mean;
        let se = (weight * item.se_delta.powi(2)).sqrt();
        let below = |limit: f64| if se > 0.0 { normal_cdf((limit - delta) / se) } else { f64::from(u8::from(delta < limit)) };
        let small = below(1.0) - below(-1.0);
        let medium = below(1.5) - below(-1.5) - small;
        EmpiricalBayes { delta, se, class_probabilities: [small, medium, 1.0 - small - medium] }
    };
    found.iter().map(|item| (item.delta.is_finite() && item.se_delta.is_finite()).then(|| shrink(item))).collect()
}

/// p-values adjusted so that flags at 5 % are wrong in at most 5 % of cases (Benjamini & Hochberg 1995).
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|l, r| p[*r].total_cmp(&p[*l]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (place, item) in order.iter().enumerate() {
        let rank = (p.len() - place) as f64;
        least = least.min(p[*item] * p.len() as f64 / rank);
        adjusted[*item] = least;
    }
    adjusted
}

/// p-values adjusted so that the chance of any wrong flag at 5 % is at most 5 % (Holm 1979).
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|l, r| p[*l].total_cmp(&p[*r]));
    let mut adjusted = vec![1.0; p.len()];
    let mut most = 0.0_f64;
    for (place, item) in order.iter().enumerate() {
        most = most.max(p[*item] * (p.len() - place) as f64).min(1.0);
        adjusted[*item] = most;
    }
    adjusted
}
