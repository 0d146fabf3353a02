//! The `file` module.

mod absent;
mod directory;
mod hard_link;
mod present;
mod symlink;
mod touch;

use std::path::Path;

use rustle_runtime::args::FileAttributes;
use rustle_runtime::fs::attributes::{Applied, Wanted};
use rustle_runtime::fs::info::{self, State as Is};
use rustle_runtime::fs::times::{self, Wish};
use rustle_runtime::fs::{os_error, path, selinux, users};
use rustle_runtime::prelude::*;

pub(crate) use directory::make as make_directory;
pub(crate) use present::keep as keep_file;
pub(crate) use symlink::link as make_link;

/// What shall stand at the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum State {
    /// Nothing.
    Absent,
    /// A folder.
    Directory,
    /// A file that exists already.
    File,
    /// Another name for the same file.
    Hard,
    /// A symbolic link.
    Link,
    /// A file, made if it is missing; its times become the present.
    Touch,
}

/// Makes, removes and changes files, folders and links, and sets their owner, group, mode and times.
///
/// Content is the business of `copy` and `template`. A folder is made together with those it stands in.
///
/// # Examples
/// ```yaml
/// - name: A folder for the application
///   file:
///     path: /srv/app/data
///     state: directory
///     owner: app
///     mode: "0750"
///
/// - name: The current release
///   file:
///     path: /srv/app/current
///     src: releases/42
///     state: link
///
/// - name: No old configuration
///   file:
///     path: /etc/app.old
///     state: absent
///
/// - name: Folders can be entered, files cannot be executed
///   file:
///     path: /srv/app/public
///     state: directory
///     mode: u=rwX,g=rX,o=rX
///     recurse: true
/// ```
///
/// # Returns
/// - `dest` (str): the path, with `state` `touch`, `hard` and `link`
/// - `path` (str): the path, with `state` `absent`, `directory` and `file`
/// - `src` (str): where a link leads
/// - `uid` (int): the number of the owner
/// - `gid` (int): the number of the group
/// - `owner` (str): the owner
/// - `group` (str): the group
/// - `mode` (str): the mode, octal
/// - `state` (str): what stands there now
/// - `size` (int): how many bytes it has
#[rustle_module(
    name = "file",
    check_mode = "full",
    diff_mode = "full",
    effects = ["writes:file"],
    permissions = ["fs:read", "fs:write"],
)]
#[derive(Debug)]
pub struct FileModule {
    /// What shall stand there. By default what stands there already; a folder if nothing does and `recurse` is on; else a
    /// file.
    state: Option<State>,
    /// The file, folder or link.
    #[arg(aliases = ["dest", "name"])]
    path: PathBuf,
    /// Whether the attributes are those of everything in the folder too, with `state: directory`.
    #[arg(default = false)]
    recurse: bool,
    /// Whether a link is made even if nothing is where it leads, or if something else stands at the path that can be
    /// replaced: a file, or an empty folder.
    #[arg(default = false)]
    force: bool,
    /// Whether attributes are set on what a link leads to, not on the link.
    #[arg(default = true)]
    follow: bool,
    /// Where a link leads. For a symbolic one this may be relative to the folder of the link.
    src: Option<PathBuf>,
    /// When it was changed last: `now`, `preserve` or a time. By default `preserve`, and `now` with `state: touch`.
    modification_time: Option<String>,
    /// How `modification_time` is written.
    #[arg(default = "%Y%m%d%H%M.%S")]
    modification_time_format: String,
    /// When it was read last: `now`, `preserve` or a time. By default `preserve`, and `now` with `state: touch`.
    access_time: Option<String>,
    /// How `access_time` is written.
    #[arg(default = "%Y%m%d%H%M.%S")]
    access_time_format: String,
    #[arg(flatten)]
    attributes: FileAttributes,
}

/// What every state works on.
#[derive(Clone, Debug)]
pub(crate) struct Job<'a> {
    /// The path.
    pub path: PathBuf,
    /// Where a link leads.
    pub src: Option<&'a Path>,
    /// The attributes it shall have.
    pub wanted: Wanted,
    /// Whether links are followed.
    pub follow: bool,
    /// Whether things in the way may be replaced.
    pub force: bool,
    /// When it was changed last.
    pub modified: Wish,
    /// When it was read last.
    pub accessed: Wish,
    /// Whether nothing may be changed.
    pub check: bool,
}

impl Module for FileModule {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut path = self.path.clone();
        let wants_name = !matches!(self.state, Some(State::Link | State::Absent));
        if let Some(src) = self.src.as_ref().filter(|_| wants_name && path.is_dir()) {
            let name = path::base_name(src);
            if !name.is_empty() {
                path.push(name);
            }
        }
        let state = self.state(&path);
        if self.recurse && state != State::Directory {
            return Err(info::failure("recurse option requires state to be 'directory'", &path));
        }
        if self.src.is_some() && !matches!(state, State::Link | State::Hard) {
            return Err(info::failure("src option requires state to be 'link' or 'hard'", &path));
        }
        let default = if state == State::Touch { Wish::Now } else { Wish::Preserve };
        let job = Job {
            path,
            src: self.src.as_deref(),
            wanted: Wanted::from(&self.attributes),
            follow: self.follow,
            force: self.force,
            modified: time(self.modification_time.as_deref(), &self.modification_time_format, default)?,
            accessed: time(self.access_time.as_deref(), &self.access_time_format, default)?,
            check: ctx.check_mode(),
        };
        let mut outcome = match state {
            State::Absent => absent::remove(&job)?,
            State::Directory => directory::make(&job, self.recurse)?,
            State::File => present::keep(&job)?,
            State::Hard => hard_link::link(&job)?,
            State::Link => symlink::link(&job)?,
            State::Touch => touch::touch(&job)?,
        };
        if !ctx.diff_mode() {
            outcome.diff.clear();
        }
        if ctx.check_mode() && state != State::Absent {
            outcome.warnings.extend(unknown_names(&self.attributes));
        }
        outcome.warnings.extend(selinux::warning(&self.attributes).map(str::to_owned));
        Ok(outcome)
    }
}

impl FileModule {
    /// The state that is asked for, or the one that there is.
    fn state(&self, path: &Path) -> State {
        self.state.unwrap_or(match Is::of(path) {
            Is::Link => State::Link,
            Is::Directory => State::Directory,
            Is::Hard => State::Hard,
            Is::File => State::File,
            Is::Absent if self.recurse => State::Directory,
            Is::Absent => State::File,
        })
    }
}

fn time(text: Option<&str>, format: &str, default: Wish) -> Result<Wish> {
    text.map_or(Ok(default), |text| Wish::parse(text, format).map_err(Error::new))
}

/// Warnings for names that check mode does not find: an earlier task may be about to make them.
pub(crate) fn unknown_names(attributes: &FileAttributes) -> Vec<String> {
    let user = attributes.owner.as_deref().and_then(|name| match name.trim().parse() {
        Ok(uid) => users::user_by_id(uid).is_none().then(|| format!("user with uid {uid}. Create user")),
        Err(_) => users::user(name).is_none().then(|| format!("user {name}. Create user")),
    });
    let group = attributes.group.as_deref().and_then(|name| match name.trim().parse() {
        Ok(gid) => users::group_by_id(gid).is_none().then(|| format!("group with gid {gid}. Create group")),
        Err(_) => users::group(name).is_none().then(|| format!("group {name}. Create group")),
    });
    let warning = |what: String| format!("failed to look up {what} up to this point in real play");
    user.into_iter().chain(group).map(warning).collect()
}

impl Job<'_> {
    /// The path whose attributes are meant: what a link leads to, if links are followed.
    fn attribute_path(&self) -> PathBuf {
        if self.follow && self.path.is_symlink() { path::real(&self.path) } else { self.path.clone() }
    }

    /// The record that every state begins with.
    fn begin(&self, path: &Path, before: Is, after: &str) -> Applied {
        let mut record = Applied::default();
        record.before.insert("path", info::text(path));
        record.after.insert("path", info::text(path));
        if before.word() != after {
            record.before.insert("state", before.word());
            record.after.insert("state", after);
        }
        record
    }

    /// Sets attributes and times, and adds to the record what changed.
    fn dress(&self, path: &Path, record: &mut Applied) -> Result<()> {
        record.merge(&self.wanted.apply(path, self.check)?);
        self.set_times(path, record)
    }

    fn set_times(&self, path: &Path, record: &mut Applied) -> Result<()> {
        times::apply(path, self.modified, self.accessed, self.check, record).map_err(|error| {
            let why = os_error::text(&error);
            info::failure(format!("Error while updating modification or access time: {why}"), path)
        })
    }
}

/// The outcome that a record is, under the key by which it names the path.
fn outcome(key: &str, path: &Path, record: Applied) -> Outcome {
    let outcome = Outcome::of(record.changed).with(key, info::text(path)).diff(record.into_diff());
    info::described(outcome, path)
}

#[cfg(test)]
mod tests;
