//! The lookups: `{{ lookup('name', terms) }}` and `{{ query('name', terms) }}`.
//!
//! Each file holds the lookups of one subject and its own table.

use crate::registry::Lookup;

/// The tables of all files.
pub const TABLES: &[&[Lookup]] = &[];
