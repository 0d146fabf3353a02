//! From Rust source to a module's specification.
//!
//! One parser of `#[rustle_module]`, `#[derive(Options)]` and `#[derive(Choice)]` serves the macros, which expand what it
//! read ([`expand`]), and the build, which looks for modules in the sources of a crate.

mod attribute;
#[cfg(feature = "audit")]
pub mod audit;
mod choice;
mod default;
mod doc;
mod errors;
pub mod expand;
mod field;
mod kind;
mod meta;
mod module;
mod names;
mod rules;
#[cfg(feature = "scan")]
pub mod scan;
