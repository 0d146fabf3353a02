//! The values of the playbook language.
//!
//! A playbook's values are Python's: `True`, `[1, 'a']`, tuples, integers of any size, undefined names. This crate holds
//! the type that carries them ([`Value`], [`Map`]), their text forms ([`python`], [`json`], [`yaml`], [`literal`]), what
//! Python's operators, formats and string methods make of them ([`ops`], [`format`](mod@format), [`strings`]), Ansible's
//! coercions to argument types ([`coerce`]) and the lossless form in which they travel in plans and messages ([`wire`]).
//!
//! No input or output happens here.

pub mod coerce;
pub mod format;
pub mod json;
pub mod literal;
pub mod map;
pub mod numbers;
pub mod object;
pub mod ops;
pub mod python;
pub mod strings;
pub mod value;
pub mod wire;
pub mod yaml;

pub use map::Map;
pub use object::Object;
pub use value::{Undefined, Value};
