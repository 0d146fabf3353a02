//! `command`: runs a program.

use std::path::Path;

use rustle_runtime::prelude::*;
use rustle_runtime::process::{Program, find_executable};

use crate::guard::needless;
use crate::result;
use crate::words;

/// Runs a program, without a shell: pipes, redirections and `;` are plain arguments.
///
/// It is always changed when it has run. With `creates` or `removes` it runs only where that is needed, and then check mode
/// can tell whether it would.
///
/// # Examples
/// ```yaml
/// - command: /usr/bin/make install
///   args:
///     chdir: /usr/src/app
///     creates: /usr/local/bin/app
/// - command:
///     argv: [useradd, "{{ name }}"]
/// ```
///
/// # Returns
/// - `cmd` (list): the program and its arguments
/// - `rc` (int): its exit code
/// - `stdout` (str): its standard output
/// - `stdout_lines` (list): the same, by line
/// - `stderr` (str): its standard error
/// - `stderr_lines` (list): the same, by line
/// - `start` (str): when it began
/// - `end` (str): when it ended
/// - `delta` (str): how long it took
#[rustle_module(
    name = "command",
    required_one_of = [["free", "cmd", "argv"]],
    mutually_exclusive = [["free", "cmd", "argv"]],
    check_mode = "partial",
    effects = ["runs:program"],
    permissions = ["process:exec", "fs:read", "env:read"]
)]
pub struct Command {
    /// The command line, in free form.
    #[arg(free_form)]
    free: Option<String>,
    /// The command line.
    cmd: Option<String>,
    /// The program and its arguments, word by word.
    argv: Option<Vec<String>>,
    /// The folder in which it runs.
    chdir: Option<PathBuf>,
    /// A path or pattern: where it exists, the program need not run.
    creates: Option<PathBuf>,
    /// A path or pattern: where it does not exist, the program need not run.
    removes: Option<PathBuf>,
    /// What it reads from standard input.
    stdin: Option<String>,
    /// Whether a newline is added to `stdin`.
    #[arg(default = true)]
    stdin_add_newline: bool,
    /// Whether newlines at the end of its output are taken off.
    #[arg(default = true)]
    strip_empty_ends: bool,
    /// Whether `$NAME` and `~` are expanded in the arguments.
    #[arg(default = true)]
    expand_argument_vars: bool,
}

impl Module for Command {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let argv = match (&self.argv, self.free.as_ref().or(self.cmd.as_ref())) {
            (Some(argv), _) => argv.clone(),
            (None, Some(line)) => words::split(line)?,
            (None, None) => Vec::new(),
        };
        if argv.is_empty() {
            return Err(Error::new("no command given").with("rc", 256));
        }
        let cmd = Value::from(argv.clone());
        let (folder, creates, removes) = (path(&self.chdir), path(&self.creates), path(&self.removes));
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Ok(unreachable_folder(cmd));
        }
        if let Some(needless) = needless(creates, removes, folder)? {
            return Ok(passed_over(cmd, &needless, ctx));
        }
        if ctx.check_mode() {
            let guarded = creates.is_some() || removes.is_some();
            return Ok(would_run(cmd, guarded));
        }
        let argv: Vec<String> = match self.expand_argument_vars {
            true => argv.iter().map(|word| words::expand(word, ctx)).collect(),
            false => argv,
        };
        let mut program = Program::new(located(argv, ctx));
        program = with_input(program, self.stdin.as_deref(), self.stdin_add_newline);
        if let Some(folder) = folder {
            program = program.folder(folder);
        }
        result::run(&program, cmd, self.strip_empty_ends, ctx)
    }
}

/// The program is looked up in the task's `PATH` where it sets one; else that of the runner serves.
fn located(mut argv: Vec<String>, ctx: &Context) -> Vec<String> {
    if let (Some(path), Some(program)) = (ctx.environment().get("PATH"), argv.first_mut())
        && let Some(found) = find_executable(program.as_ref(), Some(path.as_ref()))
    {
        *program = found.to_string_lossy().into_owned();
    }
    argv
}

/// A path that is given; one without characters is none.
pub(crate) fn path(given: &Option<PathBuf>) -> Option<&Path> {
    given.as_deref().filter(|path| !path.as_os_str().is_empty())
}

/// With its standard input.
pub(crate) fn with_input(program: Program, stdin: Option<&str>, newline: bool) -> Program {
    match stdin {
        Some(text) => program.stdin(format!("{text}{}", if newline { "\n" } else { "" })),
        None => program,
    }
}

pub(crate) fn unreachable_folder(cmd: Value) -> Outcome {
    let mut outcome = result::not_run(cmd, "Unable to change directory before execution.".into(), "");
    outcome.failed = true;
    outcome.data.insert("rc", ());
    outcome
}

pub(crate) fn passed_over(cmd: Value, needless: &crate::guard::Needless, ctx: &Context) -> Outcome {
    let verb = if ctx.check_mode() { "Would not run" } else { "Did not run" };
    let msg = format!("{verb} command since '{}' {}", needless.path, needless.why);
    result::not_run(cmd, msg, &format!("skipped, since {} {}", needless.path, needless.why))
}

pub(crate) fn would_run(cmd: Value, guarded: bool) -> Outcome {
    let outcome = result::not_run(cmd, "Command would have run if not in check mode".into(), "");
    // Without a guard nobody knows whether it would change anything, so it is passed over.
    Outcome { changed: guarded, skipped: !guarded, ..outcome }
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{self, Case, FakeRun, Scratch, args};

    use super::*;

    #[test]
    fn a_program_returns_its_code_and_output() {
        let outcome = testing::apply::<Command>(args! { "_raw_params": "printf 'a\\nb\\n\\n'" });
        assert!(outcome.changed && !outcome.failed);
        assert_eq!(outcome.data.get("stdout"), Some(&Value::from("a\nb")));
        assert_eq!(outcome.data.get("cmd"), Some(&["printf", "a\\nb\\n\\n"].into_iter().collect()));
        let failed = testing::apply::<Command>(args! { "cmd": "false" });
        assert!(failed.failed && failed.changed);
        assert_eq!(failed.msg.as_deref(), Some("non-zero return code"));
    }

    #[test]
    fn a_program_that_is_not_there_fails() {
        let outcome = testing::apply::<Command>(args! { "argv": ["/nope/x", "y"] });
        assert!(outcome.failed && !outcome.changed);
        assert_eq!(outcome.data.get("cmd"), Some(&Value::from("/nope/x y")));
        assert_eq!(outcome.data.get("rc"), Some(&Value::Int(2)));
        // The code is that of the system: here, that permission is denied.
        let folder = testing::apply::<Command>(args! { "argv": ["/"] });
        assert_eq!(folder.data.get("rc"), Some(&Value::Int(13)));
    }

    #[test]
    fn input_folder_and_environment_reach_the_program() {
        let scratch = Scratch::new();
        scratch.write("file", "");
        let run = FakeRun::new().with_environment("WHO", "me");
        let args = args! {
            "argv": ["sh", "-c", "cat; ls; echo $WHO"], "stdin": "in", "chdir": scratch.folder().to_str()
        };
        let outcome = Case::<Command>::new(args).with_run(run).apply();
        assert_eq!(outcome.data.get("stdout"), Some(&Value::from("in\nfile\nme")));
        let empty = testing::apply::<Command>(args! { "cmd": "true", "chdir": "", "removes": "" });
        assert!(empty.changed && !empty.failed);
        let nowhere = testing::apply::<Command>(args! { "cmd": "true", "chdir": "/nope" });
        assert!(nowhere.failed);
        assert_eq!(nowhere.data.get("rc"), Some(&Value::None));
    }

    #[test]
    fn creates_and_removes_guard_it() {
        let scratch = Scratch::new();
        let made = scratch.path("made");
        let args = args! { "argv": ["touch", made.to_str()], "creates": made.to_str() };
        let predicted = testing::check::<Command>(args.clone());
        assert!(predicted.changed && !predicted.skipped && !made.exists());
        assert!(testing::apply::<Command>(args.clone()).changed);
        let again = testing::apply::<Command>(args);
        assert!(!again.changed);
        assert_eq!(again.msg, Some(format!("Did not run command since '{}' exists", made.display())));
    }

    #[test]
    fn without_a_guard_check_mode_passes_it_over() {
        let outcome = testing::check::<Command>(args! { "cmd": "touch /nope/nope" });
        assert!(outcome.skipped && !outcome.changed);
        assert_eq!(outcome.msg.as_deref(), Some("Command would have run if not in check mode"));
    }

    #[test]
    fn one_form_of_the_command_line_is_needed_and_no_more() {
        let none = testing::fails::<Command>(args! {});
        assert!(none.contains("one of the following is required"), "{none}");
        let two = testing::fails::<Command>(args! { "cmd": "a", "argv": ["b"] });
        assert!(two.contains("mutually exclusive"), "{two}");
    }
}
