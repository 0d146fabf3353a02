//! One deployment at a time works in a folder of reports.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::deployment::make;
use crate::failure::{Context, Failure, Result};

/// A lock on a folder of reports. It is given back when this goes, also if a program that is just being started holds the file
/// for a moment longer.
#[derive(Debug)]
pub struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // If it cannot be given back it goes with the file.
        let _ = self.0.unlock();
    }
}

/// Nobody else works in the folder as long as the lock lives.
///
/// # Errors
/// If somebody does, or the folder cannot be written to.
pub fn locked(reports: &Path) -> Result<Lock> {
    make(&reports.join("runs"))?;
    let path = reports.join("runs/lock");
    let file = File::options().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.context(path.display())?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Lock(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            Err(Failure::new(format!("another deployment works in {}", reports.display()))
                .help("wait for it, or name another folder with --reports"))
        }
        Err(error) => Err(Failure::new(format!("{}: {error}", path.display()))),
    }
}
