//! A runner from its start to its exit code.

mod interruption;
mod job;
mod listing;
mod output;
mod self_digest;
mod signer;
mod spool;
mod start;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use rustle_bundle::Bundle;
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;

pub use signer::Signer;
pub use start::{Beside, Carried, Embedded, open};

use crate::command_line::{self, LockChoice, Options};
use crate::embedded::Live;
use crate::hosts::Hosts;
use crate::lock::{self, Lock, LockError};
use crate::report::linked;
use crate::secrets::KeyText;
use crate::{embedded, registry, secrets, worker};

/// The exit code of what should not happen: a damaged bundle, a module that is not linked.
const UNEXPECTED: u8 = 250;

/// The exit code of an error before the run.
const ERROR: u8 = 1;

/// Runs a runner: the `main` of every one.
pub fn main(embedded: &Embedded) -> ExitCode {
    main_with(embedded, &Beside::NOTHING)
}

/// The same for a runner that the build has told more.
pub fn main_with(embedded: &Embedded, beside: &Beside) -> ExitCode {
    // Nothing here reads the list; it is read in the file. Without a use it would not be linked.
    std::hint::black_box(embedded.linked);
    // First of all, while there is no other thread and no child.
    let key = secrets::environment::take();
    if std::env::args_os().nth(1).is_some_and(|it| it == worker::ARGUMENT) {
        return worker::serve(|| open(embedded, beside).ok());
    }
    let code = run(embedded, beside, key).unwrap_or_else(|Refusal { code, message }| {
        if !message.is_empty() {
            secrets::standard_error::line(&format!("{}: {message}", embedded.name));
        }
        code
    });
    job::ended(code);
    ExitCode::from(code)
}

/// Why nothing was run.
#[derive(Debug)]
struct Refusal {
    code: u8,
    message: String,
}

fn refuse(code: u8) -> impl Fn(String) -> Refusal {
    move |message| Refusal { code, message }
}

fn run(embedded: &Embedded, beside: &Beside, key: Option<KeyText>) -> Result<u8, Refusal> {
    let (bundle, live) = match open(embedded, beside) {
        Ok(Carried { bundle, live }) => (Ok(bundle), live),
        Err(error) => (Err(error), Live::default()),
    };
    let settings = bundle.as_ref().map(|bundle| bundle.settings().clone()).unwrap_or_default();
    let or =
        |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
    let (name, version) = (or(&settings.name, embedded.name), or(&settings.version, embedded.version));
    let mut command = secrets::options(command_line::command(&name, &version));
    let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version are no errors, and go to standard output.
            let _ = error.print();
            return Ok(u8::try_from(error.exit_code()).unwrap_or(UNEXPECTED));
        }
    };
    let options = Options::new(&matches, &settings.run).map_err(refuse(ERROR))?;
    if let Some(shell) = options.completions {
        // It panics if it cannot write.
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut command, name, &mut text);
        listing::write(&String::from_utf8_lossy(&text))?;
        return Ok(0);
    }
    if let Some((folder, from)) = &options.follow {
        let done = job::follow(folder, *from, &mut io::stdout().lock());
        return done.map_err(|error| refuse(ERROR)(error.to_string()));
    }
    if options.self_digest {
        return self_digest::print();
    }
    let bundle = Arc::new(bundle.map_err(refuse(UNEXPECTED))?);
    if options.verify {
        return verify(&bundle, embedded.signer.as_ref());
    }
    embedded::set(live.over(Arc::clone(&bundle) as Arc<dyn embedded::Contents>));
    // Only a listing looks at all tasks at once.
    let plan = if options.listings.is_empty() { bundle.head() } else { bundle.plan() };
    let plan = plan.map_err(|error| refuse(UNEXPECTED)(format!("the plan is damaged: {error}")))?;
    check_modules(&plan)?;
    check_reporters(bundle.settings())?;
    if let Some(message) = secrets::missing_opener(&bundle) {
        return Err(refuse(UNEXPECTED)(message));
    }
    if let Some(folder) = &options.chroot {
        change_root(folder)?;
    }
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let host = command_line::choose_host(&plan.inventory, options.host.as_deref(), &machine);
    if !options.listings.is_empty() {
        // What is listed is the same for every host: only a name that was given has to be one.
        let host = match host {
            Err(error) if options.host.is_some() => return Err(refuse(ERROR)(error.to_string())),
            host => host.unwrap_or_default(),
        };
        return listing::print(&plan, &Hosts::new(&plan.inventory, &host), &options);
    }
    let host = host.map_err(|error| refuse(ERROR)(error.to_string()))?;
    if options.send_spool {
        let open = || secrets::open(&bundle, &host, &matches, key, false);
        return spool::send(&bundle, &Who { name: &name, version: &version }, open);
    }
    let job = match &options.job {
        None => None,
        Some(folder) if options.detached => Some(job::enter(folder).map_err(|error| {
            refuse(ERROR)(format!("the job {} cannot be started: {error}", folder.display()))
        })?),
        Some(folder) => {
            let key = secrets::carry(&bundle, &matches, key).map_err(refuse(ERROR))?;
            let started = job::start(folder, key.as_deref().map(Vec::as_slice));
            return started.map(|()| 0).map_err(|(code, message)| Refusal { code, message });
        }
    };
    let _lock = take_lock(&options, &bundle)?;
    let warnings = secrets::open(&bundle, &host, &matches, key, job.is_some()).map_err(refuse(ERROR))?;
    let kept = match &job {
        None => Vec::new(),
        Some(job) => job
            .reporters(&host, &version)
            .map_err(|error| refuse(ERROR)(format!("the job cannot be kept: {error}")))?,
    };
    if let Some(folder) = &options.working_dir {
        enter(folder)?;
    }
    let who = Who { name: &name, version: &version };
    Ok(output::run(plan, options, &host, &bundle, &who, kept, &warnings))
}

/// Who runs a plan.
struct Who<'a> {
    name: &'a str,
    version: &'a str,
}

/// Everything that is configured is linked in.
fn check_reporters(settings: &Settings) -> Result<(), Refusal> {
    let Some(table) = linked::missing(settings) else { return Ok(()) };
    Err(refuse(UNEXPECTED)(format!(
        "this executable lacks what `[{table}]` of its configuration needs. Build it again with the crate `rustle-{table}`"
    )))
}

/// Makes `folder` the working directory.
fn enter(folder: &Path) -> Result<(), Refusal> {
    std::env::set_current_dir(folder).map_err(|error| {
        refuse(ERROR)(format!(
            "the run cannot be in the folder {}: {error}; make it, or name another with --working-dir",
            folder.display()
        ))
    })
}

/// Makes `folder` the root. Workers are started through `/proc`, so that has to be there.
fn change_root(folder: &Path) -> Result<(), Refusal> {
    let changed = rustix::process::chroot(folder).map_err(io::Error::from);
    changed.and_then(|()| std::env::set_current_dir("/")).map_err(|error| {
        refuse(ERROR)(format!(
            "{} cannot be made the root: {error}; that takes root's rights",
            folder.display()
        ))
    })?;
    if Path::new("/proc/self/exe").symlink_metadata().is_err() {
        return Err(refuse(ERROR)(format!(
            "below {} there is no /proc of these processes: mount the host's whole root there, and share its processes",
            folder.display()
        )));
    }
    Ok(())
}

/// A runner without one of its modules would fail in the middle of a run.
fn check_modules(plan: &Plan) -> Result<(), Refusal> {
    let missing: Vec<&str> =
        plan.modules.iter().map(String::as_str).filter(|name| registry::find(name).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(refuse(UNEXPECTED)(format!(
        "this executable lacks modules that its plan names: {}. Build it again with the crates that provide them",
        missing.join(", ")
    )))
}

fn verify(bundle: &Bundle, signer: Option<&Signer>) -> Result<u8, Refusal> {
    bundle.verify_all().map_err(|error| refuse(UNEXPECTED)(format!("the bundle is damaged: {error}")))?;
    listing::write(&format!("{}\n", bundle.digest()))?;
    // Standard output is the digest, for programs.
    let said = match (signer, bundle.signature()) {
        (Some(signer), _) => format!("signed by {}, which this runner is pinned to", signer.key()),
        (None, Some(text)) => format!(
            "signed, it says, by the key {}; this runner is pinned to none, and has not checked that",
            rustle_bundle::signature::claimed(text).as_deref().unwrap_or("of nobody")
        ),
        (None, None) => return Ok(0),
    };
    let _ = writeln!(io::stderr(), "{said}");
    Ok(0)
}

fn take_lock(options: &Options, bundle: &Bundle) -> Result<Option<Lock>, Refusal> {
    let path = match &options.lock {
        LockChoice::None => return Ok(None),
        LockChoice::File(path) => path.clone(),
        LockChoice::Default => lock::default_path(&bundle.digest()),
    };
    match Lock::take(&path) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held(pid)) => {
            let who = pid.map_or("another process".into(), |pid| format!("process {pid}"));
            Err(refuse(ERROR)(format!(
                "{who} is running this plan already and holds the lock {}; wait for it, or say --no-lock",
                path.display()
            )))
        }
        Err(LockError::Io(error)) => Err(refuse(ERROR)(format!(
            "the lock {} cannot be taken: {error}; name another with --lock-file, or say --no-lock",
            path.display()
        ))),
    }
}
