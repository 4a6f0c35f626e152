//! Forms and blueprints: forms made by hand or found by the solver of `item_bank::forms`, held against a blueprint, published by somebody else than who
//! made them. Attempts keep the form that they were given; a form that is published takes the place of the earlier version of its key.

pub mod actions;
pub mod blueprints;
pub mod blueprints_http;
pub mod http;
pub mod report;
pub mod rules;
pub mod run;
pub mod store;
pub mod words;
