//! `wait_for`: waits for a port, a file, or some time.

use std::io::Read;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use fancy_regex::Regex;
use rustle_runtime::prelude::*;

use crate::connections;

/// Waits until a port is open or closed, until a file is there (and holds some text) or gone, or for some time.
///
/// # Examples
/// ```yaml
/// - wait_for:
///     port: 8080
///     timeout: 60
/// - wait_for:
///     path: /var/log/app.log
///     search_regex: ready in ([0-9]+) ms
/// ```
///
/// # Returns
/// - `elapsed` (int): whole seconds that it took
/// - `match_groups` (list): what the groups of `search_regex` matched
/// - `match_groupdict` (dict): the same of its named groups
/// - `state` (str): what was waited for; of a file that is there, what it is
#[rustle_module(name = "wait_for", check_mode = "none", permissions = ["net:connect", "fs:read"])]
pub struct WaitFor {
    /// The host of the port.
    #[arg(default = "127.0.0.1")]
    host: String,
    /// How long to wait, in seconds, `delay` included.
    #[arg(default = 300)]
    timeout: u64,
    /// How long one attempt to connect may take, in seconds.
    #[arg(default = 5)]
    connect_timeout: u64,
    /// How long to wait before the first look, in seconds.
    #[arg(default = 0)]
    delay: u64,
    /// The port.
    port: Option<u16>,
    /// States of connections that count for `drained`.
    #[arg(default = ["ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "SYN_RECV", "SYN_SENT", "TIME_WAIT"])]
    active_connection_states: Vec<String>,
    /// The file.
    path: Option<PathBuf>,
    /// A regular expression that must match in the file, or in what the port says.
    search_regex: Option<String>,
    /// What to wait for.
    #[arg(default = "started")]
    state: State,
    /// Hosts whose connections do not count for `drained`.
    exclude_hosts: Option<Vec<String>>,
    /// How long to wait between two looks, in seconds.
    #[arg(default = 1)]
    sleep: u64,
    /// What to say if it takes too long.
    msg: Option<String>,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum State {
    /// The port is closed, or the file gone.
    Absent,
    /// The port has no active connection.
    Drained,
    /// The port is open, or the file there.
    Present,
    /// The same.
    Started,
    /// The port is closed, or the file gone.
    Stopped,
}

/// What one look has found.
enum Look {
    Done(Found),
    NotYet,
}

/// What there is to tell of what was waited for.
#[derive(Default)]
struct Found {
    groups: Vec<Value>,
    named: Map,
}

impl Module for WaitFor {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let begun = Instant::now();
        self.check().map_err(|error| error.with("elapsed", 0))?;
        let regex = match &self.search_regex {
            Some(pattern) => {
                let multiline = format!("(?m){pattern}");
                Some(Regex::new(&multiline).context(format!("search_regex '{pattern}'"))?)
            }
            None => None,
        };
        std::thread::sleep(Duration::from_secs(self.delay));
        let found = if self.port.is_none() && self.path.is_none() && self.state != State::Drained {
            std::thread::sleep(Duration::from_secs(self.timeout));
            Found::default()
        } else {
            let end = begun.checked_add(Duration::from_secs(self.timeout)).unwrap_or(begun);
            self.wait(regex.as_ref(), end)
                .map_err(|error| error.with("elapsed", begun.elapsed().as_secs()))?
        };
        let outcome = Outcome::ok()
            .with("state", word(self.state))
            .with("port", self.port)
            .with("search_regex", self.search_regex.as_deref())
            .with("match_groups", found.groups)
            .with("match_groupdict", found.named)
            .with("path", self.path.as_ref().map(|path| path.display().to_string()))
            .with("elapsed", begun.elapsed().as_secs());
        Ok(match &self.path {
            Some(path) => rustle_runtime::fs::info::described(outcome, path),
            None => outcome,
        })
    }
}

impl WaitFor {
    /// Arguments that do not go together.
    fn check(&self) -> Result<()> {
        if self.port.is_some() && self.path.is_some() {
            return Err(Error::new("port and path parameter can not both be passed to wait_for"));
        }
        if self.path.is_some() && self.state == State::Stopped {
            return Err(Error::new(
                "state=stopped should only be used for checking a port in the wait_for module",
            ));
        }
        if self.path.is_some() && self.state == State::Drained {
            return Err(Error::new(
                "state=drained should only be used for checking a port in the wait_for module",
            ));
        }
        if self.exclude_hosts.is_some() && self.state != State::Drained {
            return Err(Error::new("exclude_hosts should only be with state=drained"));
        }
        let known = |state: &&String| connections::state_code(state).is_none();
        match self.active_connection_states.iter().find(known) {
            Some(wrong) => Err(Error::new(format!("unknown active_connection_state ({wrong}) defined"))),
            None => Ok(()),
        }
    }

    fn wait(&self, regex: Option<&Regex>, end: Instant) -> Result<Found> {
        // Without time nobody looks, not even once.
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::new(self.late()));
            }
            if let Look::Done(found) = self.look(regex)? {
                return Ok(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            std::thread::sleep(left.min(Duration::from_secs(self.sleep)));
        }
    }

    fn look(&self, regex: Option<&Regex>) -> Result<Look> {
        let wants_gone = matches!(self.state, State::Absent | State::Stopped);
        match (&self.path, self.port) {
            (Some(path), _) if wants_gone => {
                Ok(if path.exists() { Look::NotYet } else { Look::Done(Found::default()) })
            }
            (Some(path), _) => match std::fs::read(path) {
                Ok(content) => Ok(search(regex, &content)),
                // A folder, or a file that must not be read, is there all the same.
                Err(_) if regex.is_none() && path.exists() => Ok(Look::Done(Found::default())),
                Err(_) => Ok(Look::NotYet),
            },
            (None, Some(port)) if self.state == State::Drained => {
                let excluded = self.exclude_hosts.clone().unwrap_or_default();
                let active =
                    connections::active(&self.host, port, &excluded, &self.active_connection_states)?;
                Ok(if active == 0 { Look::Done(Found::default()) } else { Look::NotYet })
            }
            (None, Some(port)) => {
                let connection = self.connect(port);
                Ok(match (connection, wants_gone) {
                    (None, true) => Look::Done(Found::default()),
                    (None, false) | (Some(_), true) => Look::NotYet,
                    (Some(stream), false) => listen(stream, regex, Duration::from_secs(self.connect_timeout)),
                })
            }
            (None, None) => Err(Error::new("port parameter should be specified for state=drained")),
        }
    }

    fn connect(&self, port: u16) -> Option<TcpStream> {
        let addresses = (self.host.as_str(), port).to_socket_addrs().ok()?;
        let limit = Duration::from_secs(self.connect_timeout.max(1));
        addresses.into_iter().find_map(|address| TcpStream::connect_timeout(&address, limit).ok())
    }

    /// What is said when it took too long.
    fn late(&self) -> String {
        if let Some(msg) = &self.msg {
            return msg.clone();
        }
        let host_port = format!("{}:{}", self.host, self.port.unwrap_or_default());
        match (&self.path, self.state, &self.search_regex) {
            (Some(path), State::Absent, _) => {
                format!("Timeout when waiting for {} to be absent.", path.display())
            }
            (Some(path), _, Some(regex)) => {
                format!("Timeout when waiting for search string {regex} in {}", path.display())
            }
            (Some(path), _, None) => format!("Timeout when waiting for file {}", path.display()),
            (None, State::Drained, _) => format!("Timeout when waiting for {host_port} to drain"),
            (None, State::Absent | State::Stopped, _) => {
                format!("Timeout when waiting for {host_port} to stop.")
            }
            (None, _, Some(regex)) => {
                format!("Timeout when waiting for search string {regex} in {host_port}")
            }
            (None, _, None) => format!("Timeout when waiting for {host_port}"),
        }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Absent => "absent",
        State::Drained => "drained",
        State::Present => "present",
        State::Started => "started",
        State::Stopped => "stopped",
    }
}

/// Looks for the expression in a file's content.
fn search(regex: Option<&Regex>, content: &[u8]) -> Look {
    let Some(regex) = regex else { return Look::Done(Found::default()) };
    let text = String::from_utf8_lossy(content);
    let Ok(Some(captures)) = regex.captures(text.as_ref()) else { return Look::NotYet };
    let group = |it: Option<fancy_regex::Match<'_>>| Value::from(it.map(|it| it.as_str()));
    let groups = captures.iter().skip(1).map(group).collect();
    let named = regex.capture_names().flatten().map(|name| (name, group(captures.name(name)))).collect();
    Look::Done(Found { groups, named })
}

/// Listens to what an open port says until the expression matches.
fn listen(mut stream: TcpStream, regex: Option<&Regex>, limit: Duration) -> Look {
    if regex.is_none() {
        return Look::Done(Found::default());
    }
    let end = Instant::now() + limit;
    let mut heard = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return Look::NotYet;
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return Look::NotYet,
            Ok(n) => heard.extend_from_slice(&buffer[..n]),
        }
        if let Look::Done(found) = search(regex, &heard) {
            return Look::Done(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use rustle_runtime::testing::{self, Scratch, args};

    use super::*;

    #[test]
    fn an_open_port_is_there_and_a_closed_one_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(!testing::apply::<WaitFor>(args! { "port": port, "timeout": 5 }).failed);
        drop(listener);
        let late = testing::fails::<WaitFor>(args! { "port": port, "timeout": 1 });
        assert_eq!(late, format!("Timeout when waiting for 127.0.0.1:{port}"));
        assert!(!testing::apply::<WaitFor>(args! { "port": port, "state": "stopped", "timeout": 5 }).failed);
    }

    #[test]
    fn a_file_is_searched() {
        let scratch = Scratch::new();
        let log = scratch.write("log", "starting\nready in 12 ms\n");
        let outcome = testing::apply::<WaitFor>(
            args! { "path": log.to_str(), "search_regex": "^ready in (?P<n>[0-9]+)", "timeout": 5 },
        );
        assert_eq!(outcome.data.get("match_groups"), Some(&["12"].into_iter().collect()));
        assert_eq!(outcome.data.get("match_groupdict").and_then(|it| it.get("n")), Some(&Value::from("12")));
        assert_eq!(outcome.data.get("state"), Some(&Value::from("file")));
    }

    #[test]
    fn the_time_includes_the_delay() {
        let scratch = Scratch::new();
        let there = scratch.write("there", "");
        let late = testing::fails::<WaitFor>(args! { "path": there.to_str(), "timeout": 1, "delay": 1 });
        assert_eq!(late, format!("Timeout when waiting for file {}", there.display()));
    }

    #[test]
    fn what_a_port_says_is_searched() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            use std::io::Write;
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"SSH-2.0-x\r\n").unwrap();
        });
        let outcome = testing::apply::<WaitFor>(args! { "port": port, "search_regex": "SSH", "timeout": 5 });
        server.join().unwrap();
        assert!(!outcome.failed, "{outcome:?}");
    }

    #[test]
    fn arguments_that_do_not_go_together_are_refused() {
        let both = testing::fails::<WaitFor>(args! { "port": 1, "path": "/x" });
        assert!(both.contains("can not both be passed"), "{both}");
        let state = testing::fails::<WaitFor>(args! { "port": 1, "active_connection_states": ["NOPE"] });
        assert!(state.contains("unknown active_connection_state (NOPE)"), "{state}");
    }
}
