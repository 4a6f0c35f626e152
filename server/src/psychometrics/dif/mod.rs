//! Does an item treat groups of the same ability alike? Compared are languages, genders, ages and advice.

pub mod report;
pub mod rules;
