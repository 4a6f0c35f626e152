//! The machine-readable credential beside each paper: an Open Badge on W3C Verifiable Credentials, signed by the agency, which anybody can check without
//! asking us, by the issuer's published keys and the published list of what was revoked.
//!
//! A credential is signed once, in the transaction that issues the paper, and kept as it was signed. Keys rotate: an old key signs nothing new, and what it
//! signed stays good. A key that somebody else may have had is withdrawn: what it signed is good no more, and its papers are issued anew.

pub mod actions;
pub mod http;
pub mod keys;
pub mod rules;
pub mod signing;
pub mod store;
