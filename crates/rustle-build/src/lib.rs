//! From a playbook to what a runner embeds: checked, packed, and with the glue that links exactly the modules it names.
//!
//! A runner's `build.rs` is `fn main() { rustle_build::prepare(); }`. Tools call [`build_bundle`], which takes everything
//! from its [`BuildOptions`] and nothing from the environment.
//!
//! The order of things: the configuration ([`config`]) says where the playbook is; rustle-playbook reads it; the modules
//! that are there are gathered ([`modules`]); every task and every template is checked against them (`check`); the plan
//! and its files are packed; the glue is written. Every problem is told, not the first alone.

pub mod build;
pub mod catalogue;
mod check;
pub mod companions;
pub mod config;
mod controller_secrets;
pub mod diagnostics;
mod embed;
pub mod env_vars;
mod escalation;
mod facts;
mod glue;
mod inline_vaults;
pub mod linked;
pub mod lints;
mod load;
pub mod manifest;
pub mod modules;
mod object_file;
mod output;
pub mod packages;
mod prepare;
pub mod profiles;
pub mod sealed;
mod size;
pub mod sizes;
mod suggest;
pub mod vaulted;

pub use build::{BuildOptions, Prepared, build_bundle, modules_there, plan_of};
pub use config::{Config, PlanSource};
pub use diagnostics::Problems;
pub use escalation::Escalation;
pub use modules::{Linked, ModuleCrate};
pub use prepare::{prepare, try_prepare};
pub use rustle_playbook::{Location, Problem, Severity, SourceFile, Vault, VaultKind};
pub use vaulted::vaults_of;
