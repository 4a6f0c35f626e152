//! The bank: account numbers, statements as banks deliver them, matching what they say to orders, and what somebody must look at.

pub mod actions;
pub mod camt;
pub mod coda;
pub mod http;
pub mod iban;
pub mod rules;
pub mod settle;
pub mod statement;
pub mod store;
pub mod xml;

#[cfg(test)]
mod tests;

use statement::{Fault, Reason, Statement, fault};

use crate::entity::enums::BankFormat;

/// The statements of a file, whichever of the two formats it is in.
pub fn read(bytes: &[u8]) -> Result<(BankFormat, Vec<Statement>), Fault> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).iter().find(|byte| !byte.is_ascii_whitespace());
    match start {
        Some(b'<') => Ok((BankFormat::Camt053, camt::parse(bytes)?)),
        Some(b'0') => Ok((BankFormat::Coda, coda::with_communications(coda::parse(bytes)?))),
        Some(_) => fault(1, Reason::UnknownFormat),
        None => fault(1, Reason::Empty),
    }
}
