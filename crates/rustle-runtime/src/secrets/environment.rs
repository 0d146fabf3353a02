//! A key or a token in the environment: taken out at once.
//!
//! What a process was started with stands at the beginning of its memory, where `/proc/PID/environ` shows it to the same
//! user for as long as the process lives, whatever the process does to its own idea of its environment. So the bytes
//! themselves are overwritten, by way of `/proc/self/mem`, which needs no pointer.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStringExt;

use zeroize::Zeroizing;

use super::KeyText;

/// The variable that may hold the key.
pub const KEY: &str = "RUSTLE_ENCRYPTION_KEY";

/// Takes the key out of the environment, and out of what the system shows of it; none if there is none.
///
/// Call it before anything else: the process must have one thread only, and no children yet.
pub fn take() -> Option<KeyText> {
    take_variable(KEY)
}

/// Takes the variable `name` out of the environment, and out of what the system shows of it; none if it is not set, or
/// empty.
///
/// Call it as early as [`take`].
pub fn take_variable(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let value = Zeroizing::new(std::env::var_os(name)?.into_vec());
    // SAFETY: no other thread exists yet, as this function demands, so none reads the environment meanwhile.
    unsafe { std::env::remove_var(name) };
    // Without /proc there is nobody to see it.
    #[cfg(target_os = "linux")]
    let _ = overwrite(name.as_ref());
    (!value.is_empty()).then_some(value)
}

/// Overwrites every entry called `name` in the memory that `/proc/self/environ` shows.
#[cfg(target_os = "linux")]
fn overwrite(name: &OsStr) -> std::io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::FileExt;

    let environ = Zeroizing::new(std::fs::read("/proc/self/environ")?);
    let start = start().ok_or(std::io::ErrorKind::InvalidData)?;
    let memory = std::fs::File::options().write(true).open("/proc/self/mem")?;
    for (at, length) in entries(&environ, name.as_bytes()) {
        memory.write_all_at(&vec![0; length], start + at as u64)?;
    }
    Ok(())
}

/// Where the entries called `name` begin, and how long they are.
#[cfg(target_os = "linux")]
fn entries(environ: &[u8], name: &[u8]) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut found = Vec::new();
    for entry in environ.split(|byte| *byte == 0) {
        if entry.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"=")) {
            found.push((at, entry.len()));
        }
        at += entry.len() + 1;
    }
    found
}

/// The address at which the environment begins: `env_start`, the 50th field of `/proc/self/stat` (proc(5)).
#[cfg(target_os = "linux")]
fn start() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets, in which anything may stand.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(47)?.parse().ok().filter(|address| *address > 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_their_whole_name() {
        let environ = b"A=1\0KEY=abc\0KEYS=2\0\0KEY=\0";
        assert_eq!(entries(environ, b"KEY"), [(4, 7), (20, 4)]);
        assert!(entries(environ, b"K").is_empty());
    }

    #[test]
    fn the_environment_begins_where_the_system_says() {
        assert!(start().is_some_and(|address| address > 4096));
    }
}
