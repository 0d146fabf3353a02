//! What a runner is like by `[build] profile`: its size, what it costs to build, and what a run costs.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::rebuild::{TASKS, made, runner, text};
use super::tool::Tool;
use crate::bench::subject::Kind;
use crate::bench::{measure, playbook};

/// A profile, and what is set besides.
const PROFILES: [(&str, &[&str]); 4] =
    [("size", &[]), ("speed", &[]), ("memory", &[]), ("size", &["CARGO_PROFILE_RELEASE_LTO=off"])];

/// What was measured for one profile.
#[derive(Debug)]
pub(crate) struct Profiled {
    /// The profile's word, and what was set besides.
    pub(crate) name: String,
    /// Bytes of the executable.
    pub(crate) bytes: u64,
    /// CPU seconds of the first build; what an earlier profile shares with it is there.
    pub(crate) first: f64,
    /// CPU seconds of `cargo build` after one changed line.
    pub(crate) again: f64,
    /// CPU seconds of a run in which every task writes a file.
    pub(crate) run: f64,
    /// The most memory of that run, in bytes.
    pub(crate) memory: u64,
}

/// Builds one project with each profile, and runs it.
pub(crate) fn measure(tool: &Tool, work: &Path, rounds: usize) -> io::Result<Vec<Profiled>> {
    let from = playbook::write(&made(&work.join("profiles-playbook"))?, Kind::Template, TASKS)?;
    let folder = work.join("profiles");
    tool.run(&["new", &text(&folder), "--playbook", &text(&from), "--copy"], work)?;
    let site = folder.join("playbook/site.yml");
    let written = fs::read_to_string(folder.join("rustle.toml"))?;
    let mut all = Vec::new();
    for (profile, besides) in PROFILES {
        fs::write(folder.join("rustle.toml"), format!("{written}\n[build]\nprofile = \"{profile}\"\n"))?;
        tool.run(&["check", "--fix"], &folder)?;
        let cargo: Vec<String> = std::iter::once("env")
            .chain(besides.iter().copied())
            .chain([env!("CARGO"), "build", "--release", "--quiet"])
            .map(str::to_owned)
            .collect();
        let first = measure::run(&cargo, &folder)?;
        let before = fs::read_to_string(&site)?;
        fs::write(&site, before.replace("wanted: -1", "wanted: -2"))?;
        let again = measure::run(&cargo, &folder)?;
        fs::write(&site, before)?;
        let program = runner(&folder)?;
        let mut runs = Vec::new();
        let mut memory = 0;
        for _ in 0..rounds.max(1) {
            let place = tempfile::tempdir_in(measure::scratch(work))?;
            Kind::Template.prepare(place.path(), TASKS)?;
            let (seconds, most) = run(&program, place.path())?;
            runs.push(seconds);
            memory = memory.max(most);
        }
        let name = [&[profile], besides].concat().join(", ");
        let bytes = fs::metadata(&program)?.len();
        all.push(Profiled { name, bytes, first, again, run: measure::median(&mut runs), memory });
        eprintln!("bench: profiles: {:?}", all.last());
    }
    Ok(all)
}

/// CPU seconds of a run, and the most memory that the process had when it was last looked at.
fn run(program: &Path, place: &Path) -> io::Result<(f64, u64)> {
    let before = measure::children()?;
    let mut child = Command::new(program)
        .arg("--no-lock")
        .current_dir(place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut memory = 0;
    let status = loop {
        memory = memory.max(peak(&child));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    match status.success() {
        true => Ok((measure::children()? - before, memory)),
        false => Err(io::Error::other(format!("{}: {status}", program.display()))),
    }
}

/// The most memory that a process has had so far, in bytes; 0 where the system does not tell.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib << 10)
}
