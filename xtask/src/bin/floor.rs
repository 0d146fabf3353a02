//! The floor of the benchmark: a hand-written program that makes the system calls of the tasks and nothing else.
//!
//! `floor KIND N DIR` does what N tasks of a kind do below a folder: `start`, `debug`, `skipped`, `file`, `copy`,
//! `template`, `command`, `lineinfile`. It is as careful as the runner: files are written beside their place, their mode
//! is set before they are seen, and they are renamed into it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, kind, count, folder] = arguments.as_slice() else {
        eprintln!("usage: floor KIND N DIR");
        return ExitCode::from(2);
    };
    let count: usize = match count.parse() {
        Ok(count) => count,
        Err(error) => {
            eprintln!("floor: {count}: {error}");
            return ExitCode::from(2);
        }
    };
    match run(kind, count, Path::new(folder)) {
        Ok(changed) => {
            println!("changed={changed}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(kind: &str, count: usize, folder: &Path) -> io::Result<usize> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut changed = 0;
    for index in 0..count {
        let name = folder.join(format!("{kind}-{index}"));
        let done = match kind {
            "start" | "skipped" => false,
            "debug" => {
                writeln!(out, "ok: message {index}")?;
                false
            }
            "file" => directory(&name)?,
            "copy" | "template" => content(&name, format!("This is number {index}.\n").as_bytes())?,
            "command" => Command::new("true").output()?.status.success(),
            "lineinfile" => line(&name, &format!("setting = {index}"))?,
            other => return Err(io::Error::other(format!("no kind `{other}`"))),
        };
        changed += usize::from(done);
    }
    out.flush()?;
    Ok(changed)
}

/// A folder of mode 0755.
fn directory(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() && found.permissions().mode() & 0o7777 == 0o755 => Ok(false),
        Ok(_) => fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map(|()| true),
        Err(_) => {
            fs::create_dir(path)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
            Ok(true)
        }
    }
}

/// A file of this content.
fn content(path: &Path, wanted: &[u8]) -> io::Result<bool> {
    if fs::symlink_metadata(path).is_ok() && fs::read(path)? == wanted {
        return Ok(false);
    }
    replace(path, wanted).map(|()| true)
}

/// A file that holds this line.
fn line(path: &Path, wanted: &str) -> io::Result<bool> {
    let mut text = fs::read_to_string(path)?;
    if text.lines().any(|line| line == wanted) {
        return Ok(false);
    }
    text.push_str(wanted);
    text.push('\n');
    replace(path, text.as_bytes()).map(|()| true)
}

/// Writes beside the place, then renames into it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.set_permissions(fs::Permissions::from_mode(0o644))?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
