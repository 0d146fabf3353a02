//! The shapes of every file and wire format of Rustle: the plan, module specs, outcomes, worker messages, events, reports.
//!
//! Serde data and nothing else: no input or output, no clock, no environment. A format that leaves the process carries a
//! version, and the documentation of that version is its changelog.

pub mod arguments;
pub mod bytes;
pub mod controller;
pub mod event;
pub mod inventory;
pub mod job;
pub mod linked;
pub mod module_spec;
pub mod names;
pub mod outcome;
pub mod package;
pub mod plan;
pub mod report;
pub mod settings;
pub mod task;
pub mod worker;
