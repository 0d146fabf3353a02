//! A runner from its start to its exit code.

mod interruption;
mod listing;
mod output;
mod start;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use rustle_bundle::Bundle;
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;

pub use start::{Embedded, open};

use crate::command_line::{self, LockChoice, Options};
use crate::hosts::Hosts;
use crate::lock::{self, Lock, LockError};
use crate::report::linked::{self, RunStart, Warn};
use crate::{embedded, registry, worker};

/// The exit code of what should not happen: a damaged bundle, a module that is not linked.
const UNEXPECTED: u8 = 250;

/// The exit code of an error before the run.
const ERROR: u8 = 1;

/// Runs a runner: the `main` of every one.
pub fn main(embedded: &Embedded) -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|it| it == worker::ARGUMENT) {
        return worker::serve(|| open(embedded).ok());
    }
    match run(embedded) {
        Ok(code) => ExitCode::from(code),
        Err(Refusal { code, message }) => {
            let _ = writeln!(io::stderr(), "{}: {message}", embedded.name);
            ExitCode::from(code)
        }
    }
}

/// Why nothing was run.
struct Refusal {
    code: u8,
    message: String,
}

fn refuse(code: u8) -> impl Fn(String) -> Refusal {
    move |message| Refusal { code, message }
}

fn run(embedded: &Embedded) -> Result<u8, Refusal> {
    let bundle = open(embedded);
    let settings = bundle.as_ref().map(|bundle| bundle.settings().clone()).unwrap_or_default();
    let or =
        |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
    let (name, version) = (or(&settings.name, embedded.name), or(&settings.version, embedded.version));
    let mut command = command_line::command(&name, &version);
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
        clap_complete::generate(shell, &mut command, name, &mut io::stdout());
        return Ok(0);
    }
    let bundle = Arc::new(bundle.map_err(refuse(UNEXPECTED))?);
    if options.verify {
        return verify(&bundle);
    }
    if options.send_spool {
        return send_spool(&bundle, &name, &version);
    }
    embedded::set(Arc::clone(&bundle) as Arc<dyn embedded::Contents>);
    let plan = bundle.plan().map_err(|error| refuse(UNEXPECTED)(format!("the plan is damaged: {error}")))?;
    check_modules(&plan)?;
    check_reporters(bundle.settings())?;
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let host = command_line::choose_host(&plan.inventory, options.host.as_deref(), &machine);
    let host = host.map_err(|error| refuse(ERROR)(error.to_string()))?;
    if !options.listings.is_empty() {
        let hosts = Hosts::new(&plan.inventory, &host);
        return listing::print(&plan, &hosts, &options);
    }
    let _lock = take_lock(&options, &bundle)?;
    if let Some(folder) = &options.working_dir {
        enter(folder)?;
    }
    let secret = no_secret;
    Ok(output::run(plan, options, &host, bundle, &Who { name: &name, version: &version, secret }))
}

/// Who runs a plan.
struct Who<'a> {
    name: &'a str,
    version: &'a str,
    /// The text of a secret of the bundle, by name.
    secret: fn(&str) -> Result<String, String>,
}

fn no_secret(name: &str) -> Result<String, String> {
    Err(format!("the bundle has no secret `{name}`"))
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

/// Delivers what the spools of earlier runs hold.
fn send_spool(bundle: &Bundle, name: &str, version: &str) -> Result<u8, Refusal> {
    check_reporters(bundle.settings())?;
    let mut sent = Err("there is no spool: rustle.toml has no table `[controller]`".to_owned());
    for linked in linked::wanted(bundle.settings()) {
        let start = RunStart {
            settings: bundle.settings(),
            runner: name,
            version,
            plan: "",
            digest: &bundle.digest(),
            host: "",
            check: false,
            secret: &no_secret,
            warn: Warn::default(),
        };
        sent = (linked.send_spool)(&start);
    }
    let text = sent.map_err(refuse(ERROR))?;
    let _ = writeln!(io::stdout(), "{text}");
    Ok(0)
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

fn verify(bundle: &Bundle) -> Result<u8, Refusal> {
    bundle.verify_all().map_err(|error| refuse(UNEXPECTED)(format!("the bundle is damaged: {error}")))?;
    let _ = writeln!(io::stdout(), "{}", bundle.digest());
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
