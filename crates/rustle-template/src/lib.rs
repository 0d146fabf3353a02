//! Jinja2 as Ansible means it, over [`rustle_value`].

pub mod world;

pub use world::{FileKind, Variable, World};
