//! Secrets from the seal to the host: what a runner does with them, and that nothing tells them.

mod encodings;
mod processes;
mod project;
mod told;
mod values;
mod wrong;
