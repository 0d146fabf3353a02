//! `script`: runs an embedded script.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustle_runtime::prelude::*;
use rustle_runtime::process::Program;
use rustle_runtime::value::python::shell_quote;

use crate::command::path;
use crate::result::with_output;
use crate::words;

/// Runs a script that the runner carries: it is written to a temporary folder, run there with its arguments, and removed.
///
/// # Examples
/// ```yaml
/// - script: migrate.sh --from 1 --to 2
///   args:
///     creates: /var/lib/app/schema-2
/// ```
///
/// # Returns
/// - `rc` (int): its exit code
/// - `stdout` (str): its standard output
/// - `stdout_lines` (list): the same, by line
/// - `stderr` (str): its standard error
/// - `stderr_lines` (list): the same, by line
#[rustle_module(
    name = "script",
    required_one_of = [["free", "cmd"]],
    mutually_exclusive = [["free", "cmd"]],
    check_mode = "partial",
    effects = ["runs:program"],
    permissions = ["process:exec", "fs:read", "fs:write"]
)]
pub struct Script {
    /// The script and its arguments, in free form.
    #[arg(free_form)]
    #[expect(dead_code, reason = "read by prepare")]
    free: Option<String>,
    /// The script and its arguments.
    #[expect(dead_code, reason = "read by prepare")]
    cmd: Option<String>,
    /// The program that runs the script; without it the script's first line says.
    executable: Option<String>,
    /// The folder in which it runs.
    chdir: Option<PathBuf>,
    /// A path: where it exists, the script need not run.
    creates: Option<PathBuf>,
    /// A path: where it does not exist, the script need not run.
    removes: Option<PathBuf>,
    /// Accepted; what is sealed is opened by the runner.
    #[arg(default = true)]
    decrypt: bool,
    /// The script's full name.
    #[arg(internal)]
    source: Option<String>,
    /// What follows it on the line, as it was written: it is the shell's.
    #[arg(internal)]
    rest: Option<String>,
}

impl Module for Script {
    fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
        let line = ["free", "cmd"].iter().find_map(|key| args.get(key).filter(|it| !it.is_none()));
        let Some(line) = line else { return Ok(()) };
        let line = line.to_string();
        let (name, rest) = words::first(line.trim())?.ok_or("no script given")?;
        let found = run.find_file(&name, FileKind::Files)?;
        let rest = rest.to_owned();
        args.insert("_rest", rest);
        args.insert("_source", found);
        Ok(())
    }

    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = self.decrypt;
        let source = self.source.as_deref().ok_or("no script given")?;
        if let Some(skipped) = self.skipped() {
            return Ok(skipped);
        }
        let folder = path(&self.chdir);
        if let Some(relative) = folder.filter(|folder| folder.is_relative()) {
            let shown = relative.display();
            return Err(Error::new(format!(
                "chdir {shown} must be an absolute path for a Unix-aware remote node"
            )));
        }
        if ctx.check_mode() {
            if self.creates.is_some() || self.removes.is_some() {
                return Ok(Outcome::changed());
            }
            return Ok(Outcome::skipped("Check mode is not supported for this task."));
        }
        let place = tempfile::Builder::new().prefix("rustle-script-").tempdir()?;
        let name = Path::new(source).file_name().unwrap_or_default();
        let script = place.path().join(name);
        std::fs::write(&script, ctx.read(Path::new(source))?)?;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700))?;
        let program = Program::new(["/bin/sh", "-c", &self.line(&script, folder)]);
        let finished = program.run(ctx).context(name.display())?;
        let outcome = Outcome { failed: finished.code != 0, ..Outcome::changed() };
        let outcome = if outcome.failed { outcome.msg("non-zero return code") } else { outcome };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(with_output(outcome.with("rc", finished.code), &text(&finished.stdout), &text(&finished.stderr)))
    }
}

impl Script {
    /// The outcome if there is nothing to do. Unlike those of `command`, the paths are no patterns.
    fn skipped(&self) -> Option<Outcome> {
        let (creates, removes) = (path(&self.creates), path(&self.removes));
        let message = match (creates.filter(|it| it.exists()), removes.filter(|it| !it.exists())) {
            (Some(path), _) => format!("{} exists, matching creates option", path.display()),
            (None, Some(path)) => format!("{} does not exist, matching removes option", path.display()),
            (None, None) => return None,
        };
        Some(Outcome::skipped(message))
    }

    /// The line that the shell runs: what follows the script's name may hold variables, redirections and pipes, as on
    /// any command line.
    fn line(&self, script: &Path, folder: Option<&Path>) -> String {
        let mut line = String::new();
        if let Some(folder) = folder {
            line += &format!("cd {} && ", shell_quote(&folder.to_string_lossy()));
        }
        if let Some(executable) = self.executable.as_ref().filter(|it| !it.is_empty()) {
            line += executable;
            line.push(' ');
        }
        line += &shell_quote(&script.to_string_lossy());
        line + self.rest.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{Case, FakeRun, Scratch, args};

    use super::*;

    #[test]
    fn a_script_runs_with_its_arguments_and_leaves_nothing() {
        let run = FakeRun::new().with_file("s.sh", "#!/bin/sh\necho \"$2\"; echo \"$0\"\n");
        let outcome = Case::<Script>::new(args! { "_raw_params": "s.sh a 'b c'" }).with_run(run).apply();
        assert!(outcome.changed && !outcome.failed, "{outcome:?}");
        let stdout = outcome.data.get("stdout").and_then(Value::as_str).unwrap();
        let (argument, place) = stdout.split_once('\n').unwrap();
        assert_eq!(argument, "b c");
        assert!(place.trim_end().ends_with("/s.sh") && !Path::new(place.trim_end()).exists());
    }

    #[test]
    fn guards_and_check_mode_skip_it() {
        let scratch = Scratch::new();
        let there = scratch.write("there", "");
        let run = || FakeRun::new().with_file("s.sh", "#!/bin/sh\nexit 1\n");
        let args = args! { "cmd": "s.sh", "creates": there.to_str() };
        let outcome = Case::<Script>::new(args).with_run(run()).apply();
        assert!(outcome.skipped);
        assert_eq!(outcome.msg, Some(format!("{} exists, matching creates option", there.display())));
        let check = Case::<Script>::new(args! { "cmd": "s.sh" }).with_run(run()).check();
        assert!(check.skipped && !check.failed);
        let failed =
            Case::<Script>::new(args! { "cmd": "s.sh", "executable": "sh -e" }).with_run(run()).apply();
        assert_eq!(failed.data.get("rc"), Some(&Value::Int(1)));
    }

    #[test]
    fn a_script_that_does_not_say_what_runs_it_is_the_shells() {
        let run = FakeRun::new().with_file("s", "echo $((1 + 1))\n");
        let outcome = Case::<Script>::new(args! { "_raw_params": "s" }).with_run(run).apply();
        assert_eq!(outcome.data.get("stdout"), Some(&Value::from("2\n")));
    }

    #[test]
    fn what_follows_is_the_shells() {
        let run = || FakeRun::new().with_file("a b.sh", "#!/bin/sh\necho \"$#:$1\"\n");
        let stdout = |line: &str| {
            let case = Case::<Script>::new(args! { "_raw_params": line }).with_run(run());
            case.apply().data.get("stdout").map(Value::to_string).unwrap_or_default()
        };
        assert_eq!(stdout("'a b.sh' $((1 + 1)) \"x y\" | tr : ="), "2=2\n");
        assert_eq!(stdout("a\\ b.sh ; echo more"), "0:\nmore\n");
        assert_eq!(stdout("a\" \"b.sh"), "0:\n");
    }

    #[test]
    fn the_folder_is_absolute_and_the_guards_are_no_patterns() {
        let scratch = Scratch::new();
        scratch.write("there", "");
        let run = || FakeRun::new().with_file("s.sh", "#!/bin/sh\npwd\n");
        let relative = args! { "cmd": "s.sh", "chdir": "sub" };
        let message = Case::<Script>::new(relative).with_run(run()).assert_fails();
        assert!(message.starts_with("chdir sub must be an absolute path"), "{message}");
        let pattern = scratch.path("the*").display().to_string();
        let args = args! { "cmd": "s.sh", "creates": pattern.as_str(), "chdir": scratch.folder().to_str() };
        let outcome = Case::<Script>::new(args).with_run(run()).apply();
        assert!(!outcome.skipped, "{outcome:?}");
        assert!(
            outcome
                .data
                .get("stdout")
                .is_some_and(|it| it.to_string().trim_end() == scratch.folder().to_str().unwrap())
        );
    }

    #[test]
    fn a_script_that_is_not_there_is_told() {
        let message = Case::<Script>::new(args! { "cmd": "nope.sh" }).assert_fails();
        assert!(message.contains("nope.sh"), "{message}");
    }
}
