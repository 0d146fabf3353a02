//! [`Lock`]: what `rustle.lock` holds, the packages of modules that a project has settled on.

use std::collections::BTreeSet;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::{ModuleId, Permission, Source};

/// The version of the lock's format, its first key.
///
/// - 1: the first one.
pub const VERSION: u32 = 1;

/// The packages that a project has settled on, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The version of the format, [`VERSION`].
    pub version: u32,
    /// The packages, sorted by id, each once.
    #[serde(default, rename = "module", skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<Locked>,
}

impl Lock {
    /// The package with this id.
    pub fn get(&self, id: &ModuleId) -> Option<&Locked> {
        self.modules.iter().find(|locked| locked.id == *id)
    }
}

/// One package, pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Its id.
    pub id: ModuleId,
    /// Its version.
    pub version: Version,
    /// How it is linked.
    pub form: Form,
    /// The name of its crate, where it has one that the id does not tell.
    #[serde(default, rename = "crate", skip_serializing_if = "Option::is_none")]
    pub krate: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// The commit, of a git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The sha256 of the archive or file that is downloaded, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// The sha256 of the sorted list of its files and their sha256, in hexadecimal: what the build compares.
    pub sha256: String,
    /// The names of the keys that signed it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub signers: BTreeSet<String>,
    /// What its modules may do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub permissions: BTreeSet<Permission>,
    /// Its features that are on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub features: BTreeSet<String>,
    /// The packages of modules that it needs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<ModuleId>,
    /// The check sum of this entry, which tells that it was changed by hand.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub check: String,
}

impl Locked {
    /// A pinned package of which nothing else is known: not its files, and so not what it may do.
    pub fn new(id: ModuleId, version: Version, form: Form, source: Source) -> Locked {
        Locked {
            id,
            version,
            form,
            krate: None,
            source,
            commit: None,
            archive: None,
            sha256: String::new(),
            signers: BTreeSet::new(),
            permissions: BTreeSet::new(),
            features: BTreeSet::new(),
            dependencies: BTreeSet::new(),
            check: String::new(),
        }
    }

    /// The name of its crate, as Cargo knows it.
    pub fn crate_name(&self) -> String {
        self.krate.clone().unwrap_or_else(|| self.id.crate_name())
    }
}

/// How a package is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A crate, which Cargo.toml names.
    Crate,
    /// One file without dependencies, which is compiled with the runner itself.
    File,
}
