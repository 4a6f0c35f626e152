//! The ledger: every movement of money by double entry, written in the transaction that moves it.

pub mod export;
pub mod http;
pub mod rules;
pub mod store;
