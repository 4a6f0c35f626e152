//! Sequential probability ratio test for a pass decision (Wald 1947; Reckase 1983).
//!
//! The logarithm of L(cut + δ) / L(cut − δ) is compared with log((1 − β)/α) and log(β/(1 − α)).

use serde::{Deserialize, Serialize};

use super::{Item, Response};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sprt {
    pub cut: f64,
    pub delta: f64,
    /// Probability of deciding above for someone at cut − δ.
    pub alpha: f64,
    /// Probability of deciding below for someone at cut + δ.
    pub beta: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Below,
    Above,
}

impl Sprt {
    /// The log likelihood ratio after each item, and the verdict then; `None` is to go on.
    pub fn path(&self, items: &[Item], responses: &[Response]) -> Vec<(f64, Option<Verdict>)> {
        let mut ratio = 0.0;
        let step = |(item, response): (&Item, &Response)| {
            if let Some(category) = response {
                let category = usize::from(*category);
                ratio += item.probability(self.cut + self.delta, category).ln() - item.probability(self.cut - self.delta, category).ln();
            }
            (ratio, self.verdict(ratio))
        };
        items.iter().zip(responses).map(step).collect()
    }

    pub fn verdict(&self, log_ratio: f64) -> Option<Verdict> {
        if log_ratio >= ((1.0 - self.beta) / self.alpha).ln() {
            Some(Verdict::Above)
        } else if log_ratio <= (self.beta / (1.0 - self.alpha)).ln() {
            Some(Verdict::Below)
        } else {
            None
        }
    }
}
