//! Seeded randomness: the same seed gives the same numbers on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform on \[0, 1), with 53 bits.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `bound`, which must be positive.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.uniform() * bound as f64) as usize).min(bound.saturating_sub(1))
    }

    /// Standard normal (Box & Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }

    /// An answer by someone of ability `theta`.
    pub fn answer(&mut self, item: &super::Item, theta: f64) -> u8 {
        let draw = self.uniform();
        if let super::Item::Logistic { .. } = item {
            return u8::from(draw < item.probability(theta, 1));
        }
        let mut sum = 0.0;
        let probabilities = item.probabilities(theta);
        let last = probabilities.len() - 1;
        probabilities
            .iter()
            .position(|p| {
                sum += p;
                draw < sum
            })
            .unwrap_or(last) as u8
    }
}
