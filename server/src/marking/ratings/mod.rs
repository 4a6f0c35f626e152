//! Writing and speaking, rated by people who do not know whose script it is.
//!
//! A finished attempt gets one rating, and for a share of the scripts, drawn from the attempt's seed, a second one by somebody else. When two differ
//! by more than the dated threshold, a third is asked for. The totals become one score by the dated rule, and the score a level by the attempt's cut-score rule.

pub mod actions;
pub mod http;
pub mod rubrics;
pub mod rules;
pub mod store;

pub use actions::open;
