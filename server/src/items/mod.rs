//! The item bank in the database: items with their versions, forms, rubrics and media.

pub mod qti;
