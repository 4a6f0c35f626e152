//! Forms: which questions in which order, and blueprints from which parallel forms are assembled.

pub mod assemble;
pub mod blueprint;
pub mod check;
pub mod conflict;
pub mod model;
pub mod pool;
pub mod shuffle;
#[cfg(test)]
mod tests;
