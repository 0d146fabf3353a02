//! The worker's own side.

use std::io::{self, BufReader};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rustix::process::Signal;
use rustle_schema::outcome::Outcome;
use rustle_schema::worker::{Hello, Request, Response, WORKER_FORMAT};

use super::{frame, identity};
use crate::context::Context;
use crate::error::Error;
use crate::executor::panics;
use crate::runner::Carried;
use crate::{embedded, process, registry, secrets};

/// How long programs have to end after SIGTERM, when the runner has gone away.
const GRACE: Duration = Duration::from_millis(500);

/// The longest message that waits to be taken: the runner sends one at a time.
const WAITING: usize = 1;

/// Serves requests until there are no more. `open` gives the bundle, which is opened before the process becomes the user
/// that its second argument names: that user need not be able to read the executable.
pub fn serve(open: impl FnOnce() -> Option<Carried>) -> ExitCode {
    let mut secret = false;
    if let Some(Carried { bundle, live }) = open() {
        secret = secrets::are_carried(&bundle);
        embedded::set(live.over(Arc::new(bundle)));
    }
    let refusal = match std::env::args().nth(2) {
        Some(user) => identity::become_user(&user).err().map(|error| error.to_string()),
        None => None,
    };
    if secret {
        // What a task is given may be one, and it is taken out by the runner, which alone knows the secrets.
        secrets::harden();
    }
    let mut out = io::stdout().lock();
    let refused = refusal.is_some();
    if frame::write(&mut out, &Hello { format: WORKER_FORMAT, refusal }).is_err() || refused {
        return ExitCode::FAILURE;
    }
    panics::silence();
    let (requests, ended) = listen();
    for request in requests {
        let outcome = apply(request);
        if ended.load(Ordering::Acquire) || frame::write(&mut out, &Response { outcome }).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

/// Reads requests in a thread of its own. When the runner closes the pipe while a module is applied, everything that was
/// started is killed, and so is this process.
fn listen() -> (mpsc::Receiver<Request>, Arc<AtomicBool>) {
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    let ended = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ended);
    let read = move || {
        let mut input = BufReader::new(io::stdin());
        while let Ok(Some(request)) = frame::read(&mut input) {
            if sender.send(request).is_err() {
                return;
            }
        }
        flag.store(true, Ordering::Release);
        drop(sender);
        process::end_all(Signal::TERM);
        std::thread::sleep(GRACE);
        process::end_all(Signal::KILL);
        std::thread::sleep(Duration::from_millis(50));
        // The main thread, had it nothing to do, would have ended the process by now.
        std::process::exit(1);
    };
    // Without the thread the receiver is closed at once, and the worker ends: the runner tells that.
    let _ = std::thread::Builder::new().name("requests".into()).spawn(read);
    (receiver, ended)
}

fn apply(request: Request) -> Outcome {
    let Request { module, args, context, sealed } = request;
    if !sealed.is_empty() {
        // The bundle that tells of secrets may not be this user's to read.
        secrets::harden();
    }
    secrets::adopt_files(&sealed);
    let Some(registration) = registry::find(&module) else {
        return Outcome::failed(format!("this executable has no module {module}"));
    };
    let context = Context::new(context);
    panics::caught(|| (registration.apply)(&args, &context).unwrap_or_else(Error::into_outcome))
}
