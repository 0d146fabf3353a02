use std::env;
use std::env::consts::OS;

use rustle_runtime::prelude::*;

/// Tells for what it was built.
#[rustle_module(name = "acme.knows_where_it_runs")]
pub struct KnowsWhereItRuns {
    /// What is worked on.
    name: String,
}

impl Module for KnowsWhereItRuns {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = (ctx, env::args().count(), env::current_exe().is_ok(), env::current_dir().is_ok());
        let folders = env::split_paths(&self.name).count();
        let text = format!("{OS}-{}-{}", env::consts::ARCH, env::consts::FAMILY);
        Ok(Outcome::default().with_message(format!("{text} {folders} {}", env!("CARGO_PKG_VERSION"))))
    }
}

/// Where it was built.
pub const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
