//! The `replace` module.

mod edit;

use rustle_runtime::args::FileAttributes;
use rustle_runtime::fs::rewrite::{self, Rewrite};
use rustle_runtime::fs::{info, os_error, selinux};
use rustle_runtime::prelude::*;

use crate::encoding::Encoding;
use edit::{Edit, Fault, Request};

/// Replaces every match of a regular expression in a file.
///
/// It is up to you that the expression does not match what it was replaced by, or the task changes something every time.
///
/// # Examples
/// ```yaml
/// - name: Comments out a mirror
///   replace:
///     path: /etc/apt/sources.list
///     regexp: '^(deb .*old\.example\.org.*)$'
///     replace: '# \1'
///
/// - name: In one section only
///   replace:
///     path: /etc/app.ini
///     after: '\[server\]'
///     before: '\[client\]'
///     regexp: '^port=.*$'
///     replace: port=8080
/// ```
///
/// # Returns
/// - `rc` (int): 0
/// - `backup_file` (str): the backup, if one was made
#[rustle_module(
    name = "replace",
    check_mode = "full",
    diff_mode = "full",
    effects = ["writes:file"],
    permissions = ["fs:read", "fs:write", "process:exec"],
)]
#[derive(Debug)]
pub struct Replace {
    /// The file.
    #[arg(aliases = ["dest", "destfile", "name"])]
    path: PathBuf,
    /// A regular expression of Python; `^` and `$` match at every line.
    regexp: String,
    /// What stands in the place of each match; groups are `\1` or `\g<name>`. Nothing removes the matches.
    #[arg(default = "")]
    replace: String,
    /// Only what follows a match of this regular expression is looked at; `.` matches a newline in it.
    after: Option<String>,
    /// Only what comes before a match of this regular expression is looked at.
    before: Option<String>,
    /// Whether the old file is kept under a name with the time in it.
    #[arg(default = false)]
    backup: bool,
    /// A command that judges the new content before it takes its place; `%s` stands for the file.
    validate: Option<String>,
    /// The encoding of the file: `utf-8`, `ascii` or `latin-1`.
    #[arg(default = "utf-8")]
    encoding: String,
    #[arg(flatten)]
    attributes: FileAttributes,
}

impl Module for Replace {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut outcome = self.edit(ctx)?;
        outcome.warnings.extend(selinux::warning(&self.attributes).map(str::to_owned));
        Ok(outcome)
    }
}

impl Replace {
    fn edit(&self, ctx: &Context) -> Result<Outcome> {
        let shown = self.path.display();
        if self.path.is_dir() {
            return Err(Error::new(format!("Path {shown} is a directory !")).with("rc", 256));
        }
        if !self.path.exists() {
            return Err(Error::new(format!("Path {shown} does not exist !")).with("rc", 257));
        }
        let bytes = rewrite::read(&self.path).map_err(|error| {
            let named = os_error::quoted(&self.path);
            let why = os_error::with_path(&error, &self.path);
            os_error::unhandled(format!("Unable to read the contents of {named}: {why}"))
        })?;
        let encoding = Encoding::by_name(&self.encoding).map_err(os_error::unhandled)?;
        let decoded = encoding.decode(&bytes);
        let request = Request {
            regexp: &self.regexp,
            replace: &self.replace,
            after: self.after.as_deref(),
            before: self.before.as_deref(),
        };
        let edit = edit::edit(&decoded.text, &request).map_err(|fault| match fault {
            Fault::Template(why) => Error::new(format!("Unable to process replace due to error: {why}")),
            Fault::Other(why) => os_error::unhandled(why),
        })?;
        let outcome = Outcome::ok().with("rc", 0);
        match edit {
            Edit::NoSection(pattern) => Ok(outcome
                .msg(format!("Pattern for before/after params did not match the given file: {pattern}"))),
            Edit::Unchanged => self.finish(ctx, outcome, "", None),
            Edit::Replaced(new, count) => {
                let message = format!("{count} replacements made");
                let written = decoded.encode(&new);
                let outcome =
                    if ctx.diff_mode() { outcome.diff(self.diff(decoded.text, new)) } else { outcome };
                self.finish(ctx, outcome, &message, Some(&written))
            }
        }
    }

    fn finish(&self, ctx: &Context, outcome: Outcome, message: &str, new: Option<&[u8]>) -> Result<Outcome> {
        let rewrite = Rewrite {
            path: &self.path,
            attributes: &self.attributes,
            validate: self.validate.as_deref(),
            backup: self.backup,
        };
        let done = rewrite.carry_out(new, ctx)?;
        let changed = new.is_some() || done.attributes.changed;
        let outcome = Outcome { changed, ..outcome.msg(done.message(message)) };
        Ok(match &done.backup {
            Some(backup) => outcome.with("backup_file", info::text(backup)),
            None => outcome,
        })
    }

    fn diff(&self, before: String, after: String) -> Diff {
        let heading = Some(self.path.display().to_string());
        Diff {
            before_header: heading.clone(),
            after_header: heading,
            before: before.into(),
            after: after.into(),
            prepared: None,
        }
    }
}
