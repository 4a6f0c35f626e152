//! The test room: who sits where, who is at which question, and what the invigilator does about it.

pub mod names;
