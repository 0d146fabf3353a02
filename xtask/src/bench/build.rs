//! What a build costs: `prepare()` by the size of the plan, the template cold and after a change, the executable's size.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_build::{BuildOptions, Config, PlanSource, build_bundle};

use super::measure;
use super::modules::{self, Modules};
use super::playbook;
use super::subject::Kind;

/// What was measured.
pub(crate) struct Build {
    /// Numbers of tasks, and what preparing them costs.
    pub(crate) prepare: Vec<Prepared>,
    /// CPU seconds of the template's first release build, dependencies included.
    pub(crate) cold: f64,
    /// The same after a changed playbook.
    pub(crate) incremental: f64,
    /// Bytes of the template's executable.
    pub(crate) size: u64,
    /// Bytes of a fully static one, where its standard library is installed.
    pub(crate) static_size: Option<u64>,
    /// What modules from elsewhere cost.
    pub(crate) modules: Modules,
}

/// What preparing a plan costs, in CPU seconds.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) tasks: usize,
    /// In a build script, which Cargo does not optimise.
    pub(crate) script: f64,
    /// In `cargo rustle check`, optimised.
    pub(crate) check: f64,
}

/// Builds the bundle of a playbook.
///
/// # Errors
/// If it has problems, which the error tells.
pub(crate) fn bundle(playbook: &Path) -> io::Result<Vec<u8>> {
    let folder = playbook.parent().unwrap_or(Path::new(".")).to_owned();
    let name = playbook.file_name().map(PathBuf::from).unwrap_or_default();
    let mut config = Config::default();
    config.runner.source = Some(PlanSource::Playbook(name));
    let options = BuildOptions { folder, config, name: "bench".into(), ..BuildOptions::default() };
    let prepared = build_bundle(&options).map_err(|problems| io::Error::other(problems.to_string()))?;
    prepared.bundle.bytes().map(|bytes| bytes.into_owned()).map_err(io::Error::other)
}

/// Runs cargo at the root.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> io::Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--quiet")
        .arg("--locked")
        .current_dir(root)
        .status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("cargo {}", arguments.join(" ")))) }
}

/// Measures everything.
pub(crate) fn measure(root: &Path, work: &Path) -> io::Result<Build> {
    cargo(root, &["build", "--release", "-p", "cargo-rustle"])?;
    let cargo_rustle = root.join("target/release/cargo-rustle").display().to_string();
    let modules = modules::measure(&cargo_rustle, work)?;
    let mut prepare = Vec::new();
    for tasks in [1_000, 10_000, 100_000] {
        let playbook = playbook::write(&work.join(format!("prepare-{tasks}")), Kind::Template, tasks)?;
        let before = measure::own()?;
        bundle(&playbook)?;
        let script = measure::own()? - before;
        let check =
            [cargo_rustle.as_str(), "rustle", "check", &playbook.display().to_string()].map(str::to_owned);
        prepare.push(Prepared { tasks, script, check: measure::run(&check, root)? });
        eprintln!("bench: prepare: {prepare:?}");
    }
    let target = work.join("target");
    let text = target.display().to_string();
    let build = |extra: &[&str]| {
        let mut command =
            vec![env!("CARGO"), "build", "--quiet", "--release", "--locked", "-p", "runner-template"];
        command.extend(["--target-dir", text.as_str()]);
        command.extend(extra);
        let command: Vec<String> = command.into_iter().map(str::to_owned).collect();
        measure::run(&command, root)
    };
    let cold = build(&[])?;
    // The build looks at times of change: to touch the playbook is to change it.
    let playbook = root.join("runner-template/playbook/site.yml");
    let now = std::time::SystemTime::now();
    std::fs::File::options().append(true).open(&playbook)?.set_modified(now)?;
    let incremental = build(&[])?;
    let size = std::fs::metadata(target.join("release/runner-template"))?.len();
    let musl = "x86_64-unknown-linux-musl";
    let static_size = build(&["--target", musl])
        .ok()
        .and_then(|_| Some(std::fs::metadata(target.join(musl).join("release/runner-template")).ok()?.len()));
    Ok(Build { prepare, cold, incremental, size, static_size, modules })
}
