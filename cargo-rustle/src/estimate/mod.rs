//! How large a runner will be, before it is built.
//!
//! The bundle is packed, so that its size is known. Of the executable it is known how large those were that Cargo has
//! built of this project ([`built`]); without any, there is the table of sizes that comes with Rustle ([`table`]).

mod built;
mod table;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rustle_build::config::Config;
use rustle_build::{Linked, build_bundle, companions};

use crate::base::kept;
use crate::base::state_folder;
use crate::base::toolchain::Toolchain;
use crate::cargo_view::View;
use crate::failure::Result;
use crate::project::Project;
use crate::rebuild::Wanted;
use crate::show;

/// Bytes of the footer behind an appended bundle.
const FOOTER: u64 = 32;

/// An estimate.
#[derive(Debug, PartialEq, Eq)]
struct Estimate {
    /// What is known of the executable, and by what.
    executable: String,
    /// Its bytes, if they are known, and how far they may be off.
    bytes: Option<(u64, String)>,
}

/// How large a runner will be.
#[derive(Debug, PartialEq, Eq)]
pub struct Estimated {
    /// Bytes of the bundle.
    bundle: u64,
    /// Bytes of the files in it.
    content: u64,
    executable: Estimate,
}

/// The estimate.
///
/// # Errors
/// Every problem of the playbook.
pub fn of(project: &Project, config: Config, wanted: &Wanted) -> Result<Estimated> {
    let state = state_folder(&project.folder);
    let target = wanted.target.as_deref();
    let toolchain = Toolchain::find(&project.folder, &state, target)?;
    let view = View::kept(&project.folder, &state, &wanted.features, &toolchain.platforms(target))?;
    let options = project.options_of(config, &view)?;
    let prepared = build_bundle(&options)?;
    let built = built::nearest(&prepared.crates, wanted, &kept::all(&state));
    let executable = built.unwrap_or_else(|| {
        let linked = prepared.linked.iter().map(|module| module.krate.as_str());
        let packages: BTreeSet<&str> =
            linked.chain(companions::needed(&options).iter().map(|it| it.package)).collect();
        let manifest = match &options.sources.linked {
            Linked::Manifest(manifest) => Some(manifest),
            Linked::Builtins => None,
        };
        let wanted = table::Wanted {
            packages,
            pinned: prepared.signer.is_some(),
            target: target.unwrap_or(toolchain.host()),
            profile: table::Found::of(&wanted.options, manifest),
        };
        table::estimate(&wanted, rustle_build::sizes::measured())
    });
    let bundle = prepared.bundle.length().unwrap_or_default();
    let content: u64 = prepared.files.iter().map(|(_, length)| length).sum();
    Ok(Estimated { bundle, content, executable })
}

impl Estimated {
    /// Bytes of the whole, if those of the executable are known, and how far they may be off.
    fn runner(&self) -> Option<(u64, &str)> {
        let (bytes, error) = self.executable.bytes.as_ref()?;
        Some((bytes + self.bundle + FOOTER, error))
    }

    /// For people.
    pub fn text(&self) -> String {
        let (bundle, content) = (show::size(self.bundle), show::size(self.content));
        let mut text = format!("  bundle     {bundle} (exact), of files with {content}\n");
        let _ = writeln!(text, "  executable {}", self.executable.executable);
        if let Some((bytes, error)) = self.runner() {
            let _ = writeln!(text, "  runner     {} ({error})", show::size(bytes));
        }
        text
    }

    /// For programs: `size` is null where it is not known.
    pub fn to_json(&self) -> serde_json::Value {
        let runner = self.runner();
        serde_json::json!({
            "size": runner.map(|(bytes, _)| bytes),
            "error": runner.map(|(_, error)| error),
            "bundle": self.bundle,
            "content": self.content,
            "executable": self.executable.executable,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_is_added_to_what_is_known() {
        let known =
            Estimate { executable: "4.0 MB, so".into(), bytes: Some((4_000_000, "within 1%".into())) };
        let of = |bundle, content, executable| Estimated { bundle, content, executable };
        let known = of(499_968, 1, known);
        assert_eq!(
            known.to_json(),
            serde_json::json!({
                "size": 4_500_000, "error": "within 1%", "bundle": 499_968, "content": 1, "executable": "4.0 MB, so",
            })
        );
        assert_eq!(
            known.text(),
            "  bundle     500.0 kB (exact), of files with 1 bytes\n  executable 4.0 MB, so\n  runner     4.5 MB (within 1%)\n"
        );
        let unknown = Estimate { executable: "not known".into(), bytes: None };
        let unknown = of(1, 1, unknown);
        assert!(unknown.text().ends_with("  executable not known\n") && unknown.to_json()["size"].is_null());
    }
}
