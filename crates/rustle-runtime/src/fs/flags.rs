//! Flags of files on Linux file systems: what `lsattr` shows and `chattr` sets, without those programs.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{IFlags, OFlags, ioctl_getflags, ioctl_setflags};

/// A flag: its bit, its letter, the name that the `stat` module gives it, and whether it can be set.
struct Flag(u32, char, Option<&'static str>, bool);

/// In the order in which `lsattr` shows them. The bits are those of `linux/fs.h` and of ext4.
const FLAGS: [Flag; 22] = [
    Flag(0x1, 's', Some("zero"), true),
    Flag(0x2, 'u', Some("undelete"), true),
    Flag(0x8, 'S', Some("synchronous"), true),
    Flag(0x1_0000, 'D', Some("dirsync"), true),
    Flag(0x10, 'i', Some("immutable"), true),
    Flag(0x20, 'a', Some("append"), true),
    Flag(0x40, 'd', Some("nodump"), true),
    Flag(0x80, 'A', Some("noatime"), true),
    Flag(0x4, 'c', Some("compressed"), true),
    Flag(0x800, 'E', Some("encrypted"), false),
    Flag(0x4000, 'j', Some("journalled"), true),
    Flag(0x1000, 'I', Some("indexed"), false),
    Flag(0x8000, 't', Some("notail"), true),
    Flag(0x2_0000, 'T', Some("blockroot"), true),
    Flag(0x8_0000, 'e', Some("extents"), true),
    Flag(0x80_0000, 'C', Some("nocow"), true),
    Flag(0x200_0000, 'x', None, true),
    Flag(0x4000_0000, 'F', None, true),
    Flag(0x1000_0000, 'N', Some("inline"), false),
    Flag(0x2000_0000, 'P', None, true),
    Flag(0x10_0000, 'V', None, false),
    Flag(0x400, 'm', None, true),
];

/// The flags of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flags {
    /// Their letters, in the order of `lsattr`.
    pub letters: String,
    /// The names that Ansible has for them.
    pub names: Vec<&'static str>,
}

/// The flags of the file or folder at `path`; none if it is something else, cannot be opened, or its file system has no
/// flags.
pub fn of(path: &Path) -> Option<Flags> {
    let bits = ioctl_getflags(open(path).ok()?).ok()?.bits();
    Some(Flags::of_bits(bits))
}

/// The flags of a file together with its version, as `lsattr -v` gives them; none also if there is no version.
pub fn with_version(path: &Path) -> Option<(Flags, u64)> {
    let file = open(path).ok()?;
    let version = version(&file)?;
    Some((Flags::of_bits(ioctl_getflags(&file).ok()?.bits()), version))
}

/// Changes the flags of `path` as `chattr` does: `operator` is `+`, `-` or `=`, followed by letters.
///
/// # Errors
/// If a letter is no flag that can be set, or the system refuses; the message is like that of `chattr`.
pub fn change(path: &Path, operator: char, letters: &str) -> Result<(), String> {
    let mut bits = 0;
    for letter in letters.chars() {
        match FLAGS.iter().find(|flag| flag.1 == letter && flag.3) {
            Some(flag) => bits |= flag.0,
            None => return Err(format!("chattr: '{letter}' is not an attribute that can be set\n")),
        }
    }
    let fail = |error: io::Error, doing: &str| {
        format!("chattr: {} while {doing} flags on {}\n", super::os_error::reason(&error), path.display())
    };
    let file = open(path).map_err(|error| fail(error, "reading"))?;
    let now = ioctl_getflags(&file).map_err(|error| fail(error.into(), "reading"))?.bits();
    let wanted = match operator {
        '+' => now | bits,
        '-' => now & !bits,
        _ => bits,
    };
    ioctl_setflags(&file, IFlags::from_bits_retain(wanted)).map_err(|error| fail(error.into(), "setting"))
}

impl Flags {
    fn of_bits(bits: u32) -> Flags {
        let set = || FLAGS.iter().filter(|flag| bits & flag.0 != 0);
        Flags {
            letters: set().map(|flag| flag.1).collect(),
            names: set().filter_map(|flag| flag.2).collect(),
        }
    }
}

/// Opens a file or a folder, and nothing that opening would do something to.
fn open(path: &Path) -> io::Result<File> {
    let kind = std::fs::symlink_metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::from(rustix::io::Errno::OPNOTSUPP));
    }
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    File::options().read(true).custom_flags(flags.bits() as i32).open(path)
}

/// The version (generation) of a file.
#[cfg(target_os = "linux")]
fn version(file: impl AsFd) -> Option<u64> {
    use rustix::ioctl::{Getter, ioctl, opcode};

    const GET_VERSION: rustix::ioctl::Opcode = opcode::read::<libc::c_long>(b'v', 1);
    // SAFETY: FS_IOC_GETVERSION is `_IOR('v', 1, long)`, but the kernel writes an `int`, which fits in the zeroed
    // `c_long` that `Getter` hands it.
    let version = unsafe { ioctl(file, Getter::<GET_VERSION, libc::c_int>::new()) }.ok()?;
    Some(u64::from(version.cast_unsigned()))
}

/// The version (generation) of a file: known on Linux alone.
#[cfg(not(target_os = "linux"))]
fn version(_file: impl AsFd) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_in_the_order_of_lsattr() {
        let flags = Flags::of_bits(0x8_0000 | 0x10 | 0x40);
        assert_eq!(flags.letters, "ide");
        assert_eq!(flags.names, ["immutable", "nodump", "extents"]);
    }

    #[test]
    fn unknown_letters_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(change(folder.path(), '+', "ß").unwrap_err().contains("'ß'"));
        assert!(change(&folder.path().join("missing"), '+', "d").is_err());
    }

    #[test]
    fn flags_are_set_where_the_file_system_has_them() {
        let folder = tempfile::tempdir().unwrap();
        if of(folder.path()).is_none() || change(folder.path(), '+', "d").is_err() {
            return;
        }
        assert!(of(folder.path()).unwrap().letters.contains('d'));
        change(folder.path(), '-', "d").unwrap();
        assert!(!of(folder.path()).unwrap().letters.contains('d'));
    }

    #[test]
    fn devices_have_no_flags() {
        assert_eq!(of(Path::new("/dev/null")), None);
    }
}
