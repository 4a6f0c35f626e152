//! Item response models: probabilities, their derivatives, and information.
//!
//! | model | probability of category k | source |
//! | --- | --- | --- |
//! | 1PL/2PL/3PL | P(1) = c + (1 − c) / (1 + exp(−a(θ − b))) | Birnbaum 1968, in Lord & Novick, ch. 17 |
//! | graded response | P(k) = L(a(θ − b_k)) − L(a(θ − b_{k+1})) | Samejima 1969 |
//! | (generalised) partial credit | P(k) ∝ exp Σ_{v≤k} a(θ − δ_v) | Masters 1982; Muraki 1992, eq. 5 |
//!
//! L is the logistic function. The Rasch model is the 2PL with a = 1, partial credit the generalised model with a = 1.

/// One calibrated item.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum Item {
    /// Right or wrong: discrimination `a`, difficulty `b`, lower asymptote `c`.
    Logistic { a: f64, b: f64, c: f64 },
    /// Graded response: discrimination and rising category boundaries.
    Graded { a: f64, b: Vec<f64> },
    /// Generalised partial credit: discrimination and step difficulties δ, in the order of the steps.
    Credit { a: f64, steps: Vec<f64> },
}

/// An item whose parameters describe no curve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    #[error("the discrimination a is {0}; it must be a positive number")]
    Discrimination(f64),
    #[error("the difficulty is {0}; it must be a number")]
    Difficulty(f64),
    #[error("the guessing parameter c is {0}; it must be at least 0 and less than 1")]
    Guessing(f64),
    #[error("the boundaries of a graded item must rise; {0} is followed by {1}")]
    Boundaries(f64, f64),
    #[error("the item has no category boundary")]
    NoBoundary,
}

/// Probability of a category at some theta, with its first and second derivative in theta.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Curve {
    pub p: f64,
    pub d1: f64,
    pub d2: f64,
}

impl Item {
    pub fn rasch(b: f64) -> Self {
        Item::Logistic { a: 1.0, b, c: 0.0 }
    }

    /// Refuses parameters that describe no curve.
    pub fn check(&self) -> Result<(), ModelError> {
        let (a, difficulties) = match self {
            Item::Logistic { a, b, c } => {
                if !(0.0..1.0).contains(c) {
                    return Err(ModelError::Guessing(*c));
                }
                (*a, std::slice::from_ref(b))
            }
            Item::Graded { a, b } => {
                if let Some(pair) = b.windows(2).find(|pair| pair[0] >= pair[1]) {
                    return Err(ModelError::Boundaries(pair[0], pair[1]));
                }
                (*a, b.as_slice())
            }
            Item::Credit { a, steps } => (*a, steps.as_slice()),
        };
        if !(a > 0.0 && a.is_finite()) {
            return Err(ModelError::Discrimination(a));
        }
        if difficulties.is_empty() {
            return Err(ModelError::NoBoundary);
        }
        difficulties.iter().find(|b| !b.is_finite()).map_or(Ok(()), |b| Err(ModelError::Difficulty(*b)))
    }

    /// The number of categories, 2 for a right-or-wrong item.
    pub fn categories(&self) -> usize {
        match self {
            Item::Logistic { .. } => 2,
            Item::Graded { b, .. } => b.len() + 1,
            Item::Credit { steps, .. } => steps.len() + 1,
        }
    }

    /// Probability of each category at `theta`; the sum is 1.
    pub fn probabilities(&self, theta: f64) -> Vec<f64> {
        self.curves(theta).into_iter().map(|curve| curve.p).collect()
    }

    /// Probability of one category at `theta`; 0 for a category that the item does not have.
    pub fn probability(&self, theta: f64, category: usize) -> f64 {
        self.curve(theta, category).p
    }

    /// The curve of one category, without allocating for right-or-wrong items.
    pub fn curve(&self, theta: f64, category: usize) -> Curve {
        match self {
            Item::Logistic { a, b, c } => match logistic_curves(*a, *b, *c, theta) {
                [wrong, _] if category == 0 => wrong,
                [_, right] if category == 1 => right,
                _ => Curve::default(),
            },
            _ => self.curves(theta).get(category).copied().unwrap_or_default(),
        }
    }

    /// The curve of every category.
    pub fn curves(&self, theta: f64) -> Vec<Curve> {
        match self {
            Item::Logistic { a, b, c } => logistic_curves(*a, *b, *c, theta).to_vec(),
            Item::Graded { a, b } => graded_curves(*a, b, theta),
            Item::Credit { a, steps } => credit_curves(*a, steps, theta),
        }
    }

    /// Expected (Fisher) information at `theta`, in 1/logit²: Σ_k P_k'² / P_k.
    pub fn information(&self, theta: f64) -> f64 {
        match self {
            Item::Logistic { a, b, c } => logistic_information(*a, *b, *c, theta),
            _ => self.curves(theta).iter().filter(|curve| curve.p > 0.0).map(|curve| curve.d1 * curve.d1 / curve.p).sum(),
        }
    }

    /// Observed information of one answer, −(log P)'': may be negative under guessing.
    pub fn observed_information(&self, theta: f64, category: usize) -> f64 {
        let Curve { p, d1, d2 } = self.curve(theta, category);
        if p > 0.0 { (d1 / p) * (d1 / p) - d2 / p } else { 0.0 }
    }

    /// Expected score at `theta`, categories counting 0, 1, 2 …
    pub fn expected_score(&self, theta: f64) -> f64 {
        match self {
            Item::Logistic { .. } => self.probability(theta, 1),
            _ => self.probabilities(theta).iter().enumerate().map(|(category, p)| category as f64 * p).sum(),
        }
    }
}

/// 1 / (1 + exp(−x)), without overflow and without cancellation at either end.
#[inline]
pub fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// Test information: the sum over items.
pub fn information(items: &[Item], theta: f64) -> f64 {
    items.iter().map(|item| item.information(theta)).sum()
}

/// a²(1 − c) L² (1 − L) / P (Birnbaum 1968, eq. 20.4.16), written in e = exp(−|z|) so that one division does and
/// neither tail cancels.
#[inline]
pub(crate) fn logistic_information(a: f64, b: f64, c: f64, theta: f64) -> f64 {
    let z = a * (theta - b);
    let e = (-z.abs()).exp();
    let square = (1.0 + e) * (1.0 + e);
    // Without guessing P is L; dividing it out keeps the far tail where L underflows.
    if c == 0.0 {
        a * a * e / square
    } else if z >= 0.0 {
        a * a * (1.0 - c) * e / (square * (1.0 + c * e))
    } else {
        a * a * (1.0 - c) * e * e / (square * (c + e))
    }
}

fn logistic_curves(a: f64, b: f64, c: f64, theta: f64) -> [Curve; 2] {
    let z = a * (theta - b);
    let (l, m) = (logistic(z), logistic(-z));
    let slope = a * (1.0 - c) * l * m;
    let bend = a * slope * (m - l);
    [Curve { p: (1.0 - c) * m, d1: -slope, d2: -bend }, Curve { p: c + (1.0 - c) * l, d1: slope, d2: bend }]
}

fn graded_curves(a: f64, b: &[f64], theta: f64) -> Vec<Curve> {
    // Each boundary as (L, 1 − L, L', L''); the ends are certain.
    let boundary = |k: usize| -> [f64; 4] {
        if k == 0 {
            return [1.0, 0.0, 0.0, 0.0];
        }
        b.get(k - 1).map_or([0.0, 1.0, 0.0, 0.0], |b| {
            let z = a * (theta - b);
            let (l, m) = (logistic(z), logistic(-z));
            [l, m, a * l * m, a * a * l * m * (m - l)]
        })
    };
    let difference = |k: usize| {
        let (lower, upper) = (boundary(k), boundary(k + 1));
        // The smaller tail is subtracted, so that a category far from theta keeps its digits.
        let p = if lower[0] < 0.5 { lower[0] - upper[0] } else { upper[1] - lower[1] };
        Curve { p, d1: lower[2] - upper[2], d2: lower[3] - upper[3] }
    };
    (0..=b.len()).map(difference).collect()
}

fn credit_curves(a: f64, steps: &[f64], theta: f64) -> Vec<Curve> {
    let mut logits = Vec::with_capacity(steps.len() + 1);
    logits.push(0.0);
    for step in steps {
        logits.push(logits[logits.len() - 1] + a * (theta - step));
    }
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut curves: Vec<Curve> = logits.iter().map(|logit| Curve { p: (logit - top).exp(), ..Curve::default() }).collect();
    let total: f64 = curves.iter().map(|curve| curve.p).sum();
    curves.iter_mut().for_each(|curve| curve.p /= total);
    let mean: f64 = curves.iter().enumerate().map(|(k, curve)| k as f64 * curve.p).sum();
    let variance: f64 = curves.iter().enumerate().map(|(k, curve)| (k as f64 - mean).powi(2) * curve.p).sum();
    for (k, curve) in curves.iter_mut().enumerate() {
        let distance = k as f64 - mean;
        curve.d1 = a * curve.p * distance;
        curve.d2 = a * a * curve.p * (distance * distance - variance);
    }
    curves
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_item() -> impl Strategy<Value = Item> {
        let a = 0.3..3.0_f64;
        prop_oneof![
            (a.clone(), -3.0..3.0_f64, 0.0..0.4_f64).prop_map(|(a, b, c)| Item::Logistic { a, b, c }),
            (a.clone(), -2.0..0.0_f64, 0.1..1.5_f64, 0.1..1.5_f64)
                .prop_map(|(a, b, first, second)| Item::Graded { a, b: vec![b, b + first, b + first + second] }),
            (a, prop::collection::vec(-2.0..2.0_f64, 1..5)).prop_map(|(a, steps)| Item::Credit { a, steps }),
        ]
    }

    proptest! {
        #[test]
        fn the_categories_of_an_item_are_certain_together(item in any_item(), theta in -6.0..6.0_f64) {
            let curves = item.curves(theta);
            prop_assert!((curves.iter().map(|curve| curve.p).sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(curves.iter().map(|curve| curve.d1).sum::<f64>().abs() < 1e-12);
            prop_assert!(curves.iter().all(|curve| curve.p >= 0.0));
        }

        #[test]
        fn derivatives_are_what_differences_say(item in any_item(), theta in -4.0..4.0_f64) {
            let h = 1e-5;
            for (k, curve) in item.curves(theta).iter().enumerate() {
                let (left, right) = (item.curve(theta - h, k), item.curve(theta + h, k));
                prop_assert!(((right.p - left.p) / (2.0 * h) - curve.d1).abs() < 1e-7);
                prop_assert!(((right.d1 - left.d1) / (2.0 * h) - curve.d2).abs() < 1e-6);
            }
        }

        #[test]
        fn expected_information_is_the_mean_of_the_observed(item in any_item(), theta in -4.0..4.0_f64) {
            let mean: f64 = (0..item.categories()).map(|k| item.probability(theta, k) * item.observed_information(theta, k)).sum();
            prop_assert!((mean - item.information(theta)).abs() < 1e-10);
        }
    }

    #[test]
    fn parameters_that_describe_no_curve_are_refused() {
        assert_eq!(Item::Logistic { a: 0.0, b: 0.0, c: 0.0 }.check(), Err(ModelError::Discrimination(0.0)));
        assert_eq!(Item::Logistic { a: 1.0, b: 0.0, c: 1.0 }.check(), Err(ModelError::Guessing(1.0)));
        assert_eq!(Item::Graded { a: 1.0, b: vec![1.0, 0.5] }.check(), Err(ModelError::Boundaries(1.0, 0.5)));
        assert_eq!(Item::Credit { a: 1.0, steps: vec![] }.check(), Err(ModelError::NoBoundary));
        assert_eq!(Item::rasch(0.3).check(), Ok(()));
    }
}
