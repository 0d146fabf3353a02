//! Which hosts a seal is for.

use std::fmt;

/// Which hosts a seal is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All of them.
    All,
    /// The host of this name in the inventory. Its seal is made for its own recipients alone.
    Host(String),
}

impl Scope {
    /// The host's name; empty for all.
    pub fn host(&self) -> Option<&str> {
        match self {
            Scope::All => None,
            Scope::Host(name) => Some(name),
        }
    }

    /// Whether a runner that runs as `host` looks into seals of this scope.
    pub fn covers(&self, host: &str) -> bool {
        self.host().is_none_or(|name| name == host)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::All => f.write_str("all hosts"),
            Scope::Host(name) => write!(f, "host {name}"),
        }
    }
}
