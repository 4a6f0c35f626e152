//! The item bank in the database: items with their versions, forms, rubrics and media.

pub mod actions;
pub mod edit;
pub mod edit_http;
pub mod enemies;
pub mod exchange;
pub mod http;
pub mod inspect;
pub mod load;
pub mod parameters;
pub mod qti;
pub mod rules;
pub mod store;
pub mod uploads;
