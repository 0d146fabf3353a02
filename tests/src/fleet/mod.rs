//! Fleets on one machine: a runner, an inventory, and `cargo rustle deploy`.

mod recap;
mod stub;

pub use recap::{Ran, recap_of};
pub use stub::Fleet;
