//! Packages of modules: what is wanted of them, what is locked, what is there, and whether the one is the other.

pub mod lock_file;
pub mod manifest;
mod manifest_json;
pub mod place;
mod plan_modules;
pub mod policy;
mod signed;
mod stale;
pub mod verify;
pub mod wanted;
