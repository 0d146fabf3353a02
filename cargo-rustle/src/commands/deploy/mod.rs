//! `cargo rustle deploy`: one runner on every host of an inventory.
//!
//! Each host is dealt with by a thread of its own ([`host`]): the runner is brought there ([`install`]), begun as a job that
//! needs nobody ([`follow`]), and its events are shown beside those of the others ([`display`]). Everything that is known
//! is on disk ([`deployment`]), so that a controller may be killed at any moment.

mod batches;
mod connection;
mod deployment;
mod display;
mod follow;
mod host;
mod install;
mod kept;
mod lock;
mod options;
mod passed;
mod remote;
mod resume;
mod rolling;
mod rollout;
mod targets;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;
use rustle_schema::report::Recap;

use crate::executable::Runner;
use crate::failure::{Context, Result};
use connection::Common;
use deployment::{Deployment, HostEnd, Record, State};
use display::Display;
use host::Shared;
use options::{Arguments, Options};
use resume::resumed;

pub use options::command;

/// How many hosts at the same time where nothing is said, as in Ansible.
const FORKS: usize = 5;

/// The exit code where a host has failed, as Ansible's.
const FAILED: u8 = 2;

/// The exit code where a host could not be reached, as Ansible's.
const UNREACHABLE: u8 = 4;

pub fn run(matches: &ArgMatches) -> Result {
    let options = Options::of(matches)?;
    let (deployment, runner, inventory) =
        if options.resume || options.collect { resumed(&options)? } else { begun(&options)? };
    let record = &deployment.record;
    let arguments = Arguments { words: record.words.clone(), files: record.files.clone() };
    let files = if options.collect { Vec::new() } else { files(&deployment)? };
    let targets = targets::targets(&inventory, &record.hosts);
    let sockets = tempfile::Builder::new().prefix("rustle-").tempdir().context("a folder for sockets")?;
    let interactive = std::io::stdin().is_terminal();
    let shared = Shared {
        runner: &runner,
        deployment: &deployment,
        arguments: &arguments,
        files: &files,
        common: Common { timeout: options.timeout, compress: options.compress, interactive },
        reconnect: options.reconnect,
        sockets: sockets.path().to_owned(),
        collect: options.collect,
    };
    let names = record.hosts.iter().cloned();
    let mut display = Display::new(names, options.json, options.verbosity, options.no_color);
    let forks = options.forks.or(record.forks).unwrap_or(FORKS);
    let ends = rollout::run(&targets, forks, &shared, &mut display);
    let (recaps, notes, code) = summary(&deployment, &ends);
    display.finish(&recaps, code, &notes);
    Ok(ExitCode::from(code))
}

/// A new deployment.
fn begun(options: &Options) -> Result<(Deployment, Runner, rustle_schema::inventory::Inventory)> {
    let runner = Runner::of(options.what.as_ref(), options.target.as_deref())?;
    let sources = targets::absolute(&options.inventory)?;
    let inventory = targets::inventory(&sources, &runner.plan)?;
    let hosts = targets::chosen(&inventory, &runner.plan, options.limit.as_deref())?;
    targets::known(&hosts, &runner.plan)?;
    let rolling = rolling::of(&runner.plan, options)?;
    let record = Record {
        format: 0,
        id: String::new(),
        runner: runner.path.clone(),
        project: resume::project(options.what.as_deref().unwrap_or(Path::new(".")))?,
        sha256: runner.sha256.clone(),
        inventory: sources,
        batches: batches::split(hosts.len(), &rolling.serial),
        hosts,
        max_fail_percentage: rolling.max_fail_percentage,
        forks: Some(options.forks.unwrap_or(FORKS)),
        remote_dir: options.remote_dir.clone(),
        words: options.arguments.words.clone(),
        files: options.arguments.files.clone(),
    };
    let reports = reports(options, Some(&runner.path))?;
    Ok((Deployment::begin(&reports, record)?, runner, inventory))
}

/// The contents of the files of extra variables. Where every host has begun, they are hardly needed, and may be gone.
fn files(deployment: &Deployment) -> Result<Vec<Vec<u8>>> {
    let Deployment { record, known, .. } = deployment;
    let read = |path: &PathBuf| std::fs::read(path).context(path.display());
    let files: Result<Vec<Vec<u8>>> = record.files.iter().map(read).collect();
    let begun = |host: &String| known.get(host).is_some_and(|known| known.begun.is_some());
    if files.is_err() && record.hosts.iter().all(begun) { Ok(Vec::new()) } else { files }
}

/// Where the reports go: where it was said; else into the target folder that the runner lies in, or that of the project; else
/// into the current folder.
fn reports(options: &Options, runner: Option<&Path>) -> Result<PathBuf> {
    if let Some(folder) = &options.reports {
        return std::path::absolute(folder).context(folder.display());
    }
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    let of_runner = runner.and_then(|path| path.ancestors().skip(1).find(marked));
    let of_project = || {
        let project = crate::project::Project::of(None).ok()?;
        Some(std::env::var_os("CARGO_TARGET_DIR").map_or(project.folder.join("target"), PathBuf::from))
    };
    let folder = of_runner.map(Path::to_owned).or_else(of_project);
    let folder = folder.map_or(PathBuf::from("rustle-deploy"), |target| target.join("rustle/deploy"));
    std::path::absolute(&folder).context(folder.display())
}

/// The recap of all hosts, what there is to say beside it, and the exit code.
fn summary(deployment: &Deployment, ends: &[Option<HostEnd>]) -> (Vec<(String, Recap)>, Vec<String>, u8) {
    let hosts = || deployment.record.hosts.iter().zip(ends);
    let recaps = hosts().filter_map(|(name, end)| Some((name.clone(), end.as_ref()?.recap))).collect();
    let names = |wanted: &dyn Fn(&Option<HostEnd>) -> bool| -> Vec<&str> {
        hosts().filter(|(_, end)| wanted(end)).map(|(name, _)| name.as_str()).collect()
    };
    let lost = names(&|end| end.as_ref().is_some_and(|end| end.state == State::Lost));
    let untouched = names(&|end| end.is_none());
    let mut notes = Vec::new();
    if !lost.is_empty() {
        notes.push(format!(
            "lost: {}. Their runs go on; `cargo rustle deploy --collect` fetches the reports",
            lost.join(", ")
        ));
    }
    if !untouched.is_empty() {
        notes.push(format!("not touched: {}", untouched.join(", ")));
    }
    let any = |wanted: &dyn Fn(&HostEnd) -> bool| ends.iter().flatten().any(wanted);
    let code = if any(&|end| end.recap.unreachable > 0) {
        UNREACHABLE
    } else if any(&HostEnd::failed) || !untouched.is_empty() {
        FAILED
    } else {
        0
    };
    (recaps, notes, code)
}
