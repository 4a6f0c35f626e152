//! An item as an author edits it: without XML, and without losing any of it.
//!
//! [`open`] turns a QTI item into a [`Draft`], or names everything in it that a draft cannot hold; such an item is edited as source only.
//! [`write()`] turns a draft into QTI 3.0. An item that was opened and written unchanged is delivered and marked as before.

mod draft;
mod open;
mod rich_open;
mod rich_write;
mod scoring;
mod write;

pub use draft::*;
pub use open::open;
pub use write::write;
