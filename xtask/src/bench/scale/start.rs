//! How long a runner takes from its start to its first task, by the size of its plan: it must not read the whole plan.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::prepare::SIZES;
use super::project;
use super::rebuild::{made, text};
use crate::bench::{build, measure};

/// What was measured for one size.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) tasks: usize,
    /// How many roles the tasks are in, whose handlers and variables are there from the start of the play.
    pub(crate) roles: usize,
    /// Bytes of the bundle.
    pub(crate) bundle: u64,
    /// Milliseconds to the event that tells the first task's start.
    pub(crate) first_task: f64,
}

/// Measures one task, and the larger of [`SIZES`]: in one role, and in as many as the other parts have.
pub(crate) fn measure(root: &Path, work: &Path, rounds: usize) -> io::Result<Vec<Started>> {
    build::cargo(root, &["build", "--release", "-p", "rustle-tests", "--bin", "base"])?;
    build::cargo(root, &["build", "--release", "-p", "rustle-build", "--example", "prepare"])?;
    let base = root.join("target/release/base");
    let mut all = Vec::new();
    let large = || SIZES.into_iter().filter(|tasks| *tasks >= 100_000);
    let in_one = [1].into_iter().chain(large()).map(|tasks| (tasks, tasks));
    for (tasks, in_a_role) in in_one.chain(large().map(|tasks| (tasks, project::IN_A_ROLE))) {
        let folder = made(&work.join(format!("start-{tasks}-{in_a_role}")))?;
        let playbook = project::write_with(&folder, tasks, in_a_role)?;
        let packed = folder.join("plan.bundle");
        let prepare = text(&root.join("target/release/examples/prepare"));
        measure::run(&[prepare, text(&playbook), text(&packed)], &folder)?;
        let bundle = fs::read(&packed)?;
        let runner = folder.join("runner");
        rustle_bundle::append(&base, &runner, &bundle).map_err(io::Error::other)?;
        let mut times = Vec::new();
        for _ in 0..rounds.max(1) {
            times.push(first_task(&runner, &folder)?);
        }
        let first_task = measure::median(&mut times) * 1e3;
        let roles = tasks.div_ceil(in_a_role);
        all.push(Started { tasks, roles, bundle: bundle.len() as u64, first_task });
        eprintln!("bench: start: {:?}", all.last());
        fs::remove_dir_all(&folder)?;
    }
    Ok(all)
}

/// Seconds from the start of the process to its first task. It is ended there.
fn first_task(runner: &Path, folder: &Path) -> io::Result<f64> {
    let begin = Instant::now();
    let mut child = Command::new(runner)
        .args(["--check", "--json"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut seconds = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            if line?.contains("\"task_start\"") {
                seconds = Some(begin.elapsed().as_secs_f64());
                break;
            }
        }
    }
    child.kill()?;
    child.wait()?;
    seconds.ok_or_else(|| io::Error::other(format!("{} told of no task", runner.display())))
}
