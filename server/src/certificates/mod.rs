//! Certificates: issued once for a completed enrolment, replaced when what they say changes, revoked with a ground, and verified by anybody.

pub mod actions;
pub mod http;
pub mod pdf;
pub mod rules;
pub mod store;
