//! CPU seconds of a process and all its children.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};

/// What one task costs, in milliseconds of CPU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Where the work is still to be done.
    pub(crate) first: f64,
    /// Where all is as it should be.
    pub(crate) again: f64,
}

/// Runs a command line in a folder and returns the CPU seconds that it and its children took.
///
/// # Errors
/// If it fails: a benchmark of something that does not work measures nothing.
pub(crate) fn run(program: &[String], folder: &Path) -> io::Result<f64> {
    output(program, folder).map(|(seconds, _)| seconds)
}

/// As [`run`], with what it printed.
///
/// # Errors
/// As [`run`].
pub(crate) fn output(program: &[String], folder: &Path) -> io::Result<(f64, String)> {
    let (name, arguments) = program.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let before = children()?;
    let output = Command::new(name)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()?;
    let after = children()?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "{}: {}\n{}{}",
            program.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    Ok((after - before, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Where runs leave their files: in memory, where there is some, since what a disk makes of `fsync` differs more than what is
/// compared.
pub(crate) fn scratch(work: &Path) -> &Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { work }
}

/// CPU seconds of all children so far.
pub(crate) fn children() -> io::Result<f64> {
    usage(UsageWho::RUSAGE_CHILDREN)
}

/// CPU seconds of this process so far.
pub(crate) fn own() -> io::Result<f64> {
    usage(UsageWho::RUSAGE_SELF)
}

fn usage(who: UsageWho) -> io::Result<f64> {
    let usage = getrusage(who)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

/// The median.
pub(crate) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
