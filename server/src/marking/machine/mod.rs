//! Marking the parts that a machine can: reading, listening, the MO test, the pre-screening. The answers are marked by the items as they were
//! when the attempt was made, and judged by the cut-score rule of that day; the mark explains itself, question by question.

pub mod actions;
pub mod rules;
pub mod store;

pub use actions::mark_attempt;
