//! What opens seals, as it registers.

use super::KeyText;
use super::opened::Opened;
use clap::{ArgMatches, Command};

/// A seal as the bundle carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its name in the bundle, for messages.
    pub name: String,
    /// Its bytes; none if they could not be read.
    pub bytes: Vec<u8>,
}

/// What an opener is asked for.
pub struct Request<'r> {
    /// Every seal of the bundle, by name. Those of other hosts are none of this runner's business.
    pub seals: &'r [Sealed],
    /// The host that this runner is in the inventory.
    pub host: &'r str,
    /// The command line, with what [`Opener::options`] has added.
    pub options: &'r ArgMatches,
    /// What stood in [`environment::KEY`](super::environment::KEY).
    pub key: Option<KeyText>,
    /// Whether somebody can be asked.
    pub interactive: bool,
    /// Whether this is a job, which has left its terminal: what [`Opener::carry`] gave is the `key`.
    pub detached: bool,
}

/// Opens seals. One is registered by the crate `rustle-secrets`, which a runner links if its bundle carries any.
pub struct Opener {
    /// Adds the options that say where a key comes from.
    pub options: fn(Command) -> Command,
    /// Reads the key that a job could not read any more: from standard input, or from somebody who is asked.
    ///
    /// # Errors
    /// If it cannot be read.
    pub carry: fn(&ArgMatches) -> Result<Option<KeyText>, String>,
    /// Opens the seals for all hosts and those of the host.
    ///
    /// # Errors
    /// If one of them stays closed; the message is the same whatever the reason is.
    pub open: fn(Request<'_>) -> Result<Opened, String>,
}

/// What opens seals, if it is linked.
#[linkme::distributed_slice]
pub static OPENERS: [Opener];
