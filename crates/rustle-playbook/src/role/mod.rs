//! Roles: where they lie, what is in them, how they are used.

mod argument_specs;
mod calls;
mod folder;
mod recursion;
mod search;
mod uses;

use std::path::PathBuf;

pub(crate) use argument_specs::ArgumentSpec;
pub(crate) use recursion::RoleGraph;

/// A role that was found.
#[derive(Debug)]
pub(crate) struct RoleFolder {
    /// Its key in [`Plan::roles`](rustle_schema::plan::Plan::roles).
    pub key: String,
    /// Its name, `role_name`.
    pub name: String,
    /// Where it lies, absolute.
    pub dir: PathBuf,
    /// Its folder below the bundle's root.
    pub bundle: String,
}
