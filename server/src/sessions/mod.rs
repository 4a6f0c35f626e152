//! Test sessions of a site, and the seats in them: planning, booking, the waiting list, cancelling.

pub mod actions;
pub mod book;
pub mod http;
pub mod rules;
pub mod store;
