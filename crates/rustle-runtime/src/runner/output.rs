//! A run: its reporters, the thread that carries it out, and its end.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustle_bundle::Bundle;
use rustle_schema::event::{EVENT_FORMAT, Event};
use rustle_schema::plan::Plan;

use super::interruption::{self, Outcome};
use super::{ERROR, UNEXPECTED, Who};
use crate::command_line::Options;
use crate::executor::{Ended, Executor, Stopped};
use crate::report::linked::{self, RunStart, Warn};
use crate::report::{
    JsonLines, Look, Progress, ReportFile, Reporter, Reporters, Style, Terminal, Timings, WIDTH,
};
use crate::signals::Interrupt;
use crate::{embedded, process};

/// Runs the plan as `host` and returns the exit code. `kept` are reporters beside those of the command line; `warnings` are
/// told before all else.
pub(super) fn run(
    plan: Plan,
    options: Options,
    host: &str,
    bundle: &Bundle,
    who: &Who<'_>,
    kept: Vec<Box<dyn Reporter>>,
    warnings: &[String],
) -> u8 {
    let reporters = Arc::new(Reporters::new(Vec::new()));
    let digest = bundle.digest();
    // Those of other crates come first: they may take variables out of the environment, which no thread may see.
    for linked in linked::wanted(bundle.settings()) {
        let start = RunStart {
            settings: bundle.settings(),
            runner: who.name,
            version: who.version,
            plan: &plan.name,
            digest: &digest,
            host,
            check: options.settings.check,
            job: options.job.is_some(),
            warn: Warn::through(&reporters),
        };
        reporters.add((linked.open)(&start));
    }
    let lost = Arc::new(AtomicBool::new(false));
    let own = self::reporters(&plan, &options, who.version, &lost);
    own.into_iter().chain(kept).for_each(|it| reporters.add(it));
    reporters.send(Event::Start {
        format: EVENT_FORMAT,
        plan: plan.name.clone(),
        digest,
        check: options.settings.check,
        host: host.to_owned(),
    });
    for notice in plan.notices.iter().chain(warnings) {
        reporters.send(Event::Warning { message: notice.clone() });
    }
    let interrupt = Arc::new(Interrupt::default());
    let work = {
        let (reporters, interrupt) = (Arc::clone(&reporters), Arc::clone(&interrupt));
        let (settings, host) = (options.settings.clone(), host.to_owned());
        let files = embedded::contents();
        move || Executor::new(&plan, settings, &host, files, reporters, interrupt).run()
    };
    let ended = match interruption::watch(work, &interrupt, options.timeout, process::end_all) {
        Outcome::Ended(ended) => ended,
        Outcome::Abandoned(cause) => {
            let reason = cause.reason().to_owned();
            let stopped = Stopped { exit_code: cause.exit_code(), reason, fatal: false };
            Ended { exit_code: cause.exit_code(), stopped: Some(stopped) }
        }
        Outcome::Broken(reason) => {
            let exit_code = i32::from(UNEXPECTED);
            Ended { exit_code, stopped: Some(Stopped { exit_code, reason, fatal: false }) }
        }
    };
    finish(&reporters, &ended);
    interruption::no_longer();
    match (u8::try_from(ended.exit_code).unwrap_or(UNEXPECTED), reporters.close()) {
        (0, Some(code)) => code,
        // A program that reads events has not got them all.
        (0, None) if options.json && lost.load(Ordering::Relaxed) => ERROR,
        (code, _) => code,
    }
}

/// Tells the recap and the end. An error of the plan has no recap, as in Ansible.
fn finish(reporters: &Reporters, ended: &Ended) {
    if !ended.stopped.as_ref().is_some_and(|stopped| stopped.fatal) {
        reporters.send(Event::Recap { hosts: reporters.recaps() });
    }
    let stopped = ended.stopped.as_ref().map(|stopped| stopped.reason.clone());
    reporters.send(Event::End { exit_code: ended.exit_code, stopped });
}

fn reporters(
    plan: &Plan,
    options: &Options,
    version: &str,
    lost: &Arc<AtomicBool>,
) -> Vec<Box<dyn Reporter>> {
    let out = Output { lost: Arc::clone(lost) };
    let mut reporters: Vec<Box<dyn Reporter>> = Vec::new();
    if options.job.is_some() {
        // It has nobody to talk to, and keeps its events.
    } else if options.json {
        reporters.push(Box::new(JsonLines::new(out)));
    } else {
        reporters.push(Box::new(terminal(plan, options, out)));
    }
    if let Some(path) = &options.report {
        reporters.push(Box::new(ReportFile::new(path.clone(), version)));
    }
    if options.timings {
        reporters.push(Box::new(Timings::default()));
    }
    reporters
}

fn terminal(plan: &Plan, options: &Options, out: Output) -> Terminal<impl Write + Send + use<>> {
    let seen = io::stdout().is_terminal();
    let no_color = options.no_color || std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
    let width = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    let look = Look {
        style: Style::new(seen && !no_color),
        verbosity: options.settings.verbosity,
        // As Ansible: one column is kept free, so that the cursor does not wrap.
        width: width.filter(|_| seen).map_or(WIDTH, |width| width.saturating_sub(1)),
        flush: seen,
    };
    let live = io::stderr().is_terminal() && !options.settings.step;
    let progress = if live { Progress::new(plan.tasks()) } else { Progress::none() };
    Terminal::new(BufWriter::with_capacity(64 << 10, out), look, progress)
}

/// Standard output of a run, which goes on whatever becomes of it: that something is lost is said once.
struct Output {
    lost: Arc<AtomicBool>,
}

impl Output {
    fn note(&self, error: &io::Error) {
        let quiet = matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::BrokenPipe);
        // Whoever has closed a pipe has seen enough.
        if !quiet && !self.lost.swap(true, Ordering::Relaxed) {
            let _ = writeln!(
                io::stderr(),
                "[WARNING]: standard output cannot be written: {error}; the run goes on"
            );
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes).inspect_err(|error| self.note(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().inspect_err(|error| self.note(error))
    }
}
