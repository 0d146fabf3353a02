//! Facts about the machine.

pub mod facts;
pub mod setup;
