//! Linking of two calibrations by their common items: θ₂ = A θ₁ + B.
//!
//! Mean-mean, mean-geometric mean, mean-sigma (Loyd & Hoover 1980; Mislevy & Bock 1990; Marco 1977), Haebara (1980) and
//! Stocking & Lord (1983), as Kolen & Brennan 2014, ch. 6, have them. Parameters of form 1 become a/A, A b + B.

use serde::{Deserialize, Serialize};

use super::model::{Item, logistic};
use super::numeric::linear::Matrix;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    #[serde(rename = "A")]
    pub a: f64,
    #[serde(rename = "B")]
    pub b: f64,
}

/// The parameters of a common item on one scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    pub a: f64,
    pub b: f64,
    pub c: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linking {
    MeanMean,
    MeanGmean,
    MeanSigma,
    Haebara,
    StockingLord,
}

impl Link {
    /// The item on the scale that this links to: a becomes a/A, each difficulty A b + B.
    pub fn apply(&self, item: &Item) -> Item {
        let moved = |steps: &[f64]| steps.iter().map(|b| self.a * b + self.b).collect();
        match item {
            Item::Logistic { a, b, c } => Item::Logistic { a: a / self.a, b: self.a * b + self.b, c: *c },
            Item::Graded { a, b } => Item::Graded { a: a / self.a, b: moved(b) },
            Item::Credit { a, steps } => Item::Credit { a: a / self.a, steps: moved(steps) },
        }
    }
}

/// Links form 1 to the scale of form 2 by items in the same order. The curve methods sum over `points` (on the scale of form 2)
/// with `weights`. `None` when fewer than two items are common or nothing can be solved.
pub fn link(from: &[Parameters], to: &[Parameters], method: Linking, points: &[f64], weights: &[f64]) -> Option<Link> {
    if from.len() != to.len() || from.len() < 2 {
        return None;
    }
    let n = from.len() as f64;
    let mean = |values: &[Parameters], pick: fn(&Parameters) -> f64| values.iter().map(pick).sum::<f64>() / n;
    let (mean_from, mean_to) = (mean(from, |p| p.b), mean(to, |p| p.b));
    let spread = |values: &[Parameters], centre: f64| values.iter().map(|p| (p.b - centre).powi(2)).sum::<f64>().sqrt();
    let a = match method {
        Linking::MeanMean => mean(from, |p| p.a) / mean(to, |p| p.a),
        Linking::MeanGmean => (mean(from, |p| p.a.ln()) - mean(to, |p| p.a.ln())).exp(),
        _ => spread(to, mean_to) / spread(from, mean_from),
    };
    let start = Link { a, b: mean_to - a * mean_from };
    match method {
        Linking::Haebara | Linking::StockingLord => minimise(from, to, method, points, weights, start),
        _ => Some(start),
    }
    .filter(|link| link.a.is_finite() && link.b.is_finite())
}

/// Gauss-Newton on the squared differences of curves: the residuals are those of single items (Haebara) or of their sum.
fn minimise(from: &[Parameters], to: &[Parameters], method: Linking, points: &[f64], weights: &[f64], start: Link) -> Option<Link> {
    let residuals = |link: Link| -> Vec<f64> {
        let mut list = Vec::new();
        for (theta, weight) in points.iter().zip(weights) {
            let differences = from.iter().zip(to).map(|(one, two)| {
                let moved = one.c + (1.0 - one.c) * logistic(one.a / link.a * (theta - link.a * one.b - link.b));
                let here = two.c + (1.0 - two.c) * logistic(two.a * (theta - two.b));
                here - moved
            });
            match method {
                Linking::Haebara => list.extend(differences.map(|difference| weight.sqrt() * difference)),
                _ => list.push(weight.sqrt() * differences.sum::<f64>()),
            }
        }
        list
    };
    let square = |list: &[f64]| list.iter().map(|value| value * value).sum::<f64>();
    let mut link = start;
    for _ in 0..100 {
        let here = residuals(link);
        let h = 1e-6;
        let slope = |plus: Link, minus: Link| -> Vec<f64> {
            residuals(plus).iter().zip(residuals(minus)).map(|(plus, minus)| (plus - minus) / (2.0 * h)).collect()
        };
        let by_a = slope(Link { a: link.a + h, ..link }, Link { a: link.a - h, ..link });
        let by_b = slope(Link { b: link.b + h, ..link }, Link { b: link.b - h, ..link });
        let dot = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(l, r)| l * r).sum::<f64>();
        let mut normal = Matrix::zeros(2);
        normal.set(0, 0, dot(&by_a, &by_a));
        normal.set(0, 1, dot(&by_a, &by_b));
        normal.set(1, 0, dot(&by_a, &by_b));
        normal.set(1, 1, dot(&by_b, &by_b));
        let step = normal.solve(&[-dot(&by_a, &here), -dot(&by_b, &here)])?;
        let mut by = 1.0;
        let moved = |by: f64| Link { a: link.a + by * step[0], b: link.b + by * step[1] };
        while by > 1e-6 && (moved(by).a <= 0.0 || square(&residuals(moved(by))) > square(&here)) {
            by *= 0.5;
        }
        link = moved(by);
        if (by * step[0]).abs().max((by * step[1]).abs()) < 1e-11 {
            break;
        }
    }
    Some(link)
}
