//! `validate`: a command that judges a file before it takes its place.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use rustle_value::coerce;

use crate::error::{Error, Result};
use crate::fs::{os_error, users};

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
/// split as a shell would, and `~` and `$NAME` are expanded, with `environment` over that of this process.
///
/// # Errors
/// If the command has no `%s`, cannot be split into words, or cannot be started.
pub fn run(command: &str, file: &Path, environment: &BTreeMap<String, String>) -> Result<Verdict> {
    if !command.contains("%s") {
        return Err(Error::new(format!("validate must contain %s: {command}")));
    }
    let words = shlex::split(command).ok_or_else(|| os_error::unhandled("No closing quotation"))?;
    let file = file.to_string_lossy();
    let lookup = |name: &str| environment.get(name).cloned().or_else(|| std::env::var(name).ok());
    let home = |user: Option<&str>| match user {
        None => lookup("HOME"),
        Some(name) => users::user(name).map(|user| user.home),
    };
    let mut words = words.into_iter().map(|word| {
        let word = coerce::expand_user(&coerce::expand_vars(&word, lookup), home);
        word.replace("%%", "\0").replace("%s", &file).replace('\0', "%")
    });
    let Some(program) = words.next() else {
        return Err(os_error::unhandled("the validate command is empty"));
    };
    let words: Vec<String> = words.collect();
    let output = Command::new(&program).args(&words).envs(environment).stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        let shown = std::iter::once(program.as_str()).chain(words.iter().map(String::as_str));
        Error::new("Error executing command.")
            .with("rc", error.raw_os_error().unwrap_or(257))
            .with("stdout", "")
            .with("stderr", "")
            .with("cmd", shown.collect::<Vec<_>>().join(" "))
    })?;
    Ok(Verdict {
        rc: os_code(&output.status),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn os_code(status: &std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| -signal)).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(command: &str) -> Result<Verdict> {
        run(command, Path::new("/dev/null"), &BTreeMap::from([("CODE".into(), "7".into())]))
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
