//! The measurement engine: item response models, estimation, adaptive selection, calibration, item and rater analysis.
//!
//! Conventions that hold everywhere: ability `theta` and difficulties are logits on a scale whose prior is standard normal
//! unless said otherwise; the scaling constant D is 1 (no 1.7); responses are categories counted from 0, `None` is a
//! question that was not put; nothing here reads files, knows the time or draws a random number that was not seeded.

pub mod model;

pub mod estimate;
pub mod grid;
pub mod score_distribution;

pub mod agreement;
pub mod calibrate;
pub mod cat;
pub mod classical;
pub mod content;
pub mod dif;
pub mod distractors;
pub mod drift;
pub mod exposure;
pub mod facets;
pub mod fit;
pub mod linking;
pub mod pass;
pub mod random;
pub mod reliability;
pub mod select;
pub mod simulate;
pub mod sprt;

pub mod numeric;

pub use model::{Item, ModelError};

/// The answer of one person to one item: the category counted from 0, or nothing where the item was not put.
pub type Response = Option<u8>;
