//! Randomness: ChaCha from a seed, one stream for each use, so that a change in one does not move another.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::forms::shuffle::below;

/// What a draw is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Templates = 1,
    Marking = 2,
    Shuffling = 3,
    Selection = 4,
}

/// The draws of one use.
pub(crate) fn stream(seed: u64, stream: Stream) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream as u64);
    rng
}

/// What the random expressions draw from.
#[derive(Clone, Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64, of: Stream) -> Dice {
        Dice(stream(seed, of))
    }

    /// A whole number below the bound, each as likely; none below zero.
    pub fn below(&mut self, bound: usize) -> Option<usize> {
        let bound = u64::try_from(bound).ok().filter(|bound| *bound > 0)?;
        usize::try_from(below(bound, &mut self.0)).ok()
    }

    /// "random-integer": min, min + step, … up to and with max.
    pub fn integer(&mut self, min: i64, max: i64, step: i64) -> Option<i64> {
        if max < min || step < 1 {
            return None;
        }
        let choices = max.abs_diff(min) / step.unsigned_abs();
        let drawn = below(choices.checked_add(1)?, &mut self.0);
        i64::try_from(i128::from(min) + i128::from(drawn) * i128::from(step)).ok()
    }

    /// "random-float": from min, up to max.
    pub fn float(&mut self, min: f64, max: f64) -> Option<f64> {
        if !(min.is_finite() && max.is_finite() && max >= min) {
            return None;
        }
        let unit = (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        Some(min + unit * (max - min)).filter(|drawn| drawn.is_finite())
    }
}
