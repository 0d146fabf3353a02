//! Modules from anywhere: a small world in a folder, with a runner's project, servers on loopback, and `cargo rustle`.
//!
//! ```no_run
//! use rustle_tests::anywhere::{Package, Registry, World};
//!
//! let registry = Registry::start();
//! registry.publish(&Package::new("acme.greet", "1.0.0"));
//! let world = World::new();
//! world.config(&format!("{}[modules]\n\"acme.greet\" = \"1\"\n", registry.table("acme", "\"acme\"")));
//! world.succeeds(&["lock"]);
//! ```

mod package;
mod program;
mod registry;
mod repository;
mod shelf;
mod surroundings;
mod world;

pub use package::{Package, tar_gz};
pub use program::cargo_rustle;
pub use registry::Registry;
pub use repository::Repository;
pub use shelf::Shelf;
pub use surroundings::{Confined, can_mount, can_unshare_network};
pub use world::{Ran, Snapshot, World};
