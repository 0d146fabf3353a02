//! One fetch of one thing, however many threads and processes ask for it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{ObtainError, Store, StoreError};
use crate::fail::{self, Point};
use crate::{Digest, staging};

/// How long somebody else's fetch is waited for. Its own limits end it before that; this is for a process that was
/// stopped.
const PATIENCE: Duration = Duration::from_secs(600);

impl Store {
    /// The content with this digest: from the store, or by `fetch`.
    ///
    /// Of all threads and processes that ask at the same time, one fetches, and the others get what it stored. If it
    /// fails, the next one tries. `fetch` must not ask for the same digest itself.
    ///
    /// # Errors
    ///
    /// `fetch`'s; what it fetched has another digest (nothing is stored then); the store cannot be written.
    pub fn obtain<E>(
        &self,
        digest: &Digest,
        fetch: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, ObtainError<E>> {
        let look = || self.get(digest);
        self.flight(&digest.hex(), look, || {
            let bytes = self.fetch_once(fetch)?;
            let found = Digest::of(&bytes);
            if found != *digest {
                return Err(StoreError::Mismatch { expected: *digest, found }.into());
            }
            self.put(&bytes)?;
            Ok(bytes)
        })
    }

    /// As [`Store::obtain`], for something whose digest nobody knows yet.
    ///
    /// The key must name a content that never changes, with everything that it depends on (for instance
    /// `git <url> <commit> <path>`): it is kept for as long as the content is.
    ///
    /// # Errors
    ///
    /// As [`Store::obtain`].
    pub fn obtain_key<E>(
        &self,
        key: &str,
        fetch: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<(Digest, Vec<u8>), ObtainError<E>> {
        let look = || match self.key_get(key)? {
            Some(digest) => Ok(self.get(&digest)?.map(|bytes| (digest, bytes))),
            None => Ok(None),
        };
        self.flight(&Digest::of(key.as_bytes()).hex(), look, || {
            let bytes = self.fetch_once(fetch)?;
            let digest = self.put(&bytes)?;
            fail::at(Point::FlightStored).map_err(|error| self.error("write", &self.root, error))?;
            self.key_put(key, &digest)?;
            Ok((digest, bytes))
        })
    }

    fn fetch_once<E>(&self, fetch: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, ObtainError<E>> {
        let step = |point| fail::at(point).map_err(|error| self.error("write", &self.root, error));
        step(Point::FlightLocked)?;
        let bytes = fetch().map_err(ObtainError::Fetch)?;
        step(Point::FlightFetched)?;
        Ok(bytes)
    }

    fn flight<T, E>(
        &self,
        name: &str,
        look: impl Fn() -> Result<Option<T>, StoreError>,
        fetch: impl FnOnce() -> Result<T, ObtainError<E>>,
    ) -> Result<T, ObtainError<E>> {
        if let Some(found) = look()? {
            return Ok(found);
        }
        let folder = self.folder("locks");
        self.make(&folder)?;
        let path = folder.join(name);
        let begun = Instant::now();
        let mut pause = Duration::from_millis(2);
        let _lock = loop {
            match self.try_lock(&path)? {
                Attempt::Held(lock) => break Some(lock),
                Attempt::Impossible => break None,
                Attempt::Lost => continue,
                Attempt::Busy if begun.elapsed() > PATIENCE => break None,
                Attempt::Busy => {}
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
            if let Some(found) = look()? {
                return Ok(found);
            }
        };
        // Whoever had the lock before may have stored it between the look and the lock.
        if let Some(found) = look()? {
            return Ok(found);
        }
        fetch()
    }

    fn try_lock(&self, path: &Path) -> Result<Attempt, StoreError> {
        let io = |error| self.error("write", path, error);
        let file = File::options().create(true).append(true).open(path).map_err(io)?;
        self.claim(file, path)
    }

    fn claim(&self, file: File, path: &Path) -> Result<Attempt, StoreError> {
        let io = |error| self.error("write", path, error);
        match file.try_lock() {
            // `gc` removes locks that nobody holds, also between the opening and the locking.
            Ok(()) => match staging::is_at(&file, path).map_err(io)? {
                true => Ok(Attempt::Held(file)),
                false => Ok(Attempt::Lost),
            },
            Err(TryLockError::WouldBlock) => Ok(Attempt::Busy),
            // A file system without locks: at worst something is fetched twice.
            Err(TryLockError::Error(_)) => Ok(Attempt::Impossible),
        }
    }
}

enum Attempt {
    Held(#[allow(dead_code, reason = "held, not read")] File),
    Busy,
    /// Locked, but no longer what has the name.
    Lost,
    Impossible,
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::fs;

    use super::*;

    #[test]
    fn what_was_stored_before_the_lock_was_had_is_not_fetched() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path());
        let looks = Cell::new(0);
        let look = || {
            looks.set(looks.get() + 1);
            Ok((looks.get() > 1).then_some("stored meanwhile"))
        };
        let fetch = || -> Result<_, ObtainError<Infallible>> { panic!("it is there") };
        assert_eq!(store.flight("name", look, fetch).unwrap(), "stored meanwhile");
    }

    #[test]
    fn a_lock_that_was_removed_is_none() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path());
        let path = home.path().join("lock");
        let open = || File::create(&path).unwrap();
        assert!(matches!(store.claim(open(), &path), Ok(Attempt::Held(_))));
        let removed = open();
        fs::remove_file(&path).unwrap();
        assert!(matches!(store.claim(removed, &path), Ok(Attempt::Lost)));
        let (first, second) = (open(), open());
        let held = store.claim(first, &path).unwrap();
        assert!(matches!(store.claim(second, &path), Ok(Attempt::Busy)));
        drop(held);
    }
}
