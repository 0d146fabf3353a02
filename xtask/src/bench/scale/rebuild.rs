//! What a build costs the first time, and what it costs when one line of the playbook has changed: by Cargo, by
//! `cargo rustle build`, which keeps what Cargo built, and by putting the new bundle into the finished runner.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::project;
use super::tool::Tool;
use crate::bench::subject::Kind;
use crate::bench::{measure, playbook};

/// Tasks of the project.
pub(crate) const TASKS: usize = 1_000;

/// CPU and wall seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    pub(crate) cpu: f64,
    pub(crate) wall: f64,
}

/// What was measured; `None` where the command line has no such command.
#[derive(Debug)]
pub(crate) struct Rebuild {
    /// The first release build with all dependencies.
    pub(crate) cold: Time,
    /// `cargo build --release` after a change.
    pub(crate) cargo: Time,
    /// `cargo rustle build --release` after a change.
    pub(crate) kept: Option<Time>,
    /// `cargo rustle repack`.
    pub(crate) repack: Option<Time>,
    /// `cargo rustle run` of a playbook of so many `debug` tasks that is no project, from the command to its end.
    pub(crate) run: Option<Time>,
}

/// Makes a project and builds it in each of the ways.
pub(crate) fn measure(tool: &Tool, work: &Path, rounds: usize) -> io::Result<Rebuild> {
    let playbook = project::write(&made(&work.join("rebuild-playbook"))?, TASKS)?;
    let folder = work.join("rebuild");
    tool.run(&["new", &text(&folder), "--playbook", &text(&playbook), "--copy"], work)?;
    let site = folder.join("playbook/site.yml");
    let mut changes = 0;
    let mut change = || -> io::Result<()> {
        changes += 1;
        let text = fs::read_to_string(&site)?;
        let line = text.lines().find(|line| line.trim_start().starts_with("wanted:")).unwrap_or_default();
        fs::write(&site, text.replace(line, &format!("    wanted: {}", 3 + changes)))
    };
    let cargo = [env!("CARGO"), "build", "--release", "--quiet"].map(str::to_owned);
    let cold = timed(|| measure::run(&cargo, &folder))?;
    let cargo = median(rounds.min(3), || {
        change()?;
        timed(|| measure::run(&cargo, &folder))
    })?;
    eprintln!("bench: rebuild: cold {cold:?}, cargo {cargo:?}");
    let kept = match tool.has("build", "--compile")? {
        true => {
            // The first one may compile: it makes what is kept.
            tool.run(&["build", "--release"], &folder)?;
            Some(median(rounds, || {
                change()?;
                timed(|| tool.run(&["build", "--release"], &folder))
            })?)
        }
        false => None,
    };
    let repack = match tool.has("repack", "--output")? {
        true => {
            let binary = text(&runner(&folder)?);
            Some(median(rounds, || {
                change()?;
                timed(|| tool.run(&["repack", &binary, "--output", "repacked"], &folder))
            })?)
        }
        false => None,
    };
    let run = match tool.has("run", "[PLAYBOOK]")? {
        true => Some(edited(tool, &made(&work.join("run"))?, rounds)?),
        false => None,
    };
    Ok(Rebuild { cold, cargo, kept, repack, run })
}

/// What it takes to see a playbook run that has just been changed.
fn edited(tool: &Tool, folder: &Path, rounds: usize) -> io::Result<Time> {
    let site = playbook::write(folder, Kind::Debug, TASKS)?;
    let line = ["run", &text(&site)];
    // The first one compiles all builtin modules, once for all playbooks.
    tool.run(&line, folder)?;
    let before = fs::read_to_string(&site)?;
    let mut changes = 0;
    median(rounds, || {
        changes += 1;
        fs::write(&site, before.replace("wanted: -1", &format!("wanted: {changes}")))?;
        timed(|| tool.run(&line, folder))
    })
}

/// The runner that was built in a project.
pub(crate) fn runner(folder: &Path) -> io::Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default();
    let target = folder.join("target");
    let mut places = vec![target.join("release").join(name)];
    for entry in fs::read_dir(&target)? {
        places.push(entry?.path().join("release").join(name));
    }
    let missing = || io::Error::other(format!("no runner was built in {}", folder.display()));
    places.into_iter().find(|path| path.is_file()).ok_or_else(missing)
}

/// How long something takes that tells its CPU seconds.
pub(crate) fn timed(what: impl FnOnce() -> io::Result<f64>) -> io::Result<Time> {
    let begin = Instant::now();
    let cpu = what()?;
    Ok(Time { cpu, wall: begin.elapsed().as_secs_f64() })
}

/// The medians of some runs.
pub(crate) fn median(rounds: usize, mut what: impl FnMut() -> io::Result<Time>) -> io::Result<Time> {
    let mut times = Vec::new();
    for _ in 0..rounds.max(1) {
        times.push(what()?);
    }
    let of = |pick: fn(&Time) -> f64| {
        let mut numbers: Vec<f64> = times.iter().map(pick).collect();
        measure::median(&mut numbers)
    };
    Ok(Time { cpu: of(|time| time.cpu), wall: of(|time| time.wall) })
}

/// The folder, which is made.
pub(crate) fn made(folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}
