//! The `blockinfile` module.

mod edit;

use rustle_runtime::args::FileAttributes;
use rustle_runtime::fs::rewrite::{self, Rewrite};
use rustle_runtime::fs::{info, os_error, selinux};
use rustle_runtime::prelude::*;

use crate::pattern::{Flags, Over, Pattern, Template};
use edit::{Place, Request};

/// Whether the block shall be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum State {
    /// It shall.
    Present,
    /// It shall not.
    Absent,
}

/// Makes sure that a block of lines, between two marker lines, is in a file, or is not.
///
/// The markers find the block again: change them only together with the file, and use different ones for each block of a
/// file.
///
/// # Examples
/// ```yaml
/// - name: Hosts of the cluster
///   blockinfile:
///     path: /etc/hosts
///     marker: "# {mark} cluster"
///     block: |
///       192.0.2.11 one
///       192.0.2.12 two
///
/// - name: No hosts of the cluster any more
///   blockinfile:
///     path: /etc/hosts
///     marker: "# {mark} cluster"
///     state: absent
/// ```
///
/// # Returns
/// - `backup_file` (str): the backup, if one was made
#[rustle_module(
    name = "blockinfile",
    mutually_exclusive = [["insertbefore", "insertafter"]],
    check_mode = "full",
    diff_mode = "full",
    effects = ["writes:file"],
    permissions = ["fs:read", "fs:write", "process:exec"],
)]
#[derive(Debug)]
pub struct BlockInFile {
    /// The file.
    #[arg(aliases = ["dest", "destfile", "name"])]
    path: PathBuf,
    /// Whether the block shall be there.
    #[arg(default = "present")]
    state: State,
    /// What the marker lines look like; `{mark}` stands for `marker_begin` and `marker_end`. Without it the block is put
    /// into the file again each time.
    #[arg(default = "# {mark} ANSIBLE MANAGED BLOCK")]
    marker: String,
    /// The lines. None remove the block.
    #[arg(default = "", alias = "content")]
    block: String,
    /// Where a new block goes: after the last line that matches this regular expression, or to the end (`EOF`). With
    /// `(?m)` it is searched for in the whole file at once.
    insertafter: Option<String>,
    /// Where a new block goes: before the last line that matches this regular expression, or to the beginning (`BOF`).
    insertbefore: Option<String>,
    /// Whether the file, and the folders it stands in, are made if they are missing.
    #[arg(default = false)]
    create: bool,
    /// Whether the old file is kept under a name with the time in it.
    #[arg(default = false)]
    backup: bool,
    /// A command that judges the new content before it takes its place; `%s` stands for the file.
    validate: Option<String>,
    /// What `{mark}` is in the line before the block.
    #[arg(default = "BEGIN")]
    marker_begin: String,
    /// What `{mark}` is in the line after the block.
    #[arg(default = "END")]
    marker_end: String,
    /// Whether there shall be an empty line after the block.
    #[arg(default = false)]
    append_newline: bool,
    /// Whether there shall be an empty line before the block.
    #[arg(default = false)]
    prepend_newline: bool,
    #[arg(flatten)]
    attributes: FileAttributes,
}

impl Module for BlockInFile {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut outcome = self.edit(ctx)?;
        outcome.warnings.extend(selinux::warning(&self.attributes).map(str::to_owned));
        Ok(outcome)
    }
}

impl BlockInFile {
    fn edit(&self, ctx: &Context) -> Result<Outcome> {
        let shown = self.path.display();
        if self.path.is_dir() {
            return Err(Error::new(format!("Path {shown} is a directory !")).with("rc", 256));
        }
        let is_present = self.state == State::Present;
        let old = if self.path.exists() {
            let content = rewrite::read(&self.path);
            Some(content.map_err(|error| os_error::unhandled(os_error::with_path(&error, &self.path)))?)
        } else {
            self.make_folder(ctx)?;
            None
        };
        if old.is_none() && !is_present {
            return Ok(Outcome::ok().msg(format!("File {shown} not present")));
        }
        let before = old.as_deref().unwrap_or_default();
        let (begin, end) = (self.marker_line(&self.marker_begin)?, self.marker_line(&self.marker_end)?);
        let request = Request {
            block: &self.block,
            begin: &begin,
            end: &end,
            place: self.place()?,
            append_newline: self.append_newline,
            prepend_newline: self.prepend_newline,
        };
        let after = edit::edit(before, &request, is_present).map_err(os_error::unhandled)?;
        let message = match &old {
            None => "File created",
            Some(old) if *old == after => "",
            Some(_) if !is_present || self.block.is_empty() => "Block removed",
            Some(_) => "Block inserted",
        };
        self.finish(ctx, message, old.as_deref(), &after)
    }

    fn finish(&self, ctx: &Context, message: &str, old: Option<&[u8]>, after: &[u8]) -> Result<Outcome> {
        let rewrite = Rewrite {
            path: &self.path,
            attributes: &self.attributes,
            validate: self.validate.as_deref(),
            backup: self.backup,
        };
        let changed = !message.is_empty();
        let done = rewrite.carry_out(changed.then_some(after), ctx)?;
        let mut outcome = Outcome::of(changed || done.attributes.changed).msg(done.message(message));
        if let Some(backup) = &done.backup {
            outcome = outcome.with("backup_file", info::text(backup));
        }
        if ctx.diff_mode() {
            outcome.diff.push(rewrite::content_diff(&self.path, old.unwrap_or_default(), after));
            if old.is_some() || !ctx.check_mode() {
                outcome.diff.push(done.attribute_diff(&self.path));
            }
        }
        Ok(outcome)
    }

    /// Makes the folder in which the missing file will stand.
    fn make_folder(&self, ctx: &Context) -> Result<()> {
        if !self.create {
            let message = format!("Path {} does not exist !", self.path.display());
            return Err(Error::new(message).with("rc", 257));
        }
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() && !ctx.check_mode() => {
                std::fs::create_dir_all(folder).map_err(|error| {
                    let (code, reason) = (error.raw_os_error().unwrap_or(0), os_error::reason(&error));
                    Error::new(format!(
                        "Error creating {} Error code: {code} Error description: {reason}",
                        folder.display()
                    ))
                })
            }
            _ => Ok(()),
        }
    }

    /// The marker with its mark, in which escapes are taken as in a replacement string, as Ansible does.
    fn marker_line(&self, mark: &str) -> Result<String> {
        let marks = compile(r"\{mark\}", Over::Text)?;
        let mark = Template::parse(mark, &marks).map_err(os_error::unhandled)?;
        Ok(marks.replace_all(&self.marker, &mark).map_err(os_error::unhandled)?.0)
    }

    fn place(&self) -> Result<Place> {
        Ok(match (self.insertafter.as_deref(), self.insertbefore.as_deref()) {
            (Some("EOF"), _) | (None, None) => Place::End,
            (None, Some("BOF")) => Place::Begin,
            (Some(text), _) => Place::After(compile(text, Over::Bytes)?),
            (None, Some(text)) => Place::Before(compile(text, Over::Bytes)?),
        })
    }
}

fn compile(text: &str, over: Over) -> Result<Pattern> {
    Pattern::new(text, over, Flags::default()).map_err(os_error::unhandled)
}
