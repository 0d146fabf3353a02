//! Changing the content of a file that stands, or shall stand, at a path: what `lineinfile`, `blockinfile` and `replace`
//! have in common.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustle_schema::outcome::Diff;

use crate::args::FileAttributes;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fs::atomic::Replacement;
use crate::fs::attributes::{Applied, Wanted};
use crate::fs::inherit::Inherit;
use crate::fs::{backup, os_error, path, validate};

/// A change of a file's content and attributes.
#[derive(Clone, Debug)]
pub struct Rewrite<'a> {
    /// The file. The content of a link is that of the file it leads to; attributes are the link's own.
    pub path: &'a Path,
    /// The attributes it shall have.
    pub attributes: &'a FileAttributes,
    /// A command that judges the new content.
    pub validate: Option<&'a str>,
    /// Whether the old file is kept as a backup.
    pub backup: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Rewritten {
    /// The backup that was made.
    pub backup: Option<PathBuf>,
    /// What changed of the attributes.
    pub attributes: Applied,
}

impl Rewrite<'_> {
    /// Writes `content`, if there is a new one, and sets the attributes. In check mode nothing is written, and the
    /// attributes of a file that does not exist do not count.
    ///
    /// # Errors
    /// If the new content is refused, or the system refuses; the file is untouched then.
    pub fn carry_out(&self, content: Option<&[u8]>, ctx: &Context) -> Result<Rewritten> {
        let wanted = Wanted::from(self.attributes);
        if ctx.check_mode() {
            let attributes =
                if self.path.exists() { wanted.apply(self.path, true)? } else { Applied::default() };
            return Ok(Rewritten { backup: None, attributes });
        }
        let Some(content) = content else {
            return Ok(Rewritten { backup: None, attributes: wanted.apply(self.path, false)? });
        };
        let target = path::real(self.path);
        let mut replacement = Replacement::begin(&target, self.attributes.unsafe_writes)?;
        replacement
            .write_all(content)
            .map_err(|error| os_error::unhandled(os_error::with_path(&error, replacement.path())))?;
        self.judge(replacement.path(), ctx)?;
        let is_link = self.path.is_symlink();
        let nothing = Wanted::default();
        let mut attributes =
            replacement.dress(Inherit::Replaced, if is_link { &nothing } else { &wanted })?;
        let backup = if self.backup && target.exists() { Some(backup::make(self.path)?) } else { None };
        replacement.commit()?;
        if is_link {
            attributes = wanted.apply(self.path, false)?;
        } else {
            wanted.apply_flags(self.path, false, &mut attributes)?;
        }
        Ok(Rewritten { backup, attributes })
    }

    fn judge(&self, file: &Path, ctx: &Context) -> Result<()> {
        let Some(command) = self.validate else { return Ok(()) };
        let verdict = validate::run(command, file, ctx)?;
        if verdict.rc == 0 {
            return Ok(());
        }
        Err(Error::new(format!("failed to validate: rc:{} error:{}", verdict.rc, verdict.stderr)))
    }
}

impl Rewritten {
    /// The message of the task: that of its content, and that attributes changed.
    pub fn message(&self, content: &str) -> String {
        let words = "ownership, perms or SE linux context changed";
        match (content.is_empty(), self.attributes.changed) {
            (_, false) => content.to_owned(),
            (true, true) => words.to_owned(),
            (false, true) => format!("{content} and {words}"),
        }
    }

    /// The record of what changed of the attributes of `path`.
    pub fn attribute_diff(&self, path: &Path) -> Diff {
        let heading = format!("{} (file attributes)", path.display());
        let headed =
            Diff { before_header: Some(heading.clone()), after_header: Some(heading), ..Diff::default() };
        if self.attributes.before.is_empty() {
            return headed;
        }
        let recorded = self.attributes.clone().into_diff();
        Diff { before: recorded.before, after: recorded.after, ..headed }
    }
}

/// Reads the content of the file at `path`, followed if it is a link.
///
/// # Errors
/// If it cannot be read, or is no regular file: reading a pipe or a device might never end.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(io::Error::other("it is no regular file"));
    }
    std::fs::read(path)
}

/// The record of what changed of the content of `path`.
pub fn content_diff(path: &Path, before: &[u8], after: &[u8]) -> Diff {
    let heading = format!("{} (content)", path.display());
    Diff {
        before_header: Some(heading.clone()),
        after_header: Some(heading),
        before: String::from_utf8_lossy(before).into_owned().into(),
        after: String::from_utf8_lossy(after).into_owned().into(),
        prepared: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_schema::worker::Snapshot;
    use std::os::unix::fs::symlink;

    fn rewrite<'a>(path: &'a Path, attributes: &'a FileAttributes) -> Rewrite<'a> {
        Rewrite { path, attributes, validate: None, backup: false }
    }

    #[test]
    fn a_link_stays_and_its_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        symlink("file", &link).unwrap();
        let attributes = FileAttributes::default();
        rewrite(&link, &attributes).carry_out(Some(b"new"), &Context::default()).unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn refused_content_leaves_the_file_without_a_backup() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "old").unwrap();
        let attributes = FileAttributes::default();
        let refused = Rewrite { validate: Some("grep old %s"), backup: true, ..rewrite(&file, &attributes) };
        let error = refused.carry_out(Some(b"new"), &Context::default()).unwrap_err();
        assert_eq!(error.message(), "failed to validate: rc:1 error:");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let done = refused.carry_out(Some(b"older"), &Context::default()).unwrap();
        assert_eq!(std::fs::read(done.backup.unwrap()).unwrap(), b"old");
    }

    #[test]
    fn pipes_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_eq!(read(&pipe).unwrap_err().to_string(), "it is no regular file");
        assert!(backup::make(&pipe).is_err());
        // It is replaced without being opened.
        let attributes = FileAttributes::default();
        rewrite(&pipe, &attributes).carry_out(Some(b"new"), &Context::default()).unwrap();
        assert_eq!(read(&pipe).unwrap(), b"new");
    }

    #[test]
    fn check_mode_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let ctx = Context::new(Snapshot { check: true, ..Snapshot::default() });
        let attributes = FileAttributes { owner: Some("0".into()), ..FileAttributes::default() };
        let done = rewrite(&file, &attributes).carry_out(Some(b"new"), &ctx).unwrap();
        assert!(!done.attributes.changed && !file.exists());
        assert_eq!(done.message("File created"), "File created");
    }
}
