//! Embedded files as they lie on disk now: a runner that is built for debugging reads them there, so that its author edits
//! a template and just runs again.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_schema::task::{Chunk, Step};

use super::Contents;
use crate::module::{EntryKind, FolderEntry};

/// Where embedded files lie on this machine, by their names below the bundle's root.
#[derive(Clone, Debug, Default)]
pub struct Live(HashMap<PathBuf, PathBuf>);

impl Live {
    /// What the build has written: path and file, each with a NUL behind it.
    pub fn parse(text: &[u8]) -> Live {
        let parts: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
        let path = |part: &[u8]| PathBuf::from(OsStr::from_bytes(part));
        let pairs = parts.chunks_exact(2).filter_map(|pair| match pair {
            [name, file] => Some((path(name), path(file))),
            _ => None,
        });
        Live(pairs.collect())
    }

    /// `contents` with these files read from disk, where they are still there.
    pub fn over(self, contents: Arc<dyn Contents>) -> Arc<dyn Contents> {
        if self.0.is_empty() { contents } else { Arc::new(Over { live: self, contents }) }
    }
}

struct Over {
    live: Live,
    contents: Arc<dyn Contents>,
}

impl Contents for Over {
    fn entry(&self, path: &Path) -> Option<(EntryKind, u32)> {
        let (kind, mode) = self.contents.entry(path)?;
        let file = self.live.0.get(path).and_then(|file| file.metadata().ok());
        match (&kind, file) {
            (EntryKind::File, Some(file)) if file.is_file() => {
                Some((kind, file.permissions().mode() & 0o7777))
            }
            _ => Some((kind, mode)),
        }
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        match self.live.0.get(path).map(std::fs::read) {
            Some(Ok(content)) => Ok(content.into()),
            // It is gone, or this is another machine.
            _ => self.contents.read(path),
        }
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        match self.live.0.get(path).map(std::fs::metadata) {
            Some(Ok(file)) if file.is_file() => Ok(file.len()),
            _ => self.contents.length(path),
        }
    }

    fn stream(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        match self.live.0.get(path).map(File::open) {
            Some(Ok(file)) => Ok(Box::new(file)),
            _ => self.contents.stream(path),
        }
    }

    fn list(&self, path: &Path) -> Vec<FolderEntry> {
        self.contents.list(path)
    }

    fn steps(&self, chunk: &Chunk) -> Result<Vec<Step>, String> {
        self.contents.steps(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::Memory;

    #[test]
    fn what_lies_on_disk_is_read_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("motd");
        std::fs::write(&file, "new").unwrap();
        let carried = Memory::new([("files/motd", "old"), ("files/gone", "old"), ("files/other", "old")]);
        let text =
            [b"files/motd\0", file.as_os_str().as_bytes(), b"\0files/gone\0/nonexistent/gone\0"].concat();
        let contents = Live::parse(&text).over(Arc::new(carried));
        let read = |name: &str| contents.read(Path::new(name)).unwrap().to_vec();
        assert_eq!(read("files/motd"), b"new");
        assert_eq!(contents.length(Path::new("files/motd")).unwrap(), 3);
        let mut streamed = String::new();
        contents.stream(Path::new("files/motd")).unwrap().read_to_string(&mut streamed).unwrap();
        assert_eq!(streamed, "new");
        assert_eq!(read("files/gone"), b"old");
        assert_eq!(read("files/other"), b"old");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(contents.entry(Path::new("files/motd")).unwrap().1, 0o640);
    }

    #[test]
    fn text_that_was_cut_is_no_panic() {
        assert_eq!(Live::parse(b"").0.len(), 0);
        assert_eq!(Live::parse(b"a\0").0.len(), 1);
        assert_eq!(Live::parse(b"a").0.len(), 0);
    }
}
