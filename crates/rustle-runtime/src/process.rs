//! Programs that modules start.
//!
//! Every program runs in a process group of its own, so that an interrupted or timed-out run can end it with all that it
//! started; [`end_all`] is what the signal handling calls.

mod output;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use rustix::process::{Pid, Signal, kill_process_group};
use rustle_value::python::shell_quote;

use crate::context::Context;

/// The process groups that run at this moment.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// A program to be started.
#[derive(Clone, Debug)]
pub struct Program {
    argv: Vec<OsString>,
    folder: Option<PathBuf>,
    stdin: Option<Vec<u8>>,
    environment: Vec<(String, String)>,
}

/// A program that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The exit code; minus the signal's number where a signal ended it, as Python says it.
    pub code: i32,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Program {
    /// The program `argv[0]`, looked up in `PATH`, with its arguments. Its standard input is empty.
    pub fn new<S: Into<OsString>>(argv: impl IntoIterator<Item = S>) -> Program {
        Program {
            argv: argv.into_iter().map(Into::into).collect(),
            folder: None,
            stdin: None,
            environment: Vec::new(),
        }
    }

    /// In this folder.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Program {
        self.folder = Some(folder.into());
        self
    }

    /// With this on its standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Program {
        self.stdin = Some(bytes.into());
        self
    }

    /// With this environment variable, over the task's own.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Program {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// The program and its arguments as a line that a shell would read back, as Python's `shlex.join` writes it.
    pub fn command_line(&self) -> String {
        let words = self.argv.iter().map(|word| shell_quote(&word.to_string_lossy()).into_owned());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Runs it to its end, with the environment of the task.
    ///
    /// # Errors
    /// If it cannot be started. An exit code other than 0 is no error here.
    pub fn run(&self, ctx: &Context) -> io::Result<Finished> {
        let (program, arguments) =
            self.argv.split_first().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(ctx.environment())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let mut child = command.spawn()?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let _running = group.map(Running::new);
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), &self.stdin) {
            let bytes = bytes.clone();
            // A program may end without having read its input: that is its business, not an error. What it started may
            // still hold it then, so nobody waits for this to end.
            std::thread::spawn(move || pipe.write_all(&bytes));
        }
        let (status, stdout, stderr) = output::collect(&mut child)?;
        let code = status.code().or_else(|| status.signal().map(|signal| -signal)).unwrap_or(-1);
        Ok(Finished { code, stdout, stderr })
    }
}

/// Keeps a process group listed while it runs.
struct Running(Pid);

impl Running {
    fn new(group: Pid) -> Running {
        lock().push(group);
        Running(group)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock().retain(|it| *it != self.0);
    }
}

fn lock() -> std::sync::MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Sends `signal` to every program that runs at this moment, with all that each has started.
pub fn end_all(signal: Signal) {
    for group in lock().iter() {
        // It may have ended since: then there is nobody to tell.
        let _ = kill_process_group(*group, signal);
    }
}

/// The full name of the executable `program`: itself if it has a slash, else the first in the `PATH` that can be executed.
pub fn find_executable(program: &OsStr, path: Option<&OsStr>) -> Option<PathBuf> {
    if program.as_encoded_bytes().contains(&b'/') {
        return executable(Path::new(program)).then(|| PathBuf::from(program));
    }
    std::env::split_paths(path?).map(|folder| folder.join(program)).find(|it| executable(it))
}

fn executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// The list of running groups is the process's: a test that ends them all must be alone.
    static ALONE: Mutex<()> = Mutex::new(());

    fn sh(script: &str) -> Program {
        Program::new(["sh", "-c", script])
    }

    #[test]
    fn output_code_and_signal_are_told() {
        let _alone = ALONE.lock();
        let ctx = Context::default();
        let finished = sh("echo out; echo err >&2; exit 3").run(&ctx).unwrap();
        assert_eq!(finished, Finished { code: 3, stdout: b"out\n".to_vec(), stderr: b"err\n".to_vec() });
        assert_eq!(sh("kill -9 $$").run(&ctx).unwrap().code, -9);
        assert_eq!(Program::new(["/nope"]).run(&ctx).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_command_line_is_quoted_where_it_must_be() {
        let program = Program::new(["/bin/x", "a b", "it's", "", "-n=1"]);
        assert_eq!(program.command_line(), r#"/bin/x 'a b' 'it'"'"'s' '' -n=1"#);
    }

    #[test]
    fn input_larger_than_a_pipe_arrives() {
        let _alone = ALONE.lock();
        let input = vec![b'x'; 1 << 20];
        let finished = sh("cat").stdin(input.clone()).run(&Context::default()).unwrap();
        assert_eq!(finished.stdout.len(), input.len());
        let unread = sh("exit 0").stdin(input).run(&Context::default()).unwrap();
        assert_eq!(unread.code, 0);
    }

    #[test]
    fn the_whole_group_ends() {
        let _alone = ALONE.lock();
        let begun = std::time::Instant::now();
        let running = std::thread::spawn(|| sh("sleep 30 & sleep 30").run(&Context::default()).unwrap());
        while lock().is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        end_all(Signal::KILL);
        assert_eq!(running.join().unwrap().code, -9);
        assert!(begun.elapsed().as_secs() < 20, "the background process kept the pipe open");
    }

    #[test]
    fn what_it_leaves_behind_is_not_waited_for() {
        let _alone = ALONE.lock();
        let begun = Instant::now();
        let program = Program::new(["sh", "-c", "sleep 60 & echo $!; echo told >&2"]);
        let finished = program.run(&Context::default()).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        let left_behind = String::from_utf8(finished.stdout).unwrap();
        assert_eq!(finished.stderr, b"told\n");
        let pid = left_behind.trim().parse().ok().and_then(Pid::from_raw).unwrap();
        rustix::process::kill_process(pid, Signal::KILL).unwrap();
    }

    #[test]
    fn much_output_on_both_sides_is_read_whole() {
        let _alone = ALONE.lock();
        let line = "head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3";
        let finished = Program::new(["sh", "-c", line]).run(&Context::default()).unwrap();
        assert_eq!((finished.code, finished.stdout.len(), finished.stderr.len()), (3, 300_000, 200_000));
    }
}
