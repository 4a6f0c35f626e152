//! The command line, as an operator uses it.

mod backup;
mod bank;
mod crash;
mod measurement;
mod simulate;
mod statistics;
