//! The differential conformance suite: the same playbook, run by ansible-core and by a Rustle runner, must give the
//! same results, the same recap, the same exit code and the same files.
//!
//! A case is a folder of `tests/conformance/`; its README describes the format. `cargo xtask conformance --record` runs
//! ansible-core and writes each case's `expected.json`; the comparer holds a runner against that file. Both sides go
//! through one [`normalise::Normaliser`], so that nothing is cleaned on one side only.

pub mod built;
pub mod case;
pub mod compare;
pub mod compiled;
pub mod deviations;
pub mod ejected;
pub mod event;
pub mod model;
pub mod normalise;
pub mod runner;
pub mod scratch;
pub mod suite;
pub mod tree;

/// The version of ansible-core that the recorded results come from.
pub const ANSIBLE_CORE: &str = "2.19.14";
