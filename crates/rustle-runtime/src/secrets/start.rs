//! Opens the secrets of a bundle when a runner starts.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::os::unix::ffi::OsStrExt;

use super::opener::{OPENERS, Request, Sealed};
use super::{KeyText, OPENED, harden, redact_with};
use crate::executor::panics;
use clap::{ArgMatches, Command};
use rustle_bundle::{Bundle, Entry, Kind};
use rustle_schema::names::SEALED_FOLDER;

/// Whether a bundle carries sealed secrets.
pub(crate) fn are_carried(bundle: &Bundle) -> bool {
    entries(bundle).next().is_some()
}

/// Why a runner of this bundle must not start: it carries seals, and nothing that could open them is linked.
pub(crate) fn missing_opener(bundle: &Bundle) -> Option<String> {
    (OPENERS.is_empty() && are_carried(bundle)).then(|| {
        "this executable carries sealed secrets, and nothing that opens them. Build it again with the crate \
         rustle-secrets"
            .into()
    })
}

/// The options of what opens seals, where it is linked.
pub(crate) fn options(command: Command) -> Command {
    OPENERS.iter().fold(command, |command, opener| (opener.options)(command))
}

/// The key that a job of `bundle` must be started with: `key` is what was in the environment.
///
/// # Errors
/// If one that was asked for cannot be read.
pub(crate) fn carry(
    bundle: &Bundle,
    options: &ArgMatches,
    key: Option<KeyText>,
) -> Result<Option<KeyText>, String> {
    match OPENERS.iter().next().filter(|_| are_carried(bundle)) {
        Some(opener) => Ok((opener.carry)(options)?.or(key)),
        None => Ok(None),
    }
}

/// Opens the secrets of `bundle` and makes them those of this process. From here on nobody may look into it, and
/// everything that it tells is redacted. Returns warnings.
///
/// # Errors
/// If they cannot be opened.
pub(crate) fn open(
    bundle: &Bundle,
    host: &str,
    options: &ArgMatches,
    key: Option<KeyText>,
    detached: bool,
) -> Result<Vec<String>, String> {
    let Some(opener) = OPENERS.iter().next().filter(|_| are_carried(bundle)) else { return Ok(Vec::new()) };
    harden();
    let seals: Vec<Sealed> = entries(bundle)
        .map(|entry| Sealed {
            name: OsStr::from_bytes(entry.path()).to_string_lossy().into_owned(),
            // One that cannot be read cannot be opened, and that is what is told.
            bytes: bundle.read(entry.path()).map(|bytes| bytes.to_vec()).unwrap_or_default(),
        })
        .collect();
    let interactive = std::io::stdin().is_terminal();
    let mut opened = (opener.open)(Request { seals: &seals, host, options, key, interactive, detached })?;
    if let Some(redact) = opened.redact.take() {
        redact_with(redact);
        panics::silence();
    }
    let warnings = std::mem::take(&mut opened.warnings);
    let _ = OPENED.set(opened);
    Ok(warnings)
}

fn entries(bundle: &Bundle) -> impl Iterator<Item = &Entry> {
    bundle.below(SEALED_FOLDER.as_bytes()).iter().filter(|entry| entry.kind() == Kind::File)
}
