//! Item analysis: how hard each question is, how well it tells candidates apart, which answers are chosen by whom, and what is worth a look.

pub mod report;
pub mod rules;
