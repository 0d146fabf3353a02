//! The tests: `{{ value is name(arguments) }}`.
//!
//! Each file holds the tests of one subject and its own table.

pub mod defined;

use crate::registry::Test;

/// The tables of all files.
pub const TABLES: &[&[Test]] = &[defined::TESTS];
