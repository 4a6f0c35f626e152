//! Analyses as work in the background: what was asked, how far it is, and the report that is kept.

pub mod actions;
pub mod http;
pub mod rules;
pub mod work;
