//! Setting the cut scores of a form with a panel: Angoff and bookmark, in rounds with feedback between them. The outcome is a proposed dated rule,
//! which somebody else puts in force.

pub mod actions;
pub mod classification;
pub mod http;
pub mod rules;
pub mod store;
