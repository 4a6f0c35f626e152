//! What a certificate is needed for: the dated catalogue of purposes, and enrolling a candidate with one.

pub mod actions;
pub mod change;
pub mod http;
pub mod rules;
pub mod store;
