//! What a finished program returns.

use std::time::Instant;

use jiff::Zoned;
use rustle_runtime::clock;
use rustle_runtime::prelude::*;
use rustle_runtime::process::{Finished, Program};

/// The system's code for what does not exist.
const NOT_FOUND: i32 = 2;

/// Runs a program and returns all that Ansible tells of it: code, output, times. A code other than 0 fails.
///
/// # Errors
/// If it cannot be started.
pub fn run(program: &Program, cmd: Value, strip: bool, ctx: &Context) -> Result<Outcome> {
    let start = Zoned::now();
    let begun = Instant::now();
    let finished = match program.run(ctx) {
        Ok(finished) => finished,
        Err(error) => {
            // As ansible-core has it, the code is that of the system's error.
            let code = error.raw_os_error().unwrap_or(NOT_FOUND);
            let outcome = Outcome::failed("Error executing command.").with("rc", code);
            return Ok(with_output(outcome.with("cmd", program.command_line()), "", ""));
        }
    };
    let Finished { code, stdout, stderr } = finished;
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if strip { text.trim_end_matches(['\r', '\n']).to_owned() } else { text }
    };
    let (stdout, stderr) = (text(&stdout), text(&stderr));
    let mut outcome = Outcome { failed: code != 0, ..Outcome::changed() }
        .msg(if code == 0 { "" } else { "non-zero return code" })
        .with("cmd", cmd)
        .with("rc", code)
        .with("start", clock::write(&start))
        .with("end", timestamp_after(&start, begun))
        .with("delta", clock::span(begun.elapsed()));
    outcome = with_output(outcome, &stdout, &stderr);
    Ok(outcome)
}

fn timestamp_after(start: &Zoned, begun: Instant) -> String {
    let passed = jiff::SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
    start.checked_add(passed).map_or_else(|_| clock::timestamp(), |end| clock::write(&end))
}

/// With standard output and standard error; the runner adds them by line.
pub fn with_output(outcome: Outcome, stdout: &str, stderr: &str) -> Outcome {
    outcome.with("stdout", stdout).with("stderr", stderr)
}

/// A program that was not run, and why: as `command` returns it.
pub fn not_run(cmd: Value, msg: String, stdout: &str) -> Outcome {
    let outcome = Outcome::ok()
        .msg(msg)
        .with("cmd", cmd)
        .with("rc", 0)
        .with("start", ())
        .with("end", ())
        .with("delta", ());
    with_output(outcome, stdout, "")
}
