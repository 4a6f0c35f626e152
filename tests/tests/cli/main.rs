//! The command line, as an operator uses it.

mod backup;
mod crash;
mod measurement;
mod simulate;
mod statistics;
