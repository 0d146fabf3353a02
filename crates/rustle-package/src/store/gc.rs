//! Makes room, counts, and looks at everything.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::blob::{Found, look};
use super::{Event, Store, StoreError, index};
use crate::fail::{self, Point};
use crate::{Digest, staging};

/// How long index entries are kept that nobody refreshed: 30 days.
const INDEX_KEPT: Duration = Duration::from_secs(30 * 86_400);

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Contents.
    pub blobs: u64,
    /// Their bytes together.
    pub bytes: u64,
    /// Index entries.
    pub index: u64,
    /// Their bytes together.
    pub index_bytes: u64,
    /// Entries that were moved away because they were damaged.
    pub damaged: u64,
}

/// What [`Store::gc`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GcReport {
    /// Contents that were removed.
    pub removed: u64,
    /// Bytes that were freed.
    pub freed: u64,
    /// Bytes of contents that are left.
    pub left: u64,
}

struct Blob {
    used: SystemTime,
    digest: Digest,
    bytes: u64,
    path: PathBuf,
}

impl Store {
    /// Counts what there is, without reading it.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let mut stats = Stats::default();
        for (path, _) in self.blob_files()? {
            stats.blobs += 1;
            stats.bytes += size(&path);
        }
        for path in self.files("index")? {
            stats.index += 1;
            stats.index_bytes += size(&path);
        }
        stats.damaged = self.files("damaged")?.len() as u64;
        Ok(stats)
    }

    /// Removes contents, the least recently used ones first, until they have at most `cap` bytes together. Those that
    /// `keep` wants stay, whatever the cap.
    ///
    /// Removes what else is of no use, too: what dead processes left, damaged entries, index entries that nobody refreshed
    /// for 30 days, keys without content.
    ///
    /// # Errors
    ///
    /// When the store cannot be read or written.
    pub fn gc(&self, cap: u64, keep: impl Fn(&Digest) -> bool) -> Result<GcReport, StoreError> {
        let now = self.now();
        staging::sweep(&self.folder("tmp"));
        let mut blobs = Vec::new();
        for (path, digest) in self.blob_files()? {
            let (Some(digest), Ok(metadata)) = (digest, fs::symlink_metadata(&path)) else { continue };
            let mut used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if used > now {
                // A clock was wrong. From now on it ages like the others, else it would outlive them all.
                self.touch(&path);
                used = now;
            }
            blobs.push(Blob { used, digest, bytes: metadata.len(), path });
        }
        blobs.sort_by(|one, other| (one.used, &one.path).cmp(&(other.used, &other.path)));
        let mut report = GcReport { left: blobs.iter().map(|blob| blob.bytes).sum(), ..GcReport::default() };
        for blob in &blobs {
            if report.left <= cap {
                break;
            }
            if keep(&blob.digest) {
                continue;
            }
            fail::at(Point::GcRemove).map_err(|error| self.error("write", &blob.path, error))?;
            self.remove(&blob.path)?;
            report.removed += 1;
            report.freed += blob.bytes;
            report.left -= blob.bytes;
        }
        for path in self.files("damaged")? {
            let _ = fs::remove_dir_all(&path);
            self.remove(&path)?;
        }
        for path in self.files("index")? {
            let age = index::stored(&path).and_then(|stored| now.duration_since(stored).ok());
            if age.is_none_or(|age| age > INDEX_KEPT) {
                self.remove(&path)?;
            }
        }
        for path in self.files("keys")? {
            if index::target(&path).is_none_or(|digest| !self.blob(&digest).exists()) {
                self.remove(&path)?;
            }
        }
        for path in self.files("locks")? {
            let Ok(file) = fs::File::open(&path) else { continue };
            if file.try_lock().is_ok() {
                // Whoever opened it before it goes notices that, and makes a new one.
                self.remove(&path)?;
            }
        }
        Ok(report)
    }

    /// Reads everything, and moves away what is damaged. Returns what that was; [`Store::take_events`] does not tell of it
    /// again.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn verify(&self) -> Result<Vec<Event>, StoreError> {
        let before = self.take_events();
        for (path, digest) in self.blob_files()? {
            let found = match digest {
                Some(digest) => look(&path, &digest).map_err(|error| self.error("read", &path, error))?,
                None => Found::Damaged,
            };
            if matches!(found, Found::Damaged) {
                self.quarantine(
                    &path,
                    digest.map_or_else(|| path.display().to_string(), |digest| digest.to_string()),
                );
            }
        }
        for folder in ["index", "keys"] {
            for path in self.files(folder)? {
                match index::is_good(&path) {
                    Ok(true) => {}
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Ok(false) => self.quarantine(&path, path.display().to_string()),
                    Err(error) => return Err(self.error("read", &path, error)),
                }
            }
        }
        let mut events = self.events.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(std::mem::replace(&mut *events, before))
    }

    /// What lies under `blobs`, and the digest that its name says.
    fn blob_files(&self) -> Result<Vec<(PathBuf, Option<Digest>)>, StoreError> {
        let mut files = Vec::new();
        for folder in self.list(&self.blobs())? {
            if !folder.is_dir() {
                files.push((folder, None));
                continue;
            }
            for path in self.list(&folder)? {
                let digest = path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .and_then(|hex| Digest::from_hex(hex).ok());
                let digest = digest.filter(|digest| self.blob(digest) == path);
                files.push((path, digest));
            }
        }
        Ok(files)
    }

    fn files(&self, folder: &str) -> Result<Vec<PathBuf>, StoreError> {
        self.list(&self.folder(folder))
    }

    /// What lies in a folder, sorted; nothing if there is no such folder (any more).
    fn list(&self, folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
        let listed = fs::read_dir(folder).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()
        });
        match listed {
            Ok(mut paths) => {
                paths.sort();
                Ok(paths)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(self.error("read", folder, error)),
        }
    }

    fn remove(&self, path: &Path) -> Result<(), StoreError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.error("write", path, error)),
            _ => Ok(()),
        }
    }
}

fn size(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |metadata| metadata.len())
}
