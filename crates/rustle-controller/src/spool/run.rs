//! One run in the spool: a folder with what the run is, how far it was acknowledged, and its segments.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustle_runtime::schema::controller::RunHead;

use super::segments;

/// What the run is, and the lock of whoever writes or delivers it.
const HEAD: &str = "run.json";

/// The number of the first event that was not acknowledged.
const ACKNOWLEDGED: &str = "acknowledged";

/// The word behind that number, if the run has no more events.
const DONE: &str = "done";

/// Which boot of the system the run belongs to: what was written since is there, whoever was killed. It is gone once what is
/// acknowledged could not be noted.
const BOOT: &str = "boot";

/// The folder of a run. Whoever has it holds its lock; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct RunFolder {
    pub(crate) path: PathBuf,
    pub(crate) head: RunHead,
    _lock: File,
}

impl RunFolder {
    /// Makes the folder of a run. It appears with everything in it, or not at all.
    pub(crate) fn create(spool: &Path, head: &RunHead) -> io::Result<RunFolder> {
        let new = spool.join(format!(".new-{}", head.run));
        DirBuilder::new().mode(0o700).create(&new)?;
        let made = (|| {
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(new.join(HEAD))?;
            flock(&file, FlockOperation::NonBlockingLockExclusive)?;
            file.write_all(&serde_json::to_vec(head)?)?;
            file.sync_all()?;
            if let Some(boot) = boot() {
                let path = new.join(BOOT);
                let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
                file.write_all(boot.as_bytes())?;
            }
            let path = spool.join(&head.run);
            fs::rename(&new, &path)?;
            File::open(spool)?.sync_all()?;
            Ok(RunFolder { path, head: head.clone(), _lock: file })
        })();
        if made.is_err() {
            let _ = fs::remove_dir_all(&new);
        }
        made
    }

    /// The run that lies in `path`, unless somebody has it, or it is gone.
    pub(crate) fn take(path: &Path) -> io::Result<Option<RunFolder>> {
        let nofollow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
        let mut lock = match File::options().read(true).custom_flags(nofollow).open(path.join(HEAD)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        // Whoever had it may have delivered and removed it in the meantime.
        let (here, there) = (lock.metadata()?, fs::metadata(path.join(HEAD)));
        if !there.is_ok_and(|there| (there.dev(), there.ino()) == (here.dev(), here.ino())) {
            return Ok(None);
        }
        let mut text = Vec::new();
        lock.read_to_end(&mut text)?;
        let head: RunHead = serde_json::from_slice(&text)?;
        // It becomes a header.
        if !head.run.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(io::Error::other("its id is none"));
        }
        Ok(Some(RunFolder { path: path.to_owned(), head, _lock: lock }))
    }

    /// The number of the first event that was not acknowledged, and whether the last event was. Where it cannot be read,
    /// all is sent again: the receiver knows what it has.
    pub(crate) fn acknowledged(&self) -> (u64, bool) {
        let text = fs::read_to_string(self.path.join(ACKNOWLEDGED)).unwrap_or_default();
        let mut words = text.split_whitespace();
        let next = words.next().and_then(|word| word.parse().ok());
        (next.unwrap_or(0), next.is_some() && words.next() == Some(DONE))
    }

    /// Whether everything that was told of the run is in the spool, or noted as acknowledged. After a power failure the
    /// receiver may have more than the spool knows of.
    pub(crate) fn is_whole(&self) -> bool {
        boot().is_some_and(|boot| fs::read_to_string(self.path.join(BOOT)).is_ok_and(|there| there == boot))
    }

    /// Every event before `next` is acknowledged, and if it is `done` there is none after them. Returns how many bytes were
    /// let go of.
    pub(crate) fn acknowledge(&self, next: u64, done: bool) -> io::Result<u64> {
        let noted = self.note(next, done);
        if noted.is_err() {
            let _ = fs::remove_file(self.path.join(BOOT));
        }
        noted
    }

    fn note(&self, next: u64, done: bool) -> io::Result<u64> {
        let new = self.path.join(".acknowledged");
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        writeln!(file, "{next} {}", if done { DONE } else { "" })?;
        fs::rename(&new, self.path.join(ACKNOWLEDGED))?;
        let segments = segments::list(&self.path)?;
        let mut freed = 0;
        for pair in segments.windows(2) {
            let [(_, path), (after, _)] = pair else { continue };
            if *after <= next {
                freed += fs::metadata(path).map_or(0, |it| it.len());
                fs::remove_file(path)?;
            }
        }
        Ok(freed)
    }

    /// How many bytes it takes.
    pub(crate) fn size(path: &Path) -> u64 {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|it| it.len()).sum()
    }

    /// Removes it: everything was acknowledged. It vanishes at once, so that nobody finds half of it.
    pub(crate) fn remove(self) -> io::Result<u64> {
        let size = RunFolder::size(&self.path);
        let gone = self.path.with_file_name(format!("{GONE}{}", self.head.run));
        fs::rename(&self.path, &gone)?;
        fs::remove_dir_all(&gone)?;
        Ok(size)
    }
}

/// What tells this boot of the system from others.
fn boot() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned()).filter(|id| !id.is_empty())
}

/// What a folder is called while it is removed.
const GONE: &str = ".gone-";

/// Removes what whoever was killed while removing has left. What is being made is never removed: it is a few bytes.
pub(crate) fn sweep(spool: &Path) {
    for entry in fs::read_dir(spool).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(GONE) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(run: &str) -> RunHead {
        RunHead { run: run.into(), plan: "site.yml".into(), ..RunHead::default() }
    }

    #[test]
    fn a_run_is_had_by_one() {
        let spool = tempfile::tempdir().unwrap();
        let run = RunFolder::create(spool.path(), &head("ab")).unwrap();
        let path = run.path.clone();
        assert!(RunFolder::take(&path).unwrap().is_none());
        drop(run);
        let run = RunFolder::take(&path).unwrap().unwrap();
        assert_eq!((run.head.plan.as_str(), run.acknowledged()), ("site.yml", (0, false)));
        run.acknowledge(17, false).unwrap();
        assert_eq!(run.acknowledged(), (17, false));
        run.acknowledge(18, true).unwrap();
        assert_eq!(run.acknowledged(), (18, true));
        fs::write(run.path.join(ACKNOWLEDGED), "\0\0\0").unwrap();
        assert_eq!(run.acknowledged(), (0, false));
        assert!(run.is_whole());
        // Something is in the way of noting it: the receiver has more than the spool knows of.
        fs::create_dir(run.path.join(".acknowledged")).unwrap();
        assert!(run.acknowledge(19, false).is_err() && !run.is_whole());
        run.remove().unwrap();
        assert!(RunFolder::take(&path).unwrap().is_none());
        assert_eq!(fs::read_dir(spool.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_the_owner_may_look() {
        let spool = tempfile::tempdir().unwrap();
        let run = RunFolder::create(spool.path(), &head("ab")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(&run.path), 0o700);
        assert_eq!((mode(&run.path.join(HEAD)), mode(&run.path.join(BOOT))), (0o600, 0o600));
    }
}
