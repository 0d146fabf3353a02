//! Scripts on a host: the same whether it is reached over `ssh` or is this machine.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::connection::{Common, Connection, Ssh};
use crate::show;

/// The exit code of ssh itself, when there is no connection or it broke.
const NO_CONNECTION: i32 = 255;

/// Why a script did not do what it should.
#[derive(Debug)]
pub enum Broken {
    /// There is no connection, or not any more; what ssh says of it.
    Connection(String),
    /// The host has refused; the exit code, and what it says.
    Refused(i32, String),
    /// This machine could not do its part.
    Here(String),
}

/// What a script said.
#[derive(Debug)]
pub struct Said {
    /// Its standard output.
    pub out: String,
}

/// A connection to a host that several scripts share.
#[derive(Debug)]
pub struct Session<'a> {
    connection: &'a Connection,
    common: Common,
    control: PathBuf,
}

/// A script that runs.
#[derive(Debug)]
pub struct Running {
    /// The process.
    pub child: Child,
    errors: File,
}

impl<'a> Session<'a> {
    /// A session whose connection is shared through the socket `control`. It is opened by the first script.
    pub fn new(connection: &'a Connection, common: Common, control: PathBuf) -> Session<'a> {
        Session { connection, common, control }
    }

    /// Starts a shell script with arguments on the host.
    ///
    /// # Errors
    /// If no process can be started here.
    pub fn start(&self, script: &str, arguments: &[&str], input: Stdio) -> Result<Running, Broken> {
        let mut command = match self.connection {
            Connection::Ssh(ssh) => {
                let mut command = self.ssh(ssh);
                command.arg("--").arg(&ssh.host).arg(remote(script, arguments)?);
                command
            }
            Connection::Local => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(script).arg("rustle").args(arguments);
                if let Some(home) = std::env::var_os("HOME") {
                    command.current_dir(home);
                }
                command
            }
            Connection::Refused(why) => return Err(Broken::Connection(why.clone())),
        };
        // A file and no pipe: the process that keeps the connection open would hold a pipe open, too.
        let errors = tempfile::tempfile().map_err(|error| Broken::Here(error.to_string()))?;
        let copy = errors.try_clone().map_err(|error| Broken::Here(error.to_string()))?;
        let spawned = command.stdin(input).stdout(Stdio::piped()).stderr(copy).spawn();
        let child = spawned.map_err(|error| {
            Broken::Here(format!("{} cannot be started: {error}", command.get_program().display()))
        })?;
        Ok(Running { child, errors })
    }

    /// Runs a script to its end.
    ///
    /// # Errors
    /// If it does not end well.
    pub fn run(&self, script: &str, arguments: &[&str]) -> Result<Said, Broken> {
        let mut running = self.start(script, arguments, Stdio::null())?;
        let mut out = String::new();
        let read = running.child.stdout.take().map(|pipe| pipe.take(1 << 20).read_to_string(&mut out));
        running.end()?;
        match read {
            Some(Err(error)) => Err(Broken::Here(error.to_string())),
            _ => Ok(Said { out }),
        }
    }

    /// Runs a script that reads what `input` writes.
    ///
    /// # Errors
    /// If it does not end well.
    pub fn feed(
        &self,
        script: &str,
        arguments: &[&str],
        input: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
    ) -> Result<(), Broken> {
        let mut running = self.start(script, arguments, Stdio::piped())?;
        // That nobody reads on is told by how the script ends.
        let fed = running.child.stdin.take().map(|mut pipe| input(&mut pipe));
        let mut out = running.child.stdout.take();
        let _ = out.as_mut().map(|pipe| std::io::copy(pipe, &mut std::io::sink()));
        running.end()?;
        match fed {
            Some(Err(error)) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Broken::Here(error.to_string()))
            }
            _ => Ok(()),
        }
    }

    fn ssh(&self, ssh: &Ssh) -> Command {
        let mut command = Command::new(ssh.program());
        command.args(ssh.arguments(&self.control, self.common));
        command
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let Connection::Ssh(ssh) = self.connection else { return };
        // Whoever keeps the connection would go by itself after a minute.
        if self.control.exists() {
            let mut command = self.ssh(ssh);
            command.args(["-O", "exit", "--"]).arg(&ssh.host);
            let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
            let _ = std::fs::remove_file(&self.control);
        }
    }
}

impl Running {
    /// Waits for the end.
    ///
    /// # Errors
    /// If the script did not end with 0.
    pub fn end(mut self) -> Result<(), Broken> {
        let status = self.child.wait().map_err(|error| Broken::Here(error.to_string()))?;
        if status.success() {
            return Ok(());
        }
        Err(broken(status, &self.said()))
    }

    /// The end of what was said on standard error.
    fn said(&mut self) -> String {
        let mut bytes = Vec::new();
        let length = self.errors.metadata().map_or(0, |it| it.len());
        let from = length.saturating_sub(16 << 10);
        let _ = self.errors.seek(std::io::SeekFrom::Start(from));
        let _ = (&mut self.errors).take(16 << 10).read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

fn broken(status: ExitStatus, said: &str) -> Broken {
    let or = |otherwise: String| if said.is_empty() { otherwise } else { said.to_owned() };
    match status.code() {
        Some(NO_CONNECTION) => Broken::Connection(or("ssh has no connection, and does not say why".into())),
        Some(code) => Broken::Refused(code, or(format!("exit code {code}"))),
        // ssh itself was killed.
        None => Broken::Connection(or(status.to_string())),
    }
}

/// The one line that the shell of a user, whichever that is, makes the script of.
fn remote(script: &str, arguments: &[&str]) -> Result<OsString, Broken> {
    let mut line = String::from("exec sh -c ");
    for word in [script, "rustle"].iter().chain(arguments) {
        let quoted = quote(word)
            .ok_or_else(|| Broken::Here(format!("{word:?} holds a NUL, which no command line can")))?;
        line.push_str(&quoted);
        line.push(' ');
    }
    line.pop();
    Ok(line.into())
}

/// A word in single quotes, which every shell takes as it is.
fn quote(word: &str) -> Option<String> {
    (!word.contains('\0')).then(|| show::quoted(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(connection: &Connection) -> Session<'_> {
        let common = Common { timeout: 1, compress: false, interactive: false };
        Session::new(connection, common, "/nonexistent/control".into())
    }

    #[test]
    fn arguments_arrive_as_they_are() {
        let words = ["-rf", "a b", "$(touch /tmp/x)", "'", "\"`\\", "é\n"];
        let said = session(&Connection::Local).run("printf '%s|' \"$@\"", &words).unwrap();
        assert_eq!(said.out, "-rf|a b|$(touch /tmp/x)|'|\"`\\|é\n|");
        // The same through the shell of a user.
        let line = remote("printf '%s|' \"$@\"", &words).unwrap();
        let output = Command::new("sh").arg("-c").arg(line).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), said.out);
        assert!(remote("x", &["\0"]).is_err());
    }

    #[test]
    fn how_a_script_ends_is_told() {
        let session = session(&Connection::Local);
        match session.run("echo no >&2; exit 7", &[]) {
            Err(Broken::Refused(7, said)) => assert_eq!(said, "no"),
            other => panic!("{other:?}"),
        }
        assert!(matches!(session.run("exit 255", &[]), Err(Broken::Connection(_))));
        assert!(matches!(session.run("kill -9 $$", &[]), Err(Broken::Connection(_))));
        let refused = Connection::Refused("why".into());
        assert!(
            matches!(super::tests::session(&refused).run("true", &[]), Err(Broken::Connection(why)) if why == "why")
        );
    }

    #[test]
    fn what_is_fed_arrives() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f");
        let script = "cat > \"$1\"";
        let session = session(&Connection::Local);
        session.feed(script, &[file.to_str().unwrap()], |out| out.write_all(b"fed")).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"fed");
        let big = vec![0; 1 << 20];
        let refused = session.feed("exit 3", &[], |out| out.write_all(&big));
        assert!(matches!(refused, Err(Broken::Refused(3, _))), "{refused:?}");
    }
}
