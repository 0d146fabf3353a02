//! `shell`: runs a command line in a shell.

use rustle_runtime::prelude::*;
use rustle_runtime::process::Program;

use crate::command::{passed_over, path, unreachable_folder, with_input, would_run};
use crate::guard::needless;
use crate::result;

/// Runs a command line in a shell: with pipes, redirections and variables.
///
/// # Examples
/// ```yaml
/// - shell: dmesg | tail -n 20 > /tmp/tail
/// - shell:
///     cmd: set -o pipefail; ./import < data.sql
///     chdir: /srv/app
///     executable: /bin/bash
/// ```
///
/// # Returns
/// - `cmd` (str): the command line
/// - `rc` (int): its exit code
/// - `stdout` (str): its standard output
/// - `stdout_lines` (list): the same, by line
/// - `stderr` (str): its standard error
/// - `stderr_lines` (list): the same, by line
/// - `start` (str): when it began
/// - `end` (str): when it ended
/// - `delta` (str): how long it took
#[rustle_module(
    name = "shell",
    required_one_of = [["free", "cmd"]],
    mutually_exclusive = [["free", "cmd"]],
    check_mode = "partial",
    effects = ["runs:program"],
    permissions = ["process:exec", "fs:read"]
)]
pub struct Shell {
    /// The command line, in free form.
    #[arg(free_form)]
    free: Option<String>,
    /// The command line.
    cmd: Option<String>,
    /// The shell.
    executable: Option<PathBuf>,
    /// The folder in which it runs.
    chdir: Option<PathBuf>,
    /// A path or pattern: where it exists, the command need not run.
    creates: Option<PathBuf>,
    /// A path or pattern: where it does not exist, the command need not run.
    removes: Option<PathBuf>,
    /// What it reads from standard input.
    stdin: Option<String>,
    /// Whether a newline is added to `stdin`.
    #[arg(default = true)]
    stdin_add_newline: bool,
    /// Accepted for the sake of `command`: newlines at the end of the output are taken off.
    #[arg(default = true)]
    strip_empty_ends: bool,
    /// Accepted for the sake of `command`: the shell expands.
    #[arg(default = true)]
    expand_argument_vars: bool,
}

impl Module for Shell {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = self.expand_argument_vars;
        let line = self.free.as_ref().or(self.cmd.as_ref()).ok_or("no command given")?;
        let cmd = Value::from(line);
        let (folder, creates, removes) = (path(&self.chdir), path(&self.creates), path(&self.removes));
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Ok(unreachable_folder(cmd));
        }
        if let Some(needless) = needless(creates, removes, folder)? {
            return Ok(passed_over(cmd, &needless, ctx));
        }
        if ctx.check_mode() {
            return Ok(would_run(cmd, creates.is_some() || removes.is_some()));
        }
        let shell = self.executable.clone().unwrap_or_else(|| "/bin/sh".into());
        let mut program = Program::new([shell.into_os_string(), "-c".into(), line.into()]);
        program = with_input(program, self.stdin.as_deref(), self.stdin_add_newline);
        if let Some(folder) = folder {
            program = program.folder(folder);
        }
        result::run(&program, cmd, self.strip_empty_ends, ctx)
    }
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{self, args};

    use super::*;

    #[test]
    fn it_is_a_shell() {
        let outcome = testing::apply::<Shell>(args! { "_raw_params": "echo a | tr a b; exit 3" });
        assert!(outcome.failed && outcome.changed);
        assert_eq!(outcome.data.get("stdout"), Some(&Value::from("b")));
        assert_eq!(outcome.data.get("rc"), Some(&Value::Int(3)));
        let bash =
            testing::apply::<Shell>(args! { "cmd": "echo ${BASH_VERSION:+bash}", "executable": "/bin/bash" });
        assert_eq!(bash.data.get("stdout"), Some(&Value::from("bash")));
    }
}
