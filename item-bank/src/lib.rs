//! What a test is and how it is measured.
//!
//! This library is pure: it reads bytes that are handed to it, knows no clock and draws no randomness that was not seeded.
//! The same input and seed give byte-identical outcomes.

pub mod forms;
pub mod measure;
pub mod qti;
pub mod standard;
