//! Entries with a time to live: what a registry's index says, and the names of contents.
//!
//! A file is one line with the digest of the rest, one line of JSON (key, ETag, time), and the body.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::Digest;

/// What the index knew under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// What was stored.
    pub body: Vec<u8>,
    /// What the server called it, to ask whether there is something newer.
    pub etag: Option<String>,
    /// When it was stored, by the clock of then.
    pub stored: SystemTime,
    /// Whether it is younger than the time to live. What was stored in the future is not: a clock was wrong.
    pub fresh: bool,
}

#[derive(Serialize, Deserialize)]
struct Head {
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// Seconds since 1970.
    stored: u64,
}

impl Store {
    /// Keeps what a server said, under a key (its URL, for instance), with the time and its ETag.
    ///
    /// # Errors
    ///
    /// When it cannot be written; what was there before is still there then.
    pub fn index_put(&self, key: &str, etag: Option<&str>, body: &[u8]) -> Result<(), StoreError> {
        let path = self.index_path("index", key);
        self.write(&path, &encode(key, etag, self.seconds(), body), 0o644)
    }

    /// What was kept under a key, also if it is older than `ttl`: then it is not `fresh`, and its ETag serves to ask anew.
    ///
    /// A damaged entry is moved away and counts as missing.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn index_get(&self, key: &str, ttl: Duration) -> Result<Option<IndexEntry>, StoreError> {
        let Some((head, body)) = self.read_index(&self.index_path("index", key), key)? else {
            return Ok(None);
        };
        let stored = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(head.stored));
        let age = stored.and_then(|stored| self.now().duration_since(stored).ok());
        let fresh = age.is_some_and(|age| age < ttl);
        Ok(Some(IndexEntry {
            body,
            etag: head.etag,
            stored: stored.unwrap_or(SystemTime::UNIX_EPOCH),
            fresh,
        }))
    }

    /// Notes that an entry was found to be still valid: its age begins anew. Says whether there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written.
    pub fn index_refresh(&self, key: &str) -> Result<bool, StoreError> {
        match self.read_index(&self.index_path("index", key), key)? {
            Some((head, body)) => self.index_put(key, head.etag.as_deref(), &body).map(|()| true),
            None => Ok(false),
        }
    }

    /// The digest that a key stands for.
    pub(super) fn key_get(&self, key: &str) -> Result<Option<Digest>, StoreError> {
        let path = self.index_path("keys", key);
        let Some((_, body)) = self.read_index(&path, key)? else { return Ok(None) };
        Ok(std::str::from_utf8(&body).ok().and_then(|text| text.parse().ok()))
    }

    pub(super) fn key_put(&self, key: &str, digest: &Digest) -> Result<(), StoreError> {
        let body = digest.to_string();
        self.write(&self.index_path("keys", key), &encode(key, None, self.seconds(), body.as_bytes()), 0o644)
    }

    fn index_path(&self, folder: &str, key: &str) -> PathBuf {
        self.folder(folder).join(Digest::of(key.as_bytes()).hex())
    }

    fn seconds(&self) -> u64 {
        self.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn read_index(&self, path: &Path, key: &str) -> Result<Option<(Head, Vec<u8>)>, StoreError> {
        match read(path) {
            Ok(Some((head, body))) if head.key == key => Ok(Some((head, body))),
            Ok(_) => {
                self.quarantine(path, key.to_owned());
                Ok(None)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error("read", path, error)),
        }
    }
}

fn encode(key: &str, etag: Option<&str>, stored: u64, body: &[u8]) -> Vec<u8> {
    let head = Head { key: key.to_owned(), etag: etag.map(str::to_owned), stored };
    // Two texts and a number: there is nothing that JSON could refuse.
    let mut rest = serde_json::to_vec(&head).unwrap_or_default();
    rest.push(b'\n');
    rest.extend_from_slice(body);
    let mut file = Digest::of(&rest).to_string().into_bytes();
    file.push(b'\n');
    file.append(&mut rest);
    file
}

/// Reads an entry; nothing if it is damaged.
pub(super) fn is_good(path: &Path) -> std::io::Result<bool> {
    read(path).map(|entry| entry.is_some())
}

/// When an entry was stored; nothing if it is damaged.
pub(super) fn stored(path: &Path) -> Option<SystemTime> {
    let (head, _) = read(path).ok()??;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(head.stored))
}

/// The digest in the entry of a key; nothing if it is damaged.
pub(super) fn target(path: &Path) -> Option<Digest> {
    let (_, body) = read(path).ok()??;
    std::str::from_utf8(&body).ok()?.parse().ok()
}

fn read(path: &Path) -> std::io::Result<Option<(Head, Vec<u8>)>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    Ok(decode(&fs::read(path)?))
}

fn decode(bytes: &[u8]) -> Option<(Head, Vec<u8>)> {
    let line = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n');
    let end = line(bytes)?;
    let digest: Digest = std::str::from_utf8(bytes.get(..end)?).ok()?.parse().ok()?;
    let rest = bytes.get(end + 1..)?;
    if Digest::of(rest) != digest {
        return None;
    }
    let end = line(rest)?;
    let head = serde_json::from_slice(rest.get(..end)?).ok()?;
    Some((head, rest.get(end + 1..)?.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn an_entry_is_fresh_for_its_time() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path());
        assert_eq!(store.index_get("a", HOUR).unwrap(), None);
        assert!(!store.index_refresh("a").unwrap());
        store.index_put("a", Some("\"v1\""), b"body\nof lines").unwrap();
        let entry = store.index_get("a", HOUR).unwrap().unwrap();
        assert_eq!((entry.body.as_slice(), entry.etag.as_deref()), (&b"body\nof lines"[..], Some("\"v1\"")));
        assert!(entry.fresh);
        assert!(!store.index_get("a", Duration::ZERO).unwrap().unwrap().fresh);
        assert_eq!(store.index_get("b", HOUR).unwrap(), None);
        store.index_put("a", None, b"").unwrap();
        assert_eq!(store.index_get("a", HOUR).unwrap().unwrap().body, b"");
    }

    #[test]
    fn a_clock_that_jumps_makes_entries_stale_and_nothing_worse() {
        let home = tempfile::tempdir().unwrap();
        let clocks: [fn() -> SystemTime; 4] = [
            || SystemTime::now() + YEARS,
            || SystemTime::now() - YEARS,
            || SystemTime::UNIX_EPOCH - YEARS,
            SystemTime::now,
        ];
        for (first, written) in clocks.into_iter().enumerate() {
            for (second, read) in clocks.into_iter().enumerate() {
                let writer = Store::open(home.path()).with_clock(written);
                let reader = Store::open(home.path()).with_clock(read);
                writer.index_put("k", Some("e"), b"body").unwrap();
                let digest = writer.put(b"content").unwrap();
                let entry = reader.index_get("k", HOUR).unwrap().unwrap();
                assert_eq!(entry.body, b"body");
                // Before 1970 the time of writing is not known; then the entry is stale as well.
                let same = first == second && written() >= SystemTime::UNIX_EPOCH;
                assert_eq!(entry.fresh, same);
                assert!(reader.get(&digest).unwrap().is_some());
                reader.index_refresh("k").unwrap();
                assert!(reader.gc(u64::MAX, |_| false).is_ok());
                assert!(writer.get(&digest).unwrap().is_some());
                assert_eq!(reader.take_events(), []);
            }
        }
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path());
        let path = store.index_path("index", "k");
        store.index_put("k", Some("e"), b"body").unwrap();
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, bad).unwrap();
            // Upper-case digits of a digest are the same digest; bit 0 changes no case.
            assert_eq!(store.index_get("k", HOUR).unwrap(), None, "byte {at}");
            assert_eq!(store.take_events().len(), 1);
        }
        fs::write(&path, &good).unwrap();
        fs::rename(&path, store.index_path("index", "other")).unwrap();
        assert_eq!(store.index_get("other", HOUR).unwrap(), None, "an entry under another key is none");
    }
}
