//! The command line, as an operator uses it.

mod backup;
mod clock;
mod bank;
mod crash;
mod measurement;
mod overload;
mod simulate;
mod statistics;
