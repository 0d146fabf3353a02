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
    signed: Signed,
}

/// Who signed a runner's bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Nobody, and nobody must.
    No,
    /// The owner of this public key.
    By(String),
    /// Nobody, and the runner insists on this key.
    Missing(String),
}

impl Finished {
    /// Looks at the executable. `note` says why it is not static.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(
        runner: Runner,
        target: Option<String>,
        note: Option<String>,
        signed: Signed,
    ) -> Result<Finished> {
        let size = std::fs::metadata(&runner.path).context(runner.path.display())?.len();
        let linkage = linking::linkage(&runner.path)?;
        Ok(Finished { runner, target, size, linkage, note, signed })
    }

    /// Prints it: as text, or as one object.
    pub fn tell(&self, as_json: bool) {
        let notes = self.notes();
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
                "notes": notes,
                "signed_by": match &self.signed { Signed::By(key) => Some(key), _ => None },
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
        if let Signed::By(key) = &self.signed {
            println!("  signed   {key}");
        }
        for note in notes {
            eprintln!("note: {note}");
        }
    }

    /// What is to be said aloud: an executable that is not static, though nobody asked for that; one that will not run.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(why) = self.note.as_ref().filter(|_| self.linkage != Linkage::Static) {
            notes.push(format!(
                "the executable is not static: {why}. `[build] static = false` of rustle.toml says that this is meant"
            ));
        }
        if let Signed::Missing(key) = &self.signed {
            notes.push(format!(
                "the runner takes only what the key {key} has signed, and will run once `--sign KEY` has signed it"
            ));
        }
        notes
    }
}
