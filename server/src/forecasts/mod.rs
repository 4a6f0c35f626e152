//! What a pre-screening says about the tests to come: the chance to reach each level in each part, with its uncertainty; what is advised; and
//! whether such forecasts came true.
//!
//! Reading and listening are forecast from the published forms and their cut-score rules, integrated over what the answers leave open. Writing and
//! speaking are not asked in the pre-screening: they are forecast as skills that go together with what was asked, and are the less sure for it.

pub mod actions;
pub mod calibration;
pub mod http;
pub mod print;
pub mod rules;
pub mod simulation;
pub mod store;
