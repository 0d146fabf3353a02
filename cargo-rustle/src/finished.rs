//! A finished runner, and what there is to say of it: path, size, digest, modules, and what it needs on a host.

use serde_json::json;

use crate::failure::{Context, Result};
use crate::linking::{self, Linkage};
use crate::rebuild::Runner;
use crate::show;

/// A finished runner.
#[derive(Debug)]
pub struct Finished {
    /// The runner.
    pub runner: Runner,
    target: Option<String>,
    size: u64,
    linkage: Linkage,
    note: Option<String>,
}

impl Finished {
    /// Looks at the executable. `note` says why it is not static.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(runner: Runner, target: Option<String>, note: Option<String>) -> Result<Finished> {
        let size = std::fs::metadata(&runner.path).context(runner.path.display())?.len();
        let linkage = linking::linkage(&runner.path)?;
        Ok(Finished { runner, target, size, linkage, note })
    }

    /// Prints it: as text, or as one object.
    pub fn tell(&self, as_json: bool) {
        let note = self.note();
        if as_json {
            let needs = match &self.linkage {
                Linkage::Dynamic { interpreter, libraries } => {
                    interpreter.iter().chain(libraries).cloned().collect::<Vec<_>>()
                }
                _ => Vec::new(),
            };
            let object = json!({
                "executable": self.runner.path.to_string_lossy(),
                "size": self.size,
                "digest": self.runner.digest,
                "modules": self.runner.modules,
                "target": self.target,
                "static": self.linkage == Linkage::Static,
                "needs": needs,
                "notes": note.iter().collect::<Vec<_>>(),
                "compiled_since": self.runner.compiled,
            });
            println!("{object}");
            return;
        }
        println!("{}", self.runner.path.display());
        println!("  size     {}", show::size(self.size));
        println!("  digest   {}", self.runner.digest);
        println!("  modules  {}", self.runner.modules.join(", "));
        if let Some(target) = &self.target {
            println!("  target   {target}");
        }
        println!("  linking  {}", self.linkage);
        if let Some(note) = note {
            eprintln!("note: {note}");
        }
    }

    /// What is to be said aloud: an executable that is not static, though nobody asked for that.
    fn note(&self) -> Option<String> {
        let why = self.note.as_ref()?;
        (self.linkage != Linkage::Static).then(|| {
            format!("the executable is not static: {why}. `[build] static = false` of rustle.toml says that this is meant")
        })
    }
}
