//! The parameters that EM works with, and the curves and slopes in them.
//!
//! 2PL and GRM: a and intercepts d, z = aθ + d. 3PL: also the logit of c. GPCM: a and step intercepts e with
//! log P(k) = k aθ + Σ_{v≤k} e_v + const. Rasch and PCM leave a = 1 out.

use super::super::Item;
use super::super::model::logistic;
use super::Model;

/// The start values of an item, from how often each category was chosen.
pub fn start(model: Model, counts: &[f64]) -> Vec<f64> {
    let total: f64 = counts.iter().sum();
    let logit = |p: f64| (p / (1.0 - p)).ln();
    let above = |k: usize| counts[k..].iter().sum::<f64>() / total;
    let clamp = |p: f64| p.clamp(0.5 / total, 1.0 - 0.5 / total);
    let boundaries = (1..counts.len()).map(|k| 1.2 * logit(clamp(above(k))));
    let steps = (1..counts.len()).map(|k| (counts[k] / counts[k - 1]).ln());
    match model {
        Model::Rasch => boundaries.collect(),
        Model::TwoPl | Model::Grm => std::iter::once(1.0).chain(boundaries).collect(),
        Model::ThreePl => std::iter::once(1.0).chain(boundaries).chain([logit(0.15)]).collect(),
        Model::Pcm => steps.collect(),
        Model::Gpcm => std::iter::once(0.7).chain(steps).collect(),
    }
}

/// The item that parameters describe.
pub fn item(model: Model, x: &[f64]) -> Item {
    match model {
        Model::Rasch => Item::rasch(-x[0]),
        Model::TwoPl => Item::Logistic { a: x[0], b: -x[1] / x[0], c: 0.0 },
        Model::ThreePl => Item::Logistic { a: x[0], b: -x[1] / x[0], c: logistic(x[2]) },
        Model::Grm => Item::Graded { a: x[0], b: x[1..].iter().map(|d| -d / x[0]).collect() },
        Model::Pcm => Item::Credit { a: 1.0, steps: x.iter().map(|e| -e).collect() },
        Model::Gpcm => Item::Credit { a: x[0], steps: x[1..].iter().map(|e| -e / x[0]).collect() },
    }
}

/// Intercepts as published: d of z = aθ + d, cumulated for partial credit.
pub fn intercepts(model: Model, x: &[f64]) -> Vec<f64> {
    let cumulated = |steps: &[f64]| {
        let add = |sum: &mut f64, e: &f64| {
            *sum += e;
            Some(*sum)
        };
        steps.iter().scan(0.0, add).collect()
    };
    match model {
        Model::Rasch => x.to_vec(),
        Model::TwoPl | Model::Grm => x[1..].to_vec(),
        Model::ThreePl => vec![x[1]],
        Model::Pcm => cumulated(x),
        Model::Gpcm => cumulated(&x[1..]),
    }
}

/// Whether the first parameter is the discrimination.
pub fn has_slope(model: Model) -> bool {
    !matches!(model, Model::Rasch | Model::Pcm)
}

/// Probability of each category at `theta` in `p`, and in `slopes[k * x.len() ..]` its derivative by each parameter.
pub fn slopes(model: Model, x: &[f64], theta: f64, p: &mut [f64], slopes: &mut [f64]) {
    let size = x.len();
    match model {
        Model::Rasch | Model::TwoPl | Model::ThreePl => {
            let z = if model == Model::Rasch { theta + x[0] } else { x[0] * theta + x[1] };
            let (l, m) = (logistic(z), logistic(-z));
            let c = if model == Model::ThreePl { logistic(x[2]) } else { 0.0 };
            p[0] = (1.0 - c) * m;
            p[1] = c + (1.0 - c) * l;
            let by_z = (1.0 - c) * l * m;
            if model == Model::Rasch {
                slopes[1] = by_z;
            } else {
                slopes[size] = by_z * theta;
                slopes[size + 1] = by_z;
            }
            if model == Model::ThreePl {
                slopes[size + 2] = c * (1.0 - c) * m;
            }
            (0..size).for_each(|i| slopes[i] = -slopes[size + i]);
        }
        Model::Grm => {
            let boundary = |k: usize| {
                let z = x[0] * theta + x[k];
                let (l, m) = (logistic(z), logistic(-z));
                (l, l * m)
            };
            slopes.fill(0.0);
            p.fill(0.0);
            p[0] = 1.0;
            for k in 1..size {
                let (l, by_z) = boundary(k);
                p[k] += l;
                p[k - 1] -= l;
                slopes[k * size] += by_z * theta;
                slopes[(k - 1) * size] -= by_z * theta;
                slopes[k * size + k] += by_z;
                slopes[(k - 1) * size + k] -= by_z;
            }
        }
        Model::Pcm | Model::Gpcm => {
            let free = usize::from(model == Model::Gpcm);
            let a = if free == 1 { x[0] } else { 1.0 };
            let count = size - free + 1;
            let mut logit = 0.0;
            let mut top = 0.0_f64;
            p[0] = 0.0;
            for k in 1..count {
                logit += a * theta + x[free + k - 1];
                p[k] = logit;
                top = top.max(logit);
            }
            let mut total = 0.0;
            p.iter_mut().take(count).for_each(|p| {
                *p = (*p - top).exp();
                total += *p;
            });
            p.iter_mut().take(count).for_each(|p| *p /= total);
            let mean: f64 = p.iter().take(count).enumerate().map(|(k, p)| k as f64 * p).sum();
            for k in 0..count {
                if free == 1 {
                    slopes[k * size] = p[k] * (k as f64 - mean) * theta;
                }
                for v in 1..count {
                    let above: f64 = p[v..count].iter().sum();
                    slopes[k * size + free + v - 1] = p[k] * (f64::from(u8::from(k >= v)) - above);
                }
            }
        }
    }
}
