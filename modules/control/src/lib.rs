//! Modules that act on the run itself.

pub mod assert;
mod connections;
pub mod debug;
pub mod fail;
pub mod include_vars;
pub mod pause;
pub mod ping;
pub mod set_fact;
pub mod validate_argument_spec;
pub mod wait_for;
