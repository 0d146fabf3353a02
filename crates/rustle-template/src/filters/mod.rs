//! The filters: `{{ value | name(arguments) }}`.
//!
//! Each file holds the filters of one subject and its own table.

pub mod combinations;
pub mod combine;
pub mod comment;
pub mod defined;
pub mod dictionary;
pub mod encoding;
pub mod hash;
pub mod kinds;
pub mod markup;
pub mod numbers;
pub mod order;
#[cfg(feature = "password-hash")]
pub mod password;
pub mod paths;
pub mod pprint;
pub mod random;
pub mod regex;
pub mod select;
pub mod sequence;
pub mod sets;
pub mod subelements;
pub mod text;
pub mod time;
pub mod urls;
pub mod wordwrap;

use crate::registry::Filter;

/// The tables of all files.
pub const TABLES: &[&[Filter]] = &[
    combinations::FILTERS,
    combine::FILTERS,
    comment::FILTERS,
    defined::FILTERS,
    dictionary::FILTERS,
    encoding::FILTERS,
    hash::FILTERS,
    kinds::FILTERS,
    markup::FILTERS,
    numbers::FILTERS,
    order::FILTERS,
    #[cfg(feature = "password-hash")]
    password::FILTERS,
    paths::FILTERS,
    pprint::FILTERS,
    random::FILTERS,
    regex::FILTERS,
    select::FILTERS,
    sequence::FILTERS,
    sets::FILTERS,
    subelements::FILTERS,
    text::FILTERS,
    time::FILTERS,
    urls::FILTERS,
    wordwrap::FILTERS,
];
