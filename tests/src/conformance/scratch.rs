//! The surroundings of a run, the same for both sides: an empty output folder, an empty home, a clean environment,
//! a fixed umask and a time limit.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::case::Case;

/// No case takes longer than this; one that does hangs.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Where programs are looked for: the caller's folders may be closed to others, which changes what a missing program is.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Sets the umask without unsafe code, then becomes the program.
const WITH_UMASK: &str = "umask 022; exec \"$@\"";

/// The folders of one case's runs; they vanish with the value.
#[derive(Debug)]
pub struct Scratch {
    dir: TempDir,
    case: PathBuf,
    user: User,
}

/// Who runs the suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's number.
    pub uid: u32,
    /// The number of the user's main group.
    pub gid: u32,
    /// The user's name.
    pub name: String,
    /// The main group's name.
    pub group: String,
}

/// What a process that has ended left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl User {
    /// The user of this process, as `id` names it.
    pub fn current() -> io::Result<User> {
        let own = fs::metadata("/proc/self")?;
        Ok(User { uid: own.uid(), gid: own.gid(), name: id("-un")?, group: id("-gn")? })
    }
}

fn id(option: &str) -> io::Result<String> {
    let output = Command::new("id").arg(option).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

impl Scratch {
    /// Makes the folders and runs the case's setup lines.
    pub fn prepare(case: &Case) -> io::Result<Scratch> {
        let dir = tempfile::Builder::new().prefix("conformance-").tempdir()?;
        let scratch = Scratch { dir, case: case.dir.clone(), user: User::current()? };
        for folder in [scratch.out(), scratch.home(), scratch.cwd()] {
            fs::create_dir(folder)?;
        }
        if !case.config.setup.is_empty() {
            let lines = format!("set -eu\n{}\n", case.config.setup.join("\n"));
            let args = ["-c".into(), lines.into()];
            let done = scratch.run(OsStr::new("sh"), &args, &scratch.out(), &BTreeMap::new())?;
            if !done.status.success() {
                return Err(io::Error::other(format!("{}: the setup failed: {}", case.name, done.stderr)));
            }
        }
        Ok(scratch)
    }

    /// The output folder: the extra variable `out`.
    pub fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    /// The home directory.
    pub fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// The working directory.
    pub fn cwd(&self) -> PathBuf {
        self.dir.path().join("cwd")
    }

    /// A path for what belongs to the side and not to the case.
    pub fn side(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The folder of the case.
    pub fn case_dir(&self) -> &Path {
        &self.case
    }

    /// Who runs the case.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Runs a program to its end in the clean environment, with `extra` added to it.
    pub fn run(
        &self,
        program: &OsStr,
        args: &[OsString],
        cwd: &Path,
        extra: &BTreeMap<String, OsString>,
    ) -> io::Result<Finished> {
        let (stdout, stderr) = (self.side("stdout"), self.side("stderr"));
        let mut command = Command::new("sh");
        command.args(["-c", WITH_UMASK, "sh"]).arg(program).args(args).current_dir(cwd);
        command.env_clear().envs(self.environment()).envs(extra);
        command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
        let mut child = command.spawn()?;
        let deadline = Instant::now() + TIME_LIMIT;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                return Err(io::Error::other(format!("{} hangs", program.to_string_lossy())));
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let text = |path: &Path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(Finished { status, stdout: text(&stdout)?, stderr: text(&stderr)? })
    }

    /// Nothing of the caller's environment reaches a run.
    fn environment(&self) -> BTreeMap<String, OsString> {
        let mut env = BTreeMap::new();
        env.insert("HOME".to_owned(), self.home().into_os_string());
        env.insert("OUT".to_owned(), self.out().into_os_string());
        env.insert("CASE".to_owned(), self.case.clone().into_os_string());
        for (key, value) in [
            ("PATH", PATH),
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
            ("USER", self.user.name.as_str()),
            ("LOGNAME", self.user.name.as_str()),
            ("CONFORMANCE", "from the environment"),
        ] {
            env.insert(key.to_owned(), value.into());
        }
        env
    }
}
