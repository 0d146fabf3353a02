//! The `lineinfile` module.

mod edit;

use rustle_runtime::args::FileAttributes;
use rustle_runtime::fs::rewrite::{self, Rewrite};
use rustle_runtime::fs::{info, os_error, selinux};
use rustle_runtime::prelude::*;

use crate::pattern::{Flags, Over, Pattern};
use edit::{Edit, Finder, Place, Present};

/// Whether the line shall be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum State {
    /// It shall.
    Present,
    /// It shall not.
    Absent,
}

/// Makes sure that a line is in a file, or is not.
///
/// One line is looked for: by a regular expression (`regexp`), by a text in it (`search_string`), or the line itself. If it
/// is found it becomes `line`; else `line` is added. For several lines at once there are `blockinfile` and `replace`.
///
/// # Examples
/// ```yaml
/// - name: Nobody logs in as root
///   lineinfile:
///     path: /etc/ssh/sshd_config
///     regexp: '^#?PermitRootLogin'
///     line: PermitRootLogin no
///     validate: sshd -t -f %s
///
/// - name: A host is known
///   lineinfile:
///     path: /etc/hosts
///     line: 192.0.2.7 build.example.org
///     insertafter: '^127\.0\.0\.1'
///
/// - name: A memory limit is doubled
///   lineinfile:
///     path: /etc/app.conf
///     regexp: '^(memory\s*=\s*)512$'
///     line: '\g<1>1024'
///     backrefs: true
/// ```
///
/// # Returns
/// - `backup` (str): the backup that was made; empty if none was
/// - `found` (int): how many lines were removed, with `state: absent`
#[rustle_module(
    name = "lineinfile",
    mutually_exclusive = [["insertbefore", "insertafter"], ["regexp", "search_string"], ["backrefs", "search_string"]],
    check_mode = "full",
    diff_mode = "full",
    effects = ["writes:file"],
    permissions = ["fs:read", "fs:write", "process:exec"],
)]
#[derive(Debug)]
pub struct LineInFile {
    /// The file.
    #[arg(aliases = ["dest", "destfile", "name"])]
    path: PathBuf,
    /// Whether the line shall be there.
    #[arg(default = "present")]
    state: State,
    /// A regular expression of Python that finds the line: the last that matches is replaced, or with `state: absent` all
    /// of them are removed. It should match the new line too, or the task changes something every time.
    #[arg(alias = "regex")]
    regexp: Option<String>,
    /// A text that finds the line, wherever it stands in it.
    search_string: Option<String>,
    /// The line. Required with `state: present`.
    #[arg(alias = "value")]
    line: Option<String>,
    /// Where a new line goes: after the last line that matches this regular expression, to the end (`EOF`), or to the
    /// beginning (`BOF`).
    insertafter: Option<String>,
    /// Where a new line goes: before the last line that matches this regular expression, or to the beginning (`BOF`).
    insertbefore: Option<String>,
    /// Whether groups of `regexp` may stand in `line` (`\1`, `\g<name>`). Nothing is added if nothing matches.
    #[arg(default = false)]
    backrefs: bool,
    /// Whether the file, and the folders it stands in, are made if they are missing.
    #[arg(default = false)]
    create: bool,
    /// Whether the old file is kept under a name with the time in it.
    #[arg(default = false)]
    backup: bool,
    /// Whether the first match counts instead of the last.
    #[arg(default = false)]
    firstmatch: bool,
    /// A command that judges the new content before it takes its place; `%s` stands for the file.
    validate: Option<String>,
    #[arg(flatten)]
    attributes: FileAttributes,
}

impl Module for LineInFile {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        if self.path.is_dir() {
            return Err(Error::new(format!("Path {} is a directory !", self.path.display())).with("rc", 256));
        }
        let mut outcome = match self.state {
            State::Present => self.present(ctx)?,
            State::Absent => self.absent(ctx)?,
        };
        outcome.warnings.extend(self.empty_search_warning());
        outcome.warnings.extend(selinux::warning(&self.attributes).map(str::to_owned));
        Ok(outcome)
    }
}

impl LineInFile {
    fn present(&self, ctx: &Context) -> Result<Outcome> {
        if self.backrefs && self.regexp.is_none() {
            return Err(Error::new("regexp is required with backrefs=true"));
        }
        let Some(line) = &self.line else { return Err(Error::new("line is required with state=present")) };
        let exists = self.path.exists();
        if !exists {
            self.make_folder(ctx)?;
        }
        let before = if exists { self.read()? } else { Vec::new() };
        let pattern = self.pattern()?;
        let request = Present {
            finder: self.finder(pattern.as_ref()),
            line,
            place: self.place()?,
            backrefs: self.backrefs,
            first_match: self.firstmatch,
        };
        let mut lines = edit::lines(&before);
        let edit = edit::present(&mut lines, &request).map_err(os_error::unhandled)?;
        let after = lines.concat();
        let changed = edit != Edit::Unchanged;
        if ctx.check_mode() && !exists {
            let outcome = Outcome::of(changed).msg(edit.message()).with("backup", "");
            return Ok(self.with_diff(outcome, ctx, &before, &after, None));
        }
        self.finish(ctx, Outcome::of(changed).msg(edit.message()), &before, &after)
    }

    fn absent(&self, ctx: &Context) -> Result<Outcome> {
        if self.regexp.is_none() && self.search_string.is_none() && self.line.is_none() {
            return Err(Error::new("one of line, search_string, or regexp is required with state=absent"));
        }
        if !self.path.exists() {
            return Ok(Outcome::ok().msg("file not present"));
        }
        let before = self.read()?;
        let pattern = self.pattern()?;
        let mut lines = edit::lines(&before);
        let line = self.line.as_deref().unwrap_or_default();
        let finder = self.finder(pattern.as_ref());
        let found = edit::absent(&mut lines, &finder, line).map_err(os_error::unhandled)?;
        let message = if found > 0 { format!("{found} line(s) removed") } else { String::new() };
        let outcome = Outcome::of(found > 0).msg(message).with("found", found);
        self.finish(ctx, outcome, &before, &lines.concat())
    }

    /// Writes what changed, sets the attributes, and completes the outcome.
    fn finish(&self, ctx: &Context, outcome: Outcome, before: &[u8], after: &[u8]) -> Result<Outcome> {
        let rewrite = Rewrite {
            path: &self.path,
            attributes: &self.attributes,
            validate: self.validate.as_deref(),
            backup: self.backup,
        };
        let done = rewrite.carry_out(outcome.changed.then_some(after), ctx)?;
        let message = done.message(outcome.msg.as_deref().unwrap_or_default());
        let backup = done.backup.as_deref().map_or_else(|| Value::from(""), info::text);
        let changed = outcome.changed || done.attributes.changed;
        let outcome = Outcome { changed, ..outcome.msg(message).with("backup", backup) };
        let attributes = done.attribute_diff(&self.path);
        Ok(self.with_diff(outcome, ctx, before, after, Some(attributes)))
    }

    fn with_diff(
        &self,
        mut outcome: Outcome,
        ctx: &Context,
        before: &[u8],
        after: &[u8],
        attributes: Option<Diff>,
    ) -> Outcome {
        if ctx.diff_mode() {
            outcome.diff.push(rewrite::content_diff(&self.path, before, after));
            outcome.diff.extend(attributes);
        }
        outcome
    }

    fn read(&self) -> Result<Vec<u8>> {
        rewrite::read(&self.path)
            .map_err(|error| os_error::unhandled(os_error::with_bytes(&error, &self.path)))
    }

    /// Makes the folder in which the missing file will stand.
    fn make_folder(&self, ctx: &Context) -> Result<()> {
        if !self.create {
            let message = format!("Destination {} does not exist !", self.path.display());
            return Err(Error::new(message).with("rc", 257));
        }
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() && !ctx.check_mode() => {
                std::fs::create_dir_all(folder).map_err(|error| {
                    let why = os_error::with_bytes(&error, folder);
                    Error::new(format!("Error creating {} ({why})", folder.display()))
                })
            }
            _ => Ok(()),
        }
    }

    fn pattern(&self) -> Result<Option<Pattern>> {
        self.regexp.as_deref().map(compile).transpose()
    }

    fn finder<'a>(&'a self, pattern: Option<&'a Pattern>) -> Finder<'a> {
        match (pattern, &self.search_string) {
            (Some(pattern), _) => Finder::Pattern(pattern),
            (None, Some(text)) => Finder::Text(text),
            (None, None) => Finder::Same,
        }
    }

    fn place(&self) -> Result<Place> {
        Ok(match (self.insertafter.as_deref(), self.insertbefore.as_deref()) {
            (Some("BOF"), _) | (None, Some("BOF")) => Place::Begin,
            (Some("EOF" | ""), _) | (None, None | Some("")) => Place::End,
            (Some(text), _) => Place::After(compile(text)?),
            (None, Some(text)) => Place::Before(compile(text)?),
        })
    }

    fn empty_search_warning(&self) -> Option<String> {
        let (name, advice) = match (self.regexp.as_deref(), self.search_string.as_deref()) {
            (Some(""), _) => (
                "regular expression",
                " If this is desired, use '^' to match every line in the file and avoid this warning.",
            ),
            (_, Some("")) => ("search string", ""),
            _ => return None,
        };
        Some(format!(
            "The {name} is an empty string, which will match every line in the file. This may have unintended \
             consequences, such as replacing the last line in the file rather than appending.{advice}"
        ))
    }
}

fn compile(text: &str) -> Result<Pattern> {
    Pattern::new(text, Over::Bytes, Flags::default()).map_err(os_error::unhandled)
}
