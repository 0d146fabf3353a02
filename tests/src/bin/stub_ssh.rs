//! Stands for `ssh`: a host is a folder below `$RUSTLE_STUB_HOSTS`, in which what is asked of it is done by this machine. A
//! file `faults` there says what goes wrong, one fault a line:
//!
//! - `refuse [TIMES]`: there is no connection, always or so often;
//! - `drop-output BYTES TIMES`: the connection breaks when so much has come from the host, so often;
//! - `drop-input BYTES TIMES`: the connection breaks when so much has gone to the host, so often;
//! - `slow MILLISECONDS`: each connection takes so long;
//! - `full BLOCKS`: no file can have more blocks of 512 bytes;
//! - `lost BYTES`: the connection breaks as by `drop-output`, and no other comes about any more.
//!
//! How often a fault has happened is counted in a file beside it.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The exit code of ssh when it has no connection.
const NO_CONNECTION: u8 = 255;

/// What goes wrong in one connection.
#[derive(Debug, Default)]
struct Faults {
    output: Option<u64>,
    input: Option<u64>,
    blocks: Option<u64>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(at) = arguments.iter().position(|it| it == "--") else {
        eprintln!("stub_ssh: no `--` before the host: {arguments:?}");
        return ExitCode::from(2);
    };
    let (options, rest) = arguments.split_at(at);
    let [_, host, command @ ..] = rest else { return ExitCode::from(2) };
    if options.iter().any(|it| it == "-O") {
        return ExitCode::SUCCESS;
    }
    let [command] = command else {
        eprintln!("stub_ssh: the command is one argument: {command:?}");
        return ExitCode::from(2);
    };
    let Some(hosts) = std::env::var_os("RUSTLE_STUB_HOSTS").map(PathBuf::from) else {
        return ExitCode::from(2);
    };
    let folder = hosts.join(host);
    if !folder.is_dir() {
        eprintln!("ssh: Could not resolve hostname {host}: Name or service not known");
        return ExitCode::from(NO_CONNECTION);
    }
    let Some(faults) = faults(&folder, host) else { return ExitCode::from(NO_CONNECTION) };
    run(&folder, command, &faults)
}

/// The faults of this connection; `None` if there is none.
fn faults(folder: &Path, host: &str) -> Option<Faults> {
    let text = fs::read_to_string(folder.join("faults")).unwrap_or_default();
    let mut faults = Faults::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words.get(at).and_then(|word| word.parse::<u64>().ok());
        match words.first().copied() {
            Some("refuse") if number(1).is_none_or(|times| counted(folder, "refuse", times)) => {
                eprintln!("ssh: connect to host {host} port 22: Connection refused");
                return None;
            }
            Some("lost") => {
                if folder.join("lost").exists() {
                    eprintln!("ssh: connect to host {host} port 22: No route to host");
                    return None;
                }
                faults.output = number(1);
            }
            Some("drop-output") => {
                faults.output = number(1).filter(|_| left(folder, "drop-output", number(2)))
            }
            Some("drop-input") => faults.input = number(1).filter(|_| left(folder, "drop-input", number(2))),
            Some("slow") => std::thread::sleep(Duration::from_millis(number(1).unwrap_or(0))),
            Some("full") => faults.blocks = number(1),
            _ => {}
        }
    }
    Some(faults)
}

/// Counts a fault, and says whether it shall happen.
fn counted(folder: &Path, name: &str, times: u64) -> bool {
    let happens = left(folder, name, Some(times));
    if happens {
        happened(folder, name);
    }
    happens
}

fn left(folder: &Path, name: &str, times: Option<u64>) -> bool {
    let count = fs::read(folder.join(format!("{name}.count"))).map_or(0, |bytes| bytes.len() as u64);
    times.is_none_or(|times| count < times)
}

fn happened(folder: &Path, name: &str) {
    let file = fs::File::options().append(true).create(true).open(folder.join(format!("{name}.count")));
    file.and_then(|mut file| file.write_all(b"x")).expect("counted");
}

fn run(folder: &Path, command: &str, faults: &Faults) -> ExitCode {
    let limit = faults.blocks.map(|blocks| format!("ulimit -f {blocks}; ")).unwrap_or_default();
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("{limit}{command}"))
        .env("HOME", folder)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("a shell");
    let broken = Arc::new(AtomicBool::new(false));
    let to = child.stdin.take().expect("piped");
    let (most, flag, pid) = (faults.input, Arc::clone(&broken), child.id());
    // It may wait for input when all else is over: nobody waits for it.
    std::thread::spawn(move || {
        if copy(&mut std::io::stdin(), to, most) {
            flag.store(true, Ordering::Release);
            kill(pid);
        }
    });
    let mut from = child.stdout.take().expect("piped");
    let cut = copy(&mut from, std::io::stdout(), faults.output);
    if cut {
        happened(folder, "drop-output");
        let _ = fs::write(folder.join("lost"), "");
        kill(child.id());
    }
    let code = end(&mut child);
    if broken.load(Ordering::Acquire) {
        happened(folder, "drop-input");
    }
    if cut || broken.load(Ordering::Acquire) {
        eprintln!("client_loop: send disconnect: Broken pipe");
        return ExitCode::from(NO_CONNECTION);
    }
    ExitCode::from(code)
}

fn end(child: &mut Child) -> u8 {
    let status = child.wait().expect("it ends");
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(NO_CONNECTION)
}

/// Copies, and says whether it was cut off behind `most` bytes.
fn copy(from: &mut dyn Read, mut to: impl Write, most: Option<u64>) -> bool {
    let mut left = most;
    let mut piece = [0; 64 << 10];
    loop {
        let length = match from.read(&mut piece) {
            Ok(0) | Err(_) => return false,
            Ok(length) => length,
        };
        let part = left.map_or(length, |left| length.min(usize::try_from(left).unwrap_or(usize::MAX)));
        let Some(bytes) = piece.get(..part) else { return false };
        if to.write_all(bytes).and_then(|()| to.flush()).is_err() {
            return false;
        }
        if let Some(left) = &mut left {
            *left -= part as u64;
            if *left == 0 {
                return true;
            }
        }
    }
}

/// Ends what runs in the session; a job has one of its own.
fn kill(pid: u32) {
    let group = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).expect("a pid");
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
}
