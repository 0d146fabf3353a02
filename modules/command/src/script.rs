//! `script`: runs an embedded script.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustle_runtime::prelude::*;
use rustle_runtime::process::Program;

use crate::guard::needless;
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
    permissions = ["process:exec", "fs:write"]
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
    /// A path or pattern: where it exists, the script need not run.
    creates: Option<PathBuf>,
    /// A path or pattern: where it does not exist, the script need not run.
    removes: Option<PathBuf>,
    /// Accepted; what is sealed is opened by the runner.
    #[arg(default = true)]
    decrypt: bool,
    /// The script's full name.
    #[arg(internal)]
    source: Option<String>,
    /// Its arguments.
    #[arg(internal)]
    arguments: Option<Vec<String>>,
}

impl Module for Script {
    fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
        let line = ["free", "cmd"].iter().find_map(|key| args.get(key).filter(|it| !it.is_none()));
        let Some(line) = line else { return Ok(()) };
        let mut words = words::split(&line.to_string())?.into_iter();
        let name = words.next().ok_or("no script given")?;
        args.insert("_arguments", words.collect::<Vec<_>>());
        args.insert("_source", run.find_file(&name, FileKind::Files)?);
        Ok(())
    }

    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = self.decrypt;
        let source = self.source.as_deref().ok_or("no script given")?;
        let folder = self.chdir.as_deref();
        if let Some(needless) = needless(self.creates.as_deref(), self.removes.as_deref(), folder)? {
            let option =
                if self.creates.is_some() && needless.why == "exists" { "creates" } else { "removes" };
            return Ok(Outcome::skipped(format!(
                "{} {}, matching {option} option",
                needless.path, needless.why
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
        let content = ctx.read(Path::new(source))?;
        std::fs::write(&script, &content)?;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700))?;
        let mut argv: Vec<OsString> = match &self.executable {
            Some(executable) => words::split(executable)?.into_iter().map(OsString::from).collect(),
            None => Vec::new(),
        };
        // What is neither a program nor says what runs it is the shell's, as execvp(3) has it.
        if argv.is_empty() && !content.starts_with(b"#!") && !content.starts_with(b"\x7fELF") {
            argv.push("/bin/sh".into());
        }
        argv.push(script.into_os_string());
        argv.extend(self.arguments.iter().flatten().map(OsString::from));
        let mut program = Program::new(argv);
        if let Some(folder) = folder {
            program = program.folder(folder);
        }
        let finished = program.run(ctx).context(name.display())?;
        let outcome = Outcome { failed: finished.code != 0, ..Outcome::changed() };
        let outcome = if outcome.failed { outcome.msg("non-zero return code") } else { outcome };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(with_output(outcome.with("rc", finished.code), &text(&finished.stdout), &text(&finished.stderr)))
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
    fn a_script_that_is_not_there_is_told() {
        let message = Case::<Script>::new(args! { "cmd": "nope.sh" }).assert_fails();
        assert!(message.contains("nope.sh"), "{message}");
    }
}
