//! Packages of modules: what they are called, what they say of themselves, where they come from, and what a project has
//! settled on.

pub mod constraint;
pub mod id;
pub mod lock;
pub mod manifest;
pub mod permission;
pub mod source;

pub use constraint::{Constraint, ConstraintError};
pub use id::ModuleId;
pub use permission::Permission;
pub use source::Source;
