//! Reporters of other crates: each registers itself, and is there where its crate is linked.

use std::fmt;
use std::sync::{Arc, Weak};

use rustle_schema::event::Event;
use rustle_schema::settings::Settings;

use super::{Reporter, Reporters};
use crate::secrets::standard_error;

/// Every reporter of another crate that is linked into this executable.
#[linkme::distributed_slice]
pub static REPORTERS: [LinkedReporter];

/// A reporter of another crate.
#[derive(Clone, Copy)]
pub struct LinkedReporter {
    /// The table of `rustle.toml` that asks for it: [`CONTROLLER`].
    pub table: &'static str,
    /// Makes it, for a run that is about to begin. What is wrong with its settings is told by way of [`RunStart::warn`]:
    /// a run does not fail because it cannot be told of.
    pub open: fn(&RunStart<'_>) -> Box<dyn Reporter>,
    /// `--send-spool`: delivers what earlier runs have left. The text is what it did; the error, what is left and why.
    pub send_spool: fn(&RunStart<'_>) -> Result<String, String>,
}

/// The table of the controller.
pub const CONTROLLER: &str = "controller";

/// What a reporter is told before a run begins.
pub struct RunStart<'a> {
    /// The runner's settings.
    pub settings: &'a Settings,
    /// The runner's name.
    pub runner: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The plan's name.
    pub plan: &'a str,
    /// The bundle's digest.
    pub digest: &'a str,
    /// The host that this machine is.
    pub host: &'a str,
    /// Whether nothing is changed.
    pub check: bool,
    /// Whether the run is a job, which this executable is to be asked of when it has ended.
    pub job: bool,
    /// Tells the operator something.
    pub warn: Warn,
}

/// Tells the operator something, from any thread, at any time.
#[derive(Clone, Default)]
pub struct Warn(Option<Weak<Reporters>>);

impl Warn {
    /// As an event of the run; on standard error once the run has ended.
    pub fn through(reporters: &Arc<Reporters>) -> Warn {
        Warn(Some(Arc::downgrade(reporters)))
    }

    /// Tells `message`. Not to be called by a reporter while it is told an event.
    pub fn tell(&self, message: String) {
        let told = self
            .0
            .as_ref()
            .and_then(Weak::upgrade)
            .is_some_and(|reporters| reporters.send(Event::Warning { message: message.clone() }));
        if !told {
            standard_error::line(&format!("[WARNING]: {message}"));
        }
    }
}

impl fmt::Debug for Warn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Warn")
    }
}

/// What the settings ask for and this executable lacks.
pub fn missing(settings: &Settings) -> Option<&'static str> {
    let asked = settings.controller.is_some();
    (asked && !REPORTERS.iter().any(|it| it.table == CONTROLLER)).then_some(CONTROLLER)
}

/// The linked reporters that the settings ask for.
pub fn wanted(settings: &Settings) -> impl Iterator<Item = &'static LinkedReporter> {
    let controller = settings.controller.is_some();
    REPORTERS.iter().filter(move |it| it.table == CONTROLLER && controller)
}

#[cfg(test)]
mod tests {
    use rustle_schema::settings::ControllerSettings;

    use super::*;

    #[test]
    fn what_is_asked_for_and_not_linked_is_missed() {
        let mut settings = Settings::default();
        assert_eq!(missing(&settings), None);
        settings.controller = Some(ControllerSettings::default());
        assert_eq!(missing(&settings), Some(CONTROLLER));
    }
}
