//! Starts a worker, as this user or another.

use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{ARGUMENT, identity};
use crate::executor::Become;
use crate::fs::users::{self, User};
use crate::secrets;

/// A worker that was started, and what it said on standard error before its first word.
pub struct Started {
    /// The process.
    pub child: Child,
    /// Whether standard error is a pipe, because a program stands between that may say why it refuses.
    pub through: Option<&'static str>,
}

/// Starts a worker.
///
/// # Errors
/// If it cannot be started; the message says what is missing.
pub fn start(user: Option<&Become>) -> io::Result<Started> {
    let Some(user) = user else { return spawn(Command::new("/proc/self/exe"), None, None) };
    let account = identity::find(&user.user)
        .ok_or_else(|| io::Error::other(format!("there is no user called {}", user.user)))?;
    if rustix::process::geteuid().is_root() {
        let mut command = Command::new("/proc/self/exe");
        command.envs(environment(&account));
        return spawn(command, Some(&account.name), None);
    }
    match user.method.as_str() {
        "sudo" | "ansible.builtin.sudo" => {
            let executable = executable()?;
            let direct = may_execute(&account, &executable);
            let mut command = Command::new("sudo");
            command.args(["-n", "-H", "-u", if direct { &account.name } else { "root" }]);
            command.args(flags(&user.flags)).arg("--");
            if direct {
                command.arg(executable);
                return spawn(command, None, Some("sudo"));
            }
            // As a runner that is root does it: the worker becomes the user by itself.
            command.arg("env");
            command.args(environment(&account).map(|(name, value)| format!("{name}={value}")));
            command.arg(executable);
            spawn(command, Some(&account.name), Some("sudo -u root"))
        }
        "su" | "ansible.builtin.su" => Err(io::Error::other(
            "su asks for a password, which a runner cannot give: run it as root, or with become_method sudo",
        )),
        other => Err(io::Error::other(format!(
            "become_method '{other}' is not known to a runner: run it as root, or with sudo"
        ))),
    }
}

fn spawn(mut command: Command, user: Option<&str>, through: Option<&'static str>) -> io::Result<Started> {
    command.arg(ARGUMENT).args(user);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let read = through.is_some() || secrets::redaction().is_active();
    command.stderr(if read { Stdio::piped() } else { Stdio::inherit() });
    // Ctrl-C is the runner's to hear, which then tells the worker.
    command.process_group(0);
    let child = command.spawn().map_err(|error| match (through, error.kind()) {
        (Some(program), io::ErrorKind::NotFound) => {
            io::Error::other(format!("{program} is not installed, and this runner is not root"))
        }
        _ => error,
    })?;
    Ok(Started { child, through })
}

/// What the environment says of the user.
fn environment(account: &User) -> [(&'static str, &str); 4] {
    let shell = if account.shell.is_empty() { "/bin/sh" } else { &account.shell };
    [("HOME", &account.home), ("USER", &account.name), ("LOGNAME", &account.name), ("SHELL", shell)]
}

/// Whether the user may execute the file, as far as modes tell: a runner that was deployed is its owner's alone.
fn may_execute(account: &User, path: &Path) -> bool {
    if account.uid == 0 {
        return true;
    }
    let groups = users::groups_of(account);
    path.ancestors().all(|path| {
        path.metadata().is_ok_and(|it| {
            let shift = if it.uid() == account.uid {
                6
            } else if groups.contains(&it.gid()) {
                3
            } else {
                0
            };
            (it.mode() >> shift) & 1 == 1
        })
    })
}

/// The name of this executable, which another program can start.
fn executable() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    if path.exists() { Ok(path) } else { Err(io::Error::other("this executable was removed while it runs")) }
}

/// `become_flags`; those that are there anyway, or that ask for a password, are left out.
fn flags(flags: &str) -> Vec<&str> {
    flags.split_whitespace().filter(|flag| !matches!(*flag, "-H" | "-S" | "-n")).collect()
}

impl Started {
    /// Why a worker that has not said a word has ended.
    pub fn reason(&mut self) -> String {
        let mut text = String::new();
        if let Some(error) = &mut self.child.stderr {
            let mut bytes = Vec::new();
            let _ = error.take(4096).read_to_end(&mut bytes);
            text = String::from_utf8_lossy(&bytes).trim().to_owned();
        }
        if text.contains("password") {
            return "Missing sudo password".into();
        }
        let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        if text.is_empty() { status } else { text }
    }

    /// Lets what the worker says on standard error through from now on.
    pub fn forward_errors(&mut self) {
        if let Some(error) = self.child.stderr.take() {
            // It ends with the worker; without the thread the worker's words are lost, and nothing else.
            let copy = move || secrets::standard_error::copy(error);
            let _ = std::thread::Builder::new().name("worker errors".into()).spawn(copy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_execute_a_file_is_told_by_its_modes() {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("runner");
        std::fs::write(&file, "").unwrap();
        let modes = |above: u32, mode: u32| {
            set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            set_permissions(folder.path(), Permissions::from_mode(above)).unwrap();
        };
        let of = |uid: u32, gid: u32| User {
            name: "rustle-nobody".into(),
            uid,
            gid,
            gecos: String::new(),
            home: "/".into(),
            shell: String::new(),
        };
        let other = of(54_321, 54_321);
        modes(0o755, 0o711);
        assert!(may_execute(&other, &file));
        modes(0o700, 0o755);
        assert!(!may_execute(&other, &file));
        modes(0o755, 0o700);
        assert!(!may_execute(&other, &file) && may_execute(&of(0, 0), &file));
        modes(0o755, 0o610);
        assert!(!may_execute(&other, &file));
        assert!(may_execute(&of(54_321, file.metadata().unwrap().gid()), &file));
    }

    #[test]
    fn flags_that_ask_for_a_password_are_left_out() {
        assert_eq!(flags("-H -S -n --login"), ["--login"]);
    }
}
