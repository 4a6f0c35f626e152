//! Marking again after a correction: when a question was keyed wrongly, a later version of the item takes the place of those that were
//! given. One operation marks every attempt that they concern again. It shows who changes before anything is written, and what somebody
//! reached stands, also where the corrected key would give less.

pub mod actions;
pub mod http;
pub mod rules;
pub mod scorer;
pub mod store;
