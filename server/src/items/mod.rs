//! The item bank in the database: items with their versions, forms, rubrics and media.

pub mod actions;
pub mod compare;
pub mod edit;
pub mod edit_http;
pub mod enemies;
pub mod exchange;
pub mod exchange_http;
pub mod http;
mod incoming;
pub mod inspect;
pub mod knowledge_http;
pub mod load;
pub mod package_out;
pub mod parameters;
pub mod qti;
pub mod rules;
pub mod sheet;
pub mod store;
pub mod uploads;
