//! The command line, as an operator uses it.

mod backup;
mod bank;
mod clock;
mod crash;
mod measurement;
mod overload;
mod simulate;
mod statistics;
