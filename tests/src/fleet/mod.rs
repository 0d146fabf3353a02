//! Fleets on one machine: a runner, an inventory, and `cargo rustle deploy`.

mod meter;
mod network;
mod recap;
mod stub;

pub use meter::Meter;
pub use network::Network;
pub use recap::{Ran, recap_of};
pub use stub::{Fleet, stripped};
