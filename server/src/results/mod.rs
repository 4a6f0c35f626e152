//! Results: the level of each part, whether it is what the purpose requires, and what it opens.
//!
//! A result is never changed. When an attempt is marked again, the earlier result is superseded and names the reason, and whatever rests on it
//! (certificate, decision) is settled again by a job.

pub mod actions;
pub mod gate;
pub mod http;
pub mod rules;
pub mod store;
