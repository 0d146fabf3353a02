//! The `find` module.

mod filters;
mod search;
mod walk;

use rustle_runtime::args::Mode;
use rustle_runtime::fs::info;
use rustle_runtime::prelude::*;

use crate::stat::ChecksumAlgorithm;

/// What kind of thing is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum FileType {
    /// Anything.
    Any,
    /// Folders.
    Directory,
    /// Files.
    File,
    /// Symbolic links.
    Link,
}

/// Which time an age is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum AgeStamp {
    /// When it was read last.
    Atime,
    /// When its metadata changed last.
    Ctime,
    /// When its content changed last.
    Mtime,
}

/// Finds files in folders, by name, age, size, content and mode.
///
/// Conditions add up. What is not readable is left out, and named in `skipped_paths`.
///
/// # Examples
/// ```yaml
/// - name: Logs that nobody needs any more
///   find:
///     paths: /var/log/app
///     patterns: "*.log"
///     age: 4w
///     recurse: true
///   register: old
///
/// - file:
///     path: "{{ item.path }}"
///     state: absent
///   loop: "{{ old.files }}"
/// ```
///
/// # Returns
/// - `files` (list): what was found, each with `path` and with what `stat` says of it
/// - `matched` (int): how many were found
/// - `examined` (int): how many were looked at
/// - `skipped_paths` (dict): what could not be looked at, and why
#[rustle_module(name = "find", check_mode = "full", diff_mode = "none", permissions = ["fs:read"])]
#[derive(Debug)]
pub struct Find {
    /// The folders.
    #[arg(aliases = ["name", "path"])]
    paths: Vec<PathBuf>,
    /// Globs, or with `use_regex` regular expressions of Python, for the names; one of them must match.
    #[arg(default = [], alias = "pattern")]
    patterns: Vec<String>,
    /// The same for names that are not wanted.
    #[arg(alias = "exclude")]
    excludes: Option<Vec<String>>,
    /// A regular expression that must match a line of the file from its beginning; or with `read_whole_file`, something
    /// anywhere in the file.
    contains: Option<String>,
    /// Whether `contains` sees the whole file at once.
    #[arg(default = false)]
    read_whole_file: bool,
    /// What kind of thing is looked for.
    #[arg(default = "file")]
    file_type: FileType,
    /// How old it is at least, or with a minus at most: a number with a unit (`s`, `m`, `h`, `d`, `w`).
    age: Option<String>,
    /// Which time its age is counted from.
    #[arg(default = "mtime")]
    age_stamp: AgeStamp,
    /// How large it is at least, or with a minus at most: a number with a unit (`b`, `k`, `m`, `g`, `t`).
    size: Option<String>,
    /// Whether folders in the folders are searched too.
    #[arg(default = false)]
    recurse: bool,
    /// Whether names are wanted that begin with a dot.
    #[arg(default = false)]
    hidden: bool,
    /// Whether links to folders are entered.
    #[arg(default = false)]
    follow: bool,
    /// Whether the digest of each file is wanted.
    #[arg(default = false)]
    get_checksum: bool,
    /// Which digest.
    #[arg(default = "sha1", aliases = ["checksum", "checksum_algo"])]
    checksum_algorithm: ChecksumAlgorithm,
    /// Whether `patterns` and `excludes` are regular expressions.
    #[arg(default = false)]
    use_regex: bool,
    /// How many folders deep it is searched; 1 is the folder itself.
    depth: Option<i64>,
    /// The mode it has, octal or symbolic.
    mode: Option<Mode>,
    /// Whether it has exactly that mode, or any bit of it.
    #[arg(default = true)]
    exact_mode: bool,
    /// The encoding in which files are read for `contains`.
    encoding: Option<String>,
    /// How many are wanted at most.
    limit: Option<i64>,
}

/// What came of it.
#[derive(Default)]
struct Findings {
    files: Vec<Value>,
    examined: usize,
    skipped: Map,
    warnings: Vec<String>,
    is_limited: bool,
}

impl Module for Find {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        if let Some(limit) = self.limit.filter(|limit| *limit <= 0) {
            return Err(Error::new(format!("limit cannot be {limit} (use None for unlimited)")));
        }
        let wanted = self.wanted()?;
        let mut findings = Findings::default();
        for path in &self.paths {
            if self.has_enough(&findings) {
                break;
            }
            if let Err(why) = wanted.search(path, &mut findings) {
                let shown = path.display();
                findings.warnings.push(format!("Skipped '{shown}' path due to this access issue: {why}\n"));
                findings.skipped.insert(info::text(path), why);
            }
        }
        let message = match (findings.warnings.is_empty(), findings.is_limited) {
            (false, _) => "Not all paths examined, check warnings for details",
            (true, true) => "Limit of matches reached",
            (true, false) => "All paths examined",
        };
        let matched = findings.files.len();
        let mut outcome = Outcome::ok()
            .msg(message)
            .with("files", findings.files)
            .with("matched", matched)
            .with("examined", findings.examined)
            .with("skipped_paths", findings.skipped);
        outcome.warnings = findings.warnings;
        Ok(outcome)
    }
}

impl Find {
    fn has_enough(&self, findings: &Findings) -> bool {
        self.limit.is_some_and(|limit| findings.files.len() as i64 >= limit)
    }
}

#[cfg(test)]
mod tests;
