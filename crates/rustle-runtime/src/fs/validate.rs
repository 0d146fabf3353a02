//! `validate`: a command that judges a file before it takes its place.

use std::path::Path;

use rustle_value::coerce;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::fs::{os_error, users};
use crate::process::Program;

/// What a validation command said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its exit code; a negative signal number if it was killed. 0 is approval.
    pub rc: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs the validation `command` on `file`, whose path stands where the command has `%s`. There is no shell; words are
/// split as a shell would, and `~` and `$NAME` are expanded.
///
/// # Errors
/// If the command has no `%s`, cannot be split into words, or cannot be started.
pub fn run(command: &str, file: &Path, ctx: &Context) -> Result<Verdict> {
    if !command.contains("%s") {
        return Err(Error::new(format!("validate must contain %s: {command}")));
    }
    let words = shlex::split(command).ok_or_else(|| os_error::unhandled("No closing quotation"))?;
    let file = file.to_string_lossy();
    let lookup = |name: &str| ctx.environment().get(name).cloned().or_else(|| std::env::var(name).ok());
    let home = |user: Option<&str>| match user {
        None => lookup("HOME"),
        Some(name) => users::user(name).map(|user| user.home),
    };
    let words: Vec<String> = words
        .into_iter()
        .map(|word| {
            let word = coerce::expand_user(&coerce::expand_vars(&word, lookup), home);
            word.replace("%%", "\0").replace("%s", &file).replace('\0', "%")
        })
        .collect();
    let finished = Program::new(&words).run(ctx).map_err(|error| {
        Error::new("Error executing command.")
            .with("rc", error.raw_os_error().unwrap_or(257))
            .with("stdout", "")
            .with("stderr", "")
            .with("cmd", words.join(" "))
    })?;
    Ok(Verdict {
        rc: finished.code,
        stdout: String::from_utf8_lossy(&finished.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&finished.stderr).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_schema::worker::Snapshot;

    fn verdict(command: &str) -> Result<Verdict> {
        let mut ctx = Snapshot::default();
        ctx.environment.insert("CODE".into(), "7".into());
        run(command, Path::new("/dev/null"), &Context::new(ctx))
    }

    #[test]
    fn the_command_sees_the_file_and_no_shell() {
        let verdict = verdict("printf '%%s|%%s' %s ';'").unwrap();
        assert_eq!((verdict.rc, verdict.stdout.as_str()), (0, "/dev/null|;"));
    }

    #[test]
    fn the_environment_reaches_it() {
        let verdict = verdict("sh -c 'echo no >&2; exit $CODE' %s").unwrap();
        assert_eq!((verdict.rc, verdict.stderr.as_str()), (7, "no\n"));
    }

    #[test]
    fn what_cannot_be_run() {
        assert_eq!(verdict("true").unwrap_err().message(), "validate must contain %s: true");
        assert_eq!(
            verdict("sh '%s").unwrap_err().message(),
            "Task failed: Module failed: No closing quotation"
        );
        let error = verdict("/nonexistent/program %s").unwrap_err().into_outcome();
        assert_eq!(error.msg.as_deref(), Some("Error executing command."));
        assert_eq!(error.data.get("rc").and_then(rustle_value::Value::as_int), Some(2));
    }
}
