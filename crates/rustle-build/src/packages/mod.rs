//! Packages of modules: what is wanted of them, what is locked, what is there, and whether the one is the other.

#[cfg(feature = "settle")]
pub mod authored;
#[cfg(feature = "fetch")]
pub mod bring;
mod linked;
pub mod lock_file;
pub mod manifest;
mod manifest_cargo;
mod manifest_json;
pub mod origin;
pub mod place;
mod plan_modules;
pub mod policy;
#[cfg(feature = "settle")]
pub mod review;
#[cfg(feature = "settle")]
pub mod settle;
mod signed;
mod stale;
mod trusted;
pub mod verify;
pub mod wanted;

pub use rustle_package::atomic::write_atomic;
#[cfg(feature = "fetch")]
pub use rustle_package::store::Store;
