//! How a template is read.

/// How a template is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Options {}
