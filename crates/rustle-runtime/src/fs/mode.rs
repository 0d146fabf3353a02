//! File modes: how they are shown, what a new file gets, and what an argument makes of an existing one.

use std::sync::OnceLock;

use rustle_value::coerce::{self, Mode};
use rustle_value::{Value, python};

/// The permission bits with set-user-id, set-group-id and sticky.
pub const BITS: u32 = 0o7777;

/// How a mode is written in results: `0644`, `04755`.
pub fn display(mode: u32) -> String {
    format!("0{mode:03o}")
}

/// Why a mode cannot be used: Ansible's message, and its details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The message.
    pub message: String,
    /// What exactly is wrong.
    pub details: String,
}

/// The mode that the argument `wanted` gives to a file that has the permission bits `current`.
///
/// # Errors
/// If the argument is neither octal nor symbolic, or has other bits than those of a mode.
pub fn resolve(wanted: &Value, current: u32, is_folder: bool) -> Result<u32, Invalid> {
    match coerce::mode(wanted) {
        Ok(Mode::Octal(bits)) => Ok(bits),
        Ok(mode) => Ok(mode.apply(current, is_folder, umask())),
        Err(error) if error.0.starts_with("bad symbolic") => {
            Err(Invalid { message: "mode must be in octal or symbolic form".into(), details: error.0 })
        }
        Err(error) => Err(Invalid { message: error.0, details: python::str(wanted) }),
    }
}

/// The umask of this process.
pub fn umask() -> u32 {
    // It can only be read by setting it, so that is done once; nothing here changes it. Meanwhile others of this process
    // make files for their owner alone, which is safe.
    static UMASK: OnceLock<u32> = OnceLock::new();
    *UMASK.get_or_init(|| {
        let umask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
        rustix::process::umask(umask);
        umask.bits()
    })
}

/// The mode that a new file gets: `0666` without the bits of the umask.
pub fn default_for_files() -> u32 {
    0o666 & !umask()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_shown_with_a_zero() {
        assert_eq!([display(0o644), display(0o4755), display(0)], ["0644", "04755", "0000"]);
    }

    #[test]
    fn arguments_become_modes() {
        for (wanted, mode) in [
            (Value::from("0640"), 0o640),
            (Value::from("u=rwX,go=rX"), 0o755),
            (Value::Int(0o600), 0o600),
            (Value::Int(644), 0o1204),
        ] {
            assert_eq!(resolve(&wanted, 0o700, false), Ok(mode), "{wanted:?}");
        }
        let invalid = resolve(&Value::from("u=zz"), 0, false).unwrap_err();
        assert_eq!(invalid.message, "mode must be in octal or symbolic form");
        assert_eq!(invalid.details, "bad symbolic permission for mode: u=zz");
    }

    #[test]
    fn new_files_follow_the_umask() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        std::fs::write(&path, "").unwrap();
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).unwrap());
        assert_eq!(mode & BITS, default_for_files());
    }
}
