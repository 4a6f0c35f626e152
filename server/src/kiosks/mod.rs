//! The machines at which tests are sat: made by an administrator, enrolled once by a code, revocable.

pub mod actions;
pub mod http;
pub mod store;

pub use actions::{EnrolRefusal, KioskRefusal};
