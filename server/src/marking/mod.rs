//! From answers to marks: closed parts by machine, writing and speaking by examiners.

pub mod corrections;
pub mod levels;
pub mod machine;
pub mod ratings;
