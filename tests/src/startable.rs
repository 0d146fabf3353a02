//! Executables that were written a moment ago.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How often it is tried, every 20 ms.
const TRIES: usize = 250;

/// Waits until the runner at `path`, which this process has just written, can be started.
///
/// A test beside this one may have started a program while the file was open for writing. Until that program is on its
/// own feet it holds the file open as well, and execve(2) refuses what is open for writing (`ETXTBSY`). Once it was
/// started it can be started always: nobody holds it any more.
///
/// # Panics
/// If it cannot be started within five seconds, or at all.
pub fn startable(path: &Path) {
    for _ in 0..TRIES {
        let started = Command::new(path)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match started {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => panic!("{}: {error}", path.display()),
            Ok(_) => return,
        }
    }
    panic!("{}: it is still open for writing", path.display());
}
