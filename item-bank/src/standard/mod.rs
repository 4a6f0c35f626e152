//! What passes: CEFR levels, cut-score rules as data, and how sure a pass or a fail is.
//!
//! A cut-score rule is data, so that a new rule is a dated row and no release. [`judge`] applies one to the questions of
//! an attempt and says with a tree of findings how the outcome came about: the candidate's file shows that tree.

pub mod beta_binomial;
pub mod chance;
pub mod classification;
mod cut_rule;
mod exact;
mod level;
pub mod setting;

pub use cut_rule::{Condition, CutRule, Finding, ItemResult, Judgement, LevelCondition, Outcome, QuestionSet, judge};
pub use exact::{Exact, NotExact};
pub use level::Cefr;
