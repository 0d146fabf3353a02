//! Jinja2 as Ansible means it, over [`rustle_value`].

pub mod options;
pub mod world;

pub use options::Options;
pub use world::{FileKind, Variable, World};
