//! Money: what a test costs and why, what was bought and used, orders, payments, receipts, the till, refunds, and reliefs on proof.

pub mod actions;
pub mod http;
pub mod print;
pub mod refunds;
pub mod refunds_http;
pub mod reliefs;
pub mod rights;
pub mod rules;
pub mod store;
pub mod till;
pub mod transfer;
pub mod views;
