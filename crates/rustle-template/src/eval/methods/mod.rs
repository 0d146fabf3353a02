//! The methods that Python's types have.

pub(super) mod dict;
pub(super) mod list;
pub(super) mod object;
pub(super) mod plain;
