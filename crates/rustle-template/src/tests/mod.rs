//! The tests: `{{ value is name(arguments) }}`.
//!
//! Each file holds the tests of one subject and its own table.

pub mod compare;
pub mod defined;
pub mod files;
pub mod kinds;
pub mod results;
pub mod text;
pub mod version;

use crate::registry::Test;

/// The tables of all files.
pub const TABLES: &[&[Test]] = &[
    compare::TESTS,
    defined::TESTS,
    files::TESTS,
    kinds::TESTS,
    results::TESTS,
    text::TESTS,
    version::TESTS,
];
