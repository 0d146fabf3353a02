//! What preparing a playbook costs, by its size: CPU and memory, optimised as `cargo rustle check` is, and as build scripts
//! are where nobody asks for more.

use std::io;
use std::path::Path;

use super::project;
use crate::bench::{build, measure};

/// The sizes; the last one is what must be prepared within the aim.
pub(crate) const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// The largest size that is prepared without optimisation too.
const PLAIN_UP_TO: usize = 100_000;

/// What preparing one size costs.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) tasks: usize,
    /// Bytes of the project's files.
    pub(crate) content: u64,
    /// Optimised.
    pub(crate) release: Cost,
    /// Not optimised, where that was measured.
    pub(crate) plain: Option<Cost>,
}

/// CPU seconds and the most memory at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) memory: u64,
}

/// Measures all sizes.
pub(crate) fn measure(root: &Path, work: &Path, rounds: usize) -> io::Result<Vec<Prepared>> {
    build::cargo(root, &["build", "--release", "-p", "rustle-build", "--example", "prepare"])?;
    build::cargo(root, &["build", "-p", "rustle-build", "--example", "prepare"])?;
    let program =
        |profile: &str| root.join("target").join(profile).join("examples/prepare").display().to_string();
    let mut all = Vec::new();
    for tasks in SIZES {
        let folder = work.join(format!("project-{tasks}"));
        std::fs::create_dir_all(&folder)?;
        let playbook = project::write(&folder, tasks)?.display().to_string();
        // What takes seconds varies little.
        let rounds = if tasks > 10_000 { rounds.min(3) } else { rounds };
        let content = content(&folder)?;
        let out = work.join("plan.bundle").display().to_string();
        let release = cost(&[program("release"), playbook.clone(), out.clone()], &folder, rounds)?;
        let plain = match tasks <= PLAIN_UP_TO {
            true => Some(cost(&[program("debug"), playbook, out], &folder, 1)?),
            false => None,
        };
        all.push(Prepared { tasks, content, release, plain });
        eprintln!("bench: prepare: {:?}", all.last());
        if tasks > PLAIN_UP_TO {
            std::fs::remove_dir_all(&folder)?;
        }
    }
    Ok(all)
}

/// The medians of some runs. The program says how much memory it took.
fn cost(program: &[String], folder: &Path, rounds: usize) -> io::Result<Cost> {
    let mut seconds = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..rounds.max(1) {
        let (cpu, output) = measure::output(program, folder)?;
        seconds.push(cpu);
        memory.push(peak(&output) as f64);
    }
    Ok(Cost { cpu: measure::median(&mut seconds), memory: measure::median(&mut memory) as u64 })
}

/// The most memory that the program says it took, in bytes; 0 where the system does not tell.
pub(crate) fn peak(output: &str) -> u64 {
    output.lines().find_map(|line| line.strip_prefix("peak ")?.parse().ok()).unwrap_or_default()
}

/// The bytes of all files below a folder.
fn content(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum += if metadata.is_dir() { content(&entry.path())? } else { metadata.len() };
    }
    Ok(sum)
}
