//! Modules that run programs.

pub mod command;
pub mod guard;
pub mod result;
pub mod script;
pub mod shell;
pub mod words;
