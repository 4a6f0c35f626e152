//! Ability estimates that solve an equation: maximum likelihood, maximum a posteriori, Warm's weighted likelihood.
//!
//! | estimate | equation in θ | source |
//! | --- | --- | --- |
//! | MLE | Σ (log P)' = 0 | Lord 1980, eq. 4-20 |
//! | MAP | Σ (log P)' − (θ − μ)/σ² = 0 | Samejima 1969 |
//! | WLE | Σ (log P)' + J / (2I) = 0, J = Σ_i Σ_k P_k' P_k'' / P_k | Warm 1989, eqs. 11 and 14 |
//!
//! With guessing a likelihood may have several maxima: all are found on \[−20, 20\] and the highest is taken. An estimate
//! that does not exist, such as the MLE of an all-right pattern, is `None`.

use super::grid::Estimate;
use super::numeric::roots::brent;
use super::{Item, Response};

const LOW: f64 = -20.0;
const HIGH: f64 = 20.0;
const STEPS: usize = 400;

/// Which information the standard error comes from: 1/√I, for MAP with 1/σ² added to I.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Information {
    /// Fisher's expected information at the estimate.
    #[default]
    Expected,
    /// The curvature of the log likelihood of this very pattern. Not defined for the WLE, where the expected one is used.
    Observed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    Mle,
    Map { mean: f64, sd: f64 },
    Wle,
}

impl Method {
    /// MAP under the standard normal prior.
    pub const MAP: Method = Method::Map { mean: 0.0, sd: 1.0 };
}

/// The sums over the answered items that all three equations are made of.
#[derive(Clone, Copy, Default)]
struct Sums {
    log_likelihood: f64,
    score: f64,
    observed: f64,
    expected: f64,
    j: f64,
}

/// Estimates ability, `None` where the equation has no maximum.
pub fn estimate(items: &[Item], responses: &[Response], method: Method, information: Information) -> Option<Estimate> {
    let answered: Vec<(&Item, usize)> =
        items.iter().zip(responses).filter_map(|(item, response)| response.map(|category| (item, usize::from(category)))).collect();
    if answered.is_empty() {
        return match method {
            Method::Map { mean, sd } => Some(Estimate { theta: mean, se: sd }),
            _ => None,
        };
    }
    let equation = |theta: f64| equation(&sums(&answered, theta, method), theta, method);
    let theta = match method {
        // Without guessing the posterior has one peak, near the prior: no scan is needed.
        Method::Map { .. } if answered.iter().all(|(item, _)| !guesses(item)) => Some(brent(equation, LOW, HIGH)),
        _ => highest_root(equation, &answered, method),
    }?;
    let sums = sums(&answered, theta, method);
    let mut precision = if information == Information::Observed && method != Method::Wle { sums.observed } else { sums.expected };
    if let Method::Map { sd, .. } = method {
        precision += 1.0 / (sd * sd);
    }
    (precision > 0.0).then(|| Estimate { theta, se: 1.0 / precision.sqrt() })
}

fn guesses(item: &Item) -> bool {
    matches!(item, Item::Logistic { c, .. } if *c > 0.0) || matches!(item, Item::Credit { .. } | Item::Graded { .. })
}

fn equation(sums: &Sums, theta: f64, method: Method) -> f64 {
    match method {
        Method::Mle => sums.score,
        Method::Map { mean, sd } => sums.score - (theta - mean) / (sd * sd),
        Method::Wle => sums.score + if sums.expected > 0.0 { sums.j / (2.0 * sums.expected) } else { 0.0 },
    }
}

fn highest_root(equation: impl Fn(f64) -> f64, answered: &[(&Item, usize)], method: Method) -> Option<f64> {
    let step = (HIGH - LOW) / STEPS as f64;
    let mut best: Option<(f64, f64)> = None;
    // The weighted likelihood has no closed form under guessing: its logarithm is the integral of its equation.
    let mut integral = 0.0;
    let mut left = (LOW, equation(LOW));
    for number in 1..=STEPS {
        let theta = LOW + step * number as f64;
        let right = (theta, equation(theta));
        if left.1 > 0.0 && right.1 <= 0.0 {
            let root = brent(&equation, left.0, right.0);
            let height = match method {
                Method::Wle => integral + 0.5 * (root - left.0) * left.1,
                Method::Mle => sums(answered, root, method).log_likelihood,
                Method::Map { mean, sd } => sums(answered, root, method).log_likelihood - 0.5 * ((root - mean) / sd).powi(2),
            };
            if best.is_none_or(|(_, known)| height > known) {
                best = Some((root, height));
            }
        }
        integral += 0.5 * step * (left.1 + right.1);
        left = right;
    }
    best.map(|(root, _)| root)
}

fn sums(answered: &[(&Item, usize)], theta: f64, method: Method) -> Sums {
    let mut sums = Sums::default();
    for (item, category) in answered {
        if let (Item::Logistic { a, b, c }, true) = (item, matches!(method, Method::Mle | Method::Map { .. })) {
            logistic_sums(&mut sums, *a, *b, *c, theta, *category);
            continue;
        }
        let curves = item.curves(theta);
        for (k, curve) in curves.iter().enumerate().filter(|(_, curve)| curve.p > 0.0) {
            let slope = curve.d1 / curve.p;
            sums.expected += curve.d1 * slope;
            sums.j += slope * curve.d2;
            if k == *category {
                sums.log_likelihood += curve.p.ln();
                sums.score += slope;
                sums.observed += slope * slope - curve.d2 / curve.p;
            }
        }
    }
    sums
}

#[inline]
fn logistic_sums(sums: &mut Sums, a: f64, b: f64, c: f64, theta: f64, category: usize) {
    let z = a * (theta - b);
    let e = (-z.abs()).exp();
    let big = 1.0 / (1.0 + e);
    let small = e * big;
    let (l, m) = if z >= 0.0 { (big, small) } else { (small, big) };
    let p = c + (1.0 - c) * l;
    sums.expected += if c == 0.0 { a * a * l * m } else { a * a * (1.0 - c) * l * l * m / p };
    if category == 0 {
        // log Q = log(1 − c) + log(1 − L): its slope is −aL.
        sums.score -= a * l;
        sums.observed += a * a * l * m;
        sums.log_likelihood += ((1.0 - c) * m).ln();
    } else if c == 0.0 {
        sums.score += a * m;
        sums.observed += a * a * l * m;
        sums.log_likelihood += l.ln();
    } else {
        let slope = a * (1.0 - c) * l * m / p;
        sums.score += slope;
        sums.observed += slope * slope - a * slope * (m - l);
        sums.log_likelihood += p.ln();
    }
}
