//! Money: what a test costs and why, orders, payments, receipts and the till.

pub mod actions;
pub mod http;
pub mod print;
pub mod rules;
pub mod store;
pub mod views;
