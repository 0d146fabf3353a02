//! Jinja2 as Ansible means it, over [`rustle_value`].
//!
//! An [`Engine`] compiles texts to [`Template`]s and bare [`Expression`]s and evaluates them against a [`World`], which is
//! all it knows of variables, files and processes. What a template may call stands in the [`registry`]: [`filters`],
//! [`tests`] and [`lookups`] are plain functions of a [`Call`].

pub mod analysis;
pub mod ast;
pub mod call;
mod code;
mod compile;
mod condition;
pub mod engine;
pub mod error;
mod eval;
pub mod filters;
mod ini;
mod lexer;
pub mod lookups;
pub mod moment;
pub mod options;
mod parser;
mod paths;
mod random;
mod regex;
pub mod registry;
pub mod template;
pub mod tests;
pub mod trust;
mod typed_arguments;
mod url;
mod version;
pub mod world;

pub use call::Call;
pub use condition::{Condition, Meant, UNTRUSTED, is_all_template};
pub use engine::Engine;
pub use error::{Error, ErrorKind, SyntaxError};
pub use options::{Newline, Options};
pub use registry::{Filter, FilterFn, Lookup, LookupFn, Registry, Test, TestFn};
pub use template::{Expression, Template};
pub use trust::has_markers;
pub use world::{FileKind, Variable, World};
