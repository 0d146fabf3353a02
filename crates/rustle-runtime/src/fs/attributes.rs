//! Owner, group, mode and flags of files, folders and links: applied where they differ.

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Gid, Mode, Uid};
use rustle_schema::outcome::Diff;
use rustle_value::{Map, Value};

use crate::args::FileAttributes;
use crate::error::{Error, Result};
use crate::fs::{flags, info, mode, os_error, tree, users};

/// The attributes that a file shall have. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Octal or symbolic text, or a number.
    pub mode: Option<Value>,
    /// The owner: a name or a number.
    pub owner: Option<String>,
    /// The group: a name or a number.
    pub group: Option<String>,
    /// Flags, as `chattr` takes them: `+i`.
    pub flags: Option<String>,
}

/// What applying attributes did: whether anything changed, and what it was and is, as Ansible shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// Whether anything changed, or would have in check mode.
    pub changed: bool,
    /// The attributes that change, before.
    pub before: Map,
    /// And after.
    pub after: Map,
}

impl Applied {
    /// Takes over what another application did.
    pub fn merge(&mut self, other: &Applied) {
        self.changed |= other.changed;
        self.before.extend_from(&other.before);
        self.after.extend_from(&other.after);
    }

    /// The difference record of it: two mappings.
    pub fn into_diff(self) -> Diff {
        Diff { before: Value::Map(self.before), after: Value::Map(self.after), ..Diff::default() }
    }

    /// Records a change of the attribute called `name`.
    pub fn record(&mut self, name: &str, before: impl Into<Value>, after: impl Into<Value>) {
        self.before.insert(name, before);
        self.after.insert(name, after);
        self.changed = true;
    }
}

impl From<&FileAttributes> for Wanted {
    fn from(args: &FileAttributes) -> Wanted {
        Wanted {
            mode: args.mode.as_ref().map(|mode| mode.value().clone()),
            owner: args.owner.clone(),
            group: args.group.clone(),
            flags: args.attributes.clone(),
        }
    }
}

impl Wanted {
    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        *self == Wanted::default()
    }

    /// Makes the attributes of `path` (itself, if it is a link) what is wanted. In check mode it only says what it would
    /// do, and that a missing file would change.
    ///
    /// # Errors
    /// If a name or a mode is unknown, or the system refuses.
    pub fn apply(&self, path: &Path, check: bool) -> Result<Applied> {
        if self.is_empty() {
            return Ok(Applied::default());
        }
        if check && !path.exists() {
            return Ok(Applied { changed: true, ..Applied::default() });
        }
        let target = Target::open(path).map_err(|error| unhandled(&error, path))?;
        let mut applied = self.apply_to(&target, path, check)?;
        self.apply_flags(path, check, &mut applied)?;
        Ok(applied)
    }

    /// The same for a file that is open and not visible under its name yet; `shown` is the name in messages. Flags are
    /// left out: an immutable file could not be renamed.
    ///
    /// # Errors
    /// As [`Wanted::apply`].
    pub fn apply_to_open(&self, file: &File, shown: &Path) -> Result<Applied> {
        self.apply_to(&Target { held: Held::Open(file) }, shown, false)
    }

    /// Applies the flags alone.
    ///
    /// # Errors
    /// If a flag is unknown or the system refuses.
    pub fn apply_flags(&self, path: &Path, check: bool, applied: &mut Applied) -> Result<()> {
        let Some(wanted) = &self.flags else { return Ok(()) };
        let (operator, letters) = match wanted.chars().next() {
            Some(operator @ ('+' | '-')) => (operator, wanted.get(1..).unwrap_or_default()),
            _ => ('=', wanted.as_str()),
        };
        let existing = flags::of(path).map(|flags| flags.letters);
        if letters.is_empty() || (existing.as_deref().unwrap_or_default() == letters && operator != '-') {
            return Ok(());
        }
        applied.record("attributes", existing, format!("{operator}{letters}"));
        if check {
            return Ok(());
        }
        flags::change(path, operator, letters).map_err(|error| {
            info::failure("chattr failed", path)
                .with("details", format!("Error while setting attributes: {error}"))
        })
    }

    /// Makes owner, group and mode of `target` what is wanted; flags are left out. `path` is its name in messages.
    ///
    /// # Errors
    /// As [`Wanted::apply`].
    pub fn apply_to(&self, target: &Target<'_>, path: &Path, check: bool) -> Result<Applied> {
        let mut applied = Applied::default();
        let metadata = target.metadata().map_err(|error| unhandled(&error, path))?;
        if let Some(owner) = &self.owner {
            let uid = user_number(owner).ok_or_else(|| {
                info::failure(format!("chown failed: failed to look up user {owner}"), path)
            })?;
            if uid != metadata.uid() {
                applied.record("owner", metadata.uid(), uid);
                if !check {
                    target.chown(Some(uid), None).map_err(|_| info::failure("chown failed", path))?;
                }
            }
        }
        if let Some(group) = &self.group {
            let gid = group_number(group).ok_or_else(|| {
                info::failure(format!("chgrp failed: failed to look up group {group}"), path)
            })?;
            if gid != metadata.gid() {
                applied.record("group", metadata.gid(), gid);
                if !check {
                    target.chown(None, Some(gid)).map_err(|_| info::failure("chgrp failed", path))?;
                }
            }
        }
        if let Some(wanted) = &self.mode {
            // Changing the owner clears set-user-id and set-group-id: the mode is looked at afterwards.
            let metadata = match applied.changed {
                true => target.metadata().map_err(|error| unhandled(&error, path))?,
                false => metadata,
            };
            apply_mode(wanted, target, &metadata, path, check, &mut applied)?;
        }
        Ok(applied)
    }
}

fn apply_mode(
    wanted: &Value,
    target: &Target<'_>,
    metadata: &Metadata,
    path: &Path,
    check: bool,
    applied: &mut Applied,
) -> Result<()> {
    let before = metadata.mode() & mode::BITS;
    let after = mode::resolve(wanted, before, metadata.is_dir())
        .map_err(|invalid| info::failure(invalid.message, path).with("details", invalid.details))?;
    if before == after {
        return Ok(());
    }
    let changed = applied.changed;
    applied.record("mode", mode::display(before), mode::display(after));
    // A link has no mode of its own; Ansible tries and finds that nothing changed.
    if !check && metadata.is_symlink() {
        applied.changed = changed;
    } else if !check {
        target.chmod(after).map_err(|error| unhandled(&error, path))?;
        let now = target.metadata().map_err(|error| unhandled(&error, path))?.mode() & mode::BITS;
        applied.changed = changed || now != before;
    }
    Ok(())
}

fn unhandled(error: &io::Error, path: &Path) -> Error {
    os_error::unhandled(os_error::with_bytes(error, path))
}

/// The number of the user that is named, or given as a number.
pub fn user_number(owner: &str) -> Option<u32> {
    number(owner).or_else(|| users::user(owner).map(|user| user.uid))
}

/// The number of the group that is named, or given as a number.
pub fn group_number(group: &str) -> Option<u32> {
    number(group).or_else(|| users::group(group).map(|group| group.gid))
}

fn number(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|number| *number != u32::MAX)
}

/// What attributes are applied to: one file, held open, so that nobody can put another in its place in between.
#[derive(Debug)]
pub struct Target<'a> {
    held: Held<'a>,
}

#[derive(Debug)]
enum Held<'a> {
    /// By a handle that only names it.
    Named(File),
    /// By one with which it can be read or written.
    Open(&'a File),
}

impl Target<'static> {
    /// Holds what stands at `path`, a link itself included.
    ///
    /// # Errors
    /// If nothing is there, or the system refuses.
    pub fn open(path: &Path) -> io::Result<Target<'static>> {
        Target::open_in(CWD, path)
    }

    /// Holds what `path`, relative to the open `folder`, stands for.
    pub(super) fn open_in(folder: BorrowedFd<'_>, path: &Path) -> io::Result<Target<'static>> {
        Ok(Target { held: Held::Named(tree::open_named(folder, path)?) })
    }
}

impl Target<'_> {
    fn file(&self) -> &File {
        match &self.held {
            Held::Named(file) => file,
            Held::Open(file) => file,
        }
    }

    /// What is known of it.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file().metadata()
    }

    fn chown(&self, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
        let (uid, gid) = (uid.map(Uid::from_raw), gid.map(Gid::from_raw));
        Ok(rustix::fs::chownat(self.file().as_fd(), c"", uid, gid, AtFlags::EMPTY_PATH)?)
    }

    fn chmod(&self, mode: u32) -> io::Result<()> {
        let mode = Mode::from_raw_mode(mode);
        match &self.held {
            Held::Open(file) => Ok(rustix::fs::fchmod(file.as_fd(), mode)?),
            // Such a handle cannot be given to `fchmod`; its entry in /proc leads to that very file.
            Held::Named(file) => {
                let name = format!("/proc/self/fd/{}", file.as_raw_fd());
                Ok(rustix::fs::chmodat(CWD, name, mode, AtFlags::empty())?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode_of(path: &Path) -> u32 {
        std::fs::symlink_metadata(path).unwrap().mode() & mode::BITS
    }

    fn wanted(mode: &str) -> Wanted {
        Wanted { mode: Some(Value::from(mode)), ..Wanted::default() }
    }

    #[test]
    fn modes_are_set_once_and_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let checked = wanted("0600").apply(&file, true).unwrap();
        assert!(checked.changed);
        assert_eq!(mode_of(&file), 0o644);
        let applied = wanted("0600").apply(&file, false).unwrap();
        assert_eq!(applied, checked);
        assert_eq!(applied.before, Map::from([("mode", "0644")]));
        assert_eq!(applied.after, Map::from([("mode", "0600")]));
        assert_eq!(mode_of(&file), 0o600);
        assert_eq!(wanted("0600").apply(&file, false).unwrap(), Applied::default());
        assert!(wanted("u+s,o=r").apply(&file, false).unwrap().changed);
        assert_eq!(mode_of(&file), 0o4604);
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        assert!(!wanted("0600").apply(&link, false).unwrap().changed);
        assert_eq!(mode_of(&file), 0o640);
    }

    #[test]
    fn unknown_names_and_modes_fail_in_ansibles_words() {
        let folder = tempfile::tempdir().unwrap();
        let owner = Wanted { owner: Some("no such user".into()), ..Wanted::default() };
        let error = owner.apply(folder.path(), true).unwrap_err();
        assert_eq!(error.message(), "chown failed: failed to look up user no such user");
        let group = Wanted { group: Some("no such group".into()), ..Wanted::default() };
        let error = group.apply(folder.path(), true).unwrap_err();
        assert_eq!(error.message(), "chgrp failed: failed to look up group no such group");
        let error = wanted("u=zz").apply(folder.path(), false).unwrap_err().into_outcome();
        assert_eq!(error.msg.as_deref(), Some("mode must be in octal or symbolic form"));
        assert_eq!(error.data.get("state"), Some(&Value::from("directory")));
    }

    #[test]
    fn a_missing_file_would_change() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        assert!(wanted("0600").apply(&missing, true).unwrap().changed);
        assert!(!Wanted::default().apply(&missing, true).unwrap().changed);
        let error = wanted("0600").apply(&missing, false).unwrap_err();
        assert!(error.message().contains("[Errno 2] No such file or directory"), "{error}");
    }

    #[test]
    fn numbers_of_users_and_groups() {
        assert_eq!(
            [user_number("root"), user_number("0"), user_number("4294967295")],
            [Some(0), Some(0), None]
        );
        assert_eq!(group_number("no such group"), None);
    }
}
