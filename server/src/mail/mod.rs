//! Outgoing mail: written into the outbox with the change that causes it, handed to a mail server by a job, and visible to the office.
//! Where no mail server is configured, mail is kept and read in the office, so that nothing leaves the machine.

pub mod actions;
pub mod http;
pub mod send;
pub mod store;
pub mod texts;
