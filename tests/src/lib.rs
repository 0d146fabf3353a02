//! End-to-end, conformance and fault tests.
//!
//! The library part is what more than one test, or a test and `cargo xtask`, needs: the model of a conformance case,
//! what it leaves behind, and how two sides are compared.

#[cfg(feature = "anywhere")]
pub mod anywhere;
pub mod conformance;
pub mod fleet;
pub mod robustness;
mod startable;

pub use startable::startable;
