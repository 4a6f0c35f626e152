//! Whether the tests measure, and treat everybody alike: item analysis, calibration, differential item functioning, and the setting of
//! standards. All of it is computed by `item_bank` from the marks as they stand, in the background, and kept as dated reports.
//!
//! What comes of it changes nothing by itself: new parameters and new cut scores are proposals that somebody else approves, and attempts keep what
//! they were made and marked with.

pub mod analysis;
pub mod answers;
pub mod calibration;
pub mod dif;
pub mod runs;
pub mod settings;
pub mod standards;
pub mod store;
