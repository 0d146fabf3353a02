//! What an executable is made of: the modules that are linked into it, and the crates. It stays with the executable,
//! whatever bundle is appended to it.

use serde::{Deserialize, Serialize};

/// The version of the format.
///
/// - 1: the first.
pub const LINKED_FORMAT: u32 = 1;

/// What an executable is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// [`LINKED_FORMAT`] of the writer.
    pub format: u32,
    /// The modules, by name.
    pub modules: Vec<LinkedModule>,
    /// The crates that Cargo.lock pins for it, by name and version. Among them are those that only compile others, such
    /// as procedural macros: Cargo.lock does not tell them apart.
    #[serde(default)]
    pub crates: Vec<LinkedCrate>,
    /// The public key that the executable is pinned to, if it is to one. What the executable insists on stands in its code: this
    /// is for who prepares a bundle for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
}

/// A module that is linked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedModule {
    /// Its canonical name.
    pub name: String,
    /// Other names for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The package that it stands in, or the id of its file; empty for the runner's own.
    #[serde(rename = "crate")]
    pub krate: String,
    /// The version of that.
    pub version: String,
    /// SHA-256 of its specification as JSON, 64 hexadecimal digits: it changes when arguments do.
    pub spec: String,
    /// For a module from elsewhere, what rustle.lock pins: the digest of its files, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub files: String,
    /// For a module from elsewhere, where it came from, as rustle.lock writes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// For a module from elsewhere, its licence, as SPDX writes it, where it says one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
}

/// A crate that Cargo.lock pins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedCrate {
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its source as Cargo.lock writes it; empty for one from a path.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// SHA-256 of its archive, where it came from a registry: 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checksum: String,
    /// The crates that it depends on, as places in [`Linked::crates`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<u32>,
}

impl Linked {
    /// The module that a task names, by any of its names, canonical.
    pub fn module(&self, name: &str) -> Option<&LinkedModule> {
        self.modules
            .iter()
            .find(|module| module.name == name || module.aliases.iter().any(|alias| alias == name))
    }
}
