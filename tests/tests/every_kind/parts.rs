//! Arguments that are nested or shared, and a module beside them.

use rustle_runtime::prelude::*;

/// A part.
#[derive(Clone, Options)]
#[options(required_together = [["size", "unit"]], required_by = [("unit", ["deeper"])])]
#[allow(dead_code)]
pub struct Part {
    /// Its size.
    pub size: Option<u16>,
    /// Its unit.
    #[arg(aliases = ["of"])]
    pub unit: Option<String>,
    /// A secret.
    #[arg(no_log)]
    pub key: Option<String>,
    /// Deeper still.
    pub deeper: Option<deep::Renamed>,
}

/// A group of its own, with another in it.
#[derive(Clone, Options)]
#[options(mutually_exclusive = [["left", "right"]])]
#[allow(dead_code)]
pub struct Group {
    /// One side.
    #[arg(no_log)]
    pub left: Option<String>,
    #[arg(flatten)]
    pub inner: deep::Inner,
    /// The other.
    pub right: Option<String>,
}

/// Deeper.
pub mod deep {
    use rustle_runtime::Options;

    /// Deep.
    #[derive(Clone, Options)]
    #[allow(dead_code)]
    pub struct Renamed {
        /// How deep.
        #[arg(default = 1)]
        pub meters: u32,
    }

    /// In the middle of a group.
    #[derive(Clone, Options)]
    #[allow(dead_code)]
    pub struct Inner {
        /// The middle.
        #[arg(alias = "centre")]
        pub middle: Option<bool>,
    }
}

/// Stands in a file of its own.
#[rustle_module(name = "test.beside", mutually_exclusive = [["left", "middle"]])]
#[allow(dead_code)]
pub struct Beside {
    #[arg(flatten)]
    group: Group,
}

impl Module for Beside {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        Ok(Outcome::ok())
    }
}
