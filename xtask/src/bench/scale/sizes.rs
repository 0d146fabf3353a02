//! How large a runner is, by how many modules its plan names.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use rustle_build::catalogue;
use rustle_schema::module_spec::ModuleSpec;

use super::rebuild::{made, runner, text, timed};
use super::tool::Tool;
use crate::bench::measure;

/// How many modules the runners have; the last one has all.
const MODULES: [usize; 3] = [1, 5, 20];

/// A runner with so many modules.
#[derive(Debug)]
pub(crate) struct Sized {
    pub(crate) modules: usize,
    /// Bytes of the release executable.
    pub(crate) bytes: u64,
    /// CPU seconds of building it, the crates that it shares with the one before being there.
    pub(crate) cpu: f64,
}

/// Builds a runner for each number of modules.
pub(crate) fn measure(tool: &Tool, work: &Path) -> io::Result<Vec<Sized>> {
    let all = catalogue::builtin();
    let mut sizes = Vec::new();
    let target = work.join("sizes-target");
    for count in MODULES.into_iter().filter(|count| *count < all.len()).chain([all.len()]) {
        let from = made(&work.join(format!("sizes-{count}-playbook")))?;
        fs::write(from.join("site.yml"), playbook(all.iter().take(count)))?;
        let folder = work.join(format!("sizes-{count}"));
        tool.run(&["new", &text(&folder), "--playbook", &text(&from.join("site.yml")), "--copy"], work)?;
        let cargo =
            [env!("CARGO"), "build", "--release", "--quiet", "--target-dir", &text(&folder.join("target"))]
                .map(str::to_owned);
        // What was built for the one before need not be built again.
        if target.is_dir() {
            fs::rename(&target, folder.join("target"))?;
        }
        let time = timed(|| measure::run(&cargo, &folder))?;
        let bytes = fs::metadata(runner(&folder)?)?.len();
        fs::rename(folder.join("target"), &target)?;
        sizes.push(Sized { modules: count, bytes, cpu: time.cpu });
        eprintln!("bench: sizes: {:?}", sizes.last());
    }
    Ok(sizes)
}

/// A playbook that names each module once, with templates for the arguments that it must have: it is built, not run.
fn playbook<'a>(modules: impl Iterator<Item = &'a ModuleSpec>) -> String {
    let mut playbook =
        String::from("- hosts: all\n  gather_facts: false\n  vars:\n    given: {}\n  tasks:\n");
    for module in modules {
        let _ = writeln!(playbook, "    - {}:\n      args: \"{{{{ given }}}}\"", module.name);
    }
    playbook
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_playbook_names_every_module_and_has_no_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.yml");
        fs::write(&path, playbook(catalogue::builtin().iter())).unwrap();
        assert!(crate::bench::build::bundle(&path).is_ok());
    }
}
