//! [`Opened`]: the secrets of a run in the clear.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use rustle_value::{Map, Value};

use super::redaction::Redact;

/// Secrets in the clear.
///
/// They are values like others, so that templates and modules can use them, and like others they are not cleared before
/// the memory goes back to the system. What protects them in memory is that nobody may look into the process, and that
/// it leaves no core dump: see [`harden`](super::harden).
#[derive(Clone, Default)]
pub struct Opened {
    /// Secrets that are variables, by their names.
    pub variables: Map,
    /// What stood in vaults, by the name under which `lookup('rustle.secret', …)` asks for it. Templates may stand in it.
    pub vaulted: BTreeMap<String, Value>,
    /// What encrypted files hold, by the content of the file that stands for each in the bundle.
    pub files: BTreeMap<Vec<u8>, Arc<[u8]>>,
    /// What finds all of them in a text.
    pub redact: Option<Arc<dyn Redact>>,
    /// What the operator should know.
    pub warnings: Vec<String>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variables, vaulted) = (self.variables.len(), self.vaulted.len());
        f.debug_struct("Opened")
            .field("variables", &variables)
            .field("vaulted", &vaulted)
            .finish_non_exhaustive()
    }
}
