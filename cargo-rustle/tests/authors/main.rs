//! The way of a module from its author to a runner, as people walk it: offline, against servers on loopback.

mod checking;
mod packing;
mod signatures;
mod sources;
mod testing;
mod workshop;
