//! The processor time of a group of processes, with everything that they start, however it is detached.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A control group that counts processor time.
#[derive(Debug)]
pub struct Meter(PathBuf);

impl Meter {
    /// A new one of this name.
    ///
    /// # Errors
    /// If this machine has no such groups, or they cannot be made.
    pub fn new(name: &str) -> io::Result<Meter> {
        let folder = Path::new("/sys/fs/cgroup/cpuacct").join(name);
        fs::create_dir(&folder)?;
        Ok(Meter(folder))
    }

    /// The file to which a process writes its number to be counted.
    pub fn tasks(&self) -> PathBuf {
        self.0.join("tasks")
    }

    /// What was used, in seconds.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn seconds(&self) -> io::Result<f64> {
        let nanoseconds = fs::read_to_string(self.0.join("cpuacct.usage"))?;
        nanoseconds.trim().parse::<f64>().map(|it| it / 1e9).map_err(io::Error::other)
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        // It cannot go as long as somebody is in it; then it stays until the machine is started again.
        let _ = fs::remove_dir(&self.0);
    }
}
