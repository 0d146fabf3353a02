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
        std::fs::write(&script, ctx.read(Path::new(source))?)?;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700))?;
        let mut argv: Vec<OsString> = match &self.executable {
            Some(executable) => words::split(executable)?.into_iter().map(OsString::from).collect(),
            None => Vec::new(),
        };
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
