//! The Rustle side of a case: start its runner, read its events, look at what it left.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use rustle_schema::names::BUNDLE_ROOT;

use super::case::Case;
use super::model::Recording;
use super::normalise::Normaliser;
use super::scratch::Scratch;
use super::{ANSIBLE_CORE, event, tree};

/// Turns a case into an executable.
///
/// The implementation compiles the playbook to a bundle and appends it to a base runner that carries every module; it
/// belongs to the test that owns the base runner, because that is what cargo has to build first.
pub trait Compile {
    /// Writes the runner of `case` into the folder `into` and gives its path. A case whose playbook is refused is an
    /// error that holds the compiler's messages.
    fn compile(&self, case: &Case, into: &Path) -> io::Result<PathBuf>;

    /// The folder in the bundle that the case's folder becomes.
    fn playbook_dir(&self) -> String {
        BUNDLE_ROOT.to_owned()
    }
}

/// Compiles the case and runs it as often as it asks for, each time on the same output folder.
pub fn run(case: &Case, compiler: &dyn Compile) -> io::Result<Recording> {
    let scratch = Scratch::prepare(case)?;
    let into = scratch.side("runner");
    std::fs::create_dir(&into)?;
    let runner = compiler.compile(case, &into)?;
    let normaliser = Normaliser::new(case, &compiler.playbook_dir(), &scratch)?;
    let args = arguments(case, &scratch.out())?;
    let mut runs = Vec::new();
    for _ in 0..case.config.runs {
        let done = scratch.run(runner.as_os_str(), &args, &scratch.cwd(), &BTreeMap::new())?;
        let stream = event::read(&done.stdout)
            .map_err(|problem| io::Error::other(format!("{}: {problem}\n{}", case.name, done.stderr)))?;
        let exit_code = done
            .status
            .code()
            .ok_or_else(|| io::Error::other(format!("{}: {}\n{}", case.name, done.status, done.stderr)))?;
        runs.push(normaliser.run(exit_code, stream, tree::snapshot(&scratch.out())?));
    }
    Ok(Recording { ansible_core: ANSIBLE_CORE.to_owned(), runs })
}

fn arguments(case: &Case, out: &Path) -> io::Result<Vec<OsString>> {
    let mut args: Vec<OsString> = vec!["--host".into(), case.host().into()];
    args.extend(case.arguments(out)?);
    args.push("--json".into());
    Ok(args)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Stands for a compiler: its "runner" is a script that prints what a runner would print.
    struct Script(&'static str);

    impl Compile for Script {
        fn compile(&self, _: &Case, into: &Path) -> io::Result<PathBuf> {
            let path = into.join("runner");
            fs::write(&path, format!("#!/bin/sh\n{}", self.0))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
            Ok(path)
        }
    }

    fn case(config: &str) -> (tempfile::TempDir, Case) {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("playbook.yml"), "[]\n").expect("written");
        fs::write(dir.path().join("case.toml"), config).expect("written");
        let case = Case::load(dir.path()).expect("a case");
        (dir, case)
    }

    #[test]
    fn a_runner_is_started_in_clean_surroundings_and_its_events_are_read() {
        let script = Script(
            r#"touch $OUT/f; umask; args=$(echo "$*" | tr -d '"')
printf '{"event":"task_result","play":"p","task":"t","action":"ping","status":"ok","result":{"msg":"%s"}}\n' "$args"
exit 2
"#,
        );
        let (_dir, case) = case("runs = 2\nargs = [\"--check\"]\n");
        let error = run(&case, &script).expect_err("the umask is printed between the events");
        assert!(error.to_string().contains("0022"), "{error}");
        let quiet = Script(script.0.split_once("umask; ").expect("two parts").1);
        let recording = run(&case, &quiet).expect("a run");
        assert_eq!(recording.runs.len(), 2);
        assert_eq!(recording.runs[0].exit_code, 2);
        let message = recording.runs[0].results[0].result["msg"].as_str().expect("text");
        assert_eq!(message, "--host localhost -e {\"out\":\"{{OUT}}\"} --check --json".replace('"', ""));
    }

    #[test]
    fn the_setup_runs_before_the_runner() {
        let (_dir, case) = case("setup = [\"echo hello > made\"]\n");
        let recording = run(&case, &Script("exit 0")).expect("a run");
        assert_eq!(recording.runs[0].tree[0].content.as_deref(), Some("hello\n"));
    }
}
