//! The filters: `{{ value | name(arguments) }}`.
//!
//! Each file holds the filters of one subject and its own table.

pub mod defined;
pub mod sequence;

use crate::registry::Filter;

/// The tables of all files.
pub const TABLES: &[&[Filter]] = &[defined::FILTERS, sequence::FILTERS];
