//! The integration trajectory: a dated decision on each component, with its ground and the paper that it rests on. A decision is never changed;
//! a later one supersedes it.

pub mod actions;
pub mod http;
pub mod rules;
pub mod store;
