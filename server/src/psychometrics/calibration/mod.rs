//! Calibration: the parameters of items from answers, on the scale that the bank has. What comes out is a proposal that somebody else approves.

pub mod report;
pub mod rules;
pub mod store;
