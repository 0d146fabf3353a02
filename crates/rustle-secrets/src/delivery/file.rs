//! Keys in files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustle_runtime::secrets::KeyText;
use rustle_runtime::secrets::private_file::{Unfit, open_private};
use zeroize::Zeroizing;

/// The largest file in which a key is looked for, in bytes.
const LARGEST: u64 = 64 << 10;

/// The content of a file that is nobody else's to read: of this user or of root, and closed to all others.
///
/// # Errors
/// If it cannot be read, or others can read or change it; what to do about that.
pub(super) fn read_private(path: &Path) -> Result<KeyText, String> {
    let shown = path.display();
    let failed = |error: io::Error| format!("the key file {shown} cannot be read: {error}");
    let file = open_private(path).map_err(|unfit| match unfit {
        Unfit::Unreadable(error) => failed(error),
        Unfit::NoFile => {
            format!("the key file {shown} is no file; a key from a pipe is given with --secret-key-fd")
        }
        Unfit::Stranger(uid) => format!(
            "the key file {shown} belongs to another user (uid {uid}), who can change it; it must be yours or root's"
        ),
        Unfit::Open(mode) => {
            format!("the key file {shown} is open to others (mode {mode:04o}); `chmod 600 {shown}` closes it")
        }
    })?;
    read_from(file).map_err(failed)
}

/// The content of a file.
///
/// # Errors
/// If it cannot be read, or is larger than a key ever is.
pub(super) fn read(path: &Path) -> io::Result<KeyText> {
    read_from(File::open(path)?)
}

/// What there is to be read.
///
/// # Errors
/// If it cannot be read, or is larger than a key ever is.
pub(super) fn read_from(from: impl Read) -> io::Result<KeyText> {
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(LARGEST as usize + 1));
    from.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than any key"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "k\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn a_private_file_is_read() {
        for mode in [0o600, 0o400] {
            let (_folder, path) = file(mode);
            assert_eq!(read_private(&path).unwrap().as_slice(), b"k\n");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_way_out() {
        for mode in [0o640, 0o604, 0o620, 0o644] {
            let (_folder, path) = file(mode);
            let error = read_private(&path).unwrap_err();
            assert!(error.contains(&format!("{mode:04o}")) && error.contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_file_of_somebody_else_is_refused() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let (_folder, path) = file(0o600);
        std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
        assert!(read_private(&path).unwrap_err().contains("belongs to another user (uid 65534)"));
    }

    #[test]
    fn what_is_no_key_is_not_read_to_its_end() {
        let (_folder, path) = file(0o600);
        fs::write(&path, vec![b'k'; LARGEST as usize + 1]).unwrap();
        assert!(read_private(&path).unwrap_err().contains("larger than any key"));
        assert!(read_private(path.parent().unwrap()).unwrap_err().contains("is no file"));
    }
}
