//! [`PackageManifest`]: what a package of modules says of itself, in `module.toml` or derived from its Cargo.toml.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::{ModuleId, Permission};

/// The version of the manifest's format: the first key, `schema`.
///
/// - 1: the first one.
pub const SCHEMA: u32 = 1;

/// What a package of modules says of itself.
///
/// The author writes `module.toml`; a package without one is described by its Cargo.toml, the attributes of its modules and
/// their documentation. Serialised it is the canonical JSON form, `module.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageManifest {
    /// The version of the format, [`SCHEMA`].
    pub schema: u32,
    /// Its id.
    pub id: ModuleId,
    /// Its version.
    pub version: Version,
    /// What it is made of.
    #[serde(default)]
    pub kind: Kind,
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// One sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Its licence, an SPDX expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Other packages of modules that it needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: BTreeMap<ModuleId, Dependency>,
    /// What its own tests need besides. Never locked into a plan.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dev_dependencies: BTreeMap<ModuleId, Dependency>,
    /// Its features, as in Cargo.toml.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, Vec<String>>,
    /// What its modules may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
    /// How far it may go.
    #[serde(default)]
    pub level: Level,
    /// What it needs around it.
    #[serde(default, skip_serializing_if = "Requirements::is_empty")]
    pub requirements: Requirements,
    /// Where it begins, by kind: `native = "src/lib.rs"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entrypoints: BTreeMap<String, String>,
    /// The actions that it offers, by dotted name: `pos.sale.create`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exports: BTreeMap<String, Export>,
    /// Actions of other packages that it calls: a local name, and `<id>/<action>`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub imports: BTreeMap<String, String>,
    /// What it does to a host, in words: `writes:file`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<String>,
    /// Everything else, for people and catalogues: repository, homepage, keywords, price, …
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

impl PackageManifest {
    /// A manifest that says nothing but what it is of.
    pub fn new(id: ModuleId, version: Version) -> PackageManifest {
        PackageManifest {
            schema: SCHEMA,
            id,
            version,
            kind: Kind::default(),
            name: String::new(),
            description: String::new(),
            authors: Vec::new(),
            license: None,
            dependencies: BTreeMap::new(),
            dev_dependencies: BTreeMap::new(),
            features: BTreeMap::new(),
            permissions: Vec::new(),
            level: Level::default(),
            requirements: Requirements::default(),
            entrypoints: BTreeMap::new(),
            exports: BTreeMap::new(),
            imports: BTreeMap::new(),
            effects: Vec::new(),
            metadata: serde_json::Map::new(),
        }
    }
}

/// What a package is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Rust code that is linked into the runner.
    #[default]
    Native,
    /// A WebAssembly component; not yet supported.
    Wasm,
    /// A program that is started; not yet supported.
    Exec,
    /// A user interface and nothing on hosts; not yet supported.
    Ui,
}

impl Kind {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Native => "native",
            Kind::Wasm => "wasm",
            Kind::Exec => "exec",
            Kind::Ui => "ui",
        }
    }
}

/// How far a module may go, from nothing to everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// No access to the system.
    Isolated,
    /// What its permissions name.
    Sandboxed,
    /// Everything that the runner may do. Native code runs at this level or, until there is a sandbox, not at all.
    #[default]
    Trusted,
}

impl Level {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Level::Isolated => "isolated",
            Level::Sandboxed => "sandboxed",
            Level::Trusted => "trusted",
        }
    }

    /// The level of this word, whatever its capitals.
    pub fn from_word(word: &str) -> Option<Level> {
        [Level::Isolated, Level::Sandboxed, Level::Trusted]
            .into_iter()
            .find(|level| level.word().eq_ignore_ascii_case(word))
    }
}

/// Another package that is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// The versions that do: `^1.2`.
    pub version: String,
    /// Its features that are needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Whether it is needed only where a feature says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether its default features are off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_default_features: bool,
}

/// What a package needs around it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirements {
    /// The oldest Rust that compiles it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust_version: Option<Version>,
    /// Patterns of the target triples that it works on; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// What the host must grant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
}

impl Requirements {
    /// Whether nothing is needed.
    pub fn is_empty(&self) -> bool {
        *self == Requirements::default()
    }
}

/// An action that a package offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// The module that does it.
    pub module: String,
    /// One sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}
