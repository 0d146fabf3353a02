use rustle_runtime::prelude::*;

/// Does something else on other systems.
#[rustle_module(name = "acme.other_systems")]
pub struct OtherSystems {
    /// What is worked on.
    name: String,
}

impl Module for OtherSystems {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = (ctx, separator(&self.name));
        Ok(Outcome::default())
    }
}

#[cfg(windows)]
fn separator(_: &str) -> char {
    std::process::Command::new("cmd").status().map_or('x', |_| '\\')
}

#[cfg(not(windows))]
fn separator(_: &str) -> char {
    #[cfg(target_os = "macos")]
    std::fs::write("/tmp/x", "y").ok();
    if cfg!(windows) { '\\' } else { '/' }
}

#[cfg(feature = "dangerous")]
mod dangerous;
