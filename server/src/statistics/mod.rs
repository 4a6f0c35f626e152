//! The yearly figures. Every test is a fact, imported from earlier years (`import`) or sat here (`live`); tables count facts (`tables`, pure), of the
//! living records, of a snapshot or as they stood on a date. Facts are never changed: each change has a revision, and whatever was counted up to a
//! revision is counted the same ever after.

pub mod actions;
pub mod chapter;
pub mod chart;
pub mod differences;
pub mod disclosure;
pub mod extract;
pub mod facts;
pub mod files;
pub mod http;
pub mod import;
pub mod live;
pub mod question;
pub mod questions;
pub mod report;
pub mod research;
pub mod rows;
pub mod rules;
pub mod store;
pub mod tables;
