//! Forms: which questions in which order.

pub mod shuffle;
