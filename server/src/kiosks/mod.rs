//! The machines at which tests are sat: made by an administrator, enrolled once by a code to a key of their own, revocable.

pub mod actions;
pub mod http;
pub mod journal;
pub mod known;
pub mod lockdown;
pub mod lockdown_http;
pub mod seb;
pub mod signing;
pub mod store;

pub use actions::{EnrolRefusal, KioskRefusal};
