//! Every environment variable that a build reads. Each read tells Cargo to run the build script again when it changes.

use std::path::PathBuf;

use rustle_playbook::Problem;
use rustle_spec::scan::Cfg;

use crate::config::build::LEVELS;
use crate::modules::ModuleCrate;
use crate::profiles::Used;

/// One environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvVar {
    /// Its name; a `*` stands for any text.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// Where Cargo wants the build script's output. Set by Cargo.
pub const OUT_DIR: EnvVar = EnvVar { name: "OUT_DIR", doc: "where the bundle and the glue are written" };
/// The runner's folder. Set by Cargo.
pub const CARGO_MANIFEST_DIR: EnvVar =
    EnvVar { name: "CARGO_MANIFEST_DIR", doc: "the runner's folder, in which rustle.toml lies" };
/// The runner's name. Set by Cargo.
pub const CARGO_PKG_NAME: EnvVar =
    EnvVar { name: "CARGO_PKG_NAME", doc: "the runner's name, where rustle.toml gives none" };
/// The runner's version. Set by Cargo.
pub const CARGO_PKG_VERSION: EnvVar = EnvVar { name: "CARGO_PKG_VERSION", doc: "the runner's version" };
/// The features the runner is built with. Set by Cargo.
pub const CARGO_CFG_FEATURE: EnvVar =
    EnvVar { name: "CARGO_CFG_FEATURE", doc: "features of the runner, for modules in its own sources" };
/// What is built for. Set by Cargo.
pub const CARGO_CFG: EnvVar =
    EnvVar { name: "CARGO_CFG_*", doc: "what is built for: modules of other systems are left out" };
/// Which profile is built. Set by Cargo.
pub const PROFILE: EnvVar = EnvVar {
    name: "PROFILE",
    doc: "`release` or `debug`: only the former is compared with `[build] profile`",
};
/// How much is optimised. Set by Cargo.
pub const OPT_LEVEL: EnvVar =
    EnvVar { name: "OPT_LEVEL", doc: "how much Cargo optimises, compared with `[build] profile`" };
/// Whether debug information is written. Set by Cargo.
pub const DEBUG: EnvVar =
    EnvVar { name: "DEBUG", doc: "whether Cargo asks for debug information, which makes a runner larger" };
/// Module crates among the dependencies. Set by Cargo.
pub const DEP_MANIFEST_DIR: EnvVar = EnvVar {
    name: "DEP_RUSTLE_*_MANIFEST_DIR",
    doc: "the folder of a module crate, told by its build script through `links = \"rustle_<id>\"`",
};
/// Their features. Set by Cargo.
pub const DEP_FEATURES: EnvVar = EnvVar {
    name: "DEP_RUSTLE_*_FEATURES",
    doc: "the features that the module crate is built with, with commas",
};
/// Set by rust-analyzer when it runs build scripts for an editor.
pub const RA_RUSTC_WRAPPER: EnvVar = EnvVar {
    name: "RA_RUSTC_WRAPPER",
    doc: "set by rust-analyzer: problems become warnings, so that the editor keeps working",
};
/// Colour of what is printed.
pub const CARGO_TERM_COLOR: EnvVar =
    EnvVar { name: "CARGO_TERM_COLOR", doc: "`always` prints problems in colour, as for Cargo itself" };
/// The level of compression.
pub const RUSTLE_COMPRESSION_LEVEL: EnvVar = EnvVar {
    name: "RUSTLE_COMPRESSION_LEVEL",
    doc: "zstd's level for what is embedded, over `[build] compression` of rustle.toml",
};

/// This machine's policy.
pub const RUSTLE_POLICY: EnvVar = EnvVar {
    name: "RUSTLE_POLICY",
    doc: "a policy for modules from elsewhere, which can only tighten the project's; `/etc/rustle/policy.toml` where it is not set and that file exists",
};

/// Whether a build may fetch.
pub const RUSTLE_FETCH: EnvVar = EnvVar {
    name: "RUSTLE_FETCH",
    doc: "`1` lets the build fetch modules that are locked and not there, if `rustle-build` has the features for it",
};

/// Whether the executable carries the bundle from the beginning.
pub const RUSTLE_EMBED: EnvVar = EnvVar {
    name: "RUSTLE_EMBED",
    doc: "`none` builds an executable without a bundle, to append one to: `cargo rustle build` does so for large ones",
};

/// All of them.
pub const ALL: [EnvVar; 17] = [
    OUT_DIR,
    CARGO_MANIFEST_DIR,
    CARGO_PKG_NAME,
    CARGO_PKG_VERSION,
    CARGO_CFG_FEATURE,
    CARGO_CFG,
    PROFILE,
    OPT_LEVEL,
    DEBUG,
    DEP_MANIFEST_DIR,
    DEP_FEATURES,
    RA_RUSTC_WRAPPER,
    CARGO_TERM_COLOR,
    RUSTLE_COMPRESSION_LEVEL,
    RUSTLE_POLICY,
    RUSTLE_FETCH,
    RUSTLE_EMBED,
];

/// What a build script is told by its environment, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    pub(crate) out_dir: PathBuf,
    pub(crate) manifest_dir: PathBuf,
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) features: Vec<String>,
    pub(crate) module_crates: Vec<ModuleCrate>,
    pub(crate) target: Cfg,
    pub(crate) editor: bool,
    pub(crate) colour: bool,
    pub(crate) compression: Option<String>,
    pub(crate) policy: Option<PathBuf>,
    pub(crate) fetch: bool,
    pub(crate) bare: bool,
    pub(crate) profile: Used,
}

/// Where an administrator puts a policy for all projects of a machine.
const MACHINE_POLICY: &str = "/etc/rustle/policy.toml";

/// This machine's policy: the file that [`RUSTLE_POLICY`] names, else the administrator's if there is one.
pub fn machine_policy() -> Option<PathBuf> {
    policy(std::env::var_os(RUSTLE_POLICY.name).map(PathBuf::from))
}

fn policy(named: Option<PathBuf>) -> Option<PathBuf> {
    let administrators = PathBuf::from(MACHINE_POLICY);
    named.or_else(|| administrators.exists().then_some(administrators))
}

/// The level of compression that [`RUSTLE_COMPRESSION_LEVEL`] says, if it is set.
///
/// # Errors
/// If it is no level.
pub fn compression_level() -> Result<Option<i32>, Box<Problem>> {
    let level = std::env::var_os(RUSTLE_COMPRESSION_LEVEL.name);
    level.map(|level| level_of(&level.to_string_lossy())).transpose()
}

/// The level that the value of [`RUSTLE_COMPRESSION_LEVEL`] says.
pub(crate) fn level_of(text: &str) -> Result<i32, Box<Problem>> {
    let level = text.trim().parse().ok().filter(|level| LEVELS.contains(level));
    level.ok_or_else(|| {
        let (name, first, last) = (RUSTLE_COMPRESSION_LEVEL.name, LEVELS.start(), LEVELS.end());
        let message =
            format!("`{name}` should be a whole number between {first} and {last}, and is `{text}`");
        Box::new(Problem::error("config", message))
    })
}

/// A variable that Cargo sets and that is not there: the build script runs outside of Cargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missing(pub(crate) EnvVar);

impl Environment {
    /// Reads it.
    pub(crate) fn read() -> Result<Environment, Missing> {
        let vars = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        });
        Environment::of(vars.collect())
    }

    /// The variables whose change makes Cargo run the build script again. It does so by itself for those that it sets.
    pub(crate) fn watched() -> [EnvVar; 4] {
        [RUSTLE_COMPRESSION_LEVEL, RUSTLE_POLICY, RUSTLE_FETCH, RUSTLE_EMBED]
    }

    fn of(mut vars: Vec<(String, String)>) -> Result<Environment, Missing> {
        vars.sort();
        let get =
            |var: EnvVar| vars.iter().find(|(name, _)| name == var.name).map(|(_, value)| value.clone());
        let need = |var: EnvVar| get(var).ok_or(Missing(var));
        let list = |text: Option<String>| -> Vec<String> {
            let text = text.unwrap_or_default();
            text.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned).collect()
        };
        let module_crates = vars.iter().filter_map(|(name, folder)| {
            let id = middle(name, DEP_MANIFEST_DIR)?;
            let features = format!("DEP_RUSTLE_{id}_FEATURES");
            let features = vars.iter().find(|(name, _)| *name == features).map(|(_, value)| value.clone());
            Some(ModuleCrate { folder: PathBuf::from(folder), features: list(features) })
        });
        Ok(Environment {
            out_dir: need(OUT_DIR)?.into(),
            manifest_dir: need(CARGO_MANIFEST_DIR)?.into(),
            package: need(CARGO_PKG_NAME)?,
            version: get(CARGO_PKG_VERSION).unwrap_or_default(),
            features: list(get(CARGO_CFG_FEATURE)),
            module_crates: module_crates.collect(),
            target: Cfg::from_cargo(vars.iter().cloned()),
            editor: get(RA_RUSTC_WRAPPER).is_some(),
            colour: get(CARGO_TERM_COLOR).is_some_and(|value| value == "always"),
            compression: get(RUSTLE_COMPRESSION_LEVEL),
            fetch: get(RUSTLE_FETCH).is_some_and(|value| value == "1"),
            profile: Used {
                name: get(PROFILE).unwrap_or_default(),
                opt_level: get(OPT_LEVEL).unwrap_or_default(),
                // Cargo says `true`, `false`, or a level.
                debug: get(DEBUG).is_some_and(|value| !matches!(value.as_str(), "false" | "0" | "none")),
                panic: vars
                    .iter()
                    .find(|(name, _)| name == "CARGO_CFG_PANIC")
                    .map(|(_, it)| it.clone())
                    .unwrap_or_default(),
            },
            bare: get(RUSTLE_EMBED).is_some_and(|value| value == "none"),
            policy: policy(get(RUSTLE_POLICY).map(PathBuf::from)),
        })
    }
}

/// What stands for the `*` of the variable's name.
fn middle(name: &str, var: EnvVar) -> Option<&str> {
    let (before, after) = var.name.split_once('*')?;
    name.strip_prefix(before)?.strip_suffix(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(more: &[(&str, &str)]) -> Vec<(String, String)> {
        let base = [("OUT_DIR", "/o"), ("CARGO_MANIFEST_DIR", "/m"), ("CARGO_PKG_NAME", "web")];
        base.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn module_crates_come_through_links() {
        let read = Environment::of(vars(&[
            ("DEP_RUSTLE_ACME_MANIFEST_DIR", "/acme"),
            ("DEP_RUSTLE_ACME_FEATURES", "tls,http"),
            ("CARGO_CFG_FEATURE", "extra-checks,A_b"),
        ]))
        .unwrap();
        assert_eq!(read.module_crates.len(), 1);
        assert_eq!(read.module_crates[0].folder, PathBuf::from("/acme"));
        assert_eq!(read.module_crates[0].features, ["tls", "http"]);
        assert_eq!(read.features, ["extra-checks", "A_b"]);
        assert!(!read.editor);
    }

    #[test]
    fn outside_of_cargo_the_missing_variable_is_named() {
        assert_eq!(Environment::of(Vec::new()).unwrap_err(), Missing(OUT_DIR));
    }

    #[test]
    fn every_variable_is_listed_once() {
        let mut names: Vec<_> = ALL.iter().map(|var| var.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
