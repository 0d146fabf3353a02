//! What opens the sealed secrets of a runner when it starts.

pub mod redactor;
