//! Who is calling and what they may do. Who may do what is decided by one function, [`rules::may`].

pub mod actions;
pub mod http;
pub mod passwords;
pub mod rules;
pub mod store;

pub use rules::{Action, Actor};
