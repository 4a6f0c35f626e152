//! Candidates: one record a person, shared by the four agencies, found by number, INSZ or name.
//!
//! INSZ, names and addresses of mail and phone are sealed. The INSZ is looked up by its keyed hash, names by keyed hashes of their beginnings.
//! What is corrected leaves its old state, sealed, in `candidate_revisions`.

pub mod actions;
pub mod http;
pub mod insz;
pub mod names;
pub mod rules;
pub mod store;

pub use rules::Details;
pub use store::Person;
