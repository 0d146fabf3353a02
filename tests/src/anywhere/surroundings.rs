//! Surroundings that programs do not like: no room, no writing, no network.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Cargo, as whoever runs the tests named it.
pub(super) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The words before those of a program that runs in a mount namespace of its own, after a few lines of shell.
#[derive(Clone, Debug, Default)]
pub struct Confined {
    lines: Vec<String>,
    network: bool,
}

impl Confined {
    /// Nothing is different yet.
    pub fn new() -> Confined {
        Confined::default()
    }

    /// `folder` is a file system of its own with this much room.
    #[must_use]
    pub fn tiny(mut self, folder: &Path, kib: u32) -> Confined {
        self.lines.push(format!("mount -t tmpfs -o size={kib}k none '{}'", folder.display()));
        self
    }

    /// `folder` is read-only.
    #[must_use]
    pub fn read_only(mut self, folder: &Path) -> Confined {
        let folder = folder.display();
        self.lines.push(format!("mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}'"));
        self
    }

    /// One more line of shell, before the program.
    #[must_use]
    pub fn line(mut self, line: &str) -> Confined {
        self.lines.push(line.to_owned());
        self
    }

    /// There is no network.
    #[must_use]
    pub fn no_network(mut self) -> Confined {
        self.network = true;
        self
    }

    /// The words: `sh -c … sh` or `unshare … sh -c … sh`, to which program and arguments are added.
    pub fn words(&self) -> Vec<String> {
        let script = format!("set -e\n{}\nexec \"$@\"", self.lines.join("\n"));
        let mounts = self.lines.iter().any(|line| line.starts_with("mount"));
        let mut words: Vec<String> = Vec::new();
        if mounts || self.network {
            words.push("unshare".to_owned());
            words.extend(mounts.then(|| "--mount".to_owned()));
            words.extend(self.network.then(|| "--net".to_owned()));
            words.extend((!is_root()).then(|| "--map-root-user".to_owned()));
        }
        words.extend(["sh", "-c", &script, "sh"].map(str::to_owned));
        words
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

fn works(confined: &Confined) -> bool {
    let words = confined.words();
    let Some((program, rest)) = words.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(rest).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether this user may mount file systems in a namespace of its own. Containers often forbid it.
pub fn can_mount() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let Ok(folder) = tempfile::tempdir() else { return false };
        works(&Confined::new().tiny(folder.path(), 64).read_only(folder.path()))
    })
}

/// Whether this user may run programs without a network.
pub fn can_unshare_network() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| works(&Confined::new().no_network()))
}
